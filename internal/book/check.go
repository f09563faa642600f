package book

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"rtbook/internal/finding"
)

// checkChapter links the fences of a chapter to each other and reports what
// does not fit.
func checkChapter(ch *Chapter, r *reporter) {
	linkProblems(ch, r)
	nameCells(ch, r)
	nameSolutions(ch)
	linkOutputs(ch, r)
	checkHiddenSweeps(ch, r)
	linkPredictions(ch, r)
	checkEngines(ch, r)
	checkAllowed(ch, r)
	leaveUnjudged(ch)
	checkBlocks(ch, r)
}

// nameCells gives every cell and check its id.
func nameCells(ch *Chapter, r *reporter) {
	headings := headingPlaces(ch)
	seen := nameParts(ch)
	n := 0
	for _, f := range ch.Fences {
		if f.Cell == nil {
			continue
		}
		n++
		at := ch.offset(f.Pos)
		if f.Cell.ID == "" {
			f.Cell.ID = fmt.Sprintf("cell-%d", n)
		}
		if a := f.naming(); a != nil && a.value != "" && checkCellID(a.value) == nil {
			at = f.info + a.valueAt
			if first := seen[a.value]; first != nil {
				r.at(at, "give one of the two another id", "cell id %s is taken", a.value).
					Notes = []finding.Note{{Pos: first.Pos, Text: "by this " + first.Role.String()}}
			} else {
				f.Cell.ID, f.Cell.Named = a.value, true
				seen[a.value] = f
			}
		}
		if h, ok := headings[f.Cell.ID]; ok {
			r.at(at, "give the cell another id: both would be the anchor #"+f.Cell.ID, "cell id %s is a heading's", f.Cell.ID).
				Notes = []finding.Note{{Pos: ch.Pos(h), Text: "the heading"}}
		}
	}
}

// naming returns the attribute whose value is the id of a fence, or nil.
func (f *Fence) naming() *attr {
	if f.Role != RoleProblem {
		return f.attr("cell")
	}
	if f.Problem == nil {
		return nil
	}
	return f.attr("problem")
}

// headingPlaces returns the offset of the heading of each id.
func headingPlaces(ch *Chapter) map[string]int {
	places := map[string]int{}
	walk(ch.Doc, func(n ast.Node) {
		if h, ok := n.(*ast.Heading); ok {
			if id, ok := h.AttributeString("id"); ok && h.Pos() >= 0 {
				places[string(id.([]byte))] = h.Pos()
			}
		}
	})
	return places
}

// linkOutputs finds the cell of every output fence.
func linkOutputs(ch *Chapter, r *reporter) {
	var above *Fence
	byID := map[string]*Fence{}
	var ids []string
	for _, f := range ch.Fences {
		if f.Runs() && (f.Cell.Named || f.Problem != nil) {
			byID[f.Cell.ID] = f
			ids = append(ids, f.Cell.ID)
		}
	}
	for _, f := range ch.Fences {
		switch {
		case f.Runs():
			above = f
		case f.Role == RoleOutput && f.top:
			if f.value("output") == "" && unclearBetween(ch, above, f) {
				continue
			}
			if cell := cellOf(f, above, byID, ids, r); cell != nil {
				linkOutput(f, cell, r)
			}
		}
	}
}

// unclearBetween reports whether the cell of an output may be a fence of which
// nobody knows what it was to be: one below the nearest cell above.
func unclearBetween(ch *Chapter, above, output *Fence) bool {
	return slices.ContainsFunc(ch.unclear, func(f *Fence) bool {
		return f.Open < output.Open && (above == nil || f.Open > above.Open)
	})
}

// cellOf returns the cell that an output fence names, or the one above it.
func cellOf(f, above *Fence, byID map[string]*Fence, ids []string, r *reporter) *Fence {
	a := f.attr("output")
	if a.value == "" {
		if above == nil {
			r.at(r.ch.offset(f.Pos), "an output stands after its cell", "output without a cell above it")
		}
		return above
	}
	cell := byID[a.value]
	if cell == nil && r.ch.Unclear(a.value) {
		return nil
	}
	if cell == nil {
		hint := "a cell is named by {cell=" + a.value + "}"
		if checkCellID(a.value) != nil {
			hint = nameRule
		}
		if near := finding.Nearest(a.value, ids); near != "" {
			hint = "did you mean " + near + "?"
		}
		r.at(f.info+a.valueAt, hint, "no cell %s in this chapter", clip(a.value))
		return nil
	}
	if cell.Open > f.Open {
		r.at(f.info+a.valueAt, "an output stands after its cell", "output of a cell further down").
			Notes = []finding.Note{{Pos: cell.Pos, Text: "the cell"}}
		return nil
	}
	return cell
}

