// Package lower rewrites a checked program so that the interpreter runs it as
// the compiler would, and refuses, by name and at its place, what no rewrite
// makes right.
//
// The lowered program is Go as well: it means the same to the compiler as the
// program it was made of, which the tests hold every rewrite to. It avoids the
// constructs that yaegi gets wrong.
//
// # Order
//
// [Program] parses and type-checks the source, runs the passes of [passes] in
// order over one tree, and prints that. The order and what each pass may rely
// on and must keep:
//
//  1. large aliases (largetypes.go), names, constants, local types: after these no local name shadows another,
//     no constant is declared and all types are the package's, so that code can
//     be moved and types can be written anywhere.
//  2. generics: each instance is a declaration of its own, and there are no type
//     parameters. What it copied goes through the passes above once more; where
//     nothing was copied or moved, these do not run again.
//  3. blank fields, recursive types and fields, large types, variadics, builtins, shifts, negations, parameters,
//     pointers to arrays, methods: what the interpreter has no form of, or takes
//     for something else, expression by expression. From here on selectors are
//     explicit and methods only called.
//  4. interfaces, bounds, circles: values in interfaces carry the types of the program,
//     and what would fail in the interpreter's way fails in Go's.
//  5. iterators, ranges, switches, selects: control flow, before the passes that
//     care in which order things happen.
//  6. init, copies, assignments (operands.go), defers, results, zeros: order and identity of values.
//     Afterwards statements assign one value each, and nothing is deferred.
//  7. closures: the last that makes function literals, since it decides what each
//     of them keeps.
//  8. slices of arrays, any, labels, imports: what is left over.
//
// Each pass says in the first comment of its file what holds after it. None
// undoes what holds after another.
//
// # Writing a pass
//
// A pass is a function of a *[unit] and edits its tree in place. It is one
// file, named for its construct, with a table test of before, after and the
// native output, and one line in [passes].
//
// Types come from unit.info, as the checker wrote it. A pass that makes nodes
// has two choices:
//
//   - It makes them with the constructors of build.go, which record types as
//     the checker would. Passes after it see these as if they had been there.
//   - It makes them as it likes and returns true: the tree is checked again
//     before the next pass, which costs about 4 µs a line. A pass must not look
//     at the types of its own nodes then.
//
// [rewriter] (walk.go) is the way to visit a tree: children before parents,
// with functions for expressions and for statements; a statement can be
// replaced by several, or stays. A pass about one construct has it visit only
// the declarations that have some of that ([constructs]), and makes no such
// construct for a pass after it in a declaration that has none, unless it has the
// tree checked. [unit.fresh] makes names that nothing else has, and
// [unit.nameOf] says what an object is called in the tree.
//
// A node of a new kind gets the position of what it replaces, because a
// position is the only thing that leads from the lowered text back to the
// chapter. Nodes must not occur in the tree twice: use [clone].
//
// What a pass cannot make right it refuses with [unit.refuse], at the smallest
// node that shows it.
package lower

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"rtbook/runner"
)

// Refusal says what of a program cannot be run right.
type Refusal struct {
	Offset    int    // in the Source of the program
	Construct string // what is refused, as the Go specification names it
	Message   string // one line that names the construct and says what goes wrong
	Hint      string // what can be done about it; "" if only engine=go helps
}

// Program returns p lowered: its Source rewritten, and its Map leading from
// there to the chapter. If anything is refused it returns the refusals instead,
// in the order of their places. The error is about neither: the program does
// not check, or load fails.
//
// A nil load serves a program without imports.
func Program(p *runner.Program, load runner.Loader) (*runner.Program, []Refusal, error) {
	var imp types.Importer
	if load != nil {
		var err error
		if imp, err = load(p.Imports); err != nil {
			return nil, nil, fmt.Errorf("load the imports of %s: %w", p.Name(), err)
		}
	}
	return With(p, imp)
}

// With is [Program] with an importer of the packages that p imports. Programs
// that are lowered with the same importer must be so one after the other.
func With(p *runner.Program, imp types.Importer) (*runner.Program, []Refusal, error) {
	return lowerWith(p, imp, passes())
}

