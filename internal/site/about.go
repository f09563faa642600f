package site

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/runner"
	"rtbook/theme"
)

// about says of a cell how it was run, what with and how compared, and how to
// run it oneself.
func (b *body) about(f *book.Fence) *theme.About {
	a := &theme.About{Source: b.page.markdown}
	add := func(name, text string) {
		if text != "" {
			a.Rows = append(a.Rows, theme.AboutRow{Name: name, Text: text})
		}
	}
	ref := b.page.chapter.Path + "#" + f.Cell.ID
	if f.Skipped != "" {
		add("Run", "not here: it "+f.Skipped)
	} else {
		o, ran := b.site.outcomes[ref]
		add("Run", ways(f, o, ran, b.site.book.Toolchain, b.site.book.Target))
		add("Output", comparison(f))
		add("Program", b.program(f.Cell))
	}
	a.Command = cmp.Or(b.site.book.Command, "rtbook") + " run " + ref
	a.Report = b.site.reportAddress(ref)
	return a
}

// ways says in words how a cell ran.
func ways(f *book.Fence, o Outcome, ran bool, toolchain, target string) string {
	pin := toolchain
	if target != "" {
		pin += " for " + target
	}
	interpreted, compiled := slices.Contains(o.Engines, "yaegi"), slices.Contains(o.Engines, "go")
	switch {
	case !ran:
		return ""
	case f.Cell.Shell:
		return "as commands of " + pin + " and of what it built"
	case f.Cell.Expect == runner.ExpectCompileError:
		return "through the compiler of " + pin + ", which has to refuse it"
	case interpreted && compiled && o.Agreed:
		return "interpreted by yaegi, compiled by " + pin + ": both print the same"
	case interpreted && compiled:
		return "interpreted by yaegi, compiled by " + pin
	case compiled:
		return "compiled by " + pin
	case interpreted:
		return "interpreted by yaegi, against the packages of " + pin
	}
	return ""
}

// comparison says in words how what a cell prints is held against the page.
func comparison(f *book.Fence) string {
	switch {
	case f.Sample:
		return "a sample, compared with nothing"
	case f.Output == nil:
		return "none, here and when it ran"
	case len(f.Vary) > 0 && f.Unordered:
		return "compared with what stands here, but for spans that vary (" + strings.Join(f.Vary, ", ") + ") and the order of lines"
	case len(f.Vary) > 0:
		return "compared with what stands here, but for spans that vary: " + strings.Join(f.Vary, ", ")
	case f.Unordered:
		return "compared with what stands here, in any order of lines"
	}
	return "compared, byte for byte, with what stands here"
}

// program names the program that a cell is a part of, by its source: the cells
// and files of its environment.
func (b *body) program(c *runner.Cell) string {
	if c.Expect == runner.ExpectCompileError {
		return "" // no part of any
	}
	e := b.page.environments[c.Env]
	if e.cells == 0 {
		return ""
	}
	what := "this cell alone"
	if e.cells > 1 {
		what = fmt.Sprintf("%d cells of this page", e.cells)
	}
	return what + ", SHA-256 " + e.hash
}

// environment is what a program is made of.
type environment struct {
	cells int    // and files
	hash  string // of their source, shortened
}

// environments returns the environments of a chapter, by name.
func environments(c *book.Chapter) map[string]environment {
	sources := map[string][]byte{}
	all := map[string]environment{}
	for _, f := range c.Fences {
		if f.Cell == nil || f.Skipped != "" || f.Cell.Expect == runner.ExpectCompileError || f.Role != book.RoleCell && f.Role != book.RoleFile {
			continue
		}
		e := all[f.Cell.Env]
		e.cells++
		all[f.Cell.Env] = e
		sources[f.Cell.Env] = append(append(sources[f.Cell.Env], f.Content...), 0)
	}
	for name, e := range all {
		sum := sha256.Sum256(sources[name])
		e.hash = hex.EncodeToString(sum[:6])
		all[name] = e
	}
	return all
}
