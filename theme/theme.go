// Package theme is how the site looks: templates for its pages and cells, and
// one stylesheet, embedded. It knows nothing of books, Markdown or runs; what
// it shows it is given as the plain structs below.
//
// The pages hold without scripts, from file:// and on paper. They refer to one
// other file, [StylesheetName], by a relative address, and to no other site.
// On narrow screens the list of chapters is a popover, which browsers open and
// close on their own; the page contents are a details element there and a
// column of their own on wide screens.
//
// Ids that the templates make start with "rt:". Ids made from headings and
// cells never hold a colon, so the two cannot meet.
//
// The colours of code are two chroma styles, code-light.xml and code-dark.xml,
// from which gen.go writes code.css and [CodeClass].
package theme

import (
	"embed"
	"fmt"
	"html/template"
	"io"
)

//go:generate go run gen.go

//go:embed *.tmpl style.css code.css
var files embed.FS

// StylesheetName is the name of the stylesheet in the root of the site.
const StylesheetName = "rtbook.css"

// Link is an address with its text. Href is relative to the page it is on.
type Link struct {
	Title string
	Href  string
}

// NavItem is an entry of the list of chapters. An entry without Href is a
// folder that has no page of its own.
type NavItem struct {
	Title    string
	Href     string
	Current  bool // the page that the list is on
	Children []NavItem
}

// Heading is an entry of the page contents.
type Heading struct {
	ID    string
	Title string
	Sub   bool // one level below the others
}

// Provenance says what a page was checked with.
type Provenance struct {
	Toolchain string // "go1.26.8"
	Target    string // "linux/amd64"
	Summary   string // one sentence: how many cells, how run and compared
	Source    string // the chapter's file
	Hash      string // of the chapter's source, shortened
}

// Page is what the template of a page is given.
type Page struct {
	Lang        string // BCP 47
	Title       string // of the page, as text
	Book        string // title of the book
	Description string
	Root        string // from this page to the root of the site: "", "../", "../../"
	Home        string // address of the opening page
	IsHome      bool   // this is the opening page
	Canonical   string // absolute address, "" if unknown

	Nav        []NavItem
	More       *Link // where the entries are that Nav left out, nil if it is whole
	Contents   []Heading
	Prev, Next *Link

	Body       template.HTML
	Provenance *Provenance // nil where nothing was checked
	Preview    *Preview    // nil unless the site is one of a book with faults
}

// Preview is what stands above the text of a page in a preview.
type Preview struct {
	Count     string // "3 findings"
	Here      []FindingLink
	Elsewhere []Link // to other pages that have findings
	Top       []Finding
}

// FindingLink leads to a finding of the same page. A URL, because the colon in
// an anchor such as #rt:finding-1 would pass for one after a scheme.
type FindingLink struct {
	Title string
	Href  template.URL
}

// Finding is a fault of the book, shown where it is.
type Finding struct {
	ID      string // anchor
	Place   string // "line 41"
	Message string
	Notes   []FindingNote
	Hint    string
	Warning bool
}

// FindingNote adds to a Finding.
type FindingNote struct {
	Place string // "" if it is about none
	Text  string
	Long  bool // has several lines, such as a diff
}

// Cell is a piece of code that ran, or was compiled, with what it printed.
type Cell struct {
	ID        string   // anchor; "" for code that no link leads to
	Name      string   // as the reader calls it
	Facts     []string // engines, environment, version; said quietly
	Fault     string   // why the facts are not as they should be; "" if they are
	Fold      bool     // the code is folded
	Code      template.HTML
	HasCode   bool
	Output    template.HTML
	HasOutput bool
	Recorded  string // where the output is from, if not from a run that it was compared with
	OutputOf  *Link  // an output that stands apart from its cell: where that is
}

// Theme renders pages. It is safe for concurrent use.
type Theme struct {
	templates *template.Template
	style     []byte
}

// New parses the embedded templates.
func New() (*Theme, error) {
	t, err := template.ParseFS(files, "*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("theme: %w", err)
	}
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, fmt.Errorf("theme: %w", err)
	}
	code, err := files.ReadFile("code.css")
	if err != nil {
		return nil, fmt.Errorf("theme: %w", err)
	}
	return &Theme{templates: t, style: append(style, code...)}, nil
}

// Stylesheet returns the content of [StylesheetName].
func (t *Theme) Stylesheet() []byte { return t.style }

// Page writes a page of the book.
func (t *Theme) Page(w io.Writer, p *Page) error {
	return t.templates.ExecuteTemplate(w, "page.tmpl", p)
}

// Cell writes a cell with its output.
func (t *Theme) Cell(w io.Writer, c *Cell) error {
	return t.templates.ExecuteTemplate(w, "cell.tmpl", c)
}

// Finding writes a finding.
func (t *Theme) Finding(w io.Writer, f Finding) error {
	return t.templates.ExecuteTemplate(w, "finding.tmpl", f)
}

// NotFound is what the page for missing addresses is given. A server answers
// with it at any depth, so its links are absolute paths where those are known.
type NotFound struct {
	Lang string
	Book string
	Home string
	Map  string
}

// NotFound writes the page that servers answer with when an address is not of
// the site. Its style is inlined.
func (t *Theme) NotFound(w io.Writer, p *NotFound) error {
	return t.templates.ExecuteTemplate(w, "404.tmpl", struct {
		*NotFound
		Style template.CSS
	}{p, template.CSS(t.style)})
}

// Redirect writes a page that leads on to another.
func (t *Theme) Redirect(w io.Writer, lang string, to Link) error {
	return t.templates.ExecuteTemplate(w, "redirect.tmpl", struct {
		Lang string
		To   Link
	}{lang, to})
}

// MapPage is a page in the site map.
type MapPage struct {
	Link
	Headings []Link
	Cells    []Link
}

// Map writes the body of the site map.
func (t *Theme) Map(w io.Writer, pages []MapPage) error {
	return t.templates.ExecuteTemplate(w, "map.tmpl", pages)
}
