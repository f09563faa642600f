package runner

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// sweptConst is the declaration of a constant that is swept.
type sweptConst struct {
	SweepConst
	info     types.BasicInfo // of its type
	rune     bool            // it is an untyped rune
	own      constant.Value  // the text's
	literals []string        // of Go, by value
	values   []constant.Value
}

// findConsts finds the constants that the cell's attribute names, and reads
// their values. It reports what does not fit.
func (w *sweeper) findConsts() bool {
	before := len(w.env.problems.list)
	for _, sc := range w.cell.Sweep {
		p, spec, i := w.cell.findConst(sc.Name)
		switch {
		case spec == nil:
			w.noConst(sc)
			continue
		case i >= len(spec.Values):
			w.refuse(sc.At, Problem{
				Message: fmt.Sprintf("the constant %s has no value of its own", sc.Name),
				Notes:   []ProblemNote{{p.pos(spec.Names[i].Pos()), "it repeats the expression above it"}},
				Hint:    "write out its value, as in const " + sc.Name + " = 1",
			})
			continue
		}
		if r := repeating(p, spec); r != nil {
			w.refuse(sc.At, Problem{
				Message: fmt.Sprintf("the constant %s shares its value's expression", sc.Name),
				Notes:   []ProblemNote{{p.pos(r.Names[0].Pos()), r.Names[0].Name + " repeats it, and would change, too"}},
				Hint:    "write out the values of both, or declare " + sc.Name + " by itself",
			})
			continue
		}
		obj := w.constOf(spec.Names[i])
		c := &sweptConst{SweepConst: sc}
		if obj != nil {
			b, _ := obj.Type().Underlying().(*types.Basic)
			c.info, c.rune, c.own = b.Info(), b.Kind() == types.UntypedRune, obj.Val()
		}
		if c.info&(types.IsInteger|types.IsFloat|types.IsBoolean|types.IsString) == 0 {
			w.refuse(sc.At, Problem{
				Message: fmt.Sprintf("the constant %s is no number, text or truth value", sc.Name),
				Notes:   []ProblemNote{{p.pos(spec.Names[i].Pos()), "it is declared here"}},
				Hint:    "sweep over a constant that is",
			})
			continue
		}
		w.readValues(c, p, spec, i)
	}
	return len(w.env.problems.list) == before
}

// findConst finds the declaration of a constant at the top level of a cell; spec
// is nil if there is none.
func (s *source) findConst(name string) (p *piece, spec *ast.ValueSpec, index int) {
	for _, p := range s.pieces {
		d, ok := p.decl.(*ast.GenDecl)
		if !ok || d.Tok != token.CONST {
			continue
		}
		for _, spec := range d.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, id := range spec.Names {
				if plainName(id.Name) == name {
					return p, spec, i
				}
			}
		}
	}
	return nil, nil, 0
}

// repeating returns the declaration below spec that repeats its expressions; nil
// if there is none.
func repeating(p *piece, spec *ast.ValueSpec) *ast.ValueSpec {
	specs := p.decl.(*ast.GenDecl).Specs
	next := slices.Index(specs, ast.Spec(spec)) + 1
	if next == len(specs) {
		return nil
	}
	if below := specs[next].(*ast.ValueSpec); len(below.Values) == 0 {
		return below
	}
	return nil
}

// noConst reports a name that is none of a constant of the cell.
func (w *sweeper) noConst(sc SweepConst) {
	p := Problem{
		Message: fmt.Sprintf("sweep over %s, which is no constant of the cell", sc.Name),
		Hint:    fmt.Sprintf("declare it at the top level of the cell: const %s = %s", sc.Name, sc.Values[0].Text),
	}
	for _, e := range w.env.program.table.entities[sc.Name] {
		switch {
		case e.src != w.cell && e.isConst():
			p.Notes = []ProblemNote{{e.pos(), "it is a constant of another cell"}}
			p.Hint = "move the declaration into the cell, or sweep that one"
		case e.src == w.cell || len(p.Notes) == 0:
			p.Notes = []ProblemNote{{e.pos(), "it is " + e.what()}}
		}
	}
	if len(p.Notes) == 0 {
		p.Undefined, p.Defined = sc.Name, w.cell.constNames()
	}
	w.refuse(sc.At, p)
}

// isConst reports whether a constant is declared.
func (e *entity) isConst() bool {
	d, ok := e.piece.decl.(*ast.GenDecl)
	return ok && d.Tok == token.CONST
}

// what says what is declared.
func (e *entity) what() string {
	switch e.kind {
	case aVariable:
		return "a variable"
	case aFunction:
		return "a function"
	case anImport:
		return "an import"
	}
	if e.isConst() {
		return "a constant"
	}
	return "a type"
}

