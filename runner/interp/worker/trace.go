package worker

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rtbook/runner"
	"rtbook/runner/wire"
)

// Yaegi does not say where a panic arose. As a panic leaves each interpreted
// function it writes a line to Options.Stderr,
//
//	12:3: panic: main.f(...)
//
// but the place is where the function begins. So a program whose panic is to be
// placed is run once more with a call before each statement that notes which
// statement its function has come to. The first function to report, with the
// statement it had come to, is the place; functions that are not the author's
// report for those that call them.

// tracePath is the package of the inserted calls.
const tracePath = "rtbook/trace"

// traced is a source with the calls inserted.
type traced struct {
	source string
	funcs  []span // of the functions in source, in the order of the syntax tree
}

// span is the part of a source from begin to end, in bytes.
type span struct{ begin, end int }

// instrument inserts the calls. It adds no lines.
func instrument(source string) (*traced, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	in := &inserter{fset: fset, at: make(map[int]string)}
	in.at[fset.Position(file.Name.End()).Offset] = fmt.Sprintf("; import rtbook_trace %q", tracePath)
	for i, body := range functions(file) {
		in.function(i, body)
	}
	t := &traced{source: in.apply(source)}
	fset = token.NewFileSet()
	if file, err = parser.ParseFile(fset, "", t.source, parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	for _, body := range functions(file) {
		t.funcs = append(t.funcs, span{fset.Position(body.Pos()).Offset, fset.Position(body.End()).Offset})
	}
	return t, nil
}

// functions returns the bodies of a file's functions, outer before inner.
func functions(file *ast.File) []*ast.BlockStmt {
	var all []*ast.BlockStmt
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				all = append(all, n.Body)
			}
		case *ast.FuncLit:
			all = append(all, n.Body)
		}
		return true
	})
	return all
}

// inserter collects what to insert, by offset.
type inserter struct {
	fset *token.FileSet
	at   map[int]string
}

// function inserts a call before each statement of function i, but for those of
// the functions inside it.
func (in *inserter) function(i int, body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BlockStmt:
			in.statements(i, n.List)
		case *ast.CaseClause:
			in.statements(i, n.Body)
		case *ast.CommClause:
			in.statements(i, n.Body)
		}
		return true
	})
}

func (in *inserter) statements(i int, list []ast.Stmt) {
	for _, s := range list {
		switch s.(type) {
		case *ast.CaseClause, *ast.CommClause, *ast.BranchStmt, *ast.EmptyStmt:
			continue // not a place for a statement, or nothing that can panic
		}
		offset := in.fset.Position(s.Pos()).Offset
		in.at[offset] += fmt.Sprintf("rtbook_trace.At(%d, %d); ", i, offset)
	}
}

func (in *inserter) apply(source string) string {
	var b strings.Builder
	for i := range len(source) {
		b.WriteString(in.at[i])
		b.WriteByte(source[i])
	}
	return b.String()
}

// tracer notes where functions are, and reports where panics arise.
type tracer struct {
	traced *traced
	report func(offset int)

	placed func(offset int) bool // whether an offset of the source before is of the chapter

	mu      sync.Mutex
	last    map[int]int // offset of the statement that a function has come to, by its index
	waiting bool        // for the first function of the author's that a panic leaves
}

// symbols are what the inserted calls need.
func (t *tracer) symbols() map[string]map[string]reflect.Value {
	return map[string]map[string]reflect.Value{
		tracePath + "/trace": {"At": reflect.ValueOf(t.at)},
	}
}

func (t *tracer) at(function, offset int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last[function] = offset
}

// Write gets yaegi's lines. It runs on the stack of the panicking goroutine.
func (t *tracer) Write(line []byte) (int, error) {
	goesOn := passedOn()
	t.mu.Lock()
	defer t.mu.Unlock()
	if goesOn && !t.waiting {
		return len(line), nil
	}
	t.waiting = false
	if i := t.function(line); i >= 0 {
		if offset, ok := t.last[i]; ok && t.placed(offset) {
			t.report(offset)
		} else {
			t.waiting = true
		}
	}
	return len(line), nil
}

// passers are the functions that recover from a panic to panic again with the
// same value: yaegi's for each function that it leaves, and the end of one that
// defers.
var passers = []string{"github.com/traefik/yaegi/interp.runCfg.", "rtbook/runner/interp/worker/rt.(*Defers).finish"}

// passedOn reports whether the panic that the caller is deferred by has begun
// before: in the stack, whether what has panicked last is one of passers.
func passedOn() bool {
	var stack [512]uintptr
	frames := runtime.CallersFrames(stack[:runtime.Callers(1, stack[:])])
	for {
		f, more := frames.Next()
		if !more {
			return false
		}
		if f.Function == "runtime.gopanic" {
			f, _ = frames.Next()
			return slices.ContainsFunc(passers, func(p string) bool { return strings.HasPrefix(f.Function, p) })
		}
	}
}

// function returns the index of the function that a line is about, or -1.
func (t *tracer) function(line []byte) int {
	m := yaegiPlace.FindSubmatch(bytes.TrimSpace(line))
	if m == nil {
		return -1
	}
	row, _ := strconv.Atoi(string(m[1]))
	col, _ := strconv.Atoi(string(m[2]))
	offset := lineOffset(t.traced.source, row, col)
	found := -1
	for i, f := range t.traced.funcs { // an inner function comes after the outer
		if f.begin <= offset && offset < f.end {
			found = i
		}
	}
	return found
}

// newTracer returns a tracer for a program, or nil if it cannot be traced.
func newTracer(p *runner.Program, w *wire.Child) *tracer {
	source := p.Source
	t, err := instrument(source)
	if err != nil {
		return nil
	}
	return &tracer{
		traced: t,
		placed: func(offset int) bool {
			r := at(source, offset)
			_, ok := p.PosAt(r.Line, r.Col)
			return ok
		},
		last:   make(map[int]int),
		report: func(offset int) { report(w, *at(source, offset)) },
	}
}
