package lower

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// Methods that a library asks for.
//
// What a library gets as one of its interfaces has the methods of that, and no
// others. Where it asks for more, as io.Copy asks a reader for WriteTo, it would
// not find those of the program, and call others. Such a conversion is refused.

// asked are the methods that libraries ask for what they get as an interface.
func asked(iface string) []boxMethod {
	switch iface {
	case "io.Reader", "io.ReadCloser":
		return []boxMethod{{"WriteTo", "(io.Writer) (int64, error)"}, {"ReadRune", "() (int32, int, error)"}}
	case "io.Writer", "io.WriteCloser":
		return []boxMethod{{"WriteString", "(string) (int, error)"}, {"ReadFrom", "(io.Reader) (int64, error)"}}
	case "io.ReadWriter", "io.ReadWriteCloser":
		return slices.Concat(asked("io.Reader"), asked("io.Writer"))
	case "fs.FS":
		return []boxMethod{
			{"ReadFile", "(string) ([]uint8, error)"}, {"ReadDir", "(string) ([]fs.DirEntry, error)"}, {"Stat", "(string) (fs.FileInfo, error)"},
			{"Glob", "(string) ([]string, error)"}, {"Sub", "(string) (fs.FS, error)"},
		}
	case "fs.File":
		return []boxMethod{{"ReadDir", "(int) ([]fs.DirEntry, error)"}}
	case "flag.Value":
		return []boxMethod{{"IsBoolFlag", "() bool"}}
	case "rand.Source":
		return []boxMethod{{"Uint64", "() uint64"}}
	case "context.Context":
		return []boxMethod{{"AfterFunc", "(func()) func() bool"}, {"String", "() string"}}
	}
	return nil
}

// hidden returns a method of a type that a library would ask for what it gets as
// an interface, and not find; "" if there is none. That it does not find one is
// seen only if the program has declared that, or one that would be called
// instead.
func (b *boxer) hidden(src, dest types.Type) string {
	ms := types.NewMethodSet(src)
	ours := func(name string) bool {
		sel := ms.Lookup(b.pkg, name)
		return sel != nil && sel.Obj().Pkg() == b.pkg
	}
	i := dest.Underlying().(*types.Interface)
	instead := false
	for m := range i.Methods() {
		instead = instead || ours(m.Name())
	}
	for _, m := range asked(b.reflectName(dest)) {
		sel := ms.Lookup(b.pkg, m.Name)
		if sel == nil || b.reflectSignature(sel.Obj().(*types.Func).Signature()) != m.Type {
			continue
		}
		if instead || ours(m.Name) {
			return m.Name
		}
	}
	return ""
}

// refuseHidden refuses the conversion of x, of type src, to a library's
// interface if that hides a method which libraries ask for.
func (b *boxer) refuseHidden(x ast.Expr, src, dest types.Type) bool {
	m := b.hidden(src, dest)
	if m == "" {
		return false
	}
	b.refuse(x, "conversion to an interface", "the interpreter cannot convert a value of type "+b.reflectName(src)+" to "+b.reflectName(dest)+", as which no library would find its method "+m, "")
	return true
}

// dynamicConversion is that of what is in an interface of the program to a
// library's.
type dynamicConversion struct {
	x    ast.Expr
	dest types.Type
}

// refuseDynamic does refuseHidden for the conversions of which the types are
// known only when all of the program has been seen.
func (b *boxer) refuseDynamic() {
	for _, c := range b.dynamics {
		for _, e := range b.table.list {
			if e.boxed && types.Implements(e.typ, c.dest.Underlying().(*types.Interface)) && b.refuseHidden(c.x, e.typ, c.dest) {
				break
			}
		}
	}
}

// asks reports whether a library's function may ask for methods of what it gets
// as an interface. Those that only print do not.
func asks(f *types.Func) bool {
	switch f.Pkg().Path() {
	case "fmt":
		return !strings.HasPrefix(f.Name(), "Fprint")
	case "log", "encoding/json", "text/tabwriter", "text/template", "container/heap", "sort":
		return false
	}
	return true
}

// forgets reports whether what a library's function gets as an interface never
// comes back from the library.
func forgets(f *types.Func) bool {
	switch f.Pkg().Path() {
	case "container/heap", "sort", "fmt", "bufio", "strings", "bytes", "text/tabwriter", "encoding/json", "encoding/csv", "text/template":
		return true
	case "io":
		return f.Name() != "LimitReader" && f.Name() != "NewSectionReader"
	}
	return false
}
