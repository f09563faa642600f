package lower

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"sync"
)

// runtimePath is the package that lowered programs call (see it for what each
// function does). lower knows it by its declarations only.
const runtimePath = "rtbook/runner/interp/worker/rt"

const runtimeSource = `package rt
type Defers struct{ _ int }
func New() *Defers
func Defer(d *Defers, f func())
func DeferAny(d *Defers, f func())
func Continued(state int)
func Run(d *Defers, body func())
func Recover(d *Defers) any
func Called() *Defers
type Case struct{ _ int }
func Send(c, v any) *Case
func Recv(c, v, ok any) *Case
func Select(hasDefault bool, cases ...*Case) int
func Print(args ...any)
func Println(args ...any)
func NegativeShift()
func Receiver(x any)
func Go(f func())
func NotNil(v any) any
func Hide(x float64) float64
func Show(x float64) float64
func Hide32(x float32) float32
func Show32(x float32) float32
func HideComplex(x complex128) complex128
func ShowComplex(x complex128) complex128
func HideComplex64(x complex64) complex64
func ShowComplex64(x complex64) complex64
func HideIn(p any)
func ShowIn(p any)
func Clear(m any)
func Pull(seq func(yield func(any) bool)) (next func() (any, bool), stop func())
`

// runtimePackage returns the package's declarations.
var runtimePackage = sync.OnceValue(func() *types.Package {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", runtimeSource, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	pkg, _ := (&types.Config{IgnoreFuncBodies: true}).Check(runtimePath, fset, []*ast.File{file}, nil)
	return pkg
})

var errNoImporter = errors.New("there is nothing to import packages with")

// withRuntime is an importer that has the package, too.
type withRuntime struct{ types.Importer }

func (w withRuntime) Import(path string) (*types.Package, error) {
	if path == runtimePath {
		return runtimePackage(), nil
	}
	if w.Importer == nil {
		return nil, errNoImporter
	}
	return w.Importer.Import(path)
}

// runtime makes a name of the package.
func (u *unit) runtime(pos token.Pos, name string) ast.Expr {
	obj := runtimePackage().Scope().Lookup(name)
	sel := &ast.SelectorExpr{X: u.use(pos, u.importPath(runtimePath, "rt")), Sel: u.use(pos, obj)}
	if _, isFunc := obj.(*types.Func); isFunc {
		u.record(sel, "value", obj.Type())
	}
	return sel
}

// callRuntime makes a call of a function of the package.
func (u *unit) callRuntime(pos token.Pos, name string, args ...ast.Expr) *ast.CallExpr {
	return u.call(pos, u.runtime(pos, name), args...)
}

// defersType is *rt.Defers.
func defersType() types.Type {
	return types.NewPointer(runtimePackage().Scope().Lookup("Defers").Type())
}
