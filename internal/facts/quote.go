package facts

import (
	"fmt"
	"go/token"
	"regexp"
	"strings"
)

// maxQuote is how many lines a quotation may have.
const maxQuote = 25

// quote returns the text of a declaration, or of some of its lines.
func (lib *library) quote(ref Ref) Answer {
	p, prob := lib.find(ref.Package)
	if prob != nil {
		return Answer{Problem: prob}
	}
	var x extract
	d, asm := lib.function(p, ref.Symbol)
	if d == nil && asm == nil {
		var pos token.Pos
		if d, pos, prob = lib.member(p, ref); prob != nil {
			return Answer{Problem: prob}
		}
		if f := lib.fileAt(pos); d == nil && f != nil {
			d = lib.declAt(f, pos)
		}
	}
	switch {
	case asm != nil:
		x = extract{asm.file.path, asm.file.text, asm.line, asm.last}
	case d != nil:
		x = lib.extractOf(d, ref.Lines[0] != "")
	default:
		return Answer{Problem: lib.noSymbol(p, ref, ref.Symbol)}
	}
	if prob := x.narrow(ref); prob != nil {
		return Answer{Problem: prob}
	}
	ans := lib.at(lib.placeIn(x.path, x.first), lineOf(x.text, x.first))
	ans.Last = x.last
	ans.Text = x.dedented()
	return ans
}

// declAt returns the declaration of what is named at a position: a field, or a
// method of another type than the reference says.
func (lib *library) declAt(f *file, pos token.Pos) *decl {
	ix := index{decls: make(map[string]*decl)}
	for _, d := range f.ast.Decls {
		ix.add(f, d)
	}
	for _, d := range ix.decls {
		if d.name.Pos() == pos {
			return d
		}
	}
	return fieldDecl(f, pos)
}

// extract is some lines of a file.
type extract struct {
	path        string
	text        []byte
	first, last int
}

// extractOf returns the lines of a declaration: with the comment before it, and
// with the others in its parentheses, if all is set.
func (lib *library) extractOf(d *decl, all bool) extract {
	first, last := d.span()
	if all {
		if d.doc != nil {
			first = d.doc.Pos()
		}
		if d.group != nil && d.group.Lparen.IsValid() {
			first, last = d.group.Pos(), d.group.End()
			if d.group.Doc != nil {
				first = d.group.Doc.Pos()
			}
		}
	}
	line := func(pos token.Pos) int { return lib.fset.PositionFor(pos, false).Line }
	return extract{d.file.path, d.file.text, line(first), line(last - 1)}
}

// narrow makes of the extract what lines= asks for.
func (x *extract) narrow(ref Ref) *Problem {
	if ref.Lines[0] != "" {
		begin, last := x.first, x.last
		if x.first = x.search(ref.Lines[0], begin, last); x.first == 0 {
			return noLine(ref, ref.Lines[0], fmt.Sprintf("no line of %s matches", ref.Symbol))
		}
		x.last = x.first
		if ref.Lines[1] != "" {
			if x.last = x.search(ref.Lines[1], x.first+1, last); x.last == 0 {
				return noLine(ref, ref.Lines[1], fmt.Sprintf("after line %d, no line of %s matches", x.first, ref.Symbol))
			}
		}
	}
	if n := x.last - x.first + 1; n > maxQuote {
		return &Problem{
			Rule: "quotation", Offset: ref.at,
			Message: fmt.Sprintf("the quotation has %d lines; %d is the most", n, maxQuote),
			Hint:    "quote a part of it with lines=/first/,/last/",
		}
	}
	return nil
}

func noLine(ref Ref, re, message string) *Problem {
	return &Problem{Rule: "quotation", Offset: ref.at, Message: fmt.Sprintf("%s /%s/", message, re)}
}

// search returns the first line of a range that an expression matches, or 0.
func (x *extract) search(expr string, from, to int) int {
	re, err := regexp.Compile(expr)
	if err != nil { // ParseQuote has refused it
		return 0
	}
	for n := from; n <= to; n++ {
		if re.MatchString(lineOf(x.text, n)) {
			return n
		}
	}
	return 0
}

// dedented returns the lines without the tabs and blanks that all begin with.
func (x *extract) dedented() string {
	var lines []string
	indent, any := "", false
	for n := x.first; n <= x.last; n++ {
		line := strings.TrimRight(lineOf(x.text, n), " \t\r")
		lines = append(lines, line)
		if line == "" {
			continue
		}
		own := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if !any {
			indent, any = own, true
		}
		for !strings.HasPrefix(own, indent) {
			indent = indent[:len(indent)-1]
		}
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimPrefix(line, indent))
		b.WriteByte('\n')
	}
	return b.String()
}
