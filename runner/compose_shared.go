package runner

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"rtbook/runner/store"
)

// Shared is one program that does what several variants of a sweep do, once some
// of its variables have been set: it needs to be compiled only once.
//
// A constant cannot simply become a variable: n/2.0 would no longer compile,
// and 1<<n, float64(n)/3 or an overflow may mean something else. Instead, each
// largest constant expression (of which a constant is a part or all) whose value
// is not the same in all variants becomes a variable of the type that go/types
// gave the expression, and is set to the value that go/types computed, exactly
// and rounded to the type, as the compiler does. The variables are set before
// the first cell begins and never again. So whatever the program can see is as
// in the variant, if
//
//   - the variants are alike but for the values of constant expressions: the same
//     syntax, and the same type for every expression. They are not where a
//     constant is the length of an array, or where another kind of constant
//     changes the type of a variable;
//   - each such expression stands where a variable may: not in an array's length,
//     not as the index of an element in a literal, and not in the declaration of a
//     constant (which stays, and whose uses are expressions of their own);
//   - its type is a boolean, string, integer or floating-point type that can be
//     named at package level;
//   - go/types accepts the program with variables, and gives all its other
//     expressions the types that they had. Case clauses and keys of a map that
//     are the same twice, indices out of range, shifts, divisions by zero and
//     overflows are errors of constants only: every variant has been checked
//     with its constants before, so that none of them is lost;
//   - nothing of it runs before main does, as in a program in initialisation style;
//   - it does not look at how it was compiled: constants are a reason for the
//     compiler to put a slice on the stack, say. So it imports none of the
//     packages runtime, testing, unsafe and expvar, nor those below these; the
//     engine sees that the packages of the book's module do not, either;
//   - the variants have the same capacities of slices, which any program can see.
//     The compiler makes []byte(s) of a constant s as long as s, and of a variable
//     longer; and how much append takes at first depends on whether the slice
//     escapes, which a branch that a constant closes does not count for. So these
//     constants stay: see [capacityConsts]. Variants that differ in one of them
//     do not share a program with each other.
//
// Otherwise each variant is a program of its own.
type Shared struct {
	Source string    // as Program.Source
	Map    []Segment // as Program.Map
	Sets   []Setting // what main sets first: the name of a package variable, and a literal
}

// hash is what the shared program is known by.
func (s *Shared) hash() string {
	words := []string{s.Source, fmt.Sprint(s.Map)}
	for _, set := range s.Sets {
		words = append(words, set.Name, set.Value)
	}
	return store.Key(words...)
}

// SeesCompilation reports whether a program that imports a package can see how
// it was compiled: see [Shared].
func SeesCompilation(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return slices.Contains([]string{"runtime", "testing", "unsafe", "expvar"}, first)
}

// share gives the runs of a sweep the programs that they share, as far as there
// are any. base is the variant of the text's own values.
func share(base *Program, runs []*Program, imp types.Importer) {
	if len(base.Unwritable) > 0 || slices.ContainsFunc(base.Imports, SeesCompilation) {
		return
	}
	want, err := outline(base.Source, "", imp)
	if err != nil {
		return
	}
	groups := make(map[string][]variantOutline) // by the constants that stay
	for _, p := range runs {
		if p == nil {
			continue
		}
		o, err := outline(p.Source, "", imp)
		if err != nil || !slices.Equal(o.nodes, want.nodes) {
			return
		}
		stay := o.staying()
		groups[stay] = append(groups[stay], variantOutline{p, o})
	}
	for _, group := range groups {
		if len(group) > 1 {
			shareAll(group, imp)
		}
	}
}

// variantOutline is a variant, and what its program consists of.
type variantOutline struct {
	program *Program
	*programOutline
}

// staying writes the values of the constants that no variable can take the place
// of.
func (o *programOutline) staying() string {
	var words []string
	for _, c := range o.consts {
		if c.stays {
			words = append(words, c.value.ExactString())
		}
	}
	return store.Key(words...)
}

