// Package lexers has chroma's lexers, each read when it is first used.
//
// Importing chroma's own package of them costs every process some five
// milliseconds before main: it reads the heads of all its definitions. A process
// of rtbook's is often only the guard of a child, and colours nothing. So gen.go
// writes the definitions to lexers.zip, in chroma's XML, and what they are called
// to index.go, which costs nothing to start with. The definitions are chroma's;
// its licence, LICENSE-chroma, is in the archive too.
//
// The lexers give the same tokens as chroma's, but for those that are written in
// Go in ways that XML cannot express:
//
//   - Haxe, PHTML, Raku, reStructuredText and Svelte are left out;
//   - Common Lisp and Emacs Lisp do not tell built-in names from others;
//   - HTTP leaves the body of a message plain, whatever its type.
//
// Jungle is left out, too: its lexer takes minutes for a line that is not Jungle.
package lexers

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
)

//go:generate go run gen.go

//go:embed lexers.zip
var archive []byte

// definition is what the index says of a lexer: how chroma's registry finds it,
// and what it is made of.
type definition struct {
	name           string
	aliases        []string
	filenames      []string
	aliasFilenames []string
	priority       float32

	file string // of the archive
	root string // the name of the lexer for what this one calls other, "" if there is none
}

// Get returns the lexer of a language, by its name, one of its aliases or the
// extension of its files, as chroma's lexers.Get does; nil if there is none. To
// find that there is none takes milliseconds.
func Get(name string) chroma.Lexer { return registry().Get(name) }

var registry = sync.OnceValue(func() *chroma.LexerRegistry {
	files := sync.OnceValues(func() (fs.FS, error) {
		return zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	})
	r := chroma.NewLexerRegistry()
	for i := range index {
		r.Register(newLexer(&index[i], files))
	}
	return r
})

// lexer is a lexer that is read from the archive when it first has work to do.
type lexer struct {
	config   *chroma.Config
	registry *chroma.LexerRegistry
	load     func() (chroma.Lexer, error)
}

func newLexer(d *definition, files func() (fs.FS, error)) *lexer {
	l := &lexer{config: &chroma.Config{
		Name:           d.name,
		Aliases:        d.aliases,
		Filenames:      d.filenames,
		AliasFilenames: d.aliasFilenames,
		Priority:       d.priority,
	}}
	l.load = sync.OnceValues(func() (chroma.Lexer, error) { return l.read(d, files) })
	return l
}

func (l *lexer) read(d *definition, files func() (fs.FS, error)) (chroma.Lexer, error) {
	fsys, err := files()
	if err != nil {
		return nil, fmt.Errorf("reading the lexers: %w", err)
	}
	language, err := chroma.NewXMLLexer(fsys, d.file)
	if err != nil {
		return nil, fmt.Errorf("reading the lexer of %s: %w", d.name, err)
	}
	language.SetRegistry(l.registry)
	if d.root == "" {
		return language, nil
	}
	// The root is asked to tokenise only: its registry stays what it is.
	return chroma.DelegatingLexer(l.registry.Get(d.root), language), nil
}

func (l *lexer) Config() *chroma.Config { return l.config }

func (l *lexer) Tokenise(options *chroma.TokeniseOptions, text string) (chroma.Iterator, error) {
	real, err := l.load()
	if err != nil {
		return nil, err
	}
	if l.config.Name != "markdown" {
		return real.Tokenise(options, text)
	}
	front, text := cutFrontMatter(text)
	it, err := real.Tokenise(options, text)
	if err != nil || front == "" {
		return it, err
	}
	head, err := l.registry.Get("YAML").Tokenise(options, front)
	if err != nil {
		return nil, err
	}
	return chroma.Concaterator(head, it), nil
}

// cutFrontMatter splits Markdown behind the line of dashes that ends its front
// matter. front is empty if there is none.
func cutFrontMatter(text string) (front, rest string) {
	for line := range strings.Lines(text) {
		dashes := strings.TrimRight(line, "\r\n") == "---"
		if front == "" && (!dashes || !strings.HasSuffix(line, "\n")) {
			break
		}
		first := front == ""
		front = text[:len(front)+len(line)]
		if dashes && !first && strings.HasSuffix(line, "\n") {
			return front, text[len(front):]
		}
	}
	return "", text
}

// SetRegistry sets where the lexer finds those of other languages. It has no
// effect once the lexer has been used.
func (l *lexer) SetRegistry(r *chroma.LexerRegistry) chroma.Lexer {
	l.registry = r
	return l
}

// SetAnalyser does nothing: these lexers are asked for by name.
func (l *lexer) SetAnalyser(func(string) float32) chroma.Lexer { return l }

// AnalyseText returns 0: see SetAnalyser.
func (l *lexer) AnalyseText(string) float32 { return 0 }
