// Package site makes the static site of a book.
//
// # Rendering
//
// [Render] is pure: the same book and outcomes give the same files, byte for
// byte, in whatever order pages were rendered. It holds no time and no random
// number, and reads nothing but Input.
//
// Every chapter becomes one page at its slug. The pages work from file://, so
// every address in them is relative, and a folder is named by its index.html.
// Links are rewritten where they lead to a chapter's file, or to a folder that
// has chapters; where they lead to nothing, they stay as the author wrote them
// and are a finding. Besides the chapters a site has
//
//	rtbook.css     the theme's one stylesheet
//	explore.css    another, for the pages that have something to explore
//	rtbook.js      the theme's script
//	explore.js     another, for the pages that have something to explore
//	stepper.js     another, which explore.js loads with the first recording
//	sweep.js       another, which explore.js loads when a sweep is touched
//	NN-name.X.sweep.js  what a cell does with other values, see sweep.go
//	NN-name.X.js   a recording, for the stepper of a cell: see display_recording.go
//	search.js      what the search finds, see search.go; with search-2.js, … if it is much
//	NN-name.md     the source of each page of a book
//	all.html       the whole book on one page, unless it is too long for that
//	index.html     leads to the first chapter, unless a chapter is the index
//	404.html       for servers; complete in itself, since it answers at any depth
//	sitemap.html   every page, heading and cell, for people
//	sitemap.xml    every page, for machines; only if the book says where it lives
//	aliases        a page at each former slug, which leads to the new one
//	assets         the book's other files, copied
//
// Raw HTML is text: it is shown as it was written. Comments are dropped, but for
// those that the book package knows: a claim shows its ids, as links to the
// ledger's rows, and <!-- ledger --> and <!-- toolchains --> show their tables.
//
// What was checked in the text (see [Prose]) has a mark, and a proof that shows
// while its link has the focus or the pointer, without scripts: what was
// evaluated, to what, and where. Each page ends with the list of its sources, and
// in print the marks have their numbers. A link that was not checked, or does
// not hold, leads nowhere: its text stays.
//
// Quotation marks and apostrophes are those of print, in English: see quotes.go.
//
// Where a page first uses a term of the book's glossary, it links to it: see
// glossary.go.
//
// A cell and the output fence that directly follows it are one object on the
// page. An output that stands further down is a block of its own, which names
// its cell. Of a cell that did not end as the page shows, the page says so; of
// one that is not run here, or whose output is not compared byte for byte, too.
// What a cell displayed stands in its output, in place of the text form that was
// recorded there: see display.go.
//
// With Input.Preview, the pages show what is wrong with the book: see preview.go.
//
// # Writing
//
// [Write] puts the files into a folder, and is careful with it: see write.go.
// [Writer.ReplaceFile] is as careful with a single file that is not ours, such
// as a chapter.
package site

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
	"rtbook/theme"
)

// Input is all that a site is made of.
type Input struct {
	Book *book.Book

	// Outcomes says what the cells did, by chapter and id:
	// "notes/02-allocator.md#fifty". A cell without an outcome is shown as one
	// that did not run.
	Outcomes map[string]Outcome

	// Prose says what came of the links, quotations and claims.
	Prose Prose

	// Assets is the file system that the book was parsed from, where its
	// Assets are. It may be nil for a book without assets.
	Assets fs.FS

	// Preview are findings to show on the pages, with files named as Book names
	// them. If it is not nil, not even if it is empty, the site is a preview of a
	// book that is not as it should be.
	Preview []finding.Finding
}

// Outcome is what a cell did on the engines that ran it.
type Outcome struct {
	Engines []string      // "yaegi", "go"
	Agreed  bool          // all engines printed the same
	Status  runner.Status // how it ended; runner.Done if all is well
	Message string        // why it ended so, in one line
	Output  string        // what it printed, as it printed it; and, of a cell that has to fail, the message

	// Alike says that Output counts as what the chapter records though it
	// differs from that: in spans that vary, or in the order of lines.
	Alike bool

	// Choices says of each choice of its prediction whether that is what it prints;
	// nil if there is none, or nobody knows.
	Choices []bool

	// Displays are what it showed besides text, in order. The text form of each
	// is part of Output.
	Displays []runner.Display

	Sweep *Sweep // what it does with other constants; nil if it is no sweep
}

