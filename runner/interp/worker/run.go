package worker

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"log"
	"maps"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/traefik/yaegi/interp"

	"rtbook/runner"
	"rtbook/runner/interp/worker/box"
	"rtbook/runner/interp/worker/rt"
	"rtbook/runner/interp/worker/symbols"
	"rtbook/runner/wire"
)

// run interprets the program. It returns when the program came to its end or
// was refused; a panic of a cell ends the process.
func run(r Request, w *wire.Child) {
	p := r.Program
	var t *tracer
	if r.Trace {
		t = newTracer(p, w)
	}
	cells, refusal := compile(p, t)
	if refusal != nil {
		refusal.Status = string(runner.Refused)
		report(w, *refusal)
		return
	}
	for i, cell := range cells {
		w.Mark(i)
		box.Start(cell)
		rt.Settle()
	}
	w.Mark(len(cells))
}

func report(w *wire.Child, r wire.Report) {
	if w.Reports == nil {
		fmt.Fprintln(os.Stderr, "rtbook:", r.Message)
		return
	}
	if err := wire.WriteReport(w.Reports, r); err != nil {
		fail(err)
	}
}

// newInterpreter returns an interpreter that has all packages which cells can
// import, and the source that it is to run.
func newInterpreter(source string, t *tracer) (*interp.Interpreter, string) {
	options := interp.Options{
		Stdout:               os.Stdout, // the builtin print writes here
		Stderr:               io.Discard,
		SourcecodeFilesystem: noFiles{},
		Unrestricted:         true,
	}
	exports := symbols.Exports()
	exports[rt.Path+"/./rt"] = rt.Symbols()
	exports[box.Path+"/./box"] = box.Symbols()
	exports["rtbook/runner/show/./show"]["Recording"] = reflect.ValueOf(recording)
	if t != nil {
		options.Stderr = t
		maps.Copy(exports, t.symbols())
		source = t.traced.source
	}
	i := interp.New(options)
	if err := i.Use(exports); err != nil {
		fail(err)
	}
	return i, source
}

// compile has yaegi compile the program, and returns its cells. The refusal
// says what the interpreter cannot do, and where.
func compile(p *runner.Program, t *tracer) (cells []func(), refusal *wire.Report) {
	if r := unknownImport(p); r != nil {
		return nil, r
	}
	// What yaegi has to say about itself is no output of the program.
	log.SetOutput(io.Discard)
	defer log.SetOutput(os.Stderr)
	i, source := newInterpreter(p.Source, t)
	if _, err := eval(i, source); err != nil {
		return nil, placed(p, err)
	}
	for n := range p.Cells {
		v, err := eval(i, runner.CellFunc(n))
		if err != nil {
			return nil, refuse(p, err)
		}
		f, ok := v.Interface().(func())
		if !ok {
			return nil, refuse(p, fmt.Errorf("cell %d is not a function", n))
		}
		cells = append(cells, f)
	}
	return cells, nil
}

// eval has yaegi compile source, or evaluate an expression. What it cannot compile it often does not expect
// either.
func eval(i *interp.Interpreter, source string) (v reflect.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = interp.Panic{Value: r}
		}
	}()
	return i.Eval(source)
}

// unknownImport returns the refusal of the first import for which there are no
// symbols.
func unknownImport(p *runner.Program) *wire.Report {
	for _, path := range p.Imports {
		if !symbols.Has(path) && path != rt.Path && path != box.Path {
			r := at(p.Source, importOffset(p.Source, path))
			r.Message = fmt.Sprintf("the interpreter has no package %s", path)
			return r
		}
	}
	return nil
}

// importOffset returns where source imports path, or -1.
func importOffset(source, path string) int {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.ImportsOnly)
	if err != nil {
		return -1
	}
	for _, spec := range file.Imports {
		if got, err := strconv.Unquote(spec.Path.Value); err == nil && got == path {
			return offset(fset, spec)
		}
	}
	return -1
}

func offset(fset *token.FileSet, n ast.Node) int { return fset.Position(n.Pos()).Offset }

// yaegiPlace is how yaegi begins an error.
var yaegiPlace = regexp.MustCompile(`^(\d+):(\d+): `)

// refuse makes a refusal of an error of yaegi's. The checker has accepted the
// program, so that the error is about the interpreter, and says so.
func refuse(p *runner.Program, err error) *wire.Report {
	message, place := err.Error(), -1
	if m := yaegiPlace.FindStringSubmatch(message); m != nil {
		line, _ := strconv.Atoi(m[1])
		col, _ := strconv.Atoi(m[2])
		place = lineOffset(p.Source, line, col)
		message = message[len(m[0]):]
	}
	var syntax scanner.ErrorList
	var crash interp.Panic
	what := "cannot compile this"
	switch {
	case errors.As(err, &crash):
		what = "fails on this program"
	case errors.As(err, &syntax) && len(syntax) > 0:
		what, message = "cannot parse this", syntax[0].Msg
		place = lineOffset(p.Source, syntax[0].Pos.Line, syntax[0].Pos.Column)
	}
	message, _, _ = strings.Cut(message, "\n")
	r := at(p.Source, place)
	r.Message = "the interpreter " + what + ": " + message
	return r
}

// at returns a report about an offset in source, or about no place.
func at(source string, offset int) *wire.Report {
	if offset < 0 || offset > len(source) {
		return &wire.Report{Offset: -1}
	}
	r := &wire.Report{Offset: offset, Line: 1, Col: 1}
	for _, c := range []byte(source[:offset]) {
		r.Col++
		if c == '\n' {
			r.Line, r.Col = r.Line+1, 1
		}
	}
	return r
}

// lineOffset returns the offset of a 1-based line and column, or -1.
func lineOffset(source string, line, col int) int {
	offset := 0
	for ; line > 1; line-- {
		end := strings.IndexByte(source[offset:], '\n')
		if end < 0 {
			return -1
		}
		offset += end + 1
	}
	if offset += col - 1; col < 1 || offset > len(source) {
		return -1
	}
	return offset
}

// noFiles is an empty file system: the interpreter finds no source to import.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
