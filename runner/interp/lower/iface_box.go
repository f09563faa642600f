package lower

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"sync"
)

// boxPath is the package that gives values of the program's types, when they
// are in interfaces, their types. The interpreter has it compiled.
const boxPath = "rtbook/runner/interp/worker/box"

// boxDecls are what a lowered program uses of package box, for the checker: a
// book's module does not have it.
const boxDecls = `package box

import (
	"encoding/json"
	"io"
	"sync/atomic"
)

type Types struct{ _ int }

func Setup(table string) *Types

func (t *Types) Method(n int, name string, f any)
func (t *Types) Native(n int, p any)
func (t *Types) New(n int, v any) any
func (t *Types) NewError(n int, v any) error
func (t *Types) Number(x any) int
func (t *Types) Is(x any, n int) bool
func (t *Types) Assert(x any, n int, static string)
func (t *Types) As(err error, target any, n int) bool
func (t *Types) AsAny(err error, target any) bool
func (t *Types) Unmarshal(data []byte, target any, n int) error
func (t *Types) Marshal(v any, n int) ([]byte, error)
func (t *Types) MarshalIndent(v any, prefix, indent string, n int) ([]byte, error)
func (t *Types) Encode(e *json.Encoder, v any, n int) error
func (t *Types) Decode(d *json.Decoder, target any, n int) error

func Get(x, p any)
func Plain(x any) any
func Value(x any) any
func Values(list []any) []any
func Error(x any) error
func Equal(x, y any) bool
func DeepEqual(x, y any) bool
func Call(x any, method string, args ...any) []any
func Missing(x any)
func Receiver(x any) any
func NilReceiver(typ, method string)
func Key(x any) any
func KeyIn(x any, length int) any
func Recovered(v any) any
func Length(n, size int) int
func Capacity(n, size int) int
func Index(i, n, unsigned int) int
func Slice(low, high, limit int, word string, unsigned int) int
func Slice3(low, high, most, limit int, word string, unsigned int) int

func Started(f func()) func()
func Store(v *atomic.Value, x any)
func Swap(v *atomic.Value, x any) any
func CompareAndSwap(v *atomic.Value, old, x any) bool
func Print(args ...any) (int, error)
func Sprint(args ...any) string
func Fprint(w io.Writer, args ...any) (int, error)
func Append(b []byte, args ...any) []byte
func Printf(format string, args ...any) (int, error)
func Sprintf(format string, args ...any) string
func Fprintf(w io.Writer, format string, args ...any) (int, error)
func Errorf(format string, args ...any) error
func Appendf(b []byte, format string, args ...any) []byte
`

// boxImporter serves package box, and all else from another importer.
type boxImporter struct {
	from types.Importer
	once func() (*types.Package, error)
}

func withBox(from types.Importer) types.Importer {
	if _, ok := from.(*boxImporter); ok {
		return from
	}
	return &boxImporter{from, sync.OnceValues(func() (*types.Package, error) { return checkBox(from) })}
}

func (imp *boxImporter) Import(path string) (*types.Package, error) {
	if path == boxPath {
		return imp.once()
	}
	if imp.from == nil {
		return nil, fmt.Errorf("no package was loaded")
	}
	return imp.from.Import(path)
}

// checkBox checks the declarations of package box.
func checkBox(from types.Importer) (*types.Package, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", boxDecls, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	conf := &types.Config{Importer: from, IgnoreFuncBodies: true, Error: func(error) {}}
	// A program need not import what some of the declarations speak of.
	pkg, _ := conf.Check(boxPath, fset, []*ast.File{file}, nil)
	if pkg == nil {
		return nil, fmt.Errorf("check package %s", boxPath)
	}
	return pkg, nil
}
