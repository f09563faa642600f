// Package theme is how the site looks: templates for its pages and cells, a
// stylesheet and two scripts, embedded. It knows nothing of books, Markdown or
// runs; what it shows it is given as the plain structs below.
//
// # Pages
//
// The pages are whole without scripts, from file:// and on paper. They refer to
// [StylesheetName] and [ScriptName] by relative addresses, and to no other site.
// On narrow screens the list of chapters is a popover, which browsers open and
// close on their own; the page contents are a details element there and a
// column of their own on wide screens.
//
// One script stands in the pages themselves, in their heads: [HeadScript], which
// says that scripts run and which colours the reader chose, before anything is
// painted. What needs scripts is in the page all along, and shown by the class
// that it sets, so that nothing moves when it comes. A Content-Security-Policy
// allows it by [HeadScriptHash].
//
// Colours are custom properties, each with a light and a dark value
// (light-dark()), of which the property color-scheme decides: the system's, the
// reader's choice, or light on paper.
//
// # A book's own theme
//
// A book adds to this theme with a folder that its book.yaml names: theme: look.
// In it may be
//
//	style.css    a stylesheet, linked after the theme's: set the properties of :root, or more
//	head.html    a template, for the end of the page's head
//	foot.html    a template, for the end of its footer
//
// The templates are html/template's and are given the [Page] on which they
// stand: <meta name="author" content="{{.Book}}">. Whatever else is in the folder
// is copied, for style.css to refer to. See [ParsePart] and [CheckStylesheet].
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
//go:generate go -C bundle run .

//go:embed *.tmpl *.css *.js
var files embed.FS

// Names of the theme's files in the root of the site.
const (
	StylesheetName        = "rtbook.css"
	ExploreStylesheetName = "explore.css" // of the pages that have something to explore
	ScriptName            = "rtbook.js"   // of every page
	ExploreName           = "explore.js"  // of the pages that have something to explore
	StepperName           = "stepper.js"  // that ExploreName loads when a recording is opened
	SweepName             = "sweep.js"    // that ExploreName loads when a control of a sweep is touched
	FinderName            = "finder.js"   // that ScriptName loads when the search is wanted
)

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
	Dir         string // "rtl" for languages written from the right, else ""
	Title       string // of the page, as text
	Book        string // title of the book
	Description string
	Root        string   // from this page to the root of the site: "", "../", "../../"
	Home        string   // address of the opening page
	IsHome      bool     // this is the opening page
	Canonical   string   // absolute address, "" if unknown
	NoIndex     bool     // not for search engines: what it has is elsewhere, too
	Markdown    string   // address of the page's source, "" if there is none
	Whole       string   // address of the page that has the whole book, "" if there is none
	Repository  string   // where the book is kept, "" if unknown
	Report      string   // where to report a fault of this page, "" if nowhere
	Styles      []string // addresses of more stylesheets: [ExploreStylesheetName], the book's own

	Nav        []NavItem
	More       *Link // where the entries are that Nav left out, nil if it is whole
	Contents   []Heading
	Prev, Next *Link

	Body       template.HTML
	Scripts    []string    // names in the root of the site
	Provenance *Provenance // nil where nothing was checked
	Preview    *Preview    // nil unless the site is one of a book with faults

	Head, Foot template.HTML // of the book's own theme
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

	Sweep   template.HTML // controls by which scripts change Output
	Results template.HTML // a table of what Output can be

	Prediction *Prediction // what to choose from before Output, which is folded; nil if there is none
	Try        string      // the command that tries an answer to the problem that this is; "" if it is none

	Hidden int    // lines of Code that are shown when asked for
	About  *About // more than Facts say; nil if there is no more
}

// Prediction is what a reader chooses from.
type Prediction struct {
	Choices []Choice
	Open    bool // nothing is folded
}

// Choice is what a cell may print.
type Choice struct {
	Label  string        // what stands above Output; "" if nothing does
	Output string        // without its last line feed
	Known  bool          // whether it is right is known:
	Right  bool          // it is what the cell prints
	Why    template.HTML // why it is, or is not
}

// About says how a cell was run and compared, and how to run it oneself.
type About struct {
	Rows    []AboutRow
	Command string // runs the cell
	Source  string // address of the chapter's Markdown, "" if there is none
	Report  string // where to report a fault of the cell, "" if nowhere
}

// AboutRow is a thing to know of a cell.
type AboutRow struct{ Name, Text string }

// Theme renders pages. It is safe for concurrent use.
type Theme struct {
	templates *template.Template
	files     map[string][]byte
}

// New parses the embedded templates.
func New() (*Theme, error) {
	t, err := template.ParseFS(files, "*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("theme: %w", err)
	}
	assets, err := assemble()
	if err != nil {
		return nil, fmt.Errorf("theme: %w", err)
	}
	return &Theme{templates: t, files: assets}, nil
}

// Files returns the theme's stylesheets and scripts by their names in the root of
// the site.
func (t *Theme) Files() map[string][]byte { return t.files }

// Stylesheet returns the content of [StylesheetName].
func (t *Theme) Stylesheet() []byte { return t.files[StylesheetName] }

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
		Style  template.CSS
		Script template.HTML
	}{p, template.CSS(t.Stylesheet()), headScript})
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
