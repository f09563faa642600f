package book

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"rtbook/internal/finding"
	"rtbook/runner"
)

// reporter collects the findings of a chapter by their byte offsets.
type reporter struct {
	ch       *Chapter
	findings []finding.Finding
}

// at reports a fault at an offset of the chapter's source. The finding may be
// completed through the pointer until the next one is reported.
func (r *reporter) at(offset int, hint, format string, args ...any) *finding.Finding {
	r.findings = append(r.findings, finding.Finding{
		Pos:     r.ch.Pos(offset),
		Message: fmt.Sprintf(format, args...),
		Hint:    hint,
	})
	return &r.findings[len(r.findings)-1]
}

// collectFences fills ch.Fences from ch.Doc and reports what is wrong with
// each fence by itself.
func collectFences(ch *Chapter, places fencePlaces, r *reporter) {
	var nodes []*ast.FencedCodeBlock
	for n := range places {
		nodes = append(nodes, n.(*ast.FencedCodeBlock))
	}
	// In the tree, footnotes stand at the end.
	slices.SortFunc(nodes, func(a, b *ast.FencedCodeBlock) int { return places[a].open - places[b].open })
	cells := 0
	for _, node := range nodes {
		f := newFence(ch, node, places[node])
		if !f.Closed {
			r.at(ch.offset(f.Pos), "end it with "+fenceRun(ch, places[node]), "code fence is not closed").
				Notes = unclosedNote(ch, f)
		}
		before := len(r.findings)
		known := classify(ch, f, r)
		if len(f.attrs) > 0 && (!known || f.Role == RoleGo) && len(r.findings) > before {
			ch.unclear = append(ch.unclear, f)
		}
		if !known {
			continue
		}
		if f.Cell != nil {
			cells++
		}
		if cells > maxCells {
			r.at(ch.offset(f.Pos), "make several chapters of it", "more than %d cells in a chapter: from here on they are left out", maxCells)
			return
		}
		ch.Fences = append(ch.Fences, f)
	}
}

// newFence returns a fence with its places and content, but no role yet.
func newFence(ch *Chapter, node *ast.FencedCodeBlock, place *fencePlace) *Fence {
	f := &Fence{
		Node:   node,
		Pos:    ch.Pos(place.open),
		Open:   ch.lines.start(place.open),
		Start:  ch.lines.next(place.open, len(ch.Source)),
		Closed: place.close >= 0,
		top:    isTopLevel(node),
	}
	switch segs := node.Lines(); {
	case f.Closed:
		f.End = ch.lines.start(place.close)
		f.Stop = ch.lines.next(place.close, len(ch.Source))
	case segs.Len() > 0:
		f.End = segs.At(segs.Len() - 1).Stop
		f.Stop = f.End
	default:
		f.End, f.Stop = f.Start, f.Start
	}
	if node.Info != nil {
		f.info = node.Info.Segment.Start
	}
	return f
}

// isTopLevel reports whether a block is a child of the document, or of Details
// that are.
func isTopLevel(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		switch p.Kind() {
		case ast.KindDocument:
			return true
		case KindDetails:
		default:
			return false
		}
	}
	return false
}

// fenceRun returns the backticks or tildes that open a fence.
func fenceRun(ch *Chapter, place *fencePlace) string {
	return strings.Repeat(string(ch.Source[place.open]), place.length)
}

// unclosedNote says how far a fence reaches that is not closed, unless that is
// no news.
func unclosedNote(ch *Chapter, f *Fence) []finding.Note {
	pos := ch.Pos(max(f.Open, f.End-1))
	if pos.Line == f.Pos.Line {
		return nil
	}
	pos.Col = 0
	return []finding.Note{{Pos: pos, Text: "everything up to here is in it"}}
}

// content returns the text in a fence, with lines ending in "\n", and for each
// line the number of bytes before it that are not part of it; nil if all are 0.
func content(ch *Chapter, node *ast.FencedCodeBlock) (string, []int) {
	var b strings.Builder
	var indent []int
	segs := node.Lines()
	for i := 0; i < segs.Len(); i++ {
		seg := segs.At(i)
		start := seg.Start
		if seg.Padding > 0 && start > 0 && ch.Text[start-1] == '\t' {
			// Part of a tab is indentation. We keep it whole, so that every
			// byte of the content is a byte of the file.
			start--
		}
		line := bytes.TrimSuffix(ch.Text[start:seg.Stop], []byte{'\n'})
		b.Write(bytes.TrimSuffix(line, []byte{'\r'}))
		b.WriteByte('\n')
		n := start - ch.lines.start(start)
		if n > 0 && indent == nil {
			indent = make([]int, i, segs.Len())
		}
		if indent != nil {
			indent = append(indent, n)
		}
	}
	return b.String(), indent
}

// ContentPos returns the place in the chapter of a byte offset of f.Content.
// The end of the content is where its closing fence stands.
func (ch *Chapter) ContentPos(f *Fence, offset int) finding.Pos {
	before := f.Content[:offset]
	line := strings.Count(before, "\n")
	col := offset - (strings.LastIndexByte(before, '\n') + 1)
	if line < len(f.indent) {
		col += f.indent[line]
	}
	if first := f.Pos.Line; first+line < len(ch.lines) {
		return ch.Pos(ch.lines[first+line] + col)
	}
	return ch.Pos(len(ch.Source))
}