// shareAll gives variants, which are alike and whose constants that stay are the
// same, one program, if there is one that does what they do.
func shareAll(group []variantOutline, imp types.Importer) {
	first := group[0]
	var vary []int // indices of constants
	for k, c := range first.consts {
		if slices.ContainsFunc(group, func(v variantOutline) bool {
			return !constant.Compare(v.consts[k].value, token.EQL, c.value)
		}) {
			vary = append(vary, k)
		}
	}
	s, names := first.withVariables(first.program, vary)
	if s == nil {
		return
	}
	got, err := outline(s.Source, names[0], imp)
	if err != nil || !got.begins(first.programOutline) {
		return
	}
	for _, v := range group {
		v.program.Shared = &Shared{Source: s.Source, Map: s.Map}
		for n, k := range vary {
			v.program.Shared.Sets = append(v.program.Shared.Sets, Setting{names[n+1], goLiteral(v.consts[k].value, first.consts[k].typ)})
		}
	}
}

// programOutline is what two programs that do the same but for values of
// constants have in common, and these values.
type programOutline struct {
	pkg    *types.Package
	file   *ast.File
	info   *types.Info
	nodes  []string // the syntax tree, without constant expressions, with the types of expressions
	consts []constExpr
}

// constExpr is a constant expression that is no part of a larger one.
type constExpr struct {
	off, end int // in the source
	typ      types.Type
	value    constant.Value
	stays    bool // see [capacityConsts]
}

// outline checks a program. Variables whose names begin with a prefix, if that is
// not "", count as constant expressions.
func outline(src, prefix string, imp types.Importer) (*programOutline, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	o := &programOutline{file: f, info: &types.Info{Types: make(map[ast.Expr]types.TypeAndValue)}}
	conf := &types.Config{Importer: imp, Sizes: types.SizesFor("gc", "amd64")}
	if o.pkg, err = conf.Check("main", fset, []*ast.File{f}, o.info); err != nil {
		return nil, err
	}
	stay := capacityConsts(f, o.info)
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			o.nodes = append(o.nodes, ")")
			return true
		}
		x, isExpr := n.(ast.Expr)
		tv := o.info.Types[x]
		if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
			return false
		}
		if id, ok := n.(*ast.Ident); isExpr && (tv.Value != nil || ok && prefix != "" && strings.HasPrefix(id.Name, prefix)) {
			typ := types.Default(tv.Type)
			o.consts = append(o.consts, constExpr{fset.Position(x.Pos()).Offset, fset.Position(x.End()).Offset, typ, tv.Value, stay[x]})
			o.nodes = append(o.nodes, "constant "+typeWords(typ))
			return false
		}
		o.nodes = append(o.nodes, nodeText(n)+typeWords(tv.Type))
		return true
	})
	return o, nil
}

// begins reports whether an outline is that of another one's program with
// declarations behind it.
func (o *programOutline) begins(other *programOutline) bool {
	n := len(other.nodes) - 1 // without the end of the file
	return len(o.nodes) > n && slices.Equal(o.nodes[:n], other.nodes[:n])
}

func typeWords(t types.Type) string {
	if t == nil {
		return ""
	}
	return " " + types.TypeString(t, nil)
}

// nodeText says what a node is, without its children.
func nodeText(n ast.Node) string {
	text := fmt.Sprintf("%T", n)
	switch n := n.(type) {
	case *ast.Ident:
		return text + n.Name
	case *ast.BasicLit:
		return text + n.Value
	case *ast.BinaryExpr:
		return text + n.Op.String()
	case *ast.UnaryExpr:
		return text + n.Op.String()
	case *ast.AssignStmt:
		return text + n.Tok.String()
	case *ast.IncDecStmt:
		return text + n.Tok.String()
	case *ast.BranchStmt:
		return text + n.Tok.String()
	case *ast.RangeStmt:
		return text + n.Tok.String()
	case *ast.GenDecl:
		return text + n.Tok.String()
	case *ast.ChanType:
		return text + strconv.Itoa(int(n.Dir))
	case *ast.CallExpr:
		return text + strconv.FormatBool(n.Ellipsis.IsValid())
	}
	return text
}

