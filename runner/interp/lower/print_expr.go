package lower

import (
	"go/ast"
	"go/token"
)

// expr writes an expression or a type. It puts parentheses where the tree has
// none and the text needs them, since passes put trees into trees.
func (p *printer) expr(x ast.Expr) {
	switch x := x.(type) {
	case *ast.Ident:
		p.at(x.NamePos, x.Name)
	case *ast.BasicLit:
		p.at(x.ValuePos, x.Value)
	case *ast.ParenExpr:
		p.at(x.Lparen, "(")
		p.expr(x.X)
		p.text(")")
	case *ast.FuncLit:
		p.at(x.Pos(), "func")
		p.signature(x.Type)
		p.text(" ")
		p.block(x.Body)
	case *ast.CompositeLit:
		p.composite(x)
	case *ast.SelectorExpr:
		p.primary(x.X)
		p.text(".")
		p.expr(x.Sel)
	case *ast.IndexExpr:
		p.primary(x.X)
		p.at(x.Lbrack, "[")
		p.expr(x.Index)
		p.text("]")
	case *ast.IndexListExpr:
		p.primary(x.X)
		p.at(x.Lbrack, "[")
		p.exprs(x.Indices)
		p.text("]")
	case *ast.SliceExpr:
		p.slice(x)
	case *ast.TypeAssertExpr:
		p.primary(x.X)
		p.at(x.Lparen, ".(")
		if x.Type == nil {
			p.text("type")
		} else {
			p.expr(x.Type)
		}
		p.text(")")
	case *ast.CallExpr:
		p.call(x)
	case *ast.StarExpr:
		p.at(x.Star, "*")
		p.operand(x.X)
	case *ast.UnaryExpr:
		p.at(x.OpPos, x.Op.String())
		p.operand(x.X)
	case *ast.BinaryExpr:
		p.binary(x)
	case *ast.KeyValueExpr:
		p.expr(x.Key)
		p.text(": ")
		p.expr(x.Value)
	case *ast.Ellipsis:
		p.at(x.Ellipsis, "...")
		if x.Elt != nil {
			p.expr(x.Elt)
		}
	default:
		p.typ(x)
	}
}

// typ writes the types that are not written as expressions are.
func (p *printer) typ(x ast.Expr) {
	switch x := x.(type) {
	case *ast.ArrayType:
		p.at(x.Lbrack, "[")
		if x.Len != nil {
			p.expr(x.Len)
		}
		p.text("]")
		p.expr(x.Elt)
	case *ast.MapType:
		p.at(x.Map, "map[")
		p.expr(x.Key)
		p.text("]")
		p.expr(x.Value)
	case *ast.ChanType:
		switch x.Dir {
		case ast.RECV:
			p.at(x.Begin, "<-chan ")
		case ast.SEND:
			p.at(x.Begin, "chan<- ")
		default:
			p.at(x.Begin, "chan ")
			if c, ok := x.Value.(*ast.ChanType); ok && c.Dir == ast.RECV {
				p.text("(")
				p.expr(c)
				p.text(")")
				return
			}
		}
		p.expr(x.Value)
	case *ast.FuncType:
		p.at(x.Pos(), "func")
		p.signature(x)
	case *ast.StructType:
		p.members(x.Struct, "struct", x.Fields, false)
	case *ast.InterfaceType:
		p.members(x.Interface, "interface", x.Methods, true)
	}
}

// members writes the fields of a struct or the elements of an interface.
func (p *printer) members(pos token.Pos, keyword string, l *ast.FieldList, methods bool) {
	p.at(pos, keyword)
	if l == nil || len(l.List) == 0 {
		p.text("{}")
		return
	}
	p.text(" {")
	p.newline()
	p.indent++
	for _, f := range l.List {
		p.idents(f.Names)
		if sig, ok := f.Type.(*ast.FuncType); ok && methods && len(f.Names) > 0 {
			p.signature(sig)
		} else {
			if len(f.Names) > 0 {
				p.text(" ")
			}
			p.expr(f.Type)
		}
		if f.Tag != nil {
			p.text(" ")
			p.expr(f.Tag)
		}
		p.newline()
	}
	p.indent--
	p.text("}")
}

func (p *printer) composite(x *ast.CompositeLit) {
	p.mark(x.Pos())
	if x.Type != nil {
		p.expr(x.Type)
	}
	p.at(x.Lbrace, "{")
	p.exprs(x.Elts)
	p.text("}")
}

func (p *printer) slice(x *ast.SliceExpr) {
	p.primary(x.X)
	p.at(x.Lbrack, "[")
	if x.Low != nil {
		p.expr(x.Low)
	}
	p.text(":")
	if x.High != nil {
		p.expr(x.High)
	}
	if x.Slice3 {
		p.text(":")
		p.expr(x.Max)
	}
	p.text("]")
}

func (p *printer) call(x *ast.CallExpr) {
	switch fun := x.Fun.(type) {
	case *ast.ArrayType, *ast.MapType, *ast.StructType, *ast.InterfaceType:
		if takesResults(fun) {
			p.text("(")
			p.expr(fun)
			p.text(")")
		} else {
			p.expr(fun)
		}
	default:
		p.primary(fun)
	}
	p.at(x.Lparen, "(")
	p.exprs(x.Args)
	if x.Ellipsis.IsValid() {
		p.text("...")
	}
	p.text(")")
}

// takesResults reports whether a type ends with that of a function without
// results, which takes what follows it in parentheses for these.
func takesResults(t ast.Expr) bool {
	switch t := t.(type) {
	case *ast.ArrayType:
		return takesResults(t.Elt)
	case *ast.MapType:
		return takesResults(t.Value)
	case *ast.StarExpr:
		return takesResults(t.X)
	case *ast.ChanType:
		return takesResults(t.Value)
	case *ast.FuncType:
		return t.Results == nil
	}
	return false
}

// binary writes parentheses around every operand that is an operation itself
// and binds less, or as much and stands on the right.
func (p *printer) binary(x *ast.BinaryExpr) {
	prec := x.Op.Precedence()
	p.side(x.X, prec)
	p.text(" ")
	p.at(x.OpPos, x.Op.String())
	p.text(" ")
	p.side(x.Y, prec+1)
}

func (p *printer) side(x ast.Expr, least int) {
	if b, ok := x.(*ast.BinaryExpr); ok && b.Op.Precedence() < least {
		p.paren(x)
		return
	}
	p.expr(x)
}

func (p *printer) paren(x ast.Expr) {
	p.text("(")
	p.expr(x)
	p.text(")")
}

// operand writes the operand of a unary operator. Between two of them there
// are parentheses: & and & would be &&, and - and - would be --.
func (p *printer) operand(x ast.Expr) {
	switch x.(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr:
		p.paren(x)
	default:
		p.expr(x)
	}
}

// primary writes what a selector, an index or a call is applied to.
func (p *printer) primary(x ast.Expr) {
	switch x.(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr, *ast.StarExpr, *ast.FuncType, *ast.ChanType:
		p.paren(x)
	default:
		p.expr(x)
	}
}
