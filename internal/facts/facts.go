// Package facts holds prose to the source of the book's toolchain: it resolves
// what a link's destination or a fence's quote attribute says of Go code.
//
// There are four kinds of [Ref], each about one package, which is named by its
// import path and is of the toolchain's standard library and commands or of
// the book's own module:
//
//   - A symbol, go:runtime.schedinit, is a declaration and has a line. It names
//     a function, type, constant or variable; a method or field of a type,
//     promoted ones too (go:runtime.mheap.alloc, go:runtime.(*mheap).alloc); a
//     field of a field, for as long as fields have fields
//     (go:runtime.mheap.central.mcentral); a constant or type that is declared
//     within a function (go:runtime.stealWork.stealTries); or a TEXT symbol of
//     the package's assembly for the book's target. A function that is only
//     declared in Go is where its assembly is.
//   - A fact, go:runtime len(p{}.runq), is a constant expression. go/types
//     evaluates it as though it stood in the package: unexported names, the
//     imports of the package's files, and unsafe can be used, sizes are those
//     of the target, and FUNC.NAME is a constant declared within FUNC. The
//     link's text has to say the value ([Value.Is]).
//   - An order, go:runtime main: newm(sysmon) before gcenable, is about what
//     the body of a function does, in the order in which it is written;
//     function literals in it count. Each step is found after the one before.
//     With one step it says that the function does that, and with ! before it
//     that it does not. A number in the link's text is one in a step, in any
//     unit: the text of sysmon: delay = 20 may say 20 µs.
//   - A quotation, quote=runtime.runqput, is the text of a declaration.
//
// A step of an order is, in a function of Go,
//
//   - a function or method, as in gcenable, wake or scavenger.wake: a call of
//     it. What is called ends in that name; type arguments do not count;
//   - a call, as in newm(sysmon): the first arguments of the call are those, as
//     they are written but for white space; _ is any argument, and f() is f;
//   - a statement that assigns, counts, sends, returns or jumps, or begins with
//     go or defer, as in s.allocBits = s.gcmarkBits: that statement;
//   - another expression, as in debug.gctrace == 2: wherever it is evaluated.
//
// In a function of assembly, a step is a symbol that is called or jumped to, or
// a whole instruction as it is written, but for white space and comments. The
// order is that of the text: of two calls, one in the arguments of the other,
// the outer one is first, and what is deferred counts where it stands.
//
// Whatever the go command selects for the target with the toolchain's default
// experiments and without cgo is the package; tests are not part of it.
//
// A [Source] resolves references in batches. Packages are listed by one start
// of the go command and read from source, those that others import too, since
// export data of another release might not be readable. Answers are kept on
// disk; as long as they are there, nothing is started. A release that is newer
// than the go/types in this program can hold source that does not type-check
// here; that spoils only the facts that depend on it.
package facts

import (
	"context"
	"errors"
	"fmt"
	"go/version"
	"maps"
	"slices"

	"rtbook/runner/gotool"
	"rtbook/runner/store"
)

// Kind is what a reference is about.
type Kind string

const (
	Symbol Kind = "symbol" // a declaration
	Fact   Kind = "fact"   // the value of a constant expression
	Order  Kind = "order"  // what a function does, and in which order
	Quote  Kind = "quote"  // the text of a declaration
)

// Ref is a reference into Go source. [Parse] and [ParseQuote] make one.
type Ref struct {
	Kind    Kind
	Text    string // as it was written, without "go:"
	Package string // the import path

	// Want is what the link's text says: it must be the value of a Fact
	// ([Value.Is]), and its numbers stand in the steps of an Order. If it is
	// empty, nothing is compared.
	Want string

	Symbol string    // Symbol, Quote: "p.runq"; Order: the function
	Expr   string    // Fact: the expression
	Steps  []string  // Order: at least one
	Not    bool      // Order: the only step must not be there
	Lines  [2]string // Quote: regular expressions for the first and last line; "", "" is all

	at int // where in Text the expression, or the symbol, begins
}

// Answer is what a reference leads to.
type Answer struct {
	Place   Place  // of the declaration; a Fact's: of what it is about; an Order's: of its first step
	Line    string // the source line at Place, without the blanks around it
	Value   Value  // Fact
	Steps   []Step // Order: where each was found; none with Not
	Text    string // Quote: whole lines, each ended by a line feed, without common indentation
	Last    int    // Quote: the number of the last line; the first is Place's
	Problem *Problem
}

// Place is a line of a source file.
type Place struct {
	File string // slash-separated: "src/runtime/proc.go", below the toolchain's root; or below the book's module
	Line int    // 1-based
	Own  bool   // the file is in the book's module
}

// Step is a step of an order, where it was found.
type Step struct {
	Text string // as written in the reference
	Line int
	Code string // the source line, without the blanks around it
}

// Problem says why a reference does not hold. It does not say where in the
// book, which only the caller knows.
type Problem struct {
	Message string // one line, no full stop
	Hint    string // what to do; may be empty
	Notes   []Note

	// Rule is a slug for programs, as in finding.Finding: "fact-value",
	// "fact-expression", "order", "order-value", "quotation",
	// "unknown-package", "unknown-symbol", "package-outside"; "package-broken"
	// where the package does not type-check, which is not the reference's fault.
	Rule string

	// Offset is where in Ref.Text the fault lies, in bytes, or -1 where it is
	// the whole or the link's text.
	Offset int
}

// Note adds to a problem; Place may be zero.
type Note struct {
	Place Place
	Text  string
}

