package facts

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"strings"
)

// sites returns where a function does a step.
func (lib *library) sites(fn *ast.FuncDecl, step string) ([]site, error) {
	m, err := parseStep(step)
	if err != nil {
		return nil, err
	}
	var all []site
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		if pos := m.match(n); pos.IsValid() {
			at := lib.fset.PositionFor(pos, false)
			all = append(all, site{at.Offset, at.Line})
		}
		return true
	})
	return all, nil
}

// matcher finds one step.
type matcher struct {
	call *callPattern // nil: the whole text is compared
	verb token.Token  // GO or DEFER before the call; or 0
	text string
	kind string // the type of the node that text is of
}

// callPattern is a call with its first arguments.
type callPattern struct {
	fun  string
	args []string // "_" is any
}

// parseStep reads a step as Go.
func parseStep(step string) (matcher, error) {
	const before, after = "package p\nfunc _() {\n", "\n}"
	f, err := parser.ParseFile(token.NewFileSet(), "", before+step+after, parser.SkipObjectResolution)
	if err != nil {
		return matcher{}, fmt.Errorf("%q is no step that can be found in Go", step)
	}
	body := f.Decls[0].(*ast.FuncDecl).Body
	if len(body.List) != 1 || len(f.Decls) != 1 {
		return matcher{}, fmt.Errorf("%q is not one step", step)
	}
	switch s := body.List[0].(type) {
	case *ast.ExprStmt:
		if c := patternOf(s.X); c != nil {
			return matcher{call: c}, nil
		}
		return matcher{text: textOf(s.X), kind: kindOf(s.X)}, nil
	case *ast.GoStmt:
		return matcher{call: patternOf(s.Call), verb: token.GO}, nil
	case *ast.DeferStmt:
		return matcher{call: patternOf(s.Call), verb: token.DEFER}, nil
	case *ast.AssignStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.ReturnStmt, *ast.BranchStmt:
		return matcher{text: textOf(s), kind: kindOf(s)}, nil
	}
	return matcher{}, fmt.Errorf("%q is no step that can be found in Go", step)
}

// patternOf returns the call that an expression asks for: a name, or a call.
func patternOf(e ast.Expr) *callPattern {
	switch x := e.(type) {
	case *ast.Ident, *ast.SelectorExpr:
		return &callPattern{fun: textOf(e)}
	case *ast.CallExpr:
		p := &callPattern{fun: callee(x)}
		for _, arg := range x.Args {
			p.args = append(p.args, textOf(arg))
		}
		return p
	}
	return nil
}

// match returns where n does the step: a call's parenthesis, so that of a().b()
// the first is before the second.
func (m matcher) match(n ast.Node) token.Pos {
	if m.call == nil {
		if kindOf(n) == m.kind && textOf(n) == m.text {
			return n.Pos()
		}
		return token.NoPos
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		if m.verb == 0 && m.call.match(n) {
			return n.Lparen
		}
	case *ast.GoStmt:
		if m.verb == token.GO && m.call.match(n.Call) {
			return n.Call.Lparen
		}
	case *ast.DeferStmt:
		if m.verb == token.DEFER && m.call.match(n.Call) {
			return n.Call.Lparen
		}
	}
	return token.NoPos
}

func (p *callPattern) match(call *ast.CallExpr) bool {
	fun := callee(call)
	if fun != p.fun && !strings.HasSuffix(fun, "."+p.fun) || len(call.Args) < len(p.args) {
		return false
	}
	for i, arg := range p.args {
		if arg != "_" && arg != textOf(call.Args[i]) {
			return false
		}
	}
	return true
}

// callee returns what is called, without type arguments.
func callee(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	return textOf(fun)
}

// kindOf names the type of a node.
func kindOf(n ast.Node) string { return fmt.Sprintf("%T", n) }

// textOf returns a node as gofmt would write it, on one line.
func textOf(n ast.Node) string {
	if e, ok := n.(ast.Expr); ok {
		return types.ExprString(e)
	}
	var b bytes.Buffer
	if printer.Fprint(&b, token.NewFileSet(), n) != nil {
		return ""
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