func linkOutput(f, cell *Fence, r *reporter) {
	switch {
	case cell.Node.Parent() != f.Node.Parent():
		if cell.top { // else the cell is reported
			r.at(r.ch.offset(f.Pos), "put both on the same side of the <details> tags", "output does not stand beside its cell").
				Notes = []finding.Note{{Pos: cell.Pos, Text: "the cell"}}
		}
	case cell.Output != nil:
		r.at(r.ch.offset(f.Pos), "a cell has one output; {output=id} names another cell", "second output of a cell").
			Notes = []finding.Note{{Pos: cell.Pos, Text: "the cell"}, {Pos: cell.Output.Pos, Text: "its first output"}}
	default:
		f.Of, cell.Output = cell, f
	}
}

// leaveUnjudged marks the cells whose results would be found fault with for
// what is reported already: a cell without an output, where some output has no
// cell; one whose output is not closed; and commands, where a file of their
// folder has no name.
func leaveUnjudged(ch *Chapter) {
	stray, lacking := false, map[string]bool{}
	for _, f := range ch.Fences {
		switch f.Role {
		case RoleOutput:
			stray = stray || f.Of == nil
		case RoleFile:
			if f.Cell.Path == "" {
				lacking[f.Cell.Env] = true
			}
		}
	}
	for _, f := range ch.Fences {
		if f.Runs() && (stray && f.Output == nil || f.Output != nil && !f.Output.Closed || f.Cell.Shell && lacking[f.Cell.Env]) {
			f.Unjudged = true
		}
	}
}

// checkEngines reports environments whose Go cells name different engines, and
// tells checks which engine theirs has. A mixed environment is compiled, and
// its cells are not judged.
func checkEngines(ch *Chapter, r *reporter) {
	first := map[string]*Fence{}
	mixed := map[string]bool{}
	for _, f := range ch.Fences {
		if f.Role != RoleCell || f.Cell.Shell {
			continue
		}
		env := f.Cell.Env
		other := first[env]
		if other == nil {
			first[env] = f
			continue
		}
		if other.Cell.GoOnly == f.Cell.GoOnly || mixed[env] {
			continue
		}
		mixed[env] = true
		at, text := ch.offset(f.Pos), "this cell names no engine"
		if a := f.attr("engine"); a != nil {
			at = f.info + a.at
		} else {
			text = "this cell has engine=go"
		}
		r.at(at, "give the cells with engine=go an environment of their own: env=name", "%s has cells with engine=go and cells without", envName(env)).
			Notes = []finding.Note{{Pos: other.Pos, Text: text}}
	}
	for _, f := range ch.Fences {
		if f.Role == RoleCell && !f.Cell.Shell && mixed[f.Cell.Env] {
			f.Cell.GoOnly, f.Unjudged = true, true
		}
		if f.Role == RoleCheck && first[f.Cell.Env] != nil {
			f.Cell.GoOnly = first[f.Cell.Env].Cell.GoOnly
		}
	}
}

func envName(env string) string {
	if env == "" {
		return "the chapter's own environment"
	}
	return "environment " + env
}

// checkBlocks reports what looks like a fence, a details tag or an alert and is none.
func checkBlocks(ch *Chapter, r *reporter) {
	walk(ch.Doc, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			checkBackticks(ch, n, r)
		case *ast.CodeBlock:
			checkIndented(ch, n, r)
		case *ast.HTMLBlock:
			checkHTML(ch, n, r)
		case *ast.Blockquote:
			name, line := alertMarker(n, ch.Text)
			if near := finding.Nearest(name, alertNames()); near != "" {
				r.at(line.Start, fmt.Sprintf("did you mean [!%s]?", strings.ToUpper(near)), "unknown alert %s", clip(name))
			}
		}
	})
}

