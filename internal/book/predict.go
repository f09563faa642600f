package book

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"rtbook/internal/finding"
)

// Prediction is what a reader can choose from before seeing the output of a
// cell.
type Prediction struct {
	List    *ast.List // directly above the cell, but for comments
	Choices []Choice  // at least two, no two of which look the same
}

// Choice is what a cell may print.
type Choice struct {
	Pos    finding.Pos // of its text
	Label  string      // what stands above its code block; "" if it has none
	Output string      // as an output fence would have it
	Why    ast.Node    // the first block of its explanation, which its later siblings belong to
}

// linkPredictions finds the choices of every cell that says predict.
func linkPredictions(ch *Chapter, r *reporter) {
	for _, f := range ch.Fences {
		a := f.attr("predict")
		if a == nil || f.Role != RoleCell || !f.top {
			continue
		}
		before := len(r.findings)
		for _, other := range []struct{ name, what, hint string }{
			{"sample", "a sample, which is compared with nothing", "leave one of the two out: a choice is right if it is what the cell prints, always"},
			{"sweep", "a cell that is swept", "leave one of the two out: the table of its runs shows what it prints"},
			{"hide", "a cell that is hidden", "show the cell: readers predict from its code"},
		} {
			if f.attr(other.name) != nil {
				r.at(f.info+a.at, other.hint, "predict on %s", other.what)
			}
		}
		list := listAbove(f.Node)
		if list == nil {
			reportNoChoices(ch, f, r)
			continue
		}
		choices := choicesOf(ch, list, r)
		if len(r.findings) == before {
			f.Predict = &Prediction{list, choices}
		}
	}
}

// listAbove returns the list directly above a block, or nil.
func listAbove(n ast.Node) *ast.List {
	for p := n.PreviousSibling(); p != nil; p = p.PreviousSibling() {
		if h, ok := p.(*ast.HTMLBlock); ok && h.HTMLBlockType == ast.HTMLBlockType2 {
			continue
		}
		list, _ := p.(*ast.List)
		return list
	}
	return nil
}

// reportNoChoices reports a prediction without a list, and names the nearest
// task list above, which may be meant.
func reportNoChoices(ch *Chapter, f *Fence, r *reporter) {
	var near ast.Node
	walk(ch.Doc, func(n ast.Node) {
		if l, ok := n.(*ast.List); ok && l.FirstChild() != nil && checkBox(l.FirstChild()) != nil && itemStart(l.FirstChild()) < f.Open {
			near = l
		}
	})
	found := r.at(f.info+f.attr("predict").at, "choices are a task list, - [ ] `42` and so on, each with its why below it, indented", "predict without choices above the cell")
	if near != nil {
		found.Hint = "move the list down to the cell: only comments may stand between"
		found.Notes = []finding.Note{{Pos: ch.Pos(itemStart(near.FirstChild())), Text: "this task list does not stand directly above it"}}
	}
}

// itemStart returns the offset of the text of an item, or -1 if it has none.
func itemStart(item ast.Node) int {
	first := item.FirstChild()
	if first == nil || first.Lines() == nil || first.Lines().Len() == 0 {
		return -1
	}
	return first.Lines().At(0).Start
}

// checkBox returns the check box that an item begins with, or nil.
func checkBox(item ast.Node) *east.TaskCheckBox {
	first := item.FirstChild()
	if first == nil {
		return nil
	}
	box, _ := first.FirstChild().(*east.TaskCheckBox)
	return box
}

// trailingBlanks are what no reader sees of a choice.
var trailingBlanks = pattern(`(?m)[ \t]+$`)

// choicesOf returns the choices of a list, and reports what they lack.
func choicesOf(ch *Chapter, list *ast.List, r *reporter) []Choice {
	var all []Choice
	first := map[string]finding.Pos{}
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		at := itemStart(item)
		box := checkBox(item)
		switch {
		case at < 0:
			r.at(max(beginning(item), 0), "write - [ ] and what the cell may print", "a choice that says nothing")
			continue
		case box == nil:
			r.at(at, "write - [ ] before it; a list that is no choices stands apart from the cell, with text between", "an item without a box among the choices of a prediction")
			continue
		case box.IsChecked:
			r.at(at, "write [ ]: which one is right is known from a run", "a choice that is ticked")
			continue
		}
		c := choiceOf(ch, item)
		c.Pos = ch.Pos(at)
		seen := trailingBlanks().ReplaceAllString(c.Output, "")
		if other, ok := first[seen]; ok {
			r.at(at, "leave one of the two out", "two choices look the same").
				Notes = []finding.Note{{Pos: other, Text: "the other"}}
			continue
		}
		first[seen] = c.Pos
		switch {
		case c.Output == "":
			r.at(at, "write what the cell may print", "a choice that says nothing")
		case c.Why == nil:
			r.at(at, "write below it, indented, why it is what the cell prints, or is not", "a choice without an explanation")
		}
		all = append(all, c)
	}
	if list.ChildCount() == 1 {
		r.at(max(itemStart(list.FirstChild()), 0), "add a choice that is wrong, and why", "a prediction with one choice")
	}
	return all
}

// choiceOf reads an item whose first child is a paragraph with a check box.
func choiceOf(ch *Chapter, item ast.Node) Choice {
	first := item.FirstChild()
	text := strings.TrimSpace(inlineText(first, ch.Text, '\n'))
	block := first.NextSibling()
	if code, ok := block.(*ast.FencedCodeBlock); ok {
		output, _ := content(ch, code)
		return Choice{Label: strings.Join(strings.Fields(text), " "), Output: EncodeOutput(output), Why: block.NextSibling()}
	}
	return Choice{Output: EncodeOutput(text), Why: block}
}

// beginning returns the offset at which a block begins, -1 if nothing in it
// says so.
func beginning(n ast.Node) int {
	for ; n != nil; n = n.FirstChild() {
		if n.Pos() >= 0 {
			return n.Pos()
		}
	}
	return -1
}
