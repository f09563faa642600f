package facts

import (
	"errors"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"

	"golang.org/x/mod/module"

	"rtbook/runner/gotool"
)

// SyntaxError is what is wrong with how a reference is written.
type SyntaxError struct {
	Message string // one line, no full stop
	Hint    string // may be empty
	Offset  int    // in bytes, in what was parsed; of a destination, "go:" counts
	InLines bool   // ParseQuote: Offset is in lines, not in symbol
}

func (e *SyntaxError) Error() string { return e.Message }

// scheme begins the destination of a link that is a reference.
const scheme = "go:"

// IsRef says whether a link's destination is a reference, which Parse reads.
func IsRef(dest string) bool { return strings.HasPrefix(dest, scheme) }

// Parse reads a link's destination, unescaped, such as "go:runtime.p.runq",
// "go:runtime len(p{}.runq)" or "go:runtime main: newm(sysmon) before gcenable".
// The error is a *SyntaxError; only the syntax is looked at.
func Parse(dest string) (Ref, error) {
	text, ok := strings.CutPrefix(dest, scheme)
	if !ok {
		return Ref{}, &SyntaxError{Message: fmt.Sprintf("%q does not begin with %s", dest, scheme)}
	}
	ref, err := parseText(text)
	if err != nil {
		err.Offset += len(scheme)
		return Ref{}, err
	}
	return ref, nil
}

func parseText(text string) (Ref, *SyntaxError) {
	blank := strings.IndexAny(text, " \t")
	if blank < 0 {
		return parseSymbol(text, Symbol)
	}
	ref := Ref{Text: text, Package: text[:blank]}
	if err := checkPath(ref.Package); err != nil {
		if sym, serr := parseSymbol(ref.Package, Symbol); serr == nil && sym.Symbol != "" {
			err.Hint = fmt.Sprintf("a fact names the package alone: go:%s …; a symbol has nothing after it", sym.Package)
		}
		return Ref{}, err
	}
	rest := strings.TrimLeft(text[blank:], " \t")
	ref.at = len(text) - len(rest)
	rest = strings.TrimRight(rest, " \t")
	if rest == "" {
		return Ref{}, &SyntaxError{Message: "there is nothing after the package", Offset: ref.at,
			Hint: "a fact is go:PACKAGE EXPRESSION, a symbol is go:PACKAGE.NAME"}
	}
	if name, steps, ok := strings.Cut(rest, ":"); ok && !strings.HasPrefix(steps, "=") {
		if symbol, ok := symbolName(strings.TrimRight(name, " ")); ok {
			ref.Kind, ref.Symbol = Order, symbol
			return ref, parseSteps(&ref, steps, ref.at+len(name)+1)
		}
	}
	ref.Kind, ref.Expr = Fact, rest
	if _, err := parser.ParseExprFrom(token.NewFileSet(), "", rest, 0); err != nil {
		var list scanner.ErrorList
		if errors.As(err, &list) {
			return Ref{}, &SyntaxError{Message: list[0].Msg, Offset: ref.at + min(list[0].Pos.Offset, len(rest))}
		}
		return Ref{}, &SyntaxError{Message: err.Error(), Offset: ref.at}
	}
	return ref, nil
}

// parseSteps reads "a before b before c" or "!a", which begins at an offset of
// the reference.
func parseSteps(ref *Ref, text string, at int) *SyntaxError {
	const before = " before "
	for i, part := range strings.Split(text, before) {
		step := strings.TrimSpace(part)
		from := at + strings.Index(part, step)
		if strings.HasSuffix(" "+step, " before") { // nothing comes after it
			from, step = from+len(step), ""
		}
		at += len(part) + len(before)
		if no, ok := strings.CutPrefix(step, "!"); ok {
			if i > 0 || strings.Contains(text, before) {
				return &SyntaxError{Message: "! stands before the only step", Offset: from,
					Hint: "write one link for the order and one for what is not done"}
			}
			ref.Not, step = true, strings.TrimSpace(no)
		}
		if step == "" {
			return &SyntaxError{Message: "a step is missing", Offset: from, Hint: "an order is go:PACKAGE FUNC: a before b"}
		}
		ref.Steps = append(ref.Steps, step)
	}
	return nil
}

