package runner

import (
	"go/scanner"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// guard is what a chapter has to allow before its cells may use it: see
// [Cell.Uses].
type guard struct {
	name    string // what allows it
	because string // what it does, after "which"
	below   bool   // packages below it are guarded by themselves
}

var guards = []guard{
	{"unsafe", "steps around the type system", false},
	{"syscall", "calls the kernel directly", true},
	{"golang.org/x/sys", "calls the kernel directly", true},
	{"os/exec", "starts other programs", false},
	{"plugin", "loads code into the running program", false},
	{"net", "uses the network", true},
	{"crypto/tls", "uses the network", false},
	{"log/syslog", "uses the network", false},
	{"runtime/cgo", "deals with C", false},
	{"go:linkname", "binds a name to one of another package", false},
	{"go:embed", "takes other files into the program", false},
	{"asm", "no compiler checks", false},
}

// harmless are packages below a guarded one that do not do what it does.
var harmless = []string{"net/netip", "net/url"}

// cgoNames are what people call cgo. It cannot be allowed.
var cgoNames = []string{"C", "cgo"}

// Guarded returns the names that a chapter may have to allow, without those of
// packages below them.
func Guarded() []string {
	var names []string
	for _, g := range guards {
		names = append(names, g.name)
	}
	return names
}

// guardOf returns what guards an import path, or a name that allows.
func guardOf(name string) (guard, bool) {
	for _, g := range guards {
		if g.name == name || g.below && strings.HasPrefix(name, g.name+"/") && path.Clean(name) == name {
			return g, !slices.Contains(harmless, name)
		}
	}
	return guard{}, false
}

// IsGuarded reports whether a name is one that a chapter may have to allow:
// one of [Guarded], or of a package below one of these that is like it.
func IsGuarded(name string) bool {
	_, ok := guardOf(name)
	return ok
}

// IsCgo reports whether a name is one of cgo's, which cannot be allowed.
func IsCgo(name string) bool { return slices.Contains(cgoNames, name) }

// Use is a place in a cell at which something stands that a chapter has to
// allow, or that is not possible.
type Use struct {
	Name string // what allows it: "net/http", "go:embed", "asm"; "" if nothing can
	Pos  Pos

	attr    string // the attribute that it is about, if Pos is only the cell
	message string
	hint    string
}

// AllowedBy reports whether a name in a chapter's front matter allows the use.
func (u Use) AllowedBy(name string) bool {
	return u.Name != "" && (u.Name == name || strings.HasPrefix(u.Name, name+"/"))
}

// Uses returns what the cell has that a chapter has to allow, or that is not
// possible, in order. The cell need not parse.
//
// # What a chapter has to allow
//
// Some of what Go offers lets a program step around Go's own promises, or act
// on more than its own memory and files. A reader of a page should know when it
// is in use, and an author should have meant it. It is therefore a problem,
// unless the chapter allows it by name (see [Cell].Allow).
//
//	name                     because it
//	unsafe                   steps around the type system
//	syscall                  calls the kernel directly; so do the packages below it,
//	golang.org/x/sys         and these
//	os/exec                  starts other programs
//	plugin                   loads code into the running program
//	net                      uses the network; so do the packages below it, but for
//	                         net/netip and net/url, which only read and write addresses,
//	crypto/tls, log/syslog   and these
//	runtime/cgo              deals with C
//	(directive) go:linkname  binds a name to one of another package
//	(directive) go:embed     takes other files into the program
//	asm                      is a file that no compiler checks: assembly, or an object file
//
// A name allows what is below it, too: net allows net/http, and net/http does
// not allow net.
//
// Looked at is what the page itself says: the imports of Go cells, whether they
// run, are checked or must not compile, and of the Go files of folders; by
// whatever name a package is imported, the blank one included. The packages of
// the book's module are not part of the page, and may import what they like.
// Nor can the imports tell of all that a program may do: package os alone can
// start another (os.StartProcess), and one command may write the Go file that
// the next one builds. To keep a program from doing harm is the sandbox's task,
// which allows nothing for being asked.
//
// # What cannot be allowed
//
// Programs are built without cgo, so that import "C" is always a problem (the
// go command would leave such a file out without a word), and so are the
// directives go:cgo_… of its generated files. The directives go:linkname and go:embed have no place in a
// cell, which is no file: they may stand in a file of a folder. (A function
// without a body, which most uses of go:linkname declare, needs a file of
// assembly beside it, even an empty one.)
func (c *Cell) Uses() []Use { return newSource(c, 0, 0).uses() }

func (s *source) uses() []Use {
	switch {
	case s.Shell:
		return nil
	case s.Mode == FileOnly && !strings.HasSuffix(s.Path, ".go"):
		switch strings.ToLower(path.Ext(s.Path)) {
		case ".s", ".sx", ".syso":
			return []Use{s.guarded("asm", 0, "a file of assembly or an object file, which", "file")}
		}
		return nil
	}
	scan := useScanner{source: s, isFile: s.Mode == FileOnly || s.isWhole(lex(s.Source, func(string) {}))}
	scan.run()
	return scan.found
}

// guarded returns the use at an offset of what has to be allowed by name.
func (s *source) guarded(name string, off int, what, attr string) Use {
	g, _ := guardOf(name)
	allow := slices.Clone(s.Allow)
	allow = append(allow, name)
	return Use{
		Name: name, Pos: s.pos(off), attr: attr,
		message: what + " " + g.because,
		hint:    "if that is what the chapter is about, its front matter says so: allow: [" + strings.Join(allow, ", ") + "]",
	}
}

// useScanner finds uses in Go by its tokens alone, so that what does not parse
// is found, too, and what is a file is no other matter than what is a cell.
type useScanner struct {
	*source
	isFile    bool
	found     []Use
	importing bool // within an import declaration
	open      bool // within its parentheses
}

func (s *useScanner) run() {
	var sc scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(s.Source))
	sc.Init(file, []byte(s.Source), nil, scanner.ScanComments)
	for {
		pos, tok, lit := sc.Scan()
		off := file.Offset(pos)
		switch tok {
		case token.EOF:
			return
		case token.COMMENT:
			s.comment(off, lit)
		case token.IMPORT:
			s.importing, s.open = true, false
		case token.LPAREN:
			s.open = true
		case token.STRING:
			if path, err := strconv.Unquote(lit); err == nil && s.importing {
				s.importPath(off, path)
			}
		case token.SEMICOLON:
			s.importing = s.importing && s.open
		case token.IDENT, token.PERIOD: // the name of an import
		default: // the end of the declaration, or none
			s.importing = false
		}
	}
}

