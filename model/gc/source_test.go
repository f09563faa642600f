package gc

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"rtbook/model/event"
)

// goSource is the toolchain's own source: package runtime, type-checked.
type goSource struct {
	fset  *token.FileSet
	files []*ast.File
	pkg   *types.Package
	imp   types.ImporterFrom
	dir   string
}

// loadRuntime parses and type-checks the runtime of the toolchain that runs
// the test, without the bodies of functions.
var loadRuntime = sync.OnceValues(func() (*goSource, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("asking go for GOROOT: %w", err)
	}
	src := &goSource{fset: token.NewFileSet(), dir: filepath.Join(strings.TrimSpace(string(out)), "src")}
	ctx := build.Default
	ctx.GOROOT = filepath.Dir(src.dir)
	bp, err := ctx.ImportDir(filepath.Join(src.dir, "runtime"), 0)
	if err != nil {
		return nil, err
	}
	for _, name := range bp.GoFiles {
		f, err := parser.ParseFile(src.fset, filepath.Join(bp.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		src.files = append(src.files, f)
	}
	src.imp = importer.ForCompiler(src.fset, "source", nil).(types.ImporterFrom)
	conf := types.Config{
		IgnoreFuncBodies: true,
		FakeImportC:      true,
		Importer:         src.imp,
		Error:            func(error) {}, // constants do not need the rest
		Sizes:            types.SizesFor("gc", "amd64"),
	}
	src.pkg, _ = conf.Check("runtime", src.fset, src.files, nil)
	return src, nil
})

func runtimeSource(t *testing.T) *goSource {
	t.Helper()
	src, err := loadRuntime()
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// eval evaluates a constant expression as the file with function fn of package
// runtime would see it, or, if it begins with a path, inside that package.
func (s *goSource) eval(fn, expr string) (constant.Value, error) {
	pkg, pos := s.pkg, token.NoPos
	if rest, ok := strings.CutPrefix(expr, "internal/"); ok {
		dot := len("internal/") + strings.IndexByte(rest, '.')
		p, err := s.imp.ImportFrom(expr[:dot], s.dir, 0)
		if err != nil {
			return nil, err
		}
		pkg, expr = p, expr[dot+1:]
	} else if fd := s.function(fn); fd != nil {
		pos = fd.Pos()
	}
	tv, err := types.Eval(s.fset, pkg, pos, expr)
	if err != nil {
		return nil, err
	}
	if tv.Value == nil {
		return nil, fmt.Errorf("%s is not constant", expr)
	}
	return tv.Value, nil
}

// function returns a declaration by its name, as in "gcStart" or "spanQueue.put".
func (s *goSource) function(name string) *ast.FuncDecl {
	for _, f := range s.files {
		for _, d := range f.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := fd.Name.Name
			if fd.Recv != nil {
				t := fd.Recv.List[0].Type
				if star, ok := t.(*ast.StarExpr); ok {
					t = star.X
				}
				if id, ok := t.(*ast.Ident); ok {
					n = id.Name + "." + n
				}
			}
			if n == name {
				return fd
			}
		}
	}
	return nil
}

// local evaluates a constant that is declared inside a function.
func (s *goSource) local(fn, name string) (constant.Value, error) {
	fd := s.function(fn)
	if fd == nil {
		return nil, fmt.Errorf("no function %s", fn)
	}
	var expr ast.Expr
	ast.Inspect(fd, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && v.Names[0].Name == name && len(v.Values) == 1 {
			expr = v.Values[0]
		}
		return true
	})
	if expr == nil {
		return nil, fmt.Errorf("no constant %s in %s", name, fn)
	}
	var b bytes.Buffer
	if err := printer.Fprint(&b, s.fset, expr); err != nil {
		return nil, err
	}
	return s.eval(fn, b.String())
}

