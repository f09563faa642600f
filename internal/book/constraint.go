package book

import (
	"errors"
	"fmt"
	"go/build"
	"go/build/constraint"
	"go/version"
	"runtime"
	"slices"
	"strings"

	"rtbook/internal/finding"
)

// Select decides anew which cells, checks and files take part: those whose
// build constraint a toolchain ("go1.26.8") and a target ("linux/amd64")
// satisfy. For "" it takes what rtbook itself was built with. Parse has done so
// for the book's pin; nothing else of the document depends on it.
//
// The tags that a constraint may name are operating systems and architectures,
// unix, gc, and go1.1 up to the toolchain's language version.
func (b *Book) Select(toolchain, target string) {
	s := newSelection(toolchain, target)
	for _, ch := range b.Chapters {
		for _, f := range ch.Fences {
			if f.If == "" || f.Cell == nil {
				continue
			}
			f.Skipped = ""
			if expr, err := parseConstraint(f.If); err == nil && !expr.Eval(s.has) {
				f.Skipped = "needs " + expr.String()
			}
		}
	}
}

// selection is what build constraints are held against.
type selection struct{ goos, goarch, release string }

func newSelection(toolchain, target string) selection {
	goos, goarch, ok := strings.Cut(target, "/")
	if !ok {
		goos, goarch = runtime.GOOS, runtime.GOARCH
	}
	release := version.Lang(toolchain)
	if tags := build.Default.ReleaseTags; release == "" {
		release = tags[len(tags)-1]
	}
	return selection{goos, goarch, release}
}

// has reports whether a build tag is satisfied, as the go command does.
func (s selection) has(tag string) bool {
	switch {
	case tag == s.goos, tag == s.goarch, tag == "gc":
		return true
	case tag == "unix":
		return slices.Contains(unixSystems(), s.goos)
	case isRelease(tag):
		return version.Compare(tag, s.release) <= 0
	}
	return s.goos == "android" && tag == "linux" || s.goos == "illumos" && tag == "solaris" || s.goos == "ios" && tag == "darwin"
}

var releaseTag = pattern(`^go1\.[1-9][0-9]{0,3}$`)

func isRelease(tag string) bool { return releaseTag().MatchString(tag) }

func parseConstraint(value string) (constraint.Expr, error) {
	return constraint.Parse("//go:build " + value)
}

var tagSyntax = pattern(`[\pL\p{Nd}_.]+`)

// checkConstraint checks the value of if=. A tag that nothing ever satisfies is
// a fault: the cell would silently not run.
func checkConstraint(value string) error {
	const hint = "as in linux && go1.26, or !windows"
	if strings.TrimSpace(value) == "" {
		return &valueError{0, "no build constraint", hint}
	}
	if _, err := parseConstraint(value); err != nil {
		var se *constraint.SyntaxError
		if errors.As(err, &se) {
			blanks := len(value) - len(strings.TrimLeft(value, " \t"))
			return &valueError{min(blanks+se.Offset, len(value)), strings.TrimSpace(clip(se.Err)), hint}
		}
		return &valueError{0, err.Error(), hint}
	}
	var errs []error
	for _, at := range tagSyntax().FindAllStringIndex(value, -1) {
		if err := checkTag(value[at[0]:at[1]], at[0]); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// checkTag checks a tag that stands at an offset.
func checkTag(tag string, at int) error {
	known := slices.Concat([]string{"unix", "gc"}, systems(), architectures())
	if isRelease(tag) || slices.Contains(known, tag) {
		return nil
	}
	hint := "tags are operating systems, architectures, unix, gc, and Go releases such as go1.26"
	if near := finding.Nearest(tag, known); near != "" {
		hint = "did you mean " + near + "?"
	} else if lang := version.Lang(tag); isRelease(lang) {
		hint = "releases have tags such as " + lang
	}
	return &valueError{at, fmt.Sprintf("no build tag %q", clip(tag)), hint}
}

// systems, unixSystems and architectures are those of internal/syslist.
func systems() []string {
	return []string{
		"aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl",
		"netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
	}
}

func unixSystems() []string {
	return []string{"aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "linux", "netbsd", "openbsd", "solaris"}
}

func architectures() []string {
	return []string{
		"386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64", "mips64le",
		"mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm",
	}
}