// checkBackticks reports a paragraph that begins like a fence. A backtick in
// an info string ends the fence for every Markdown parser, so that what looks
// like a code block is text.
func checkBackticks(ch *Chapter, n ast.Node, r *reporter) {
	if n.Lines() == nil || n.Lines().Len() == 0 {
		return
	}
	seg := n.Lines().At(0)
	line := ch.Text[seg.Start:seg.Stop]
	start := len(line) - len(bytes.TrimLeft(line, " \t"))
	rest := line[start:]
	run := len(rest) - len(bytes.TrimLeft(rest, "`"))
	if run < 3 {
		return
	}
	// A code span that is closed on its line is one.
	for i := run; i < len(rest); {
		k := bytes.IndexByte(rest[i:], '`')
		if k < 0 {
			break
		}
		i += k
		n := len(rest[i:]) - len(bytes.TrimLeft(rest[i:], "`"))
		if n == run {
			return
		}
		i += n
	}
	at := seg.Start + start
	if k := bytes.IndexByte(rest[run:], '`'); k >= 0 {
		at += run + k
	}
	r.at(at, "open and close this fence with ~~~, which allows backticks after it", "a backtick in the line that opens a code fence makes it text")
}

// checkIndented reports fences that are indented so far that they are text.
func checkIndented(ch *Chapter, n *ast.CodeBlock, r *reporter) {
	for i := range n.Lines().Len() {
		if seg := n.Lines().At(i); ownFence(seg.Value(ch.Text)) {
			line := ch.Text[seg.Start:seg.Stop]
			r.at(seg.Start+len(line)-len(bytes.TrimLeft(line, " \t")), "indent it by three blanks at most; to show a fence as text, put a longer one around it", "code fence that is indented by four or more is text")
			return
		}
	}
}

// ownFence reports whether a line looks like the opening of a fence that would
// mean something to rtbook.
func ownFence(line []byte) bool {
	if !looksLikeFence(line) {
		return false
	}
	in, _ := parseInfo(string(bytes.TrimSpace(bytes.TrimLeft(line, " \t`~"))))
	return in.lang == "go" || in.braced
}

// checkHTML reports fences that raw HTML swallows, or else details tags that
// do not fold.
func checkHTML(ch *Chapter, n *ast.HTMLBlock, r *reporter) {
	if n.HTMLBlockType != ast.HTMLBlockType6 && n.HTMLBlockType != ast.HTMLBlockType7 {
		checkClosed(ch, n, r) // comments, scripts and the like do hold anything
		return
	}
	swallows := false
	segs := n.Lines()
	for i := 0; i < segs.Len(); i++ {
		seg := segs.At(i)
		line := ch.Text[seg.Start:seg.Stop]
		if !looksLikeFence(line) {
			continue
		}
		swallows = true
		indent := len(line) - len(bytes.TrimLeft(line, " \t"))
		if ownFence(line) {
			r.at(seg.Start+indent, "leave a blank line above it, so that the raw HTML ends", "code fence inside raw HTML is text")
		}
	}
	if segs.Len() == 0 || swallows {
		return
	}
	if first := segs.At(0); detailsAny().Match(first.Value(ch.Text)) {
		r.at(first.Start, "write <details>, <summary>…</summary> and </details> alone in their lines, in pairs", "details tag that does not fold")
	}
}

// checkClosed reports a comment, or a block of another kind that holds
// anything, which swallows the rest of what it stands in.
func checkClosed(ch *Chapter, n *ast.HTMLBlock, r *reporter) {
	segs := n.Lines()
	if n.HasClosure() || segs.Len() == 0 {
		return
	}
	first := segs.At(0)
	line := first.Value(ch.Text)
	what, end := "raw HTML", ""
	switch n.HTMLBlockType {
	case ast.HTMLBlockType1:
		name, _, _ := strings.Cut(strings.TrimLeft(string(line), " \t<"), ">")
		name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
		end = "</" + name + ">"
	case ast.HTMLBlockType2:
		what, end = "comment", "-->"
	case ast.HTMLBlockType3:
		end = "?>"
	case ast.HTMLBlockType4:
		end = ">"
	case ast.HTMLBlockType5:
		end = "]]>"
	}
	if bytes.Contains(bytes.ToLower(line), bytes.ToLower([]byte(end))) {
		return
	}
	f := r.at(first.Start+len(line)-len(bytes.TrimLeft(line, " \t")), "end it with "+end, "%s is not closed", what)
	if last := segs.At(segs.Len() - 1); segs.Len() > 1 {
		pos := ch.Pos(last.Start)
		pos.Col = 0
		f.Notes = []finding.Note{{Pos: pos, Text: "everything up to here is in it"}}
	}
}

// looksLikeFence reports whether a line begins with three backticks or tildes.
func looksLikeFence(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	return bytes.HasPrefix(line, []byte("```")) || bytes.HasPrefix(line, []byte("~~~"))
}
