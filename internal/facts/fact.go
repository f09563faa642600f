package facts

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"

	"rtbook/internal/finding"
)

// fact evaluates a constant expression. It is type-checked as the value of a
// constant in one more file of the package, which imports what the expression
// names: so go/types says what is wrong with it, knows the target's sizes, and
// sees the package's names. (types.Eval has sizes of its own.)
func (lib *library) fact(ref Ref) Answer {
	p, prob := lib.find(ref.Package)
	if prob != nil {
		return Answer{Problem: prob}
	}
	expr, err := parser.ParseExprFrom(lib.fset, "", ref.Expr, 0)
	if err != nil { // Parse has refused it
		return Answer{Problem: &Problem{Rule: "fact-expression", Message: err.Error(), Offset: ref.at}}
	}
	lib.check(p)
	q := question{lib: lib, p: p, expr: expr, info: types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object),
	}}
	q.replaceLocals()
	if prob := q.ask(ref); prob != nil {
		return Answer{Problem: prob}
	}
	tv := q.info.Types[q.expr]
	v, ok := valueOf(tv.Value, tv.Type)
	if !ok {
		return Answer{Problem: &Problem{
			Rule: "fact-expression", Offset: ref.at,
			Message: fmt.Sprintf("%s is of type %s, which no text can be compared with", ref.Expr, tv.Type),
		}}
	}
	if _, exact := v.number(); v.Kind != "string" && v.Kind != "bool" && (!exact || len(v.Text) > maxDigits) {
		return Answer{Problem: &Problem{
			Rule: "fact-expression", Offset: ref.at,
			Message: fmt.Sprintf("%s has a value of more than %d digits, which no text says", ref.Expr, maxDigits),
		}}
	}
	ans := Answer{}
	if pos := q.about(); pos.IsValid() {
		ans = lib.atPos(p, pos)
	}
	ans.Value = v
	return ans
}

// maxDigits bounds the value of a fact as it is written: math.MaxFloat64 has 309
// digits.
const maxDigits = 1000

// question is an expression that is evaluated in a package.
type question struct {
	lib    *library
	p      *pkg
	expr   ast.Expr
	locals []ast.Stmt // declarations within a function that expr needs
	from   *file      // where they are
	info   types.Info
}

// replaceLocals makes NAME of each FUNC.NAME that names a constant declared
// within a function, and collects the declarations. Those of one function only,
// the first, since another's names could be the same.
func (q *question) replaceLocals() {
	var of *decl
	q.expr = replace(q.expr, func(sel *ast.SelectorExpr) ast.Expr {
		d := q.p.lookup(types.ExprString(sel.X))
		if d == nil || of != nil && d != of {
			return sel
		}
		local := d.local(sel.Sel.Name)
		if local == nil || local.group.Tok != token.CONST {
			return sel
		}
		if of == nil {
			q.locals = constsBefore(d.node.(*ast.FuncDecl), local.group)
		}
		of, q.from = d, d.file
		return sel.Sel
	})
}

// replace returns e with do applied to each selector in it.
func replace(e ast.Expr, do func(*ast.SelectorExpr) ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.SelectorExpr:
		return do(x)
	case *ast.ParenExpr:
		x.X = replace(x.X, do)
	case *ast.UnaryExpr:
		x.X = replace(x.X, do)
	case *ast.BinaryExpr:
		x.X, x.Y = replace(x.X, do), replace(x.Y, do)
	case *ast.CallExpr:
		for i := range x.Args {
			x.Args[i] = replace(x.Args[i], do)
		}
	}
	return e
}

// constsBefore returns a declaration in a function's body after the constants
// and types that are declared there before it, as far as no name is used twice.
func constsBefore(fn *ast.FuncDecl, last *ast.GenDecl) []ast.Stmt {
	var stmts []ast.Stmt
	seen := make(map[string]bool)
	add := func(group *ast.GenDecl) {
		for _, spec := range group.Specs {
			for _, d := range declsOf(nil, group, spec) {
				if seen[d.name.Name] {
					return
				}
				seen[d.name.Name] = true
			}
		}
		stmts = append(stmts, &ast.DeclStmt{Decl: group})
	}
	add(last)
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if group, ok := n.(*ast.GenDecl); ok && group.Pos() < last.Pos() && group.Tok != token.VAR {
			add(group)
		}
		return true
	})
	return append(stmts[1:], stmts[0])
}

// ask type-checks the expression.
func (q *question) ask(ref Ref) *Problem {
	var first *types.Error
	conf := q.lib.config(q.p, func(err error) {
		var terr types.Error
		if errors.As(err, &terr) && first == nil {
			first = &terr
		}
	})
	conf.DisableUnusedImportCheck = true
	// Errors are in first; what is left of the expression has no value.
	_ = types.NewChecker(conf, q.lib.fset, q.p.types, &q.info).Files([]*ast.File{q.sourceFile()})
	if q.info.Types[q.expr].Value != nil && first == nil {
		return nil
	}
	prob := &Problem{Rule: "fact-expression", Offset: ref.at}
	if first == nil {
		prob.Rule = "package-broken"
		prob.Message = fmt.Sprintf("%s has no value, since package %s does not type-check", ref.Expr, ref.Package)
		if len(q.p.errors) > 0 {
			err := q.p.errors[0]
			prob.Notes = []Note{{q.lib.place(err.Pos), err.Msg}}
		}
		return prob
	}
	prob.Message = first.Msg
	if at := q.lib.fset.PositionFor(first.Pos, false); at.Filename == "" {
		prob.Offset = ref.at + at.Offset
	}
	prob.Hint = q.nearest(first.Pos)
	return prob
}