// Exact is [With] for a program that is known to panic: each run-time error has
// the text that it has in a compiled program, which makes the program slower.
func Exact(p *runner.Program, imp types.Importer) (*runner.Program, []Refusal, error) {
	u, err := newUnit(p, imp)
	if err != nil {
		return nil, nil, err
	}
	u.exact = true
	return u.lower(passes())
}

func lowerWith(p *runner.Program, imp types.Importer, list []pass) (*runner.Program, []Refusal, error) {
	u, err := newUnit(p, imp)
	if err != nil {
		return nil, nil, err
	}
	return u.lower(list)
}

// lower runs passes. One that panics has met what its author did not think of,
// which is an error of this program alone: others of the chapter still run.
func (u *unit) lower(list []pass) (lowered *runner.Program, refusals []Refusal, err error) {
	running := ""
	defer func() {
		if v := recover(); v != nil {
			lowered, refusals, err = nil, nil, fmt.Errorf("lower %s: the pass %q failed: %v", u.program.Name(), running, v)
		}
	}()
	if err := u.run(list, &running); err != nil {
		return nil, nil, err
	}
	running = "print"
	if len(u.refusals) > 0 {
		slices.SortStableFunc(u.refusals, func(a, b Refusal) int { return a.Offset - b.Offset })
		return nil, u.refusals, nil
	}
	result := *u.program
	result.Source, result.Map = u.print()
	result.Imports = u.imports()
	return &result, nil, nil
}

// pass is one rewrite.
type pass struct {
	name string
	run  func(*unit) (recheck bool)
}

// passes returns all passes in their order.
func passes() []pass {
	return []pass{
		{"large aliases", limitAliases},
		{"names", uniqueNames},
		{"constants", foldConstants},
		{"local types", hoistTypes},
		{"generics", instantiate},
		{"names", uniqueNames},
		{"constants", foldConstants},
		{"local types", hoistTypes},
		{"blank fields", nameBlanks},
		{"recursive types", findRecursive},
		{"recursive fields", holdFields},
		{"large types", limitTypes},
		{"variadics", packVariadics},
		{"builtins", lowerBuiltins},
		{"shifts", lowerShifts},
		{"negations", lowerNegations},
		{"parameters", nameParameters},
		{"pointers to arrays", dereferenceArrays},
		{"methods", lowerMethods},
		{"interfaces", boxValues},
		{"bounds", checkBounds},
		{"circles", orderRecursive},
		{"iterators", lowerIterators},
		{"ranges", lowerRanges},
		{"switches", lowerSwitches},
		{"selects", lowerSelects},
		{"init", orderInit},
		{"copies", copyConverted},
		{"assignments", lowerAssignments},
		{"defers", lowerDefers},
		{"results", zeroResults},
		{"zeros", keepZeros},
		{"closures", convertClosures},
		{"slices of arrays", sliceThroughPointers},
		{"any", spellAny},
		{"labels", dropLabels},
		{"imports", dropImports},
	}
}

// unit is a program while it is lowered.
type unit struct {
	program   *runner.Program
	exact     bool // see Exact
	fset      *token.FileSet
	file      *ast.File
	base      int // position of the first byte of the source in fset
	pkg       *types.Package
	info      *types.Info
	importer  types.Importer
	toolchain types.Importer // the importer that With got
	refusals  []Refusal
	names     map[string]bool // every identifier of the tree, and those of fresh
	numbers   map[string]int  // of fresh
	renamed   map[types.Object]string
	helpers   map[string][]*types.Func // by purpose
	looks     map[string]bool          // names of helpers that stand for no call: they copy, or read a field
	elements  map[string]bool          // names of helpers that return the address of an element (bounds_calls.go)
	hoisted   map[string]bool          // names of local types

	// typeNames has, for a type that is declared under another name than the
	// author's, the name that a program prints, without the package.
	typeNames map[string]string
	// local has the number of a type that a function declares, under the name
	// that it has at package level: the compiler counts them as they come.
	local         map[string]int
	localsCounted bool
	localNumbers  map[token.Pos]int // by the place of the declaration

	wraps   map[string]bool   // names of types that are structs now (recursive.go)
	getters map[string]string // names of the functions that read fields, by those of their types (recursive_fields.go)

	found map[ast.Decl]constructs // what declarations have (constructs.go)

	bodies map[*ast.FuncLit]bool // the literals that were bodies of loops over functions

	// spellNamed writes a named type while generic declarations are replaced.
	spellNamed func(pos token.Pos, obj *types.TypeName, args *types.TypeList) ast.Expr
}

