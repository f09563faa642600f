package site

import (
	"bytes"
	"cmp"
	"html/template"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"rtbook/internal/book"
	"rtbook/theme"
)

// A cell that is to be predicted shows its choices below its code, in the place of
// the list above it: each is a part that folds, says what it says, and holds
// whether that is what the cell prints, and why. What the cell prints is folded
// below. Without scripts, nothing is different; on paper, all of it is open.

// asked returns the lists of a chapter that are shown with their cells.
func asked(c *book.Chapter) map[ast.Node]bool {
	lists := map[ast.Node]bool{}
	for _, f := range c.Fences {
		if f.Predict != nil {
			lists[f.Predict.List] = true
		}
	}
	return lists
}

// list writes a list as goldmark's renderer does, but for choices.
func (b *body) list(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.List)
	if b.asked[n] {
		return ast.WalkSkipChildren, nil
	}
	tag := "ul"
	if n.IsOrdered() {
		tag = "ol"
	}
	if !entering {
		_, _ = w.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<" + tag)
	if n.IsOrdered() && n.Start != 1 {
		_, _ = w.WriteString(` start="` + strconv.Itoa(n.Start) + `"`)
	}
	_, _ = w.WriteString(b.otherDirection(n, source) + ">\n")
	return ast.WalkContinue, nil
}

// setPrediction shows the choices of a cell, and folds its output.
func (b *body) setPrediction(c *theme.Cell, f *book.Fence, source []byte) error {
	if f.Predict == nil {
		return nil
	}
	known := b.site.outcomes[b.page.chapter.Path+"#"+f.Cell.ID].Choices
	p := &theme.Prediction{Open: b.marks != nil}
	for i, choice := range f.Predict.Choices {
		t := theme.Choice{Label: choice.Label, Output: strings.TrimSuffix(choice.Output, "\n")}
		if i < len(known) {
			t.Known, t.Right = true, known[i]
		}
		var why bytes.Buffer
		w := &writer{&why}
		for n := choice.Why; n != nil; n = n.NextSibling() {
			if err := b.renderer.Render(w, source, n); err != nil {
				return err
			}
		}
		t.Why = template.HTML(why.String())
		p.Choices = append(p.Choices, t)
	}
	c.Prediction = p
	return nil
}

// setPart shows a part of a problem: the stub, which says how to try an answer,
// the checker, folded, or an answer, with what the checker says to it.
func (b *body) setPart(c *theme.Cell, f *book.Fence, source []byte) {
	switch f.Role {
	case book.RoleProblem:
		c.Name = "Problem " + f.Cell.ID
		c.Facts = b.facts(f.Cell, "compiled with the checker, not run")
		if f.Problem != nil && f.Problem.Checker != nil {
			c.Try = cmp.Or(b.site.book.Command, "rtbook") + " run " + b.page.chapter.Path + "#" + f.Cell.ID + " --answer " + f.Cell.ID + ".go"
		}
	case book.RoleChecker:
		c.Name, c.Fold = "Checker", true
		c.Facts = b.facts(f.Cell, "run with every answer")
	case book.RoleAnswer:
		c.Name = "A right answer"
		if f.Wrong {
			c.Name = "A wrong answer"
		}
		b.setOutcome(c, f, source)
		if f.Output != nil && follows(f.Output.Node, f.Node) {
			b.setOutput(c, f, content(f.Output.Node, source))
			c.Recorded = "What the checker says"
		}
	}
}
