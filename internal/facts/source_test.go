package facts

import (
	"strings"
	"testing"

	"rtbook/runner/gotool"
	"rtbook/runner/store"
)

// pin is the toolchain whose source the expected values were read in.
const pin = "go1.26.8"

// open returns the source of a toolchain and target, with this module as the
// book's.
func open(t testing.TB, version, target, cache string) *Source {
	t.Helper()
	tool, err := gotool.Open(".", version)
	if err != nil {
		t.Fatal(err)
	}
	tool.Target = target
	t.Cleanup(func() { tool.Close() })
	s, err := Open(Config{Toolchain: tool, Store: kept(cache)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parsed parses destinations, without "go:"; what is after " = " is the link's
// text.
func parsed(t testing.TB, dests ...string) []Ref {
	t.Helper()
	var refs []Ref
	for _, dest := range dests {
		dest, want, _ := strings.Cut(dest, " => ")
		ref, err := Parse("go:" + dest)
		if err != nil {
			t.Fatalf("%s: %v", dest, err)
		}
		ref.Want = want
		refs = append(refs, ref)
	}
	return refs
}

// resolve answers references, in one batch.
func resolve(t testing.TB, s *Source, refs []Ref) []Answer {
	t.Helper()
	answers, err := s.Resolve(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// ledgerFacts are the constants of the claim ledger, whose values were measured
// on go1.26.8.
var ledgerFacts = []string{
	"runtime haveSysmon => true",
	"runtime heapArenaBytes => 67108864",
	"runtime heapArenaBytes => 64 MB",
	"runtime pallocChunkBytes => 4 MiB",
	"runtime pagesPerArena => 8192",
	"runtime pageSize => 8 KB",
	"internal/runtime/gc MaxSizeClassNPages => 10",
	"runtime numSpanClasses => 136",
	"internal/runtime/gc NumSizeClasses => 68",
	"runtime unsafe.Sizeof(spanInlineMarkBits{}) => 128",
	"runtime maxSmallSize-mallocHeaderSize => 32,760",
	"runtime maxSmallSize-gc.MallocHeaderSize => 32760",
	"runtime pageCachePages => 64",
	"runtime maxTinySize => 16",
	"runtime len(mcache{}.alloc) => 136",
	"runtime len(mheap{}.central) => 136",
	"runtime len(mcentral{}.partial) => two",
	"runtime stackMin => 2 KB",
	"runtime stackGuard => 928",
	"runtime len(p{}.runq) => 256",
	"runtime stealWork.stealTries => 4",
	"runtime _Psyscall_unused => 2",
	"runtime forcePreemptNS => 10 ms",
	"runtime _GCmarktermination => 2",
	"runtime gcBackgroundUtilization => 25%",
	"runtime wbBufEntries => 512",
	"internal/goexperiment GreenTeaGC => on",
	"runtime goexperiment.GreenTeaGC => true",
	"runtime len(spanQueue{}.ring) => 256",
	"runtime minSizeForMallocHeader => 512",
	"runtime defaultHeapMinimum => 4194304",
	"runtime minTriggerRatioNum => 45",
	"runtime maxTriggerRatioNum => 61",
	"runtime triggerRatioDen => 64",
	"runtime capacityPerProc => 1 s",
	"runtime memoryLimitHeapGoalHeadroomPercent => 3%",
	"runtime memoryLimitMinHeapGoalHeadroom => 1048576",
	"runtime unsafe.Sizeof(g{}) => 456",
	"runtime _Gleaked => 10",
	"runtime _Gdeadextra => 11",
	"internal/goexperiment SizeSpecializedMalloc => off",
	"internal/goexperiment RandomizedHeapBase64 => true",
}

func TestLedgerFacts(t *testing.T) {
	s := open(t, pin, "linux/amd64", "")
	refs := parsed(t, ledgerFacts...)
	for i, ans := range resolve(t, s, refs) {
		if ans.Problem != nil {
			t.Errorf("%s: %+v", refs[i].Text, *ans.Problem)
		}
		if !strings.HasPrefix(ans.Place.File, "src/") || ans.Place.Line == 0 || ans.Line == "" {
			t.Errorf("%s is at %v %q", refs[i].Text, ans.Place, ans.Line)
		}
	}
}

// ledgerOrders are the orders of the claim ledger.
var ledgerOrders = []string{
	"runtime rt0_go: settls before check before args before osinit before schedinit before newproc before mstart",
	"runtime rt0_go: settls before MOVQ CX, m_g0(AX) before MOVQ AX, g_m(CX) before check",
	"runtime schedinit: mallocinit before cpuinit before alginit",
	"runtime schedinit: stackinit before randinit before mallocinit before modulesinit before typelinksinit before itabsinit before stkobjinit",
	"runtime schedinit: defaultGOMAXPROCSInit before procresize",
	"runtime main: newm(sysmon, nil, -1)",
	"runtime schedinit: !newm(sysmon)",
	"runtime schedinit: !allocinit", // mallocinit is another name
	"runtime main: newm(sysmon) before lockOSThread before gcenable before defaultGOMAXPROCSUpdateEnable before unlockOSThread before fn",
	"runtime mcache.refill: uncacheSpan before cacheSpan",
	"runtime (*mheap).sysAlloc: sysReserve",
	"runtime reentersyscall: !handoffp",
	"runtime entersyscallblock: systemstack before handoffp(releasep())",
	"runtime sysmon: netpoll before sysmonUpdateGOMAXPROCS before scavenger.wake before retake",
	"runtime gcStart: stopTheWorldWithSema before finishsweep_m before setGCPhase(_GCmark) before startTheWorldWithSema",
	"runtime gcMarkTermination: setGCPhase(_GCmarktermination) before gcMark before setGCPhase(_GCoff) before gcSweep",
	"runtime (*sweepLocked).sweep: s.allocBits = s.gcmarkBits",
	"runtime gcMarkTermination: !s.allocBits = s.gcmarkBits",
	"runtime schedinit: sched.maxmcount = 10000",
	"runtime sysmon: delay = 20 before delay *= 2 before delay = 10 * 1000",
	"runtime closechan: goready(gp)",
	"runtime gcenable: go bgsweep(c) before go bgscavenge(c) before <-c before <-c",
	"runtime gcStart: semacquire(&work.startSema) before debug.gcstoptheworld == 1",
	"runtime bgsweep: goschedIfBusy()",
	"runtime mcentral.cacheSpan: grow",
}

func TestLedgerOrders(t *testing.T) {
	s := open(t, pin, "linux/amd64", "")
	refs := parsed(t, ledgerOrders...)
	for i, ans := range resolve(t, s, refs) {
		if ans.Problem != nil {
			t.Errorf("%s: %+v", refs[i].Text, *ans.Problem)
		}
	}
}

// kept is the store in a folder; "" is none.
func kept(dir string) *store.Store {
	if dir == "" {
		return nil
	}
	return &store.Store{Dir: dir}
}