func newUnit(p *runner.Program, imp types.Importer) (*unit, error) {
	u := &unit{program: p, fset: token.NewFileSet(), importer: imp, toolchain: imp}
	file, err := parser.ParseFile(u.fset, "", p.Source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", p.Name(), err)
	}
	u.file = file
	u.base = u.fset.File(file.FileStart).Base()
	if err := u.check(); err != nil {
		return nil, fmt.Errorf("check %s: %w", p.Name(), err)
	}
	u.names = make(map[string]bool)
	u.numbers = make(map[string]int)
	u.renamed = make(map[types.Object]string)
	u.helpers = make(map[string][]*types.Func)
	u.looks = make(map[string]bool)
	u.elements = make(map[string]bool)
	u.hoisted = make(map[string]bool)
	u.bodies = make(map[*ast.FuncLit]bool)
	u.typeNames = make(map[string]string)
	u.local = make(map[string]int)
	u.wraps = make(map[string]bool)
	u.getters = make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			u.names[id.Name] = true
		}
		return true
	})
	return u, nil
}

// run runs the passes, and stops after one that refuses. One that is there twice
// runs again only if a pass had the tree checked, which means that there is
// something new. In running it keeps which of them it is at.
func (u *unit) run(passes []pass, running *string) error {
	ran := make(map[string]bool)
	checked := false
	for _, p := range passes {
		if ran[p.name] && !checked {
			continue
		}
		*running, ran[p.name] = p.name, true
		again := p.run(u)
		if len(u.refusals) > 0 {
			return nil
		}
		if again {
			checked = true
			if err := u.check(); err != nil {
				u.refuseError(p.name, err)
				return nil
			}
		}
	}
	return nil
}

// refuseError refuses a program of which a pass has made one that does not
// check: of generic code, for one, an instance can be what nobody may write.
func (u *unit) refuseError(pass string, err error) {
	var e types.Error
	pos := u.file.Package
	if errors.As(err, &e) {
		pos = e.Pos
		err = errors.New(e.Msg)
	}
	u.refuse(positioned(pos), pass, "the interpreter cannot have this program, in which after lowering "+pass+" there is: "+err.Error(), "")
}

// check has go/types check the tree, and takes its results for those of the
// unit. That a variable or an import is not used is no error here: a pass may
// have folded the use.
func (u *unit) check() error {
	if u.info == nil {
		u.info = newInfo(len(u.program.Source) / 4)
	} else {
		clearInfo(u.info)
	}
	u.found = make(map[ast.Decl]constructs)
	var first error
	conf := &types.Config{
		Importer:                 withRuntime{u.importer},
		Sizes:                    types.SizesFor("gc", "amd64"),
		DisableUnusedImportCheck: true,
		Error: func(err error) {
			if e := err.(types.Error); first == nil && !e.Soft {
				first = err
			}
		},
	}
	u.pkg = types.NewPackage("main", "main")
	_ = types.NewChecker(conf, u.fset, u.pkg, u.info).Files([]*ast.File{u.file})
	return first
}

// refuse refuses the program for what stands at n.
func (u *unit) refuse(n ast.Node, construct, message, hint string) {
	u.refusals = append(u.refusals, Refusal{Offset: u.offset(n.Pos()), Construct: construct, Message: message, Hint: hint})
}

// offset returns the offset in the source of a position, 0 for none.
func (u *unit) offset(pos token.Pos) int {
	if !pos.IsValid() || int(pos) < u.base || int(pos) > u.base+len(u.program.Source) {
		return 0
	}
	return int(pos) - u.base
}

// fresh returns a name that occurs nowhere in the program, for what is called
// hint there.
func (u *unit) fresh(hint string) string {
	for {
		u.numbers[hint]++
		name := "rtbook_" + hint + strconv.Itoa(u.numbers[hint])
		if !u.names[name] {
			u.names[name] = true
			return name
		}
	}
}
