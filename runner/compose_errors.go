package runner

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// typeError is what go/types reports of a piece.
type typeError struct {
	piece *piece
	soft  bool
	Problem

	operand ast.Expr // what should have the member that is missing, or nil
}

// lazily compiles an expression when it is first used: every child of an engine
// starts this program, and few have an error to look at.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

var (
	marked      = lazily(mark + `[0-9]*`)
	mainDot     = lazily(`\bmain\.(\pL|_)`)
	undefined   = lazily(`^undefined: ([\pL_][\pL\pN_]*)$`)
	unknown     = lazily(`^undefined: ([\pL_][\pL\pN_]*)\.([\pL_][\pL\pN_]*)$`)
	noMember    = lazily(`^(.*) undefined \(type .* has no field or method ([\pL_][\pL\pN_]*)`)
	missingName = lazily(`^undefined: (\w+)$|no field or method (\w+)|missing method (\w+)`)
)

// typeError takes an error of go/types. It leaves out the ones that follow
// from something else.
func (u *unit) typeError(err types.Error) {
	p := u.env.pieceAt(err.Pos)
	if p == nil {
		return
	}
	msg := marked().ReplaceAllString(err.Msg, "")
	if u.outer != nil {
		msg = mainDot().ReplaceAllString(msg, "$1")
	}
	at := p.pos(err.Pos)
	if note, ok := strings.CutPrefix(msg, "\t"); ok {
		if n := len(u.errs); n > 0 {
			u.errs[n-1].Notes = append(u.errs[n-1].Notes, ProblemNote{at, note})
		}
		return
	}
	e := typeError{piece: p, soft: err.Soft}
	lines := strings.Split(msg, "\n")
	e.Pos, e.Message = at, lines[0]
	for _, line := range lines[1:] {
		e.Notes = append(e.Notes, ProblemNote{Text: strings.TrimSpace(line)})
	}
	if m := undefined().FindStringSubmatch(e.Message); m != nil {
		e.Undefined = m[1]
		e.Defined = namesAround(u.pkg.Scope().Innermost(err.Pos))
	}
	if m := unknown().FindStringSubmatch(e.Message); m != nil {
		e.Undefined = m[1] + "." + m[2]
		e.Defined = u.exported(m[1])
	}
	if m := noMember().FindStringSubmatch(e.Message); m != nil {
		e.Undefined, e.Member = m[2], true
		e.operand = operandOf(p, err.Pos)
	}
	for _, d := range p.vars {
		e.Message = d.reword(e.Message, err.Pos)
	}
	u.errs = append(u.errs, e)
}

// namesAround returns the names in a scope of a function and those around it,
// without the package's.
func namesAround(s *types.Scope) (names []string) {
	for ; s != nil && s.Parent() != nil && s.Parent() != types.Universe; s = s.Parent() {
		names = append(names, s.Names()...)
	}
	return names
}

// defined returns the names that the unit's top level gives a meaning.
func (u *unit) defined() []string {
	names := u.table.names
	if u.outer != nil {
		names = slices.Concat(names, u.outer.table.names)
	}
	return slices.Concat(names, types.Universe.Names())
}

// tuple is what go/types says of a call whose one variable is at package level.
var tuple = lazily(`^multiple-value .* \(value of type \((.*)\)\) in single-value context$`)

// reword takes a message at pos about d, which is checked as a declaration at
// package level, to what go/types says of it inside a function.
func (d *varDef) reword(msg string, pos token.Pos) string {
	for _, v := range d.values {
		if v.Pos() != pos {
			continue
		}
		if d.define {
			msg = strings.Replace(msg, " in variable declaration", " in assignment", 1)
		}
		call, isCall := ast.Unparen(v).(*ast.CallExpr)
		if m := tuple().FindStringSubmatch(msg); m != nil && isCall && len(d.names) == 1 && len(d.values) == 1 {
			n := 1
			for depth, i := 0, 0; i < len(m[1]); i++ {
				switch m[1][i] {
				case '(', '[', '{':
					depth++
				case ')', ']', '}':
					depth--
				case ',':
					if depth == 0 {
						n++
					}
				}
			}
			msg = marked().ReplaceAllString(fmt.Sprintf("assignment mismatch: 1 variable but %s returns %s", types.ExprString(call.Fun), count(n, "value")), "")
		}
	}
	return msg
}