// Sweep is what a cell did once for each combination of values of some
// constants.
type Sweep struct {
	Controls []Control

	// Runs are the combinations, the last control's value changing fastest: as
	// many as the numbers of values multiplied.
	Runs []SweepRun
}

// Control is a constant and the values that a reader can give it.
type Control struct {
	Name    string   // of the constant
	Label   string   // what it is, "" if nothing says it
	Values  []string // as the reader sees them
	Default int      // index in Values of what the cell's own text says
	Number  bool     // the values are numbers
}

// SweepRun is what a cell did with one combination of values.
type SweepRun struct {
	Output   string
	Displays []runner.Display
}

// site is what the rendering of all pages has in common. It does not change
// while pages are rendered.
type site struct {
	book       *book.Book
	quotes     quotes // that its pages have
	title      string // of the book, or of its first page if the book has none
	lang       string
	outcomes   map[string]Outcome
	prose      Prose
	theme      *theme.Theme
	high       *highlighter
	files      fs.FS // where the assets are; may be nil
	own        ownTheme
	whole      bool              // there is a page that has the whole book
	preview    *preview          // nil unless the site is one
	faultsOnly bool              // nobody will read the pages: they leave out what has no links
	pages      []*page           // in reading order
	ledgerPage *page             // that has the table of claims; nil if none has
	byPath     map[string]*page  // by the chapter's path
	assets     map[string]string // file of the site, by path in the file system that was parsed
	folders    map[string]*folder
	names      map[string]string // every file of the site, to what it comes from
	search     [][]byte          // what the search finds, by data file
	glossary   *glossary         // nil if no chapter is one
	inside     map[string]string // every folder of the site, to what the first file in it comes from
}

// Render makes the site. Faults in the book that only show here, such as links
// that lead nowhere, are the Files' Findings; the site is whole all the same.
// The error is about rendering itself.
func Render(in Input) (*Files, error) {
	s, files, err := newSite(in)
	if err != nil {
		return nil, err
	}
	if in.Preview != nil {
		if err := s.preparePreview(in.Preview, files.Findings); err != nil {
			return nil, err
		}
	}
	if err := s.renderPages(files); err != nil {
		return nil, err
	}
	if err := s.renderExtras(files); err != nil {
		return nil, err
	}
	s.renderSearch(files)
	files.finish()
	return files, nil
}

// Check returns what Render finds, without making the files: what the cells
// show, which is most of the work, has no links that could be wrong.
func Check(in Input) ([]finding.Finding, error) {
	s, files, err := newSite(in)
	if err != nil {
		return nil, err
	}
	s.faultsOnly = true
	if err := s.renderPages(files); err != nil {
		return nil, err
	}
	return files.Findings, nil
}

// newSite notes what there is to render, and what of it cannot be.
func newSite(in Input) (*site, *Files, error) {
	th, err := theme.New()
	if err != nil {
		return nil, nil, err
	}
	s := &site{
		book:     in.Book,
		lang:     cmp.Or(in.Book.Lang, "en"),
		outcomes: in.Outcomes,
		prose:    in.Prose,
		theme:    th,
		files:    in.Assets,
		high:     newHighlighter(),
	}
	s.quotes = quotesFor(s.lang, in.Book.Plain)
	s.title = s.quotes.text(in.Book.Title)
	files := &Files{assets: in.Assets, byName: map[string]file{}}
	s.survey(files)
	s.surveyTheme(files, in.Assets)
	if s.title == "" && len(s.pages) > 0 {
		s.title = s.pages[0].title
	}
	return s, files, nil
}

