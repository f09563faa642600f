// Package symbols is what interpreted cells can import: for each package, the
// exported names that yaegi needs to call it, generated with yaegi's extract
// from the toolchain's own source.
//
// The tables are functions, so that a process that interprets nothing pays
// nothing for them. Generic functions and types are not in them, since yaegi
// cannot call compiled ones.
package symbols

//go:generate go run gen.go

import (
	"fmt"
	"go/constant"
	"log"
	"math"
	"math/bits"
	"path"
	"reflect"
	"runtime"
	"strconv"
)

// Exports returns all tables in the form that yaegi's Use takes.
func Exports() map[string]map[string]reflect.Value {
	all := make(map[string]map[string]reflect.Value, len(packages())+1)
	for _, p := range packages() {
		// With "fmt/fmt" yaegi would redirect the standard streams and
		// interpret its own copies of generic packages, which takes ten
		// times as long as the rest. It cleans the path, so that this key
		// names the same package.
		all[p.path+"/./"+p.name] = p.symbols()
	}
	ofTarget(all)
	all["."] = map[string]reflect.Value{"MapTypes": reflect.ValueOf(wrappers())}
	return all
}

// Has says whether cells can import the package.
func Has(importPath string) bool {
	for _, p := range packages() {
		if p.path == importPath {
			return true
		}
	}
	return false
}

// table is one package's symbols.
type table struct {
	path, name string
	symbols    func() map[string]reflect.Value
}

// ofTarget puts in the constants that extract has from the machine on which the
// tables were generated.
func ofTarget(all map[string]map[string]reflect.Value) {
	set := func(importPath, name string, v constant.Value) {
		if m := all[importPath+"/./"+path.Base(importPath)]; m[name].IsValid() {
			m[name] = reflect.ValueOf(v)
		}
	}
	set("runtime", "GOOS", constant.MakeString(runtime.GOOS))
	set("runtime", "GOARCH", constant.MakeString(runtime.GOARCH))
	set("math/bits", "UintSize", constant.MakeInt64(bits.UintSize))
	set("strconv", "IntSize", constant.MakeInt64(strconv.IntSize))
	set("math", "MaxInt", constant.MakeInt64(math.MaxInt))
	set("math", "MinInt", constant.MakeInt64(math.MinInt))
	set("math", "MaxUint", constant.MakeUint64(math.MaxUint))
}

// wrappers says for which functions yaegi must keep the methods of a value that
// is passed as an empty interface.
func wrappers() map[reflect.Value][]reflect.Type {
	printers := []reflect.Type{reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[fmt.Stringer]()}
	all := make(map[reflect.Value][]reflect.Type)
	for _, f := range []any{
		fmt.Append, fmt.Appendf, fmt.Appendln, fmt.Errorf, fmt.Fprint, fmt.Fprintf, fmt.Fprintln,
		fmt.Print, fmt.Printf, fmt.Println, fmt.Sprint, fmt.Sprintf, fmt.Sprintln,
		log.Fatal, log.Fatalf, log.Fatalln, log.Panic, log.Panicf, log.Panicln,
		log.Print, log.Printf, log.Println,
	} {
		all[reflect.ValueOf(f)] = printers
	}
	return all
}
