package site

import (
	"bytes"
	"cmp"
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
	if b.site.faultsOnly {
		return ast.WalkSkipChildren, b.checkFence(f, source)
	}
	if f == nil || f.Role == book.RoleGo || f.Role == book.RoleOutput && f.Of == nil {
		b.code(w, language(n.Language(source)), content(n, source))
		return ast.WalkSkipChildren, nil
	}
	if f.Role == book.RoleQuote {
		return ast.WalkSkipChildren, b.quotation(w, f, source)
	}
	c, err := b.cell(f, source)
	if err == nil && c != nil {
		err = b.site.theme.Cell(w, c)
	}
	return ast.WalkSkipChildren, err
}

// checkFence finds fault with what is shown of a fence: only the choices of a
// prediction are prose, which has links.
func (b *body) checkFence(f *book.Fence, source []byte) error {
	if f == nil || f.Role != book.RoleCell || f.Hide {
		return nil
	}
	return b.setPrediction(&theme.Cell{}, f, source)
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
		return b.loneOutput(f, source)
	}
	if f.Hide {
		return nil, nil
	}
	c := &theme.Cell{ID: f.Cell.ID, Name: cellName(f.Cell), Fold: f.Fold}
	b.setCode(c, f, source)
	if f.Runs() {
		c.About = b.about(f)
	}
	switch f.Role {
	case book.RoleCheck:
		c.Facts = b.facts(f.Cell, skippedOr(f, "compiled", "compiled, not run"))
		return c, nil
	case book.RoleFile:
		c.Name = cmp.Or(f.Cell.Path, "file")
		c.Facts = join(skippedOr(f, "used", ""), "a file of "+envFolder(f.Cell))
		return c, nil
	case book.RoleProblem, book.RoleChecker, book.RoleAnswer:
		b.setPart(c, f, source)
		return c, nil
	}
	b.setOutcome(c, f, source)
	figures, tables := b.figures, b.tables
	if f.Output != nil && follows(f.Output.Node, f.Node) {
		b.setOutput(c, f, content(f.Output.Node, source))
	}
	if f.Output == nil || c.HasOutput {
		b.setSweep(c, f, figures, tables)
	}
	return c, b.setPrediction(c, f, source)
}

// loneOutput returns an output that stands apart from its cell.
func (b *body) loneOutput(f *book.Fence, source []byte) (*theme.Cell, error) {
	c := &theme.Cell{}
	if f.Of.Hide {
		c.ID, c.Name = f.Of.Cell.ID, "Output of code that is not shown"
		b.setOutcome(c, f.Of, source)
	} else {
		c.OutputOf = &theme.Link{Title: cellName(f.Of.Cell), Href: "#" + f.Of.Cell.ID}
	}
	figures, tables := b.figures, b.tables
	b.setOutput(c, f.Of, content(f.Node, source))
	b.setSweep(c, f.Of, figures, tables)
	if f.Of.Predict != nil {
		c.Prediction = &theme.Prediction{Open: b.marks != nil} // the choices are with the cell
	}
	return c, nil
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
	b.codeHiding(&writer{&buf}, f.Lang, withoutComments(f, content(f.Node, source)), f.Hidden)
	c.Code, c.HasCode, c.Hidden = template.HTML(strings.TrimSuffix(buf.String(), "\n")), true, len(f.Hidden)
}

// setOutput shows the recorded output of cell f, with what it displayed.
func (b *body) setOutput(c *theme.Cell, f *book.Fence, text []byte) {
	o := b.site.outcomes[b.page.chapter.Path+"#"+f.Cell.ID]
	c.Output, c.HasOutput = b.output(f.Cell.ID, string(text), o.Displays), true
	switch {
	case f.Skipped != "":
		c.Recorded = "As recorded; not run here"
	case f.Sample:
		c.Recorded = "A sample, as recorded"
	}
}

// setOutcome says how a cell ran, and what is amiss if anything is.
func (b *body) setOutcome(c *theme.Cell, f *book.Fence, source []byte) {
	o, ran := b.site.outcomes[b.page.chapter.Path+"#"+f.Cell.ID]
	if f.Skipped != "" {
		c.Facts = b.facts(f.Cell, skippedOr(f, "run", ""))
		return
	}
	c.Facts = b.facts(f.Cell, append([]string{howRan(f.Cell, o, ran), expected(f.Cell)}, compared(f)...)...)
	c.Fault = fault(f, o, ran)
	if c.Fault == "" && !b.recorded(f, o, source) {
		c.Fault = "This run printed something else than is recorded here."
	}
}

// recorded reports whether what a cell printed counts as what its output fence
// says.
func (b *body) recorded(f *book.Fence, o Outcome, source []byte) bool {
	printed := book.EncodeOutput(o.Output)
	switch {
	case f.Sample:
		return f.Output != nil || printed == ""
	case f.Output == nil:
		return printed == ""
	}
	return o.Alike || printed == string(content(f.Output.Node, source))
}

// facts returns what is said quietly of a cell, besides what the caller has to
// say.
func (b *body) facts(c *runner.Cell, said ...string) []string {
	if c.Env != "" && !c.Shell && !book.OfProblem(c.Env) {
		said = append(said, "env "+c.Env)
	}
	return join(append(said, b.site.book.Toolchain)...)
}

// howRan names the engines that a cell ran on.
func howRan(c *runner.Cell, o Outcome, ran bool) string {
	interpreted, compiled := slices.Contains(o.Engines, "yaegi"), slices.Contains(o.Engines, "go")
	switch {
	case c.Shell && ran:
		return "commands, run in " + envFolder(c)
	case c.Shell:
		return "commands in " + envFolder(c)
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
func fault(f *book.Fence, o Outcome, ran bool) string {
	why := map[runner.Status]string{
		runner.Panicked:   "It ended in a panic",
		runner.Exited:     "It ended the program",
		runner.TimedOut:   "It was stopped at its time limit",
		runner.Flooded:    "It was stopped at its output limit",
		runner.NotReached: "An earlier cell ended the program",
		runner.Refused:    "It could not be run",
	}[o.Status]
	should := runner.Done
	if f.Cell.Expect == runner.ExpectPanic && !f.Cell.Shell {
		should = runner.Panicked
	}
	switch {
	case !ran:
		return "This cell did not run."
	case o.Status == should && len(o.Engines) > 1 && !o.Agreed:
		return "The interpreter and the compiler print different things."
	case o.Status == should:
		return ""
	case o.Status == runner.Done:
		return "It did not panic, and it should."
	case why != "" && o.Message != "":
		return why + ": " + o.Message
	case why != "":
		return why + "."
	}
	return "It did not run to its end."
}

// provenance says how a page was checked; nil for a folder where nothing is.
func (s *site) provenance(p *page) *theme.Provenance {
	if s.book.Plain {
		return nil
	}
	return &theme.Provenance{
		Toolchain: s.book.Toolchain,
		Target:    s.book.Target,
		Summary:   s.tally(p).String() + s.proseTally(p),
		Source:    p.chapter.Path,
		Hash:      hash(p.chapter.Source),
	}
}