// nearest suggests a name for the one at pos, which is not declared, or "".
func (q *question) nearest(pos token.Pos) string {
	near := ""
	ast.Inspect(q.expr, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if n.Sel.Pos() == pos {
				near = q.nearestOf(n)
			}
			ast.Inspect(n.X, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && id.Pos() == pos {
					near = q.lib.nearestName(q.p, id.Name)
				}
				return true
			})
			return false
		case *ast.Ident:
			if n.Pos() == pos && q.info.Uses[n] == nil {
				near = q.lib.nearestName(q.p, n.Name)
			}
		}
		return true
	})
	if near == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", near)
}

// nearestOf suggests another selector: a member, or a name of a package.
func (q *question) nearestOf(sel *ast.SelectorExpr) string {
	if x, ok := sel.X.(*ast.Ident); ok {
		if pkg, ok := q.info.Uses[x].(*types.PkgName); ok {
			if near := finding.Nearest(sel.Sel.Name, pkg.Imported().Scope().Names()); near != "" {
				return x.Name + "." + near
			}
			return ""
		}
	}
	if near := nearestMember(q.info.Types[sel.X].Type, sel.Sel.Name); near != "" {
		return types.ExprString(sel.X) + "." + near
	}
	return ""
}

// sourceFile returns the file that holds the expression.
func (q *question) sourceFile() *ast.File {
	value := &ast.GenDecl{Tok: token.CONST, Specs: []ast.Spec{
		&ast.ValueSpec{Names: []*ast.Ident{{Name: "_", NamePos: q.expr.Pos()}}, Values: []ast.Expr{q.expr}},
	}}
	f := &ast.File{Name: ast.NewIdent(q.p.types.Name())}
	used := make(map[string]bool)
	names := func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		return true
	}
	ast.Inspect(q.expr, names)
	for _, stmt := range q.locals {
		ast.Inspect(stmt, names)
	}
	for name := range used {
		if path := q.imported(name); path != "" && q.p.types.Scope().Lookup(name) == nil {
			spec := &ast.ImportSpec{Name: ast.NewIdent(name), Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(path)}}
			f.Imports = append(f.Imports, spec)
			f.Decls = append(f.Decls, &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}})
		}
	}
	if q.locals == nil {
		f.Decls = append(f.Decls, value)
		return f
	}
	f.Decls = append(f.Decls, &ast.FuncDecl{
		Name: ast.NewIdent("_"), Type: &ast.FuncType{Params: &ast.FieldList{}},
		Body: &ast.BlockStmt{List: append(q.locals, &ast.DeclStmt{Decl: value})},
	})
	return f
}

// imported returns the path of the package that a name stands for in a file of
// the package, the first of several and that of the locals before others.
func (q *question) imported(name string) string {
	files := q.p.files
	if q.from != nil {
		files = append([]*file{q.from}, files...)
	}
	for _, f := range files {
		for _, spec := range f.ast.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			switch m := q.p.meta.Imports[path]; {
			case spec.Name != nil && spec.Name.Name == name, spec.Name == nil && m != nil && m.Name == name:
				return path
			}
		}
	}
	if name == "unsafe" {
		return name
	}
	return ""
}

// about returns where the expression's subject is declared: the last field in
// it, or else the first name that a package declares.
func (q *question) about() (pos token.Pos) {
	field := false
	ast.Inspect(q.expr, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch obj := q.info.Uses[id].(type) {
		case nil, *types.PkgName:
		case *types.Var:
			if obj.IsField() {
				pos, field = obj.Pos(), true
			} else if !pos.IsValid() {
				pos = obj.Pos()
			}
		default:
			if !field && !pos.IsValid() {
				pos = obj.Pos() // none for what is predeclared
			}
		}
		return true
	})
	return pos
}

// valueOf returns a constant as a Value.
func valueOf(v constant.Value, t types.Type) (Value, bool) {
	if t == nil || v == nil {
		return Value{}, false
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return Value{}, false
	}
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		return Value{"bool", strconv.FormatBool(constant.BoolVal(v))}, true
	case info&types.IsString != 0:
		return Value{"string", constant.StringVal(v)}, true
	case info&types.IsInteger != 0:
		return Value{"int", constant.ToInt(v).ExactString()}, true
	case info&types.IsFloat != 0:
		return Value{"float", constant.ToFloat(v).ExactString()}, true
	}
	return Value{}, false
}