// renderPages renders the chapters, as many at a time as there are processors.
func (s *site) renderPages(files *Files) error {
	type result struct {
		html     []byte
		findings []finding.Finding
	}
	results := make([]result, len(s.pages))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range s.pages {
		group.Go(func() error {
			html, findings, err := s.renderPage(p)
			if err != nil {
				return fmt.Errorf("rendering %s: %w", p.chapter.Path, err)
			}
			results[i] = result{html, findings}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, p := range s.pages {
		if s.names[p.name] == p.chapter.Path {
			files.byName[p.name] = file{data: results[i].html}
		}
		for name, data := range p.data {
			files.byName[name] = file{data: data}
		}
		files.Findings = append(files.Findings, results[i].findings...)
	}
	return nil
}

// renderPage renders a chapter.
func (s *site) renderPage(p *page) ([]byte, []finding.Finding, error) {
	body, findings, err := s.renderBody(p)
	if err != nil {
		return nil, nil, err
	}
	p.body = body
	if s.faultsOnly {
		return nil, findings, nil
	}
	var b bytes.Buffer
	b.Grow(len(body) + 8<<10)
	if err := s.writePage(&b, s.themePage(p, body)); err != nil {
		return nil, nil, err
	}
	return slices.Clip(b.Bytes()), findings, nil
}

// survey notes what there is to link to, and which name each file of the site
// has. Two files of one name are a finding, and the first has it.
func (s *site) survey(files *Files) {
	b := s.book
	s.byPath = make(map[string]*page, len(b.Chapters))
	s.assets = make(map[string]string, len(b.Assets))
	s.folders = map[string]*folder{}
	s.inside = map[string]string{}
	s.names = map[string]string{theme.StylesheetName: "the theme", theme.ExploreStylesheetName: "the theme", theme.ScriptName: "the theme", theme.ExploreName: "the theme", theme.StepperName: "the theme", theme.SweepName: "the theme", theme.FinderName: "the theme", "404.html": "the site", "sitemap.html": "the site", manifestName: "the site"}
	if b.URL != "" {
		s.names["sitemap.xml"] = "the site"
	}
	for i, c := range b.Chapters {
		p := surveyPage(c, i, s.quotes)
		s.pages = append(s.pages, p)
		s.byPath[c.Path] = p
		s.surveySources(p)
		s.surveyComments(p)
		s.claim(files, p.name, c.Path, false)
		s.surveyDisplays(files, p)
		s.surveySweeps(files, p)
	}
	s.surveyFolders()
	s.surveySource(files)
	s.surveyGlossary(files)
	s.surveySearch()
	for _, a := range b.Assets {
		if s.isThemePart(a) {
			continue
		}
		// A plain folder may well hold an index.html or a 404.html of its own,
		// for another tool: its pages are whole without them.
		name := strings.TrimPrefix(a, folderPrefix(b.Dir))
		if s.claim(files, name, a, b.Plain) {
			s.assets[a] = name
			files.byName[name] = file{asset: a}
		}
	}
	for _, p := range s.pages {
		for _, alias := range p.chapter.Aliases {
			if name := alias + ".html"; fs.ValidPath(name) && s.claim(files, name, p.chapter.Path, false) {
				p.aliases = append(p.aliases, name)
			}
		}
	}
}

// claim gives a name of the site to what comes from a path. If a file has it,
// or has the name of one of its folders, or a folder has it, there is a finding,
// and claim returns false.
func (s *site) claim(files *Files, name, from string, warning bool) bool {
	taken, by := name, s.names[name]
	if by == "" && s.inside[name] != "" {
		by = s.inside[name] + ", which is in a folder of this name"
	}
	for dir := path.Dir(name); by == "" && dir != "."; dir = path.Dir(dir) {
		taken, by = dir, s.names[dir]
	}
	if by != "" {
		files.Findings = append(files.Findings, finding.Finding{
			Pos:     finding.Pos{File: from},
			Message: fmt.Sprintf("%s of the site is already taken by %s", taken, by),
			Hint:    "rename one of the two",
			Warning: warning,
		})
		return false
	}
	s.names[name] = from
	for dir := path.Dir(name); dir != "." && s.inside[dir] == ""; dir = path.Dir(dir) {
		s.inside[dir] = from
	}
	return true
}

// folderPrefix returns what the paths of a folder's files begin with.
func folderPrefix(dir string) string {
	if dir == "." || dir == "" {
		return ""
	}
	return dir + "/"
}
