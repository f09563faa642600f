package runner

import (
	"go/ast"
	"go/token"
)

// freeNames finds the identifiers of a piece that are not declared in it: the
// names that the cell's top level, or Go, must give a meaning. It follows the
// scopes of Go's syntax and needs no types, except for keys of composite
// literals, which may be names of fields: those it hands to key.
type freeNames struct {
	visit func(*ast.Ident)
	key   func(*ast.Ident, *ast.CompositeLit)

	declared map[string]int // how many open scopes declare a name
	log      []string       // names in the order of their declarations
}

// inScope runs f in a new scope.
func (w *freeNames) inScope(f func()) {
	mark := len(w.log)
	f()
	for _, name := range w.log[mark:] {
		w.declared[name]--
	}
	w.log = w.log[:mark]
}

func (w *freeNames) declare(ids ...*ast.Ident) {
	for _, id := range ids {
		if w.declared == nil {
			w.declared = make(map[string]int)
		}
		w.declared[id.Name]++
		w.log = append(w.log, id.Name)
	}
}

// walk visits a node that may be nil.
func (w *freeNames) walk(n ast.Node) {
	if n != nil {
		ast.Walk(w, n)
	}
}

// Visit implements [ast.Visitor]. Nodes that open scopes, declare names or
// hold identifiers that are no references are handled here; ast.Walk descends
// into the others.
func (w *freeNames) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.Ident:
		if n.Name != "_" && w.declared[n.Name] == 0 {
			w.visit(n)
		}
	case *ast.SelectorExpr:
		w.walk(n.X)
	case *ast.CompositeLit:
		w.compositeLit(n)
	case *ast.Field: // of a struct or an interface; parameters go through fieldTypes
		w.walk(n.Type)
	case *ast.FuncType:
		w.fieldTypes(n.Params)
		w.fieldTypes(n.Results)
	case *ast.FuncLit:
		w.inScope(func() { w.function(n.Type, n.Body) })
	case *ast.FuncDecl:
		w.inScope(func() { w.funcDecl(n) })
	case *ast.GenDecl:
		for _, spec := range n.Specs {
			w.spec(spec)
		}
	case *ast.BlockStmt:
		w.inScope(func() { w.stmts(n.List) })
	case *ast.AssignStmt:
		w.assign(n)
	case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
		w.inScope(func() { w.compound(n) })
	case *ast.CommClause:
		w.inScope(func() {
			if n.Comm != nil {
				w.walk(n.Comm)
			}
			w.stmts(n.Body)
		})
	case *ast.CaseClause:
		w.inScope(func() {
			w.exprs(n.List)
			w.stmts(n.Body)
		})
	case *ast.LabeledStmt:
		w.walk(n.Stmt)
	case *ast.BranchStmt:
	default:
		return w
	}
	return nil
}

func (w *freeNames) stmts(list []ast.Stmt) {
	for _, s := range list {
		w.walk(s)
	}
}

func (w *freeNames) exprs(list []ast.Expr) {
	for _, e := range list {
		w.walk(e)
	}
}

// compound walks a statement in whose scope its header declares names.
func (w *freeNames) compound(n ast.Node) {
	opt := func(s ast.Stmt) {
		if s != nil {
			w.walk(s)
		}
	}
	expr := func(e ast.Expr) {
		if e != nil {
			w.walk(e)
		}
	}
	switch n := n.(type) {
	case *ast.IfStmt:
		opt(n.Init)
		w.walk(n.Cond)
		w.walk(n.Body)
		opt(n.Else)
	case *ast.ForStmt:
		opt(n.Init)
		expr(n.Cond)
		opt(n.Post)
		w.walk(n.Body)
	case *ast.RangeStmt:
		w.walk(n.X)
		for _, e := range []ast.Expr{n.Key, n.Value} {
			if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
				w.declare(id)
			} else {
				expr(e)
			}
		}
		w.walk(n.Body)
	case *ast.SwitchStmt:
		opt(n.Init)
		expr(n.Tag)
		w.walk(n.Body)
	case *ast.TypeSwitchStmt:
		opt(n.Init)
		w.walk(n.Assign) // declares its symbol, if any, for all clauses
		w.walk(n.Body)
	}
}