// classify finds out what a fence is to rtbook, and reports whether it is
// anything.
func classify(ch *Chapter, f *Fence, r *reporter) bool {
	var info string
	if f.Node.Info != nil {
		seg := f.Node.Info.Segment
		info = string(ch.Text[seg.Start:seg.Stop])
	}
	in, err := parseInfo(info)
	f.Lang, f.attrs = in.lang, in.attrs
	if err != nil {
		r.at(f.info+err.at, err.hint, "%s", err.msg)
	}
	if !in.braced && err == nil && in.lang != "go" {
		return false
	}
	f.Content, f.indent = content(ch, f.Node)
	before := len(r.findings)
	if err != nil {
		before--
	}
	role, ok := roleOf(f, r)
	if !ok {
		return false
	}
	f.Role = role
	if role == RoleGo {
		if err == nil && f.Closed { // else what follows is not meant to be Go
			checkSyntax(ch, f, r)
		}
		return true
	}
	checkAttrs(f, err == nil, r)
	checkSample(f, r)
	checkSwept(f, r)
	f.Unjudged = f.Runs() && len(r.findings) > before
	f.Hide = f.attr("hide") != nil
	f.Fold = f.attr("fold") != nil
	if role == RoleCell {
		f.Vary, _ = parseVary(f.value("vary"))
		f.Unordered = f.attr("unordered") != nil
		f.Sample = f.attr("sample") != nil
	}
	switch {
	case role != RoleQuote:
		hideLines(ch, f, r)
	case err == nil && f.top: // else there is a finding, and what it would quote is a guess
		f.Quote = newQuote(f)
	}
	if role != RoleCheck && role != RoleSketch && !f.top {
		r.at(ch.offset(f.Pos), "move it out of the list or quotation; between <details> tags is fine", "%s fence inside another block", role)
	}
	if role != RoleOutput && role != RoleSketch && role != RoleQuote {
		f.Cell = newCell(ch, f)
		if a := f.attr("if"); a != nil && checkConstraint(a.value) == nil {
			f.If = a.value
		}
	}
	return true
}

// offset is the inverse of ch.Pos.
func (ch *Chapter) offset(pos finding.Pos) int { return ch.lines[pos.Line-1] + pos.Col - 1 }

// newCell returns the runner's view of a cell, check or file, without its ID.
func newCell(ch *Chapter, f *Fence) *runner.Cell {
	c := &runner.Cell{
		Chapter: ch.Path,
		Env:     f.value("env"),
		Source:  f.Content,
		Line:    f.Pos.Line + 1,
		Indent:  f.indent,
		Allow:   ch.Allow,
	}
	switch f.Role {
	case RoleCheck:
		c.Mode = runner.CheckOnly
		return c
	case RoleFile:
		c.Mode = runner.FileOnly
		if name := f.value("file"); checkFileName(name) == nil {
			c.Path = name
		}
		return c
	}
	c.Shell = isShell(f.Lang)
	c.GoOnly = f.value("engine") == "go" && !c.Shell
	if expect := f.value("expect"); checkExpect(expect) == nil {
		c.Expect = runner.Expect(expect)
	}
	if f.Role == RoleCell {
		c.Sweep = sweepOf(f)
	}
	if a := f.attr("timeout"); a != nil {
		c.Timeout, _ = parseTimeout(a.value)
	}
	return c
}

// AttrPos returns the place of an attribute of a fence, or that of the fence if
// it has none of that name.
func (ch *Chapter) AttrPos(f *Fence, name string) finding.Pos {
	if a := f.attr(name); a != nil {
		return ch.Pos(f.info + a.at)
	}
	return f.Pos
}

// ValuePos returns the place of a byte of an attribute's value, or that of the
// fence if it has no such attribute.
func (ch *Chapter) ValuePos(f *Fence, name string, offset int) finding.Pos {
	a := f.attr(name)
	if a == nil || !a.hasValue {
		return ch.AttrPos(f, name)
	}
	return ch.Pos(valueOffset(ch, f, a, min(max(offset, 0), len(a.value))))
}

// newQuote returns what a quotation quotes, nil if its attributes do not say it.
func newQuote(f *Fence) *Quote {
	if f.value("quote") == "" || f.attr("lines") != nil && f.value("lines") == "" {
		return nil
	}
	return &Quote{Symbol: f.value("quote"), Lines: f.value("lines")}
}

// Runs reports whether f is a cell, or an answer: code whose output is recorded.
func (f *Fence) Runs() bool { return f.Role == RoleCell || f.Role == RoleAnswer }

// attr returns the fence's first attribute of that name, or nil.
func (f *Fence) attr(name string) *attr {
	for i := range f.attrs {
		if f.attrs[i].name == name {
			return &f.attrs[i]
		}
	}
	return nil
}

// value returns the value of an attribute, or "".
func (f *Fence) value(name string) string {
	if a := f.attr(name); a != nil {
		return a.value
	}
	return ""
}
