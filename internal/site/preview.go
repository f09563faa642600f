package site

import (
	"cmp"
	"fmt"
	"html/template"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"golang.org/x/sync/errgroup"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/theme"
)

// preview is what the pages of a preview show of the findings.
//
// A finding stands before the block that its line is in: before the last block
// at the top level, or of a <details> or an alert, that begins at that line or
// above it. What has no line, or one above the first block, stands at the top
// of the page, and what is about a file that has no page at the top of the
// first one. Parts that fold are open. Every page says how many findings there
// are, and where.
type preview struct {
	pages []*page
	found map[*page][]finding.Finding // in order of place
}

// preparePreview collects the findings of all pages: those given, those about
// the names of files, and those that only show when a page is rendered.
func (s *site) preparePreview(given, names []finding.Finding) error {
	bodies := make([][]finding.Finding, len(s.pages))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range s.pages {
		group.Go(func() (err error) {
			_, bodies[i], err = s.renderBody(p)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	all := slices.Concat(given, names, slices.Concat(bodies...))
	finding.Sort(all)
	v := &preview{pages: s.pages, found: map[*page][]finding.Finding{}}
	for i, f := range all {
		if i > 0 && reflect.DeepEqual(f, all[i-1]) {
			continue // given, and found here
		}
		p := s.byPath[f.File]
		if p == nil && len(s.pages) > 0 {
			p = s.pages[0]
		}
		v.found[p] = append(v.found[p], f)
	}
	s.preview = v
	return nil
}

// marks returns the findings to show before each block of a page. It is never
// nil. Those under nil stand at the top.
func (v *preview) marks(p *page) map[ast.Node][]theme.Finding {
	starts := p.starts()
	marks := map[ast.Node][]theme.Finding{}
	for i, f := range v.found[p] {
		var at ast.Node
		if f.File == p.chapter.Path && f.Line > 0 {
			after, _ := slices.BinarySearchFunc(starts, f.Line+1, func(b blockStart, line int) int { return b.line - line })
			if after > 0 {
				at = starts[after-1].node
			}
		}
		marks[at] = append(marks[at], p.show(f, i))
	}
	return marks
}

// blockStart is the line that a block begins at.
type blockStart struct {
	line int
	node ast.Node
}

// starts returns where the blocks of a page begin that findings can stand
// before, in order of their lines.
func (p *page) starts() []blockStart {
	var starts []blockStart
	var visit func(parent ast.Node)
	add := func(n, from ast.Node) {
		if at := beginning(from); at >= 0 {
			starts = append(starts, blockStart{p.chapter.Pos(at).Line, p.shownWith(n)})
		}
	}
	visit = func(parent ast.Node) {
		for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
			if n.Kind() == east.KindFootnoteList {
				for note := n.FirstChild(); note != nil; note = note.NextSibling() {
					add(n, note)
				}
				continue
			}
			add(n, n)
			if opens(n) {
				visit(n)
			}
		}
	}
	visit(p.chapter.Doc)
	slices.SortStableFunc(starts, func(a, b blockStart) int { return cmp.Compare(a.line, b.line) })
	return starts
}

// opens reports whether findings can stand between the blocks of n.
func opens(n ast.Node) bool { return n.Kind() == book.KindDetails || n.Kind() == book.KindAlert }

// shownWith returns the block that n is shown with: for an output that follows
// its cell, that cell.
func (p *page) shownWith(n ast.Node) ast.Node {
	if f := p.fences[n]; f != nil && f.Of != nil && !f.Of.Hide && follows(n, f.Of.Node) {
		return f.Of.Node
	}
	return n
}

// beginning returns the offset at which a block begins, -1 if nothing in it
// says so.
func beginning(n ast.Node) int {
	if n.Pos() >= 0 {
		return n.Pos()
	}
	if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
		return n.Lines().At(0).Start
	}
	if c := n.FirstChild(); c != nil {
		return beginning(c)
	}
	return -1
}

// show returns what is shown of the page's finding number i.
func (p *page) show(f finding.Finding, i int) theme.Finding {
	t := theme.Finding{
		ID:      findingID(i),
		Place:   p.placeName(f.Pos),
		Message: f.Message,
		Hint:    f.Hint,
		Warning: f.Warning,
	}
	for _, n := range f.Notes {
		note := theme.FindingNote{Text: n.Text, Long: strings.Contains(n.Text, "\n")}
		if n.Pos != (finding.Pos{}) {
			note.Place = p.placeName(n.Pos)
		}
		t.Notes = append(t.Notes, note)
	}
	return t
}

// findingID is the anchor of a page's finding number i.
func findingID(i int) string { return fmt.Sprintf("rt:finding-%d", i+1) }

// placeName names a place for a reader of the page.
func (p *page) placeName(pos finding.Pos) string {
	switch {
	case pos.File != p.chapter.Path:
		return pos.String()
	case pos.Line == 0:
		return pos.File
	}
	return fmt.Sprintf("line %d", pos.Line)
}

// banner returns what stands at the top of a page.
func (v *preview) banner(p *page) *theme.Preview {
	found := v.found[p]
	t := &theme.Preview{Count: count(len(found)), Top: v.marks(p)[nil]}
	for i, f := range found {
		href := template.URL("#" + findingID(i))
		t.Here = append(t.Here, theme.FindingLink{Title: p.placeName(f.Pos) + ": " + f.Message, Href: href})
	}
	for _, other := range v.pages {
		if n := len(v.found[other]); n > 0 && other != p {
			t.Elsewhere = append(t.Elsewhere, theme.Link{Title: fmt.Sprintf("%s (%d)", other.title, n), Href: p.to(other.name, "")})
		}
	}
	return t
}

func count(n int) string {
	switch n {
	case 0:
		return "no findings"
	case 1:
		return "one finding"
	}
	return fmt.Sprintf("%d findings", n)
}

// renderMarked renders the blocks of parent, with the findings before them.
func (b *body) renderMarked(w *writer, r renderer.Renderer, parent ast.Node) error {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		for _, f := range b.marks[n] {
			if err := b.site.theme.Finding(w, f); err != nil {
				return err
			}
		}
		if !opens(n) {
			if err := r.Render(w, b.page.chapter.Text, n); err != nil {
				return err
			}
			continue
		}
		frame := b.details
		if n.Kind() == book.KindAlert {
			frame = b.alert
		}
		if _, err := frame(w, b.page.chapter.Text, n, true); err != nil {
			return err
		}
		if err := b.renderMarked(w, r, n); err != nil {
			return err
		}
		if _, err := frame(w, b.page.chapter.Text, n, false); err != nil {
			return err
		}
	}
	return nil
}