// reportTypeErrors reports what is left of go/types' errors when those are
// taken out that follow from others.
func (u *unit) reportTypeErrors() {
	for _, e := range u.errs {
		if !e.soft && !u.follows(e) {
			e.piece.faulty = true
		}
	}
	var topLevel []string
	for _, e := range u.errs {
		if !slices.Contains(u.cells, e.piece.src) {
			continue // it is the program's, and reported there
		}
		if u.follows(e) || e.soft && e.piece.faulty && strings.HasPrefix(e.Message, "declared and not used") {
			continue
		}
		if e.operand != nil {
			e.Defined = u.members(e.operand)
		}
		if e.Undefined != "" && !e.Member && !strings.Contains(e.Undefined, ".") {
			if note, ok := u.env.elsewhere(e.piece.src, e.Undefined); ok {
				e.Notes = append(e.Notes, note)
				e.Hint = "declare it above, in a cell that is part of the program"
			}
			if topLevel == nil {
				topLevel = u.defined()
			}
			e.Defined = slices.Concat(e.Defined, topLevel)
		}
		u.problem(e.piece.src, e.Problem)
	}
}

// operandOf returns what the selector that is at pos is applied to, or nil.
func operandOf(p *piece, pos token.Pos) (operand ast.Expr) {
	find := func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Pos() == pos {
			operand = sel.X
		}
		return operand == nil
	}
	if p.decl != nil {
		ast.Inspect(p.decl, find)
	}
	if p.stmt != nil {
		ast.Inspect(p.stmt, find)
	}
	return operand
}

// members returns the names of the fields and methods that cells can use of an
// expression.
func (u *unit) members(x ast.Expr) []string {
	info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue)}
	if types.CheckExpr(u.env.fset, u.pkg, x.Pos(), x, info) != nil {
		return nil
	}
	t := info.Types[x].Type
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	var all []string
	add := func(o types.Object) {
		if o.Exported() || o.Pkg() == u.pkg {
			all = append(all, o.Name())
		}
	}
	methods := types.NewMethodSet(t)
	if !types.IsInterface(t) {
		methods = types.NewMethodSet(types.NewPointer(t))
	}
	for m := range methods.Methods() {
		add(m.Obj())
	}
	visitFields(t, make(map[types.Type]bool), func(f *types.Var) { add(f) })
	return all
}

// visitFields calls visit with the fields of a struct, and those of the structs
// that it embeds.
func visitFields(t types.Type, seen map[types.Type]bool, visit func(*types.Var)) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || seen[t] {
		return
	}
	seen[t] = true
	for f := range s.Fields() {
		visit(f)
		if f.Embedded() {
			visitFields(f.Type(), seen, visit)
		}
	}
}

// exported returns the names that cells can use of the package imported as
// name, each with that in front.
func (u *unit) exported(name string) []string {
	var all []string
	for i := range u.pkg.Scope().NumChildren() {
		p, ok := u.pkg.Scope().Child(i).Lookup(name).(*types.PkgName)
		if !ok {
			continue
		}
		for _, member := range p.Imported().Scope().Names() {
			if ast.IsExported(member) {
				all = append(all, name+"."+member)
			}
		}
	}
	return all
}

// follows reports whether e may be the consequence of something that does not
// parse, or is a cycle that is none.
func (u *unit) follows(e typeError) bool {
	if isCycle(e) && !e.piece.src.declOnly {
		return true
	}
	if e.Undefined != "" && !e.Member && u.dotImported(e.Undefined) {
		return true
	}
	if m := missingName().FindStringSubmatch(e.Message); m != nil {
		return u.isBroken(m[1] + m[2] + m[3])
	}
	return false
}

// dotImported reports whether a name may be one of a package that the unit, or
// the program above it, would import without its own.
func (u *unit) dotImported(name string) bool {
	if !token.IsExported(name) {
		return false
	}
	known := func(pkg *types.Package) bool { return pkg == nil || pkg.Scope().Lookup(name) != nil }
	return slices.ContainsFunc(u.dots, known) || u.outer != nil && u.outer.dotImported(name)
}

func isCycle(e typeError) bool { return strings.HasPrefix(e.Message, "initialization cycle") }
