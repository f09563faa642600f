package facts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSymbols(t *testing.T) {
	s := open(t, pin, "linux/amd64", "")
	tests := []struct {
		ref, file, line string // what the line begins with
	}{
		{"runtime.schedinit", "src/runtime/proc.go", "func schedinit() {"},
		{"runtime.GC", "src/runtime/mgc.go", "func GC() {"},
		{"runtime.main", "src/runtime/proc.go", "func main() {"},
		{"runtime.g", "src/runtime/runtime2.go", "type g struct {"},
		{"runtime.mheap_", "src/runtime/mheap.go", "var mheap_ mheap"},
		{"runtime._GCoff", "src/runtime/mgc.go", "_GCoff"},
		{"runtime.heapArenaBytes", "src/runtime/malloc.go", "heapArenaBytes = 1 << logHeapArenaBytes"},
		{"runtime.mheap.alloc", "src/runtime/mheap.go", "func (h *mheap) alloc("},
		{"runtime.(*mheap).alloc", "src/runtime/mheap.go", "func (h *mheap) alloc("},
		{"runtime.spanClass.sizeclass", "src/runtime/mheap.go", "func (sc spanClass) sizeclass() int8 {"},
		{"runtime.p.runq", "src/runtime/runtime2.go", "runq     [256]guintptr"},
		{"runtime.mheap.central", "src/runtime/mheap.go", "central [numSpanClasses]struct {"},
		{"runtime.mheap.central.mcentral", "src/runtime/mheap.go", "mcentral mcentral"},
		{"runtime.mheap_.central.mcentral.partial", "src/runtime/mcentral.go", "partial [2]spanSet"},
		{"runtime.m.g0.stack.lo", "src/runtime/runtime2.go", "lo uintptr"},
		{"runtime.sched.maxmcount", "src/runtime/runtime2.go", "maxmcount"},
		{"runtime.mspan.next", "src/runtime/mheap.go", "next *mspan"},
		{"runtime.mcache.nextSample", "src/runtime/mcache.go", "nextSample"},
		{"runtime.mcache.tiny", "src/runtime/mcache.go", "tiny       uintptr"},
		{"runtime.sweepLocked.allocBits", "src/runtime/mheap.go", "allocBits"},           // embedded *mspan
		{"runtime.sweepLocked.base", "src/runtime/mheap.go", "func (s *mspan) base()"},   // promoted method
		{"runtime.stringer.String", "src/runtime/error.go", "String() string"},           // interface method
		{"runtime.Error.RuntimeError", "src/runtime/error.go", "RuntimeError()"},         // exported one
		{"runtime.Error.Error", "src/builtin/builtin.go", ""},                            // predeclared: see below
		{"runtime.stealWork.stealTries", "src/runtime/proc.go", "const stealTries = 4"},  // in a function
		{"runtime.rt0_go", "src/runtime/asm_amd64.s", "TEXT runtime·rt0_go(SB)"},         // assembly only
		{"runtime.gogo", "src/runtime/asm_amd64.s", "TEXT runtime·gogo(SB)"},             // declared in Go
		{"runtime._rt0_amd64_linux", "src/runtime/rt0_linux_amd64.s", "TEXT _rt0_amd64"}, // without a package
		{"runtime.memmove", "src/runtime/memmove_amd64.s", "TEXT runtime·memmove"},       // <ABIInternal>
		{"internal/runtime/atomic.Uint32.Add", "src/internal/runtime/atomic/types.go", "func (u *Uint32) Add("},
		{"internal/runtime/atomic.Xadd", "src/internal/runtime/atomic/atomic_amd64.s", "TEXT ·Xadd(SB)"},
		{"internal/runtime/gc.SizeClassToSize", "src/internal/runtime/gc/sizeclasses.go", "var SizeClassToSize = "},
		{"sync.Pool.Get", "src/sync/pool.go", "func (p *Pool) Get() any {"},
		{"sync.Pool.noCopy", "src/sync/pool.go", "noCopy noCopy"},
		{"sync/atomic.Pointer.Load", "src/sync/atomic/type.go", "func (x *Pointer[T]) Load()"},
		{"testing.B.Fatal", "src/testing/testing.go", "func (c *common) Fatal("},
		{"os/exec.Cmd.Process.Kill", "src/os/exec.go", "func (p *Process) Kill() error {"},
		{"net/http.DefaultMaxHeaderBytes", "src/net/http/server.go", "const DefaultMaxHeaderBytes"},
		{"cmd/compile/internal/ir.MaxStackVarSize", "src/cmd/compile/internal/ir/cfg.go", "MaxStackVarSize ="},
		{"rtbook/internal/facts.Source.cache", "internal/facts/facts.go", "cache *cache"},
		{"rtbook/model/sched.Machine.Run", "model/sched/", "func (s *Machine) Run("},
	}
	var refs []Ref
	for _, test := range tests {
		refs = append(refs, parsed(t, test.ref)...)
	}
	for i, ans := range resolve(t, s, refs) {
		test := tests[i]
		if test.line == "" {
			if ans.Problem == nil {
				t.Errorf("%s: what is predeclared has the place %v", test.ref, ans.Place)
			}
			continue
		}
		if ans.Problem != nil {
			t.Errorf("%s: %+v", test.ref, *ans.Problem)
			continue
		}
		if !strings.HasPrefix(ans.Place.File, test.file) || !strings.HasPrefix(ans.Line, test.line) {
			t.Errorf("%s is at %v: %s", test.ref, ans.Place, ans.Line)
		}
		if own := strings.HasPrefix(test.ref, "rtbook/"); ans.Place.Own != own || (s.URL(ans.Place) == "") != own {
			t.Errorf("%s: own is %t, the address %q", test.ref, ans.Place.Own, s.URL(ans.Place))
		}
		if line := sourceLine(t, s, ans.Place); line != ans.Line {
			t.Errorf("%s: line %d of %s is %q, not %q", test.ref, ans.Place.Line, ans.Place.File, line, ans.Line)
		}
	}
}

