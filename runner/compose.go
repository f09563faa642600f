package runner

import (
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Loader returns an importer for the packages of the given import paths,
// which are sorted and without duplicates. The importer must also serve the
// packages that these depend on: a variable's type may have to be written
// with a package that no cell imports. It fails for a path that names no
// package, which becomes a [Problem] where that path is imported. The
// importer is called by one goroutine at a time.
type Loader func(paths []string) (types.Importer, error)

// Compose makes a program of the Execute cells of each environment of each
// chapter, in the order of their first cells: one of its Go cells, after it one
// for each of these that is expected to panic, and one of its cells of commands.
// load is called once, with all paths that any Go cell imports, or not at all if
// no cell imports anything. A program with problems is left out; the problems of
// all cells come back together, in the order of the cells and then of their
// places. Messages are go/types' and go/parser's where these have one.
//
// These are the rules by which the cells of an environment, in order, become
// one program.
//
// # Splitting
//
// A cell mixes declarations and statements. What begins with import, type,
// const or var, and the declarations of functions and methods, are
// declarations; all else is a statement. Each cell becomes one function, which
// [CellFunc] names.
//
// # Where things go
//
// Types, functions, methods and constants go to package level and may be used
// by any cell. The variables of x := e, var x = e and var x T at a cell's top
// level are declared at package level with their type written out, and
// assigned when their cell's turn comes: in textual order, or in Go's
// initialisation order if the cell holds only declarations. A func init runs
// at the end of its cell.
//
// A variable whose type cannot be written in package main, such as one of
// another package's unexported type, is declared with its value instead, and
// what stands above it runs during the initialisation of the package, in the
// same order (see [Program].Unwritable).
//
// # What a name means
//
// That is decided by where the name stands, as if each cell opened a scope
// inside that of the cell above it. A := on a name of the same cell assigns.
// On a name of an earlier cell it assigns if the type is the same, and
// otherwise declares a new variable, which later text means; the same holds
// where it shadows an import, a predeclared name, or a function, type or
// constant. A function's body means the last variable of that name declared
// above it, and if there is none, the first below it. Any other second
// declaration of a name is Go's error. A function or constant with a
// predeclared name leaves that name its meaning in the cells above it.
//
// # Order
//
// Statements and the initialisers of variables may use only variables declared
// above them, directly and through the functions and concrete methods that
// they mention, called there or not: Go's own notion of a reference in the
// order of initialisation. Beyond Go's, what becomes an interface value, or
// the type argument of a generic function, counts as a mention of all methods
// of its type and of the types that it consists of, since fmt, sort or a call
// through the interface may call these unseen. Bodies of declared functions
// may mention variables declared below. An init function's must be declared
// in its cell or above.
//
// # Imports
//
// An import serves the text below it, and must be used there. The same import
// may stand in several cells. Blank imports are kept for their effect. Dot
// imports are refused, because the page would not show what a name means. So
// are import "C" and what the chapter does not allow, such as package unsafe:
// see [Cell.Uses].
//
// # What a cell cannot hold
//
// A cell's function is not the author's: return and defer that would act on
// it, and labels and goto at its top level, are refused. So are package
// clauses and func main; directives that lead positions astray (line), tie a
// file to others (go:embed, go:linkname) or speak of a whole file (go:build
// and go:debug); and types that cannot keep their name, which a program can
// print: one like a predeclared name that the cells or the types of their
// variables use, and one that begins with rtbook_.
//
// # Cells that are not run
//
// A CheckOnly cell is checked after the cells above it and then left out; nothing
// that it declares is seen elsewhere, and its problems do not spoil the program.
// One that begins with a package clause is checked as a file of its own.
//
// A cell that is expected not to compile is checked so too. What is wrong with it
// is no problem but its output, a [Static]; that nothing is wrong is a problem.
//
// # Cells that are expected to panic
//
// Such a cell is the last of a program of its own, of which the cells above it
// are the rest: it is marked Tail. The environment's other programs go without
// it, and nothing that it declares is seen elsewhere. The cells above it must
// make a program without those below. What they import need not be used there,
// and what it uses of their imports need not be used elsewhere.
//
// # Cells of commands
//
// They run in a folder with the environment's FileOnly cells, and with its Go
// cells as main.go, as [Program.Export] writes them. Files must be inside the
// folder, each under a name of its own, Go files must parse, and there must be a
// cell of commands to use them.
//
// # Cells that are swept
//
// A cell can name constants that it declares, and values for each. It is part of
// its environment's program as ever. Besides, it makes a program for every other
// combination of values: of the cells above it and of the cell, with these values
// in place of the text's; see [Sweep]. The values are of the constant's own
// kind, differ, and the text's own is one of them. Each of these programs is
// checked by itself. How they are compiled together, see compose_shared.go.
//
// A program is checked before any engine sees it: first as the tree of the
// cells' own syntax, for the types of variables and for errors at the places
// and in the words that the author knows, and once more as the text that is
// handed out.
//
// An environment whose check takes longer than ten seconds is given up, and has
// a problem at its first cell that says so: Go's type checker takes some types
// exponential time. What was loaded may then be read after Compose has returned.
func Compose(cells []Cell, load Loader) *Composition {
	return composeWithin(cells, load, checkLimit)
}

// composeWithin is Compose with a limit for the check of each environment.
func composeWithin(cells []Cell, load Loader, limit time.Duration) *Composition {
	envs := environments(cells)
	parallel(len(envs), func(i int) { envs[i].parse() })

	imp := newImports(envs, load)
	parallel(len(envs), func(i int) {
		env := envs[i]
		envs[i] = env.within(limit, func() { env.compose(imp) })
	})

	for _, env := range envs {
		env.composeSweeps(imp, limit)
	}

	c := &Composition{}
	var problems problems
	for _, env := range envs {
		problems.list = append(problems.list, env.problems.list...)
		c.Programs = append(c.Programs, env.programs...)
		c.Static = append(c.Static, env.statics...)
		c.Sweeps = append(c.Sweeps, env.sweeps...)
		c.GivenUp = c.GivenUp || env.givenUp.Load()
	}
	c.Problems = problems.sorted(imp.err != nil)
	return c
}

// Composition is what becomes of cells.
type Composition struct {
	Programs []*Program
	Static   []Static
	Sweeps   []*Sweep
	Problems []Problem

	// GivenUp says that the check of an environment took too long, and goes on: it
	// takes a processor and, it may be, more and more memory until the process ends.
	GivenUp bool
}

// Static is the output of a cell that is not run, because it is expected not
// to compile.
type Static struct {
	Chapter, ID string // of the cell
	Output      string // what is wrong with it, lines of "line:col: message"; places count from the cell's first line
}

// environment is the cells of one environment of a chapter.
type environment struct {
	chapter, name string
	fset          *token.FileSet
	cells         []*source // of Go, in order, of all modes but FileOnly
	shell, files  []*source // cells of commands; FileOnly cells
	idents        map[string]bool
	pieces        []*piece // of all cells, by ascending base
	problems      problems
	givenUp       atomic.Bool // its check, or that of a variant, goes on: see [Composition]

	tail *source // if this is the environment of an expected panic: its cell, which is the last
	// elsewhere tells what an undefined name is where it does not count.
	elsewhere  func(s *source, name string) (ProblemNote, bool)
	asideNames map[string][]asideName // of cells that the program goes without; made when needed

	program   *unit // of its program, if there is one and nothing is wrong with it
	truncated bool  // cells are missing below, which may use what these import

	programs []*Program
	statics  []Static
	sweeps   []*Sweep
}

func newEnvironment(chapter, name string) *environment {
	return &environment{chapter: chapter, name: name, fset: token.NewFileSet(), idents: make(map[string]bool)}
}

// environments groups cells, in the order of their first cells.
func environments(cells []Cell) []*environment {
	type key struct{ chapter, env string }
	byKey := make(map[key]*environment)
	var envs []*environment
	for i := range cells {
		c := &cells[i]
		k := key{c.Chapter, c.Env}
		env := byKey[k]
		if env == nil {
			env = newEnvironment(c.Chapter, c.Env)
			byKey[k] = env
			envs = append(envs, env)
		}
		env.add(c, i)
	}
	return envs
}

func (env *environment) add(c *Cell, index int) {
	list := &env.cells
	switch {
	case c.Mode == FileOnly:
		list = &env.files
	case c.Shell:
		list = &env.shell
	}
	*list = append(*list, newSource(c, index, len(*list)))
}

// parse splits and parses every cell, and reports what its chapter does not
// allow.
func (env *environment) parse() {
	for _, s := range slices.Concat(env.cells, env.files) {
		s.refuse(env)
	}
	for _, s := range env.cells {
		s.parse(env)
		env.pieces = append(env.pieces, s.pieces...)
	}
}

// compose checks the environment's cells and makes its programs, as far as
// they have no problems.
func (env *environment) compose(imp *imports) {
	if env.longString() {
		return
	}
	env.sameEngine()
	env.elsewhere = env.leftOut
	prog := newUnit(env, imp, nil)
	for _, s := range env.cells {
		if s.aside == "" {
			prog.cells = append(prog.cells, s)
		}
	}
	prog.check()
	for _, s := range env.cells {
		switch {
		case s.aside == "" || s.panics():
		case s.whole != nil:
			env.checkWhole(s, imp)
		default:
			u := newUnit(env, imp, prog)
			u.cells = []*source{s}
			u.check()
		}
	}
	var main *Program
	// A faulty cell that is no part of the program does not spoil it.
	sound := !slices.ContainsFunc(prog.cells, (*source).hasProblem)
	if sound && len(prog.cells) > 0 {
		if main = prog.emit(); main != nil {
			env.programs = append(env.programs, main)
			env.program = prog
		}
	}
	env.composePanics(prog, imp)
	env.composeShell(main, sound && (main != nil || len(prog.cells) == 0))
	env.makeStatic(imp)
}

// sameEngine reports a cell that cannot share an environment with the first.
func (env *environment) sameEngine() {
	var first *source
	for _, s := range env.cells {
		switch {
		case !s.runs():
		case first == nil:
			first = s
		case s.GoOnly != first.GoOnly:
			env.problems.add(s, Problem{
				Pos:     s.pos(0),
				Message: "cell " + strconv.Quote(s.ID) + " does not run on the same engine as the rest of its environment",
				Notes:   []ProblemNote{{first.pos(0), "the environment's first cell is here"}},
				Hint:    "an environment is one program: give cells with engine=go an env of their own",
			})
		}
	}
}

// problems collects what is wrong with cells, one problem for a place.
type problems struct {
	list []placedProblem
	seen map[Pos]bool
}

type placedProblem struct {
	Problem
	cell *source
	path string // the import path that could not be imported, if that is it

	refused bool // it is about what the chapter has to allow, however the cell is to end
}

// add records a problem unless its place already has one: what is found later
// at the same place is a consequence. It reports whether it did.
func (ps *problems) add(s *source, p Problem) bool {
	if ps.seen[p.Pos] {
		return false
	}
	if ps.seen == nil {
		ps.seen = make(map[Pos]bool)
	}
	ps.seen[p.Pos] = true
	s.faulty = true
	p.Env = s.Env
	ps.list = append(ps.list, placedProblem{Problem: p, cell: s})
	return true
}

// refuseLast makes the last problem one that is no way for a cell not to compile:
// see [Cell.Uses].
func (ps *problems) refuseLast() {
	p := &ps.list[len(ps.list)-1]
	p.refused, p.cell.refused = true, true
}

// failImport is add for an import that failed.
func (ps *problems) failImport(s *source, pos Pos, path string, err error) {
	if ps.add(s, Problem{Pos: pos, Message: fmt.Sprintf("could not import %s (%s)", path, err)}) {
		ps.list[len(ps.list)-1].path = path
	}
}

// sorted returns the problems in the order of cells and places. If nothing
// could be imported, only the first import is worth telling of.
func (ps *problems) sorted(noImports bool) []Problem {
	slices.SortStableFunc(ps.list, func(a, b placedProblem) int {
		return cmp.Or(
			cmp.Compare(a.cell.index, b.cell.index),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	var out []Problem
	told := false
	for _, p := range ps.list {
		if p.path != "" && noImports {
			if told {
				continue
			}
			told = true
		}
		out = append(out, p.Problem)
	}
	return out
}

// imports gives environments the packages that they import. It may be used by
// several goroutines.
type imports struct {
	mu   sync.Mutex
	from types.Importer
	err  error // why there is no from
}

// newImports calls load with what the cells of envs import.
func newImports(envs []*environment, load Loader) *imports {
	var paths []string
	for _, env := range envs {
		for _, s := range env.cells {
			paths = append(paths, s.imports()...)
		}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	imp := &imports{}
	if len(paths) == 0 {
		return imp
	}
	imp.from, imp.err = load(paths)
	if imp.from == nil && imp.err == nil {
		imp.err = errors.New("the loader returned no importer")
	}
	return imp
}

// Import implements [types.Importer].
func (imp *imports) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	imp.mu.Lock()
	defer imp.mu.Unlock()
	if imp.err != nil {
		return nil, imp.err
	}
	if imp.from == nil {
		return nil, errors.New("no package was loaded")
	}
	return imp.from.Import(path)
}

// parallel calls f with 0 to n-1 and returns when all calls have.
func parallel(n int, f func(int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