func TestConstantsOfTheRuntime(t *testing.T) {
	src := runtimeSource(t)
	type c struct {
		expr string
		ours float64
	}
	for _, tc := range []c{
		{"_GCoff", float64(Off)},
		{"_GCmark", float64(Mark)},
		{"_GCmarktermination", float64(MarkTermination)},
		{"gcBackgroundUtilization", BackgroundUtilization},
		{"gcGoalUtilization", GoalUtilization},
		{"defaultHeapMinimum", DefaultHeapMinimum},
		{"triggerRatioDen", triggerRatioDen},
		{"minTriggerRatioNum", minTriggerRatioNum},
		{"maxTriggerRatioNum", maxTriggerRatioNum},
		{"sweepMinHeapDistance", sweepMinHeapDistance},
		{"memoryLimitHeapGoalHeadroomPercent", memoryLimitHeapGoalHeadroomPercent},
		{"memoryLimitMinHeapGoalHeadroom", memoryLimitMinHeapGoalHeadroom},
		{"len(workbuf{}.obj)", workbufLen},
		{"len(spanQueue{}.ring)", spanRingLen},
		{"wbBufEntries", wbBufLen},
		{"gcCreditSlack", creditSlack},
		{"maxObletBytes", maxObletBytes},
		{"minLegalPointer", minLegalPointer},
		{"fixedStack", startingStackSize},
		{"unsafe.Sizeof(spanInlineMarkBits{})", inlineMarkBitsLen},
		{"spanScanUnowned", float64(unowned)},
		{"spanScanOneMark", float64(oneMark)},
		{"spanScanManyMark", float64(manyMark)},
		{"internal/runtime/gc.PageSize", pageSize},
		{"internal/goarch.PtrSize", ptrSize},
		{"internal/runtime/gc.MallocHeaderSize", mallocHeaderSize},
		{"internal/runtime/gc.MinSizeForMallocHeader", minSizeForHeader},
	} {
		v, err := src.eval("gcStart", tc.expr)
		if err != nil {
			t.Errorf("%s: %v", tc.expr, err)
			continue
		}
		if f, _ := constant.Float64Val(constant.ToFloat(v)); f != tc.ours {
			t.Errorf("%s is %v in the runtime, %v here", tc.expr, v, tc.ours)
		}
	}
	for _, tc := range []struct {
		fn, name string
		ours     float64
	}{
		{"gcControllerState.heapGoalInternal", "minRunway", minRunway},
		{"gcControllerState.startCycle", "maxUtilError", maxUtilError},
		{"gcControllerState.revise", "maxOvershoot", maxOvershoot},
		{"spanQueue.put", "spillPeriod", spillPeriod},
		{"spanQueue.put", "spillMax", spillMax},
		{"spanQueue.drain", "maxCap", maxSPMC},
	} {
		v, err := src.local(tc.fn, tc.name)
		if err != nil {
			t.Errorf("%s in %s: %v", tc.name, tc.fn, err)
			continue
		}
		if f, _ := constant.Float64Val(constant.ToFloat(v)); f != tc.ours {
			t.Errorf("%s in %s is %v in the runtime, %v here", tc.name, tc.fn, v, tc.ours)
		}
	}
}

// Every text that the model throws is one that the runtime throws.
func TestThrowTextsAreTheRuntimes(t *testing.T) {
	src := runtimeSource(t)
	texts := map[string]bool{}
	for _, f := range src.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				texts[constant.StringVal(constant.MakeFromLiteral(lit.Value, token.STRING, 0))] = true
			}
			return true
		})
	}
	fset := token.NewFileSet()
	n := 0
	for _, name := range []string{"cycle.go", "heap.go", "mark.go", "sweep.go", "pacer.go"} {
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(node ast.Node) bool {
			var arg ast.Expr
			switch x := node.(type) {
			case *ast.CallExpr:
				if sel, ok := x.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "throw" {
					arg = x.Args[0]
				}
			case *ast.KeyValueExpr:
				if id, ok := x.Key.(*ast.Ident); ok && id.Name == "Text" {
					arg = x.Value
				}
			}
			if lit, ok := arg.(*ast.BasicLit); ok {
				n++
				if s := constant.StringVal(constant.MakeFromLiteral(lit.Value, token.STRING, 0)); !texts[s] {
					t.Errorf("%s: the runtime never says %q", fset.Position(lit.Pos()), s)
				}
			}
			return true
		})
	}
	if n < 8 {
		t.Errorf("only %d texts were found in the model", n)
	}
}

// order returns the names of a function's body that are in the set, in the
// order of the source.
func (s *goSource) order(t *testing.T, fn string, set ...string) []string {
	fd := s.function(fn)
	if fd == nil {
		t.Fatalf("no function %s", fn)
	}
	var names []string
	ast.Inspect(fd.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && slices.Contains(set, id.Name) {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}

// A cycle of the model does what gcStart, gcMarkDone and gcMarkTermination do,
// in the order of their source.
func TestCycleOrderIsTheSources(t *testing.T) {
	src := runtimeSource(t)
	// How the source calls what the model calls by the names of traces.
	source := map[event.Kind]string{
		event.GCBegin:    "GCStart",
		event.GCEnd:      "GCDone",
		event.GCSTWBegin: "stopTheWorldWithSema",
		event.GCSTWEnd:   "startTheWorldWithSema",
		event.GCMarkDone: "gcMarkDoneFlushed",
	}
	m, _ := program(Config{CheckMark: true}, 64)
	n := m.Len()
	m.Collect()
	var got []string
	for _, e := range m.log.Since(n) {
		name, ok := source[e.Kind]
		if !ok {
			name = e.Kind.String()
		}
		switch e.Kind {
		case event.GCMarkRootBlock, event.GCScanStack, event.GCGreyObject, event.GCScanSpan, event.GCDrain, event.GCSweepSpan:
		default:
			got = append(got, name)
		}
	}
	want := src.order(t, "gcStart", "GCStart", "gcBgMarkStartWorkers", "gcResetMarkState",
		"stopTheWorldWithSema", "finishsweep_m", "clearpools", "startCycle", "setGCPhase", "gcBgMarkPrepare",
		"gcPrepareMarkRoots", "gcMarkTinyAllocs", "gcBlackenEnabled", "startTheWorldWithSema")
	want = append(want, "gcMarkDoneFlushed")
	want = append(want, src.order(t, "gcMarkDone", "stopTheWorldWithSema", "gcComputeStartingStackSize",
		"gcBlackenEnabled", "gcWakeAllAssists", "endCycle")...)
	want = append(want, src.order(t, "gcMarkTermination", "setGCPhase", "gcMark", "runCheckmark", "gcSweep",
		"GCDone", "gcControllerCommit", "startTheWorldWithSema", "prepareForSweep")...)
	if !slices.Equal(got, want) {
		t.Errorf("the model's cycle:\n%v\nthe source's:\n%v", got, want)
	}
}