// sourceLine reads a line of a file by itself.
func sourceLine(t *testing.T, s *Source, p Place) string {
	src, err := s.tool.Source(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root := src.Root
	if p.Own {
		root = src.Dir
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p.File)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(strings.Split(string(text), "\n")[p.Line-1])
}

// TestAssemblyOfTarget: another target has other assembly and other sizes.
func TestAssemblyOfTarget(t *testing.T) {
	s := open(t, pin, "linux/arm64", "")
	refs := parsed(t, "runtime.rt0_go", "runtime rt0_go: check before args before osinit before schedinit before newproc before mstart",
		"runtime rt0_go: MOVD g, m_g0(R0) before check", "runtime rt0_go: !settls", "runtime rt0_go: runtime·check before runtime.args before schedinit")
	for i, ans := range resolve(t, s, refs) {
		if ans.Problem != nil || ans.Place.File != "src/runtime/asm_arm64.s" {
			t.Errorf("%s: %v %+v", refs[i].Text, ans.Place, ans.Problem)
		}
	}
	s = open(t, pin, "linux/386", "")
	refs = parsed(t, "runtime unsafe.Sizeof(uintptr(0)) => 4", "runtime goarch.PtrSize => 4", "runtime unsafe.Sizeof(mcentral{}.spanclass) => 1",
		"runtime heapArenaBytes => 4 MiB")
	for i, ans := range resolve(t, s, refs) {
		if ans.Problem != nil {
			t.Errorf("%s: %+v", refs[i].Text, *ans.Problem)
		}
	}
}

func TestURL(t *testing.T) {
	s := open(t, pin, "linux/amd64", "")
	for _, test := range []struct {
		p    Place
		want string
	}{
		{Place{File: "src/runtime/proc.go", Line: 12}, "https://github.com/golang/go/blob/go1.26.8/src/runtime/proc.go#L12"},
		{Place{File: "src/runtime/proc.go"}, "https://github.com/golang/go/blob/go1.26.8/src/runtime/proc.go"},
		{Place{File: "model/sched/run.go", Line: 12, Own: true}, ""},
		{Place{}, ""},
	} {
		if got := s.URL(test.p); got != test.want {
			t.Errorf("%v is at %q, not %q", test.p, got, test.want)
		}
	}
	if got := open(t, "", "", "").URL(Place{File: "src/runtime/proc.go", Line: 12}); got != "" {
		t.Errorf("without a pin, there is the address %q", got)
	}
}
