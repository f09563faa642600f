package site

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"rtbook/internal/book"
	"rtbook/runner"
	"rtbook/theme"
)

// content returns the text of a code block, with its lines ending in "\n".
func content(n ast.Node, source []byte) []byte {
	var b bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(source))
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("\r\n"), []byte("\n"))
}

func (b *body) codeBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		b.code(w, "", content(n, source))
	}
	return ast.WalkSkipChildren, nil
}

// fence writes a code fence according to its role.
func (b *body) fence(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	n := node.(*ast.FencedCodeBlock)
	f := b.page.fences[n]
	if f == nil || f.Role == book.RoleGo || f.Role == book.RoleOutput && f.Of == nil {
		b.code(w, language(n.Language(source)), content(n, source))
		return ast.WalkSkipChildren, nil
	}
	c, err := b.cell(f, source)
	if err == nil && c != nil {
		err = b.site.theme.Cell(w, c)
	}
	return ast.WalkSkipChildren, err
}

// cell returns what is shown of a fence that is a cell or belongs to one; nil
// if that is nothing, or is shown together with another fence.
func (b *body) cell(f *book.Fence, source []byte) (*theme.Cell, error) {
	switch f.Role {
	case book.RoleSketch:
		c := &theme.Cell{Name: "sketch", Facts: []string{"not compiled"}, Fold: f.Fold}
		b.setCode(c, f, source)
		return c, nil
	case book.RoleOutput:
		if follows(f.Node, f.Of.Node) && !f.Of.Hide {
			return nil, nil // written with its cell
		}
		return b.loneOutput(f, source), nil
	}
	if f.Hide {
		return nil, nil
	}
	c := &theme.Cell{ID: f.Cell.ID, Name: cellName(f.Cell), Fold: f.Fold}
	b.setCode(c, f, source)
	if f.Role == book.RoleCheck {
		c.Facts = b.facts(f.Cell, "compiled, not run")
		return c, nil
	}
	b.setOutcome(c, f, source)
	if f.Output != nil && follows(f.Output.Node, f.Node) {
		b.setOutput(c, content(f.Output.Node, source))
	}
	return c, nil
}

// loneOutput returns an output that stands apart from its cell.
func (b *body) loneOutput(f *book.Fence, source []byte) *theme.Cell {
	c := &theme.Cell{}
	if f.Of.Hide {
		c.Name = "Output of code that is not shown"
		b.setOutcome(c, f.Of, source)
	} else {
		c.OutputOf = &theme.Link{Title: cellName(f.Of.Cell), Href: "#" + f.Of.Cell.ID}
	}
	b.setOutput(c, content(f.Node, source))
	return c
}

// follows reports whether nothing that is shown stands between two fences.
func follows(n, after ast.Node) bool {
	for c := after.NextSibling(); c != nil; c = c.NextSibling() {
		if c == n {
			return true
		}
		if h, ok := c.(*ast.HTMLBlock); !ok || h.HTMLBlockType != ast.HTMLBlockType2 {
			return false
		}
	}
	return false
}

// cellName returns what the reader calls a cell.
func cellName(c *runner.Cell) string {
	if c.Named {
		return c.ID
	}
	return strings.Replace(c.ID, "cell-", "cell ", 1)
}

func (b *body) setCode(c *theme.Cell, f *book.Fence, source []byte) {
	var buf bytes.Buffer
	b.code(&writer{&buf}, f.Lang, content(f.Node, source))
	c.Code, c.HasCode = template.HTML(strings.TrimSuffix(buf.String(), "\n")), true
}

func (b *body) setOutput(c *theme.Cell, text []byte) {
	var buf bytes.Buffer
	escape(&writer{&buf}, text)
	c.Output, c.HasOutput = template.HTML(buf.String()), true
}

// setOutcome says how a cell ran, and what is amiss if anything is.
func (b *body) setOutcome(c *theme.Cell, f *book.Fence, source []byte) {
	o, ran := b.site.outcomes[b.page.chapter.Path+"#"+f.Cell.ID]
	c.Facts = b.facts(f.Cell, howRan(o, ran))
	c.Fault = fault(o, ran)
	if c.Fault == "" && !b.recorded(f, o, source) {
		c.Fault = "This run printed something else than is recorded here."
	}
}

// recorded reports whether what a cell printed is what its output fence says.
func (b *body) recorded(f *book.Fence, o Outcome, source []byte) bool {
	printed := book.EncodeOutput(o.Output)
	if f.Output == nil {
		return printed == ""
	}
	return printed == string(content(f.Output.Node, source))
}