// ParseQuote reads the attributes of a quotation: the symbol that quote= names,
// such as "runtime.runqput", and the value of lines=, which may be empty. It is
// "/re/,/re/", from the first line that matches the first expression to the
// first later one that matches the second, or "/re/", one line; \/ is a slash.
// Without lines, the quotation is the declaration without the comment before
// it; with them, the comment is looked at too, and so is all of a declaration
// in parentheses. The error is a *SyntaxError.
func ParseQuote(symbol, lines string) (Ref, error) {
	ref, err := parseSymbol(symbol, Quote)
	if err != nil {
		return Ref{}, err
	}
	if lines == "" {
		return ref, nil
	}
	if ref.Lines, err = parseLines(lines); err != nil {
		return Ref{}, err
	}
	ref.Text += " " + lines
	return ref, nil
}

func parseLines(lines string) (res [2]string, err *SyntaxError) {
	fail := func(at int, message string) ([2]string, *SyntaxError) {
		return res, &SyntaxError{Message: message, Offset: at, InLines: true, Hint: "lines are written lines=/first/,/last/"}
	}
	rest := lines
	for i := range res {
		at := len(lines) - len(rest)
		if !strings.HasPrefix(rest, "/") {
			return fail(at, "a / is missing")
		}
		end := 1
		for end < len(rest) && rest[end] != '/' {
			if rest[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(rest) {
			return fail(len(lines), "a / is missing")
		}
		res[i] = strings.ReplaceAll(rest[1:end], `\/`, "/")
		if res[i] == "" {
			return fail(at, "an expression is empty")
		}
		if _, err := regexp.Compile(res[i]); err != nil {
			return fail(at+1, err.Error())
		}
		rest = rest[end+1:]
		if rest == "" {
			return res, nil
		}
		if i == 0 {
			var ok bool
			if rest, ok = strings.CutPrefix(rest, ","); ok {
				continue
			}
		}
		return fail(len(lines)-len(rest), fmt.Sprintf("%q is too much", rest))
	}
	return res, nil
}

// parseSymbol reads "internal/runtime/gc.PageSize": the name begins after the
// first dot behind the last slash.
func parseSymbol(text string, kind Kind) (Ref, *SyntaxError) {
	const hint = "a symbol is written PACKAGE.NAME, as in runtime.schedinit or runtime.(*mheap).alloc"
	slash := strings.LastIndexByte(text, '/') + 1
	dot := strings.IndexByte(text[slash:], '.')
	if dot < 0 {
		return Ref{}, &SyntaxError{Message: fmt.Sprintf("%q names no symbol of a package", text), Hint: hint}
	}
	ref := Ref{Kind: kind, Text: text, Package: text[:slash+dot], at: slash + dot + 1}
	if err := checkPath(ref.Package); err != nil {
		return Ref{}, err
	}
	var ok bool
	if ref.Symbol, ok = symbolName(text[ref.at:]); !ok {
		return Ref{}, &SyntaxError{Message: fmt.Sprintf("%q is no name of a symbol", text[ref.at:]), Offset: ref.at, Hint: hint}
	}
	return ref, nil
}

// symbolName returns a name without what marks a pointer receiver: mheap.alloc
// for (*mheap).alloc. Names are dotted identifiers.
func symbolName(s string) (string, bool) {
	if rest, ok := strings.CutPrefix(s, "("); ok {
		recv, member, ok := strings.Cut(rest, ").")
		if !ok {
			return "", false
		}
		s = strings.TrimPrefix(recv, "*") + "." + member
		if !token.IsIdentifier(s[:len(s)-len(member)-1]) {
			return "", false
		}
	}
	for part := range strings.SplitSeq(s, ".") {
		if !token.IsIdentifier(part) {
			return "", false
		}
	}
	return s, true
}

func checkPath(p string) *SyntaxError {
	fault := func(why string) *SyntaxError {
		return &SyntaxError{Message: why, Hint: "a package is named by its import path, as in internal/runtime/gc"}
	}
	if p == "" {
		return fault("the package is missing")
	}
	if gotool.IsPattern(p) || p == "C" || strings.Contains(p, "=") {
		return fault(fmt.Sprintf("%q is no import path of one package", p))
	}
	if err := module.CheckImportPath(p); err != nil {
		return fault(fmt.Sprintf("%q is no import path", p))
	}
	return nil
}
