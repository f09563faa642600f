package runner

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestRandomTwins composes random cells that declare, declare again, shadow,
// capture and print a few names, and runs them beside a program in which every
// variable has a name of its own.
func TestRandomTwins(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	b := newTwins(t)
	for i := range 60 {
		g := &cellGen{Rand: r, vars: make(map[string]genVar)}
		sources := []string{cellsHead}
		for cell := range 8 {
			g.cell = cell
			sources = append(sources, g.writeCell())
		}
		progs, probs := compose(page(sources...), shared.load)
		if len(probs) > 0 || len(progs) != 1 {
			t.Fatalf("%s\nin\n%s", render(probs), strings.Join(sources, "-- cell --\n"))
		}
		checkSegments(t, "random", progs[0], page(sources...))
		b.add(fmt.Sprintf("r%d", i), progs[0], twinHead+g.twin.String()+"}\n")
	}
	b.compare()
}

// The names len and string are among those that the cells declare again.
const (
	cellsHead = "import \"fmt\"\n\ntype text = string\n\nfmt.Println(\"begin\")\n"
	twinHead  = "package p\n\nimport \"fmt\"\n\ntype text = string\n\nfunc Run() {\n\tfmt.Println(\"begin\")\n"
)

// genVar is a variable as the author of a page sees it.
type genVar struct {
	unique string // its name in the twin
	typ    string
	cell   int
}

// cellGen writes cells and their twin side by side.
type cellGen struct {
	*rand.Rand
	cell  int
	count int
	vars  map[string]genVar
	funcs []string
	twin  strings.Builder
}

func (g *cellGen) pick(from ...string) string { return from[g.IntN(len(from))] }

func (g *cellGen) writeCell() string {
	var b strings.Builder
	for range 1 + g.IntN(5) {
		g.statement(&b)
	}
	return b.String()
}

// statement writes a statement or a function to the cell and the twin.
func (g *cellGen) statement(cell *strings.Builder) {
	switch g.IntN(7) {
	case 0, 1:
		g.define(cell)
	case 2: // assign
		if name, v, ok := g.visible(); ok {
			e, twin := g.expr(v.typ)
			fmt.Fprintf(cell, "%s = %s\n", name, e)
			fmt.Fprintf(&g.twin, "%s = %s\n", v.unique, twin)
		}
	case 3: // a function, of the top level or in a variable
		g.count++
		f := fmt.Sprintf("f%d", g.count)
		e, twin := g.expr(g.pick("int", "string"))
		if g.IntN(2) == 0 {
			fmt.Fprintf(cell, "func %s() { fmt.Println(%q, %s) }\n", f, f, e)
		} else {
			fmt.Fprintf(cell, "%s := func() { fmt.Println(%q, %s) }\n", f, f, e)
		}
		fmt.Fprintf(&g.twin, "%s := func() { fmt.Println(%q, %s) }\n", f, f, twin)
		fmt.Fprintf(&g.twin, "%s()\n", f)
		fmt.Fprintf(cell, "%s()\n", f)
		g.funcs = append(g.funcs, f)
	case 4:
		if len(g.funcs) > 0 {
			f := g.pick(g.funcs...)
			fmt.Fprintf(cell, "%s()\n", f)
			fmt.Fprintf(&g.twin, "%s()\n", f)
		}
	case 5: // a local variable that shadows
		name := g.pick("a", "b", "len", "string")
		e, twin := g.expr("int")
		fmt.Fprintf(cell, "for %s := range %s %% 3 + 1 { fmt.Println(%[1]s) }\n", name, paren(e))
		fmt.Fprintf(&g.twin, "for i := range %s %% 3 + 1 { fmt.Println(i) }\n", paren(twin))
	case 6:
		if name, v, ok := g.visible(); ok {
			fmt.Fprintf(cell, "fmt.Printf(\"%%T %%v\\n\", %s, %[1]s)\n", name)
			fmt.Fprintf(&g.twin, "fmt.Printf(\"%%T %%v\\n\", %s, %[1]s)\n", v.unique)
		}
	}
}

// define writes a := with one or two names.
func (g *cellGen) define(cell *strings.Builder) {
	names := []string{g.pick("a", "b", "len", "string")}
	if g.IntN(3) == 0 {
		names = append(names, g.pick("c", "d", "main"))
	}
	fresh := false
	for _, name := range names {
		v, ok := g.vars[name]
		fresh = fresh || !ok || v.cell != g.cell
	}
	if !fresh {
		return // no new variables
	}
	var lhs, rhs, twinLhs, twinRhs, decls []string
	next := make(map[string]genVar)
	for _, name := range names {
		v, old := g.vars[name]
		typ := g.pick("int", "string")
		if old && v.cell == g.cell {
			typ = v.typ
		}
		if !old || typ != v.typ {
			g.count++
			v = genVar{unique: fmt.Sprintf("v%d", g.count), typ: typ}
			decls = append(decls, fmt.Sprintf("var %s %s\n_ = %[1]s\n", v.unique, typ))
		}
		v.cell = g.cell
		e, twin := g.expr(typ)
		lhs, rhs = append(lhs, name), append(rhs, e)
		twinLhs, twinRhs = append(twinLhs, v.unique), append(twinRhs, twin)
		next[name] = v
	}
	fmt.Fprintf(cell, "%s := %s\n", strings.Join(lhs, ", "), strings.Join(rhs, ", "))
	fmt.Fprintf(&g.twin, "%s%s = %s\n", strings.Join(decls, ""), strings.Join(twinLhs, ", "), strings.Join(twinRhs, ", "))
	for name, v := range next {
		g.vars[name] = v
	}
}

// visible returns any variable.
func (g *cellGen) visible() (string, genVar, bool) {
	name := g.pick("a", "b", "c", "d", "len", "string", "main")
	v, ok := g.vars[name]
	return name, v, ok
}

// expr returns an expression of a type, for the cell and for the twin.
func (g *cellGen) expr(typ string) (cell, twin string) {
	if name, v, ok := g.visible(); ok {
		switch {
		case v.typ == typ && typ == "int":
			n := g.IntN(10)
			return fmt.Sprintf("%s + %d", name, n), fmt.Sprintf("%s + %d", v.unique, n)
		case v.typ == typ:
			return name + ` + "x"`, v.unique + ` + "x"`
		case typ == "string":
			return "fmt.Sprint(" + name + ")", "fmt.Sprint(" + v.unique + ")"
		}
		if _, taken := g.vars["len"]; !taken {
			return "len(" + name + ")", "len(" + v.unique + ")"
		}
		return "map[text]int{" + name + ": 7}[" + name + "]", "map[text]int{" + v.unique + ": 7}[" + v.unique + "]"
	}
	if typ == "int" {
		n := fmt.Sprint(g.IntN(100))
		return n, n
	}
	return `"s"`, `"s"`
}

func paren(e string) string { return "(" + e + ")" }