// Config says which source.
type Config struct {
	// Toolchain has the pin, the target and the book's module. It is required.
	Toolchain *gotool.Toolchain

	// Store is where answers are kept; nil keeps nothing.
	Store *store.Store
}

// Source resolves references in one toolchain, for one target. It may be used
// concurrently.
type Source struct {
	tool  *gotool.Toolchain
	cache *cache
}

// Open returns the source that cfg describes. It starts nothing: that the
// toolchain cannot be had is an error of Resolve.
func Open(cfg Config) (*Source, error) {
	if cfg.Toolchain == nil {
		return nil, errors.New("open the toolchain's source: no toolchain was given")
	}
	c, err := newCache(cfg.Store, cfg.Toolchain)
	if err != nil {
		return nil, err
	}
	return &Source{tool: cfg.Toolchain, cache: c}, nil
}

// Resolve answers references, each at its index. Problems are in the answers;
// the error is that of a toolchain which cannot work, or of ctx. Packages are
// listed and read once for all references that are not in the cache, and not
// kept: the book's own may be another the next time.
func (s *Source) Resolve(ctx context.Context, refs []Ref) ([]Answer, error) {
	keys, err := s.keys(refs)
	if err != nil {
		return nil, err
	}
	answers := make([]Answer, len(refs))
	missing := make(map[string]bool)
	for i, key := range keys {
		ok := false
		if answers[i], ok = s.cache.get(key); !ok {
			missing[key] = true
		}
	}
	if len(missing) > 0 {
		found, err := s.find(ctx, refs, keys, missing)
		if err != nil {
			return nil, err
		}
		for i, key := range keys {
			if ans, ok := found[key]; ok {
				ans.Steps = slices.Clone(ans.Steps)
				answers[i] = ans
			}
		}
	}
	for i, ref := range refs {
		compare(ref, &answers[i])
	}
	return answers, nil
}

// keys returns the cache's key of each reference.
func (s *Source) keys(refs []Ref) ([]string, error) {
	sources := make(map[string]string) // by package
	all := s.tool.Sources()
	keys := make([]string, len(refs))
	for i, ref := range refs {
		source, ok := sources[ref.Package]
		if !ok && s.tool.Owns(ref.Package) {
			parts, err := all.Parts([]string{ref.Package})
			if err != nil {
				return nil, err
			}
			source = store.Key(fmt.Sprint(parts))
		}
		sources[ref.Package] = source
		keys[i] = key(ref, source)
	}
	return keys, nil
}

// find resolves the references of the keys that are missing, and keeps what it
// found.
func (s *Source) find(ctx context.Context, refs []Ref, keys []string, missing map[string]bool) (map[string]Answer, error) {
	paths := make(map[string]bool)
	for i, ref := range refs {
		if missing[keys[i]] {
			paths[ref.Package] = true
		}
	}
	lib, err := load(ctx, s.tool, slices.Sorted(maps.Keys(paths)))
	if err != nil {
		return nil, err
	}
	found, good := make(map[string]Answer), make(map[string]Answer)
	for i, ref := range refs {
		if _, done := found[keys[i]]; done || !missing[keys[i]] {
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		ans := lib.resolve(ref)
		found[keys[i]] = ans
		if ans.Problem == nil {
			good[keys[i]] = ans
		}
	}
	s.cache.put(good)
	return found, nil
}

func (lib *library) resolve(ref Ref) Answer {
	switch ref.Kind {
	case Symbol:
		return lib.symbol(ref)
	case Fact:
		return lib.fact(ref)
	case Order:
		return lib.order(ref)
	case Quote:
		return lib.quote(ref)
	}
	return Answer{Problem: &Problem{Message: fmt.Sprintf("%q is no kind of reference", ref.Kind)}}
}

// compare holds a fact, and the numbers of an order, to what the link's text
// says.
func compare(ref Ref, ans *Answer) {
	if ref.Kind == Order && ans.Problem == nil && ref.Want != "" {
		compareOrder(ref, ans)
		return
	}
	if ref.Kind != Fact || ans.Problem != nil || ref.Want == "" || ans.Value.Is(ref.Want) {
		return
	}
	ans.Problem = &Problem{
		Rule: "fact-value", Offset: -1,
		Message: fmt.Sprintf("the text says %s, but %s in package %s is %s", ref.Want, ref.Expr, ref.Package, ans.Value),
		Hint:    "write " + ans.Value.Like(ref.Want),
	}
	_, number := ans.Value.number()
	if _, ok := parseQuantity(plainBlanks(ref.Want)); number && !ok {
		ans.Problem.Hint += ": the link's text is the value alone, with or without its unit"
	}
	if ans.Place != (Place{}) {
		ans.Problem.Notes = []Note{{ans.Place, ans.Line}}
	}
}

// URL returns the address of a line of the toolchain's source at its release's
// tag, such as https://github.com/golang/go/blob/go1.26.8/src/runtime/proc.go#L123,
// or "" for a place in the book's module and where the book pins no release.
func (s *Source) URL(p Place) string {
	if p.Own || p.File == "" || !version.IsValid(s.tool.Version) {
		return ""
	}
	url := "https://github.com/golang/go/blob/" + s.tool.Version + "/" + p.File
	if p.Line > 0 {
		url += fmt.Sprintf("#L%d", p.Line)
	}
	return url
}

// Version returns the release that the source is of: the pin, "go1.26.8", or
// "" if the book has none.
func (s *Source) Version() string { return s.tool.Version }