// withVariables returns p with variables in the place of some constants of its
// outline, and the prefix of their names and their names. It returns nil if one
// of them cannot be a variable.
func (o *programOutline) withVariables(p *Program, which []int) (*Shared, []string) {
	prefix := "rtbook_swept"
	for strings.Contains(p.Source, prefix) {
		prefix += "_"
	}
	names := []string{prefix}
	var decls strings.Builder
	var edits []edit
	for n, k := range which {
		c := o.consts[k]
		typ, ok := o.typeName(c.typ)
		if !ok {
			return nil, nil
		}
		name := prefix + strconv.Itoa(n+1)
		names = append(names, name)
		fmt.Fprintf(&decls, "\nvar %s %s\n", name, typ)
		edits = append(edits, edit{c.off, c.end - c.off, name})
	}
	s := &Shared{}
	s.Source, s.Map = replaced(p.Source, p.Map, edits)
	s.Source += decls.String()
	return s, names
}

// typeName writes the type of a constant at package level, if that can be done
// and its values can be written as literals.
func (o *programOutline) typeName(t types.Type) (string, bool) {
	basic, ok := t.Underlying().(*types.Basic)
	if !ok || basic.Info()&(types.IsBoolean|types.IsString|types.IsInteger|types.IsFloat) == 0 {
		return "", false
	}
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return t.Name(), o.pkg.Scope().Lookup(t.Name()) == nil
	case *types.Named:
		obj := t.Obj()
		switch {
		case t.TypeArgs().Len() > 0 || obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope():
			return "", false
		case obj.Pkg() == o.pkg:
			return obj.Name(), true
		}
		for _, spec := range o.file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			name := obj.Pkg().Name()
			if spec.Name != nil {
				name = spec.Name.Name
			}
			if err == nil && path == obj.Pkg().Path() && name != "_" && obj.Exported() {
				return name + "." + obj.Name(), true
			}
		}
	}
	return "", false
}

// goLiteral writes a constant of a type so that the compiler reads exactly it.
func goLiteral(v constant.Value, t types.Type) string {
	switch basic := t.Underlying().(*types.Basic); {
	case basic.Info()&types.IsString != 0:
		return strconv.QuoteToASCII(constant.StringVal(v))
	case basic.Kind() == types.Float32:
		f, _ := constant.Float32Val(v)
		return strconv.FormatFloat(float64(f), 'x', -1, 64)
	case basic.Info()&types.IsFloat != 0:
		f, _ := constant.Float64Val(v)
		return strconv.FormatFloat(f, 'x', -1, 64)
	case basic.Info()&types.IsInteger != 0:
		return constant.ToInt(v).ExactString()
	}
	return v.ExactString()
}

// replaced applies edits, which are in order and do not touch, to source and
// to where its pieces come from.
func replaced(src string, from []Segment, edits []edit) (string, []Segment) {
	var out programText
	keep := func(off, end int) {
		for len(from) > 0 && from[0].Offset+from[0].Len <= off {
			from = from[1:]
		}
		for _, s := range from {
			if s.Offset >= end {
				break
			}
			cut := max(off-s.Offset, 0)
			s.Pos.Col += cut
			start, stop := s.Offset+cut, min(s.Offset+s.Len, end)
			out.segments = append(out.segments, Segment{out.Len() + start - off, stop - start, s.Pos})
		}
		out.text(src[off:end])
	}
	off := 0
	for _, e := range edits {
		keep(off, e.off)
		out.text(e.insert)
		off = e.off + e.del
	}
	keep(off, len(src))
	return out.String(), out.segments
}
