package runner

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Export returns the program as a file that is all of a package main: formatted,
// with a func main that calls the cells in order, and with functions that are
// named after the cells. It prints what the cells print. It needs the packages
// in Imports. A program of commands has no such file; Export returns "".
func (p *Program) Export() string {
	if p.Shell != nil {
		return ""
	}
	x := &exporter{p: p, fset: token.NewFileSet(), names: make(map[string]string), taken: make(map[string]bool)}
	var err error
	x.file, err = parser.ParseFile(x.fset, "", p.Source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return p.Source // it was checked when it was composed
	}
	x.nameCells()
	x.editComments()
	x.editSteps()
	x.editNames()
	text := x.apply() + x.mainFunc()
	if formatted, err := format.Source([]byte(text)); err == nil {
		return string(formatted)
	}
	return text
}

// exporter rewrites the text of a program.
type exporter struct {
	p     *Program
	fset  *token.FileSet
	file  *ast.File
	names map[string]string // generated names to better ones
	taken map[string]bool
	edits []textEdit
	step  bool // whether any cell runs during initialisation
}

// textEdit replaces the bytes [start, end) of the text.
type textEdit struct {
	start, end int
	text       string
}

func (x *exporter) offset(pos token.Pos) int { return x.fset.Position(pos).Offset }

func (x *exporter) replace(n ast.Node, text string) {
	x.edits = append(x.edits, textEdit{x.offset(n.Pos()), x.offset(n.End()), text})
}

// nameCells chooses the names of the functions.
func (x *exporter) nameCells() {
	x.taken["main"], x.taken["init"] = true, true
	ast.Inspect(x.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			x.taken[id.Name] = true
		}
		return true
	})
	parts := make(map[string][]string) // of cells, by their index
	for _, call := range x.stepCalls() {
		lit, ok := call.Args[0].(*ast.BasicLit)
		if f, named := call.Args[1].(*ast.Ident); ok && named && f.Name != "nil" {
			parts[lit.Value] = append(parts[lit.Value], f.Name)
		}
	}
	for i, c := range x.p.Cells {
		name := x.unused(camelCase(c.ID))
		for k, part := range parts[strconv.Itoa(i)] {
			x.names[part] = x.unused(fmt.Sprintf("%sPart%d", name, k+1))
		}
		x.names[CellFunc(i)] = name
	}
	if len(x.p.Unwritable) > 0 {
		x.names[StepFunc] = x.unused("run")
	}
}

// unused returns a name that begins with name and that nothing else has.
func (x *exporter) unused(name string) string {
	s := name
	for n := 1; x.taken[s] || token.IsKeyword(s) || types.Universe.Lookup(s) != nil; n++ {
		if s = name + "Cell"; n > 1 {
			s += strconv.Itoa(n)
		}
	}
	x.taken[s] = true
	return s
}

// camelCase makes a Go name of a cell's: "fifty-one" becomes fiftyOne.
func camelCase(id string) string {
	var b strings.Builder
	upper := false
	for _, r := range id {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			upper = b.Len() > 0
			continue
		case b.Len() == 0 && unicode.IsDigit(r):
			b.WriteString("cell")
		case b.Len() == 0:
			r = unicode.ToLower(r)
		case upper:
			r = unicode.ToUpper(r)
		}
		upper = false
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return "cell"
	}
	return b.String()
}

// stepCalls returns the calls of StepFunc, in order.
func (x *exporter) stepCalls() []*ast.CallExpr {
	var calls []*ast.CallExpr
	for _, d := range x.file.Decls {
		if call := stepCall(d); call != nil {
			calls = append(calls, call)
		}
	}
	return calls
}

// stepCall returns the call in var _ = rtbook_step(…), nil if d is another
// declaration.
func stepCall(d ast.Decl) *ast.CallExpr {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR || len(g.Specs) != 1 {
		return nil
	}
	spec := g.Specs[0].(*ast.ValueSpec)
	if len(spec.Values) != 1 {
		return nil
	}
	call, ok := spec.Values[0].(*ast.CallExpr)
	if !ok || len(call.Args) != 2 {
		return nil
	}
	if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != StepFunc {
		return nil
	}
	return call
}

// editComments writes what the file and its functions are, and takes out what
// is for the page.
func (x *exporter) editComments() {
	x.edits = append(x.edits, textEdit{0, 0, x.title()})
	for _, d := range x.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || f.Doc == nil || x.names[f.Name.Name] == "" {
			continue
		}
		line := f.Doc.List[len(f.Doc.List)-1]
		rest := strings.TrimPrefix(line.Text, "// "+f.Name.Name)
		x.replace(line, "// "+x.names[f.Name.Name]+strings.TrimSuffix(rest, ".")+" of "+x.p.Chapter+".")
	}
	for _, g := range x.file.Comments {
		for _, c := range g.List {
			if strings.TrimSpace(c.Text) == "//rtbook:hide" {
				x.replace(c, "")
			}
		}
	}
}

// title returns the comment above the package clause.
func (x *exporter) title() string {
	name := strings.TrimSuffix(path.Base(x.p.Chapter), path.Ext(x.p.Chapter))
	env := ""
	if x.p.Env != "" {
		env = "environment " + x.p.Env + " of "
	}
	return fmt.Sprintf("// Command %s is the cells of %s%s, in order.\n", name, env, x.p.Chapter)
}

// editSteps writes how cells run during initialisation.
func (x *exporter) editSteps() {
	for _, d := range x.file.Decls {
		call := stepCall(d)
		if call == nil {
			continue
		}
		if f, ok := call.Args[1].(*ast.Ident); !ok || f.Name == "nil" {
			x.replace(d, "")
			continue
		}
		x.step = true
		x.edits = append(x.edits, textEdit{x.offset(call.Args[0].Pos()), x.offset(call.Args[1].Pos()), ""})
	}
}

// editNames writes the better names.
func (x *exporter) editNames() {
	dropped := make(map[*ast.Ident]bool)
	for _, call := range x.stepCalls() {
		if f, ok := call.Args[1].(*ast.Ident); !ok || f.Name == "nil" {
			dropped[call.Fun.(*ast.Ident)] = true
		}
	}
	ast.Inspect(x.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && x.names[id.Name] != "" && !dropped[id] {
			x.replace(id, x.names[id.Name])
		}
		return true
	})
}

// apply returns the text with its edits.
func (x *exporter) apply() string {
	slices.SortStableFunc(x.edits, func(a, b textEdit) int { return cmp.Compare(a.start, b.start) })
	var b strings.Builder
	last := 0
	for _, e := range x.edits {
		b.WriteString(x.p.Source[last:e.start])
		b.WriteString(e.text)
		last = e.end
	}
	b.WriteString(x.p.Source[last:])
	return b.String()
}

// mainFunc returns the function that calls the cells.
func (x *exporter) mainFunc() string {
	var b strings.Builder
	if x.step {
		fmt.Fprintf(&b, "\n// %s runs cells during the initialisation of the package, where they stand: a\n"+
			"// variable below them has a type without a name here, so that it can only be\n"+
			"// declared with its value.\n"+
			"func %[1]s(cell func()) (none struct{}) {\n\tcell()\n\treturn none\n}\n", x.names[StepFunc])
	}
	b.WriteString("\nfunc main() {\n")
	for i := range x.p.Cells {
		if i >= x.p.Init {
			b.WriteString("\t" + x.names[CellFunc(i)] + "()\n")
		}
	}
	b.WriteString("}\n")
	return b.String()
}
