package lower

import (
	"go/ast"
	"go/token"
)

func (p *printer) block(b *ast.BlockStmt) {
	p.at(b.Lbrace, "{")
	p.newline()
	p.indent++
	p.stmts(b.List)
	p.indent--
	p.at(b.Rbrace, "}")
}

func (p *printer) stmts(list []ast.Stmt) {
	for _, s := range list {
		p.stmt(s)
		p.newline()
	}
}

// stmt writes a statement without the end of its last line.
func (p *printer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case nil, *ast.EmptyStmt:
	case *ast.BlockStmt:
		p.block(s)
	case *ast.LabeledStmt:
		p.labeled(s)
	case *ast.DeclStmt:
		p.decl(s.Decl)
	case *ast.DeferStmt:
		p.at(s.Defer, "defer ")
		p.expr(s.Call)
	case *ast.GoStmt:
		p.at(s.Go, "go ")
		p.expr(s.Call)
	case *ast.ReturnStmt:
		p.at(s.Return, "return")
		if len(s.Results) > 0 {
			p.text(" ")
			p.exprs(s.Results)
		}
	case *ast.BranchStmt:
		p.at(s.TokPos, s.Tok.String())
		if s.Label != nil {
			p.text(" ", s.Label.Name)
		}
	case *ast.IfStmt:
		p.ifStmt(s)
	case *ast.ForStmt:
		p.forStmt(s)
	case *ast.RangeStmt:
		p.rangeStmt(s)
	case *ast.SwitchStmt:
		p.at(s.Switch, "switch ")
		p.header(s.Init, s.Tag)
		p.clauses(s.Body)
	case *ast.TypeSwitchStmt:
		p.at(s.Switch, "switch ")
		if s.Init != nil {
			p.simple(s.Init)
			p.text("; ")
		}
		p.simple(s.Assign)
		p.text(" ")
		p.clauses(s.Body)
	case *ast.SelectStmt:
		p.at(s.Select, "select ")
		p.clauses(s.Body)
	default:
		p.simple(s)
	}
}

// labeled writes a label on a line of its own. A label at the end of a block
// needs a statement to stand before.
func (p *printer) labeled(s *ast.LabeledStmt) {
	p.at(s.Label.NamePos, s.Label.Name)
	p.text(":")
	p.newline()
	if _, empty := s.Stmt.(*ast.EmptyStmt); empty {
		p.text(";")
		return
	}
	p.stmt(s.Stmt)
}

// simple writes what can stand in the head of a statement.
func (p *printer) simple(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		p.expr(s.X)
	case *ast.AssignStmt:
		p.exprs(s.Lhs)
		p.text(" ")
		p.at(s.TokPos, s.Tok.String())
		p.text(" ")
		p.exprs(s.Rhs)
	case *ast.IncDecStmt:
		p.expr(s.X)
		p.text(s.Tok.String())
	case *ast.SendStmt:
		p.expr(s.Chan)
		p.text(" <- ")
		p.expr(s.Value)
	}
}

// header writes what stands between a keyword and its block.
func (p *printer) header(init ast.Stmt, x ast.Expr) {
	if init != nil {
		p.simple(init)
		p.text("; ")
	}
	if x != nil {
		p.headExpr(x)
		p.text(" ")
	}
}

// headExpr writes an expression before a block. A composite literal there
// needs parentheses around it.
func (p *printer) headExpr(x ast.Expr) {
	if !hasBareLiteral(x) {
		p.expr(x)
		return
	}
	p.text("(")
	p.expr(x)
	p.text(")")
}

// hasBareLiteral reports whether x has a composite literal outside of brackets
// of any kind.
func hasBareLiteral(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.CompositeLit:
			found = true
		case *ast.FuncLit:
			return false
		}
		return !found
	})
	return found
}

func (p *printer) ifStmt(s *ast.IfStmt) {
	p.at(s.If, "if ")
	p.header(s.Init, s.Cond)
	p.block(s.Body)
	if s.Else != nil {
		p.text(" else ")
		p.stmt(s.Else)
	}
}

func (p *printer) forStmt(s *ast.ForStmt) {
	p.at(s.For, "for ")
	if s.Init != nil || s.Post != nil {
		if s.Init != nil {
			p.simple(s.Init)
		}
		p.text("; ")
		if s.Cond != nil {
			p.headExpr(s.Cond)
		}
		p.text("; ")
		if s.Post != nil {
			p.simple(s.Post)
			p.text(" ")
		}
	} else if s.Cond != nil {
		p.headExpr(s.Cond)
		p.text(" ")
	}
	p.block(s.Body)
}

func (p *printer) rangeStmt(s *ast.RangeStmt) {
	p.at(s.For, "for ")
	if s.Key != nil {
		p.expr(s.Key)
		if s.Value != nil {
			p.text(", ")
			p.expr(s.Value)
		}
		p.text(" ", s.Tok.String(), " ")
	}
	p.text("range ")
	p.headExpr(s.X)
	p.text(" ")
	p.block(s.Body)
}

func (p *printer) clauses(b *ast.BlockStmt) {
	p.at(b.Lbrace, "{")
	p.newline()
	for _, c := range b.List {
		switch c := c.(type) {
		case *ast.CaseClause:
			p.clause(c.Case, c.List == nil, func() { p.exprs(c.List) }, c.Body)
		case *ast.CommClause:
			p.clause(c.Case, c.Comm == nil, func() { p.simple(c.Comm) }, c.Body)
		}
	}
	p.at(b.Rbrace, "}")
}

func (p *printer) clause(pos token.Pos, isDefault bool, head func(), body []ast.Stmt) {
	if isDefault {
		p.at(pos, "default:")
	} else {
		p.at(pos, "case ")
		head()
		p.text(":")
	}
	p.newline()
	p.indent++
	p.stmts(body)
	p.indent--
}