// facts returns what is said quietly of a cell.
func (b *body) facts(c *runner.Cell, how string) []string {
	var facts []string
	if how != "" {
		facts = append(facts, how)
	}
	if c.Env != "" {
		facts = append(facts, "env "+c.Env)
	}
	if v := b.site.book.Toolchain; v != "" {
		facts = append(facts, v)
	}
	return facts
}

// howRan names the engines that a cell ran on.
func howRan(o Outcome, ran bool) string {
	interpreted, compiled := slices.Contains(o.Engines, "yaegi"), slices.Contains(o.Engines, "go")
	switch {
	case !ran:
		return ""
	case interpreted && compiled && o.Agreed:
		return "interpreted and compiled, in agreement"
	case interpreted && compiled:
		return "interpreted and compiled"
	case interpreted:
		return "interpreted"
	case compiled:
		return "compiled"
	}
	return ""
}

// fault says why a cell is not as it should be; "" if it is.
func fault(o Outcome, ran bool) string {
	why := map[runner.Status]string{
		runner.Panicked:   "It ended in a panic",
		runner.Exited:     "It ended the program",
		runner.TimedOut:   "It was stopped at its time limit",
		runner.Flooded:    "It was stopped at its output limit",
		runner.NotReached: "An earlier cell ended the program",
		runner.Refused:    "It could not be run",
	}[o.Status]
	switch {
	case !ran:
		return "This cell did not run."
	case why != "" && o.Message != "":
		return why + ": " + o.Message
	case why != "":
		return why + "."
	case o.Status != runner.Done:
		return "It did not run to its end."
	case len(o.Engines) > 1 && !o.Agreed:
		return "The interpreter and the compiler print different things."
	}
	return ""
}

// provenance says how a page was checked; nil for a folder where nothing is.
func (s *site) provenance(p *page) *theme.Provenance {
	if s.book.Plain {
		return nil
	}
	return &theme.Provenance{
		Toolchain: s.book.Toolchain,
		Target:    s.book.Target,
		Summary:   s.tally(p).String(),
		Source:    p.chapter.Path,
		Hash:      hash(p.chapter.Source),
	}
}

// tally counts how the cells of a page ran.
type tally struct {
	toolchain                                 string
	cells, both, interpreted, compiled, amiss int
	checks                                    int
}

func (s *site) tally(p *page) tally {
	t := tally{toolchain: s.book.Toolchain}
	for _, f := range p.chapter.Fences {
		switch f.Role {
		case book.RoleCheck:
			t.checks++
		case book.RoleCell:
			t.cells++
			o, ran := s.outcomes[p.chapter.Path+"#"+f.Cell.ID]
			switch how := howRan(o, ran); {
			case fault(o, ran) != "":
				t.amiss++
			case how == "interpreted":
				t.interpreted++
			case how == "compiled":
				t.compiled++
			default:
				t.both++
			}
		}
	}
	return t
}

// String returns the tally in a few sentences.
func (t tally) String() string {
	var sentences []string
	switch t.cells {
	case 0:
	case 1:
		sentences = append(sentences,
			"One cell of this page runs: "+t.ways()+".",
			"What it prints is compared, byte for byte, with what the page shows.")
	default:
		sentences = append(sentences,
			fmt.Sprintf("%d cells of this page run: %s.", t.cells, t.ways()),
			"What they print is compared, byte for byte, with what the page shows.")
	}
	switch t.checks {
	case 0:
	case 1:
		sentences = append(sentences, "One piece of code is compiled, and not run.")
	default:
		sentences = append(sentences, fmt.Sprintf("%d pieces of code are compiled, and not run.", t.checks))
	}
	if sentences == nil {
		return "No code of this page runs."
	}
	return strings.Join(sentences, " ")
}

// ways says how many cells ran in which way; where all ran in one, it counts
// none.
func (t tally) ways() string {
	var parts []string
	say := func(n int, how string) {
		switch n {
		case 0:
		case t.cells:
			parts = append(parts, how)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, how))
		}
	}
	say(t.both, "interpreted by yaegi and compiled by "+t.toolchain+", with the same output")
	say(t.compiled, "compiled by "+t.toolchain)
	say(t.interpreted, "interpreted by yaegi")
	say(t.amiss, "with a fault that is shown beside the code")
	return strings.Join(parts, "; ")
}
