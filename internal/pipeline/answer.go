package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"unicode/utf8"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

// Answer is a reader's answer to a problem.
type Answer struct {
	Name string // of its file, as findings name it
	Text []byte
}

// Judged is what a checker said of an answer.
type Judged struct {
	Ran
	Right bool `json:"right"`
}

// RunAnswer has the checker of a problem ("notes/02-allocator.md#fit") judge an
// answer, as it judges those of the chapter, but compiled only, unless
// Options.Engine says otherwise. What is wrong with the answer as Go is in the
// report, at its place in the answer. The answer may be a whole file: its package
// clause is passed over.
func RunAnswer(ctx context.Context, opt Options, ref string, a Answer) (*Report, *Judged, error) {
	text, err := a.source()
	if err != nil {
		return nil, nil, err
	}
	name, id, _ := strings.Cut(ref, "#")
	if name == "" || id == "" {
		return nil, nil, &UsageError{fmt.Sprintf("%q names no problem: an answer is to a chapter's problem, as in notes/02-allocator.md#fit", ref)}
	}
	o, c, _, r, err := find(ctx, opt, name)
	if err != nil {
		return nil, nil, err
	}
	defer o.close()
	if c == nil { // not even text
		r.finish(o)
		return r, nil, nil
	}
	p, err := problemNamed(c, r.names, id)
	if err != nil {
		return nil, nil, err
	}
	r.Findings = nil // they are the author's
	last := c.Pos(len(c.Source)).Line
	defer func() {
		r.finish(o)
		r.placeAnswer(r.names.file(c.Path), last, a.Name, []byte(text))
	}()
	cells := p.Try(*addAnswer(c, p, text, last).Cell)
	if opt.Engine == "" {
		for i := range cells {
			cells[i].GoOnly = true
		}
	}
	verdicts, err := r.run(ctx, opt, o, append(cells, p.Cells(p.Stub)...))
	if err != nil {
		return r, nil, err
	}
	switch {
	case len(verdicts) == 0 && !r.Failed():
		return nil, nil, &UsageError{fmt.Sprintf("answers to %s are only compiled (engine=go), so that --engine %s does not run them", p.Name, opt.Engine)}
	case len(verdicts) == 0:
		return r, nil, nil
	}
	v := verdicts[0] // of the answer: the stub does not run
	if v.fault != nil {
		r.Findings = append(r.Findings, *v.fault)
		return r, nil, nil
	}
	ran := v.ran()
	ran.Ref = r.names.file(c.Path) + "#" + p.Name
	return r, &Judged{ran, saysRight(v.output)}, nil
}

// addAnswer makes an answer a fence of the chapter, as if it stood below its last
// line, so that every place in it is one for engines, too.
func addAnswer(c *book.Chapter, p *book.Problem, text string, last int) *book.Fence {
	f := &book.Fence{
		Role: book.RoleAnswer, Lang: "go", Content: text, Closed: true, Problem: p,
		Pos:  finding.Pos{File: c.Path, Line: last + 1, Col: 1},
		Cell: &runner.Cell{ID: "answer", Chapter: c.Path, Env: p.Name + ".answer", Source: text, Line: last + 1, Allow: c.Allow},
	}
	c.Fences = append(slices.Clip(c.Fences), f)
	return f
}

// source returns the answer as the text of a cell.
func (a Answer) source() (string, error) {
	text := bytes.TrimPrefix(a.Text, []byte("\ufeff"))
	switch {
	case len(text) > maxLoose:
		return "", &UsageError{fmt.Sprintf("%s is larger than %d MiB, which no answer is", a.Name, maxLoose>>20)}
	case !utf8.Valid(text):
		return "", &UsageError{fmt.Sprintf("%s is not Go source: it is not UTF-8", a.Name)}
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(bytes.Clone(text), '\n')
	}
	fset := token.NewFileSet()
	if f, err := parser.ParseFile(fset, "", text, parser.PackageClauseOnly); err == nil {
		text = bytes.Clone(text)
		for i := fset.PositionFor(f.Package, false).Offset; i < fset.PositionFor(f.Name.End(), false).Offset; i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	return string(text), nil
}

// problemNamed returns a chapter's problem, which has a checker.
func problemNamed(c *book.Chapter, n names, id string) (*book.Problem, error) {
	p := c.Problem
	switch {
	case p == nil:
		return nil, &UsageError{fmt.Sprintf("%s has no problem to answer", n.file(c.Path))}
	case p.Name != id:
		return nil, &UsageError{fmt.Sprintf("%s has no problem %q%s", n.file(c.Path), id, suggest(id, []string{p.Name}))}
	case p.Checker == nil || !p.Checker.Closed || !p.Stub.Closed:
		return nil, &UsageError{fmt.Sprintf("problem %s of %s is not whole: rtbook check says what it lacks", p.Name, n.file(c.Path))}
	}
	return p, nil
}

// howToAnswer is the error for running a problem itself, or its checker.
func howToAnswer(c *book.Chapter, n names) error {
	p := c.Problem
	msg := fmt.Sprintf("%s is a problem, which runs with an answer: write yours to a file and try it with %s --answer FILE, or pipe it in with --answer -",
		p.Name, n.command("run", n.file(c.Path)+"#"+p.Name))
	var ids []string
	for _, a := range p.Answers {
		ids = append(ids, a.Cell.ID)
	}
	if ids != nil {
		msg += "; the chapter's own are " + strings.Join(ids, ", ")
	}
	return &UsageError{msg}
}

// placeAnswer gives the findings below the last line of a chapter their places
// in the answer.
func (r *Report) placeAnswer(chapter string, last int, name string, text []byte) {
	move := func(p *finding.Pos) {
		if p.File == chapter && p.Line > last {
			p.File, p.Line = name, p.Line-last
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		move(&f.Pos)
		if f.Hint == compileHint("") {
			f.Hint = "" // it tells an author what to do
		}
		for j := range f.Notes {
			move(&f.Notes[j].Pos)
		}
	}
	others := r.source
	r.source = func(file string) []byte {
		if file == name {
			return text
		}
		return others(file)
	}
}
