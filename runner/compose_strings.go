package runner

import (
	"fmt"
	"go/ast"
	"go/token"
)

// maxString is how long a constant string may get, in bytes. A few dozen
// constants, each of which is the one above it twice, come to more than any
// memory, and go/types makes them in this process.
const maxString = 16 << 20

// longString reports the first constant string that would be too long, and
// whether there is one.
func (env *environment) longString() bool {
	sizes := stringSizes{consts: make(map[string][]ast.Expr), known: make(map[string]int)}
	env.eachTree(func(_ *source, _ *piece, n ast.Node) { sizes.collect(n) })
	found := false
	env.eachTree(func(s *source, p *piece, n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			e, ok := n.(*ast.BinaryExpr)
			if !ok || found || sizes.of(e) <= maxString {
				return !found
			}
			found = true
			pos := Pos{}
			if p != nil {
				pos = p.pos(e.Pos())
			} else {
				at := env.fset.Position(e.Pos())
				pos = Pos{at.Filename, at.Line, at.Column}
			}
			env.problems.add(s, Problem{
				Pos:     pos,
				Message: fmt.Sprintf("a constant string of more than %d MiB", maxString>>20),
				Hint:    "no cell of this environment was run: make long strings when the program runs, with strings.Repeat",
			})
			return false
		})
	})
	return found
}

// eachTree calls f with what the environment's cells consist of, p being nil
// for a cell that is a whole file.
func (env *environment) eachTree(f func(s *source, p *piece, n ast.Node)) {
	for _, s := range env.cells {
		if s.whole != nil {
			f(s, nil, s.whole)
			continue
		}
		for _, p := range s.pieces {
			switch {
			case p.decl != nil:
				f(s, p, p.decl)
			case p.stmt != nil:
				f(s, p, p.stmt)
			}
		}
	}
}

// stringSizes knows how long constant strings can be. It goes by names alone,
// whatever they mean where: of constants of one name, the longest counts.
type stringSizes struct {
	consts map[string][]ast.Expr
	known  map[string]int
}

// collect adds the constants that are declared in n.
func (z *stringSizes) collect(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		d, ok := n.(*ast.GenDecl)
		if !ok || d.Tok != token.CONST {
			return true
		}
		var values []ast.Expr
		for _, spec := range d.Specs {
			v := spec.(*ast.ValueSpec)
			if len(v.Values) > 0 {
				values = v.Values // the specs below without values repeat them
			}
			for i, name := range v.Names {
				if i < len(values) {
					z.consts[name.Name] = append(z.consts[name.Name], values[i])
				}
			}
		}
		return true
	})
}

// of returns how long the string e can be, at most maxString+1; 0 if it is none.
func (z *stringSizes) of(e ast.Expr) int {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return min(len(e.Value), maxString+1)
		}
	case *ast.Ident:
		size, ok := z.known[e.Name]
		if !ok {
			z.known[e.Name] = 0 // a constant that has itself in it is no constant
			for _, value := range z.consts[e.Name] {
				size = max(size, z.of(value))
			}
			z.known[e.Name] = size
		}
		return size
	case *ast.ParenExpr:
		return z.of(e.X)
	case *ast.CallExpr: // a conversion
		if len(e.Args) == 1 {
			return z.of(e.Args[0])
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return min(z.of(e.X)+z.of(e.Y), maxString+1)
		}
	}
	return 0
}
