package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/version"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/runner"
	"rtbook/runner/gotool"
)

// release is another release of Go, asked what the book's pin is asked.
type release struct {
	version string // "go1.24.6"
	tc      *gotool.Toolchain
	own     bool   // the book's module works with it
	scratch string // a folder of ours, "" if own
}

var releaseSyntax = regexp.MustCompile(`^go1\.[0-9]+(\.[0-9]+|rc[0-9]+|beta[0-9]+)$`)

// checkRelease reports what is not the name of a release.
func checkRelease(name string) error {
	switch {
	case releaseSyntax.MatchString(name):
		return nil
	case releaseSyntax.MatchString("go" + name):
		return &UsageError{fmt.Sprintf("%q is no Go release; did you mean go%s?", name, name)}
	case version.IsValid(name) && version.Lang(name) == name:
		return &UsageError{fmt.Sprintf("%s is a version of the language; a release is %s.0, for example", name, name)}
	}
	return &UsageError{fmt.Sprintf("%q is no Go release such as go1.25.1", name)}
}

// openRelease opens a release. If it is not on this machine, it is fetched, or
// is an error without fetch. A release that is too old for the book's module
// works in an empty one.
func openRelease(ctx context.Context, o *opened, b *book.Book, name string, fetch bool) (*release, error) {
	rel, err := newRelease(o, b, name)
	if err != nil {
		return nil, err
	}
	_, err = rel.tc.Check(ctx)
	var missing *gotool.MissingError
	if fetch && errors.As(err, &missing) && missing.Have != "" {
		rel.close()
		if err := gotool.Fetch(ctx, name); err != nil {
			return nil, err
		}
		if rel, err = newRelease(o, b, name); err != nil {
			return nil, err
		}
		_, err = rel.tc.Check(ctx)
	}
	if err != nil {
		rel.close()
		return nil, err
	}
	return rel, nil
}

func newRelease(o *opened, b *book.Book, name string) (*release, error) {
	tc, err := gotool.Open(o.abs, name)
	if err != nil {
		return nil, &EnvironmentError{err}
	}
	rel := &release{version: name, tc: tc, own: true}
	if version.Compare(tc.Language(), version.Lang(name)) > 0 {
		tc.Close()
		dir, err := os.MkdirTemp("", "rtbook-release-")
		if err != nil {
			return nil, &EnvironmentError{err}
		}
		rel.own, rel.scratch = false, dir
		if rel.tc, err = gotool.Open(dir, name); err != nil {
			os.RemoveAll(dir)
			return nil, &EnvironmentError{err}
		}
	}
	rel.tc.Target = cmp.Or(b.Target, runtime.GOOS+"/"+runtime.GOARCH)
	return rel, nil
}

func (rel *release) close() {
	rel.tc.Close()
	if rel.scratch != "" {
		os.RemoveAll(rel.scratch)
	}
}

// What a release says to a check, where that is no value.
const (
	saidAbsent   = "absent"
	saidHolds    = "holds"
	saidRecorded = "as recorded"
	notTried     = "not tried: "
)

// ask returns what the release says to references, each at its index.
func (rel *release) ask(ctx context.Context, opt Options, pin *gotool.Toolchain, refs []facts.Ref) ([]facts.Answer, error) {
	src, err := facts.Open(facts.Config{Toolchain: rel.tc, Store: opt.store()})
	if err != nil {
		return nil, err
	}
	var asked []facts.Ref
	var at []int
	answers := make([]facts.Answer, len(refs))
	for i, ref := range refs {
		if !rel.own && pin.Owns(ref.Package) {
			answers[i].Problem = &facts.Problem{Rule: ruleNotTried, Message: needsModule(pin)}
			continue
		}
		asked, at = append(asked, ref), append(at, i)
	}
	if len(asked) == 0 {
		return answers, nil
	}
	found, err := src.Resolve(ctx, asked)
	if err != nil {
		return nil, err
	}
	for i, a := range found {
		answers[at[i]] = a
	}
	return answers, nil
}

// ruleNotTried marks the answer to what a release was not asked.
const ruleNotTried = "not-tried"

func needsModule(pin *gotool.Toolchain) string {
	return fmt.Sprintf("needs the book's module, %s", strings.Replace(pin.Language(), "go", "go ", 1))
}

// said is what an answer says, on one line: a fact's value, a symbol's file,
// that an order holds, and how many lines a quotation has, with a hash.
func said(kind facts.Kind, a facts.Answer) string {
	if p := a.Problem; p != nil {
		switch p.Rule {
		case ruleNotTried, "package-outside", "package-broken":
			return notTried + p.Message
		case "order", "quotation":
			return clip(firstLine(p.Message))
		}
		return saidAbsent
	}
	switch kind {
	case facts.Fact:
		if a.Value.Kind == "string" {
			return strconv.Quote(a.Value.Text)
		}
		return a.Value.Text
	case facts.Symbol:
		return a.Place.File
	case facts.Quote:
		sum := sha256.Sum256([]byte(a.Text))
		return fmt.Sprintf("%s, %s", plural(strings.Count(a.Text, "\n"), "line"), hex.EncodeToString(sum[:4]))
	}
	return saidHolds
}

// compose returns the programs of the book's cells, as the pin makes them.
func (r *Report) compose(ctx context.Context, opt Options, o *opened, b *book.Book) (*runner.Composition, error) {
	cells := b.Cells()
	if len(cells) == 0 {
		return &runner.Composition{}, nil
	}
	t, err := engines(ctx, opt, o, b)
	if err != nil {
		return nil, err
	}
	defer t.close()
	c := compose(b, withoutSweeps(cells), t.load(ctx))
	if err := t.loadErr; err != nil {
		return nil, environment(err)
	}
	return c, nil
}

// run runs programs on the release, compiled, and holds what they print to what
// the chapters of b record.
func (rel *release) run(ctx context.Context, opt Options, o *opened, b *book.Book, ps []*runner.Program, n names) ([]verdict, error) {
	if len(ps) == 0 {
		return nil, nil
	}
	if opt.Progress != nil {
		defer opt.Progress(0, 0)
	}
	t := newTools(opt, rel.tc, rel.version, o.abs)
	t.engines = []runner.Engine{&gotool.Engine{Toolchain: rel.tc, Jobs: opt.Jobs}}
	results, err := runner.Run(ctx, ps, t.options(opt))
	if err != nil {
		return nil, err
	}
	return judge(b, &runner.Composition{Programs: ps}, results, 1, n), nil
}

// saidCell is what a verdict of another release says, on one line.
func saidCell(v verdict) string {
	switch {
	case v.quiet:
		return "not reached"
	case v.fault != nil && v.status == "":
		return "does not compile: " + clip(firstLine(v.fault.Message))
	case v.fault != nil:
		return "fails: " + clip(firstLine(v.fault.Message))
	case v.differs():
		return "prints " + strconv.Quote(firstOther(v))
	}
	return saidRecorded
}

// firstOther returns the first line of a cell's output that is not recorded.
func firstOther(v verdict) string {
	printed := book.EncodeOutput(v.output)
	at := v.compare.firstDifference(printed, v.recorded())
	from := strings.LastIndexByte(printed[:min(at, len(printed))], '\n') + 1
	return clip(firstLine(printed[from:]))
}

// outsideStandard reports whether a program imports what is not of the
// toolchain.
func outsideStandard(pin *gotool.Toolchain, p *runner.Program) bool {
	return slices.ContainsFunc(p.Imports, func(path string) bool {
		first, _, _ := strings.Cut(path, "/")
		return pin.Owns(path) || strings.Contains(first, ".")
	})
}
