package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// What is no constant in generic code because it depends on a type parameter,
// such as T(1), can be one in an instance, where the compiler would look at it:
// at overflow, at division by zero, at indices, at cases and keys that occur
// twice. Where it would, such an expression goes through a function.

// notConstant has the parts of a node be no constants.
func (g *generics) notConstant(sc *scope, n ast.Node) {
	if len(sc.args) == 0 {
		return
	}
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if g.becomesConstant(sc, n) {
			if !g.vary(sc, &n.Y) {
				g.vary(sc, &n.X)
			}
		} else if (n.Op == token.QUO || n.Op == token.REM || n.Op == token.SHL || n.Op == token.SHR) && !g.positive(sc, n.Y) {
			g.vary(sc, &n.Y)
		}
	case *ast.UnaryExpr:
		if n.Op != token.AND && n.Op != token.ARROW {
			g.vary(sc, &n.X)
		}
	case *ast.IndexExpr:
		if t := sc.info.Types[n.X].Type; t != nil && (isMap(t) || isSlice(t) && g.positive(sc, n.Index)) {
			return
		}
		g.vary(sc, &n.Index)
	case *ast.SliceExpr:
		g.vary(sc, &n.Low)
		g.vary(sc, &n.High)
		g.vary(sc, &n.Max)
	case *ast.CaseClause:
		for i := range n.List {
			g.vary(sc, &n.List[i])
		}
	case *ast.CompositeLit:
		if t := sc.info.Types[n].Type; t != nil && isMap(t) {
			for _, e := range n.Elts {
				g.vary(sc, &e.(*ast.KeyValueExpr).Key)
			}
		}
	case *ast.CallExpr:
		id, _ := ast.Unparen(n.Fun).(*ast.Ident)
		if fun := sc.info.Types[n.Fun]; fun.IsType() && len(n.Args) == 1 {
			g.vary(sc, &n.Args[0])
		} else if fun.IsBuiltin() && id != nil && id.Name == "make" {
			for i := range n.Args[1:] {
				g.vary(sc, &n.Args[i+1])
			}
		}
	}
}

// positive reports whether x is a constant that is greater than zero, converted
// or not.
func (g *generics) positive(sc *scope, x ast.Expr) bool {
	if v := sc.info.Types[x].Value; v != nil {
		n := constant.ToInt(v)
		return n.Kind() == constant.Int && constant.Sign(n) > 0
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return g.positive(sc, x.X)
	case *ast.CallExpr:
		return sc.info.Types[x.Fun].IsType() && len(x.Args) == 1 && g.positive(sc, x.Args[0])
	}
	return false
}

func isMap(t types.Type) bool {
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// vary has an expression go through a function if it becomes a constant, and
// reports whether it does.
func (g *generics) vary(sc *scope, px *ast.Expr) bool {
	if *px == nil || sc.info.Types[*px].Value != nil || !g.becomesConstant(sc, *px) {
		return false
	}
	pos, t := (*px).Pos(), substitute(sc.info.Types[*px].Type, sc.args)
	f := g.helper("varies", []types.Type{t}, []types.Type{t}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		return []ast.Stmt{ret(pos, g.use(pos, p[0]))}
	})
	*px = g.callHelper(pos, f, *px)
	return true
}

// becomesConstant reports whether an expression is a constant in an instance.
func (g *generics) becomesConstant(sc *scope, x ast.Expr) bool {
	tv := sc.info.Types[x]
	if tv.Value != nil {
		return true
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return g.becomesConstant(sc, x.X)
	case *ast.UnaryExpr:
		return x.Op != token.AND && x.Op != token.ARROW && g.becomesConstant(sc, x.X)
	case *ast.BinaryExpr:
		return g.becomesConstant(sc, x.X) && g.becomesConstant(sc, x.Y)
	case *ast.CallExpr:
		if sc.info.Types[x.Fun].IsType() {
			return len(x.Args) == 1 && isBasic(substitute(tv.Type, sc.args).Underlying()) && g.becomesConstant(sc, x.Args[0])
		}
		return sc.info.Types[x.Fun].IsBuiltin() && isMeasure(x.Fun) && len(x.Args) == 1 && g.isMeasured(sc, x)
	}
	return false
}

// isMeasured reports whether what a call of a measure returns depends on a type
// only.
func (g *generics) isMeasured(sc *scope, x *ast.CallExpr) bool {
	if _, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr); ok {
		return true
	}
	t := substitute(sc.info.Types[x.Args[0]].Type, sc.args)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	return isArray(t)
}

// isMeasure reports whether a predeclared function, or one of package unsafe,
// returns a constant for a value of some types.
func isMeasure(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return x.Name == "len" || x.Name == "cap"
	case *ast.SelectorExpr:
		return x.Sel.Name == "Sizeof" || x.Sel.Name == "Alignof" || x.Sel.Name == "Offsetof"
	}
	return false
}