// assign walks an assignment. Names on the left of := are declared, those of
// the same scope again, which changes nothing.
func (w *freeNames) assign(n *ast.AssignStmt) {
	w.exprs(n.Rhs)
	for _, e := range n.Lhs {
		if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
			w.declare(id)
		} else {
			w.walk(e)
		}
	}
}

// topLevel walks a declaration of types or constants of the cell's top level,
// whose names it does not declare: they are the top level's.
func (w *freeNames) topLevel(spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		if spec.Type != nil {
			w.walk(spec.Type)
		}
		w.exprs(spec.Values)
	case *ast.TypeSpec:
		w.inScope(func() {
			w.typeParams(spec.TypeParams)
			w.walk(spec.Type)
		})
	}
}

// spec walks a declaration inside a function.
func (w *freeNames) spec(spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		if spec.Type != nil {
			w.walk(spec.Type)
		}
		w.exprs(spec.Values)
		w.declare(spec.Names...)
	case *ast.TypeSpec:
		w.declare(spec.Name)
		w.inScope(func() {
			w.typeParams(spec.TypeParams)
			w.walk(spec.Type)
		})
	}
}

// typeParams declares type parameters, which their constraints may mention.
func (w *freeNames) typeParams(list *ast.FieldList) {
	w.params(list)
	w.fieldTypes(list)
}

// params declares the names of parameters.
func (w *freeNames) params(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		w.declare(f.Names...)
	}
}

// fieldTypes walks the types of parameters, whose names they do not see.
func (w *freeNames) fieldTypes(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		w.walk(f.Type)
	}
}

// function walks the type and body of a function in an open scope.
func (w *freeNames) function(t *ast.FuncType, body *ast.BlockStmt) {
	w.fieldTypes(t.Params)
	w.fieldTypes(t.Results)
	w.params(t.Params)
	w.params(t.Results)
	if body != nil {
		w.stmts(body.List)
	}
}

// funcDecl walks a declared function or method in an open scope.
func (w *freeNames) funcDecl(d *ast.FuncDecl) {
	if d.Recv != nil {
		for _, f := range d.Recv.List {
			w.receiver(f.Type)
		}
		w.params(d.Recv)
	}
	w.typeParams(d.Type.TypeParams)
	w.function(d.Type, d.Body)
}

// receiver walks a receiver's type. The identifiers between its brackets are
// declarations of type parameters.
func (w *freeNames) receiver(t ast.Expr) {
	switch t := t.(type) {
	case *ast.ParenExpr:
		w.receiver(t.X)
	case *ast.StarExpr:
		w.receiver(t.X)
	case *ast.IndexExpr:
		w.walk(t.X)
		w.receiverParams(t.Index)
	case *ast.IndexListExpr:
		w.walk(t.X)
		w.receiverParams(t.Indices...)
	default:
		w.walk(t)
	}
}

func (w *freeNames) receiverParams(list ...ast.Expr) {
	for _, e := range list {
		if id, ok := e.(*ast.Ident); ok {
			w.declare(id)
		} else {
			w.walk(e)
		}
	}
}

// compositeLit walks a composite literal, whose keys may be names of fields.
func (w *freeNames) compositeLit(n *ast.CompositeLit) {
	if n.Type != nil {
		w.walk(n.Type)
	}
	for _, e := range n.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			w.walk(e)
			continue
		}
		if id, ok := kv.Key.(*ast.Ident); !ok {
			w.walk(kv.Key)
		} else if id.Name != "_" && w.declared[id.Name] == 0 {
			w.key(id, n)
		}
		w.walk(kv.Value)
	}
}