// constNames returns the names of the cell's constants that have values of their
// own.
func (s *source) constNames() []string {
	var names []string
	s.declaredNames(func(p *piece, id *ast.Ident) {
		if d, ok := p.decl.(*ast.GenDecl); ok && d.Tok == token.CONST && id.Name != "_" {
			names = append(names, plainName(id.Name))
		}
	})
	return names
}

// readValues reads the values of a constant, and enters it among those that are
// swept.
func (w *sweeper) readValues(c *sweptConst, p *piece, spec *ast.ValueSpec, index int) {
	control := SweepControl{Name: c.Name, Label: p.src.label(p.offset(spec.End())), Default: -1, Number: c.info&types.IsNumeric != 0 && !c.rune}
	for i, v := range c.Values {
		literal, value := c.literal(v)
		if value == nil {
			w.refuse(v.At, Problem{
				Message: fmt.Sprintf("%s is no value of %s, which is %s", v.quoted(), c.Name, c.kind()),
				Notes:   []ProblemNote{{p.pos(spec.Names[index].Pos()), c.Name + " is declared here"}},
				Hint:    "write values like the text's own, which is " + c.own.String(),
			})
			return
		}
		for k, other := range c.values {
			if constant.Compare(value, token.EQL, other) {
				w.refuse(v.At, Problem{Message: fmt.Sprintf("%s is %s again", v.quoted(), c.Values[k].quoted()), Hint: "leave one of the two out"})
				return
			}
		}
		if constant.Compare(value, token.EQL, c.own) {
			control.Default = i
		}
		c.literals, c.values = append(c.literals, literal), append(c.values, value)
		control.Values = append(control.Values, v.Text)
	}
	if control.Default < 0 {
		w.refuse(c.At, Problem{
			Message: fmt.Sprintf("%s is %s in the text, which is not among its values", c.Name, c.own),
			Notes:   []ProblemNote{{p.pos(spec.Names[index].Pos()), "here"}},
			Hint:    fmt.Sprintf("add %s to the values, or declare it with one of them", c.own),
		})
		return
	}
	w.consts = append(w.consts, c)
	w.sweep.Controls = append(w.sweep.Controls, control)
}

// quoted is the value as the attribute has it.
func (v SweepValue) quoted() string {
	if v.Quoted {
		return "'" + v.Text + "'"
	}
	return v.Text
}

// kind says what values the constant can have.
func (c *sweptConst) kind() string {
	switch {
	case c.rune:
		return "a character"
	case c.info&types.IsInteger != 0:
		return "a whole number"
	case c.info&types.IsFloat != 0:
		return "a number"
	case c.info&types.IsBoolean != 0:
		return "true or false"
	}
	return "text"
}

// literal returns what a value is in Go, with its own kind of constant, and the
// value; nil if it is none of the constant's kind.
func (c *sweptConst) literal(v SweepValue) (string, constant.Value) {
	switch {
	case c.info&types.IsString != 0:
		return strconv.Quote(v.Text), constant.MakeString(v.Text)
	case c.rune:
		r, size := utf8.DecodeRuneInString(v.Text)
		if size == 0 || size != len(v.Text) || r == utf8.RuneError {
			return "", nil
		}
		return strconv.QuoteRune(r), constant.MakeInt64(int64(r))
	case v.Quoted:
		return "", nil
	case c.info&types.IsBoolean != 0:
		if v.Text != "true" && v.Text != "false" {
			return "", nil
		}
		return v.Text, constant.MakeBool(v.Text == "true")
	}
	sign, lit := token.ADD, strings.TrimPrefix(v.Text, "+")
	if rest, ok := strings.CutPrefix(v.Text, "-"); ok {
		sign, lit = token.SUB, rest
	}
	x, err := parser.ParseExpr(lit)
	basic, ok := x.(*ast.BasicLit)
	if err != nil || !ok || basic.Value != lit || !slices.Contains([]token.Token{token.INT, token.FLOAT}, basic.Kind) {
		return "", nil
	}
	value := constant.UnaryOp(sign, constant.MakeFromLiteral(lit, basic.Kind, 0), 0)
	switch {
	case c.info&types.IsFloat == 0 && basic.Kind == token.FLOAT:
		return "", nil
	case c.info&types.IsFloat != 0 && basic.Kind == token.INT:
		return value.ExactString() + ".0", constant.ToFloat(value) // 1 would be another kind of constant
	}
	return v.Text, value
}

// label returns the comment that stands behind an offset, on its line.
func (s *source) label(off int) string {
	line, _, _ := strings.Cut(s.Source[off:], "\n")
	t := lex(line, func(string) {})[0]
	if t.tok != token.COMMENT {
		return ""
	}
	text := line[t.off:]
	if t.end > t.off {
		text = strings.TrimSuffix(line[t.off:t.end], "*/")
	}
	text, _, _ = strings.Cut(text[len("//"):], "//rtbook:")
	return strings.TrimSpace(text)
}