func (s *useScanner) importPath(off int, path string) {
	if path == "C" {
		s.found = append(s.found, Use{
			Pos:     s.pos(off),
			message: `import "C" is not possible: programs are built without cgo`,
			hint:    "leave it out, or show the code in a fence go {sketch}, which is not compiled",
		})
	} else if g, ok := guardOf(path); ok && !strings.Contains(g.name, ":") && g.name != "asm" {
		s.found = append(s.found, s.guarded(path, off, "import of "+path+", which", ""))
	}
}

// comment looks for a directive. Those that cells never have are told of where
// the cells are parsed.
func (s *useScanner) comment(off int, text string) {
	word, ok := strings.CutPrefix(text, "//go:")
	if !ok {
		return
	}
	if i := strings.IndexFunc(word, unicode.IsSpace); i >= 0 {
		word = word[:i]
	}
	switch {
	case strings.HasPrefix(word, "cgo_"):
		s.found = append(s.found, Use{
			Pos:     s.pos(off),
			message: "the directive //go:" + word + " is not possible: programs are built without cgo",
			hint:    "leave it out, or show the code in a fence go {sketch}, which is not compiled",
		})
	case s.isFile && (word == "linkname" || word == "embed"):
		s.found = append(s.found, s.guarded("go:"+word, off, "the directive //go:"+word+", which", ""))
	}
}

// refuse reports what the cell uses and its chapter does not allow.
func (s *source) refuse(env *environment) {
	for _, u := range s.uses() {
		if slices.ContainsFunc(s.Allow, u.AllowedBy) {
			continue
		}
		s.refused = true
		if env.problems.add(s, Problem{Pos: u.Pos, Attr: u.attr, Message: u.message, Hint: u.hint}) {
			env.problems.refuseLast()
		}
	}
}
