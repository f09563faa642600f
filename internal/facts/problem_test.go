package facts

import (
	"strings"
	"testing"
)

// TestProblems: what is said of references that do not hold. at is what the
// reference's text has at the offset; "" is an offset of -1 or 0.
func TestProblems(t *testing.T) {
	s := open(t, pin, "linux/amd64", "")
	tests := []struct{ ref, rule, at, message, hint string }{
		// packages
		{"runtme.GC", "unknown-package", "", "there is no package runtme", "did you mean runtime?"},
		{"internal/runtime/cg.PageSize", "unknown-package", "", "there is no package internal/runtime/cg", "did you mean internal/runtime/gc?"},
		{"goexperiment GreenTeaGC", "unknown-package", "", "there is no package goexperiment", "did you mean internal/goexperiment?"},
		{"rtbook/model/shed.Machine", "unknown-package", "", "there is no package rtbook/model/shed", "did you mean rtbook/model/sched?"},
		{"example.com/none.X", "unknown-package", "", "there is no package example.com/none", ""},
		{"golang.org/x/mod/modfile.Parse", "package-outside", "", "package golang.org/x/mod/modfile is neither of the toolchain nor of the book's module", "refer to the standard library, to the go command's own packages, or to the book's"},
		{"internal/syscall/windows.SHARE_INFO_2", "unknown-package", "", "package internal/syscall/windows has no files for linux/amd64", ""},
		// symbols
		{"runtime.schedint", "unknown-symbol", "schedint", "package runtime declares no schedint", "did you mean schedinit?"},
		{"runtime.runqputt", "unknown-symbol", "runqputt", "package runtime declares no runqputt", "did you mean runqput?"},
		{"runtime.rt0_gow", "unknown-symbol", "rt0_gow", "package runtime declares no rt0_gow", "did you mean rt0_go?"},
		{"runtime.cacheSpan", "unknown-symbol", "cacheSpan", "package runtime declares no cacheSpan", "did you mean mcentral.cacheSpan?"},
		{"runtime.p.runk", "unknown-symbol", "p.runk", "runtime.p has no field or method runk", "did you mean p.runq?"},
		{"runtime.mheap.central.mcentrl", "unknown-symbol", "mheap", "runtime.mheap.central has no field or method mcentrl", "did you mean mheap.central.mcentral?"},
		{"runtime.schedinit.foo", "unknown-symbol", "schedinit", "function runtime.schedinit declares no constant or type foo", ""},
		{"runtime.mheap.alloc.foo", "unknown-symbol", "mheap", "function runtime.mheap.alloc declares no constant or type foo", ""},
		// facts
		{"runtime len(p{}.runq) => 255", "fact-value", "", "the text says 255, but len(p{}.runq) in package runtime is 256", "write 256"},
		{"runtime heapArenaBytes => 32 MiB", "fact-value", "", "the text says 32 MiB, but heapArenaBytes in package runtime is 67,108,864", "write 64 MiB"},
		{"runtime heapArenaBytes => large", "fact-value", "", "the text says large, but heapArenaBytes in package runtime is 67,108,864", "write 67,108,864: the link's text is the value alone, with or without its unit"},
		{"runtime haveSysmon => off", "fact-value", "", "the text says off, but haveSysmon in package runtime is true", "write on"},
		{"runtime len(q{}.runq)", "fact-expression", "q{}", "undefined: q", ""},
		{"runtime len(p{}.runk)", "fact-expression", "runk", "p{}.runk undefined (type p has no field or method runk)", "did you mean p{}.runq?"},
		{"runtime 1 + pageSze", "fact-expression", "pageSze", "undefined: pageSze", "did you mean pageSize?"},
		{"runtime gc.PageSze", "fact-expression", "PageSze", "undefined: gc.PageSze", "did you mean gc.PageSize?"},
		{"runtime mheap_", "fact-expression", "mheap_", "mheap_ (variable of struct type mheap) is not constant", ""},
		{"runtime 2 * numCPUStartup", "fact-expression", "2", "2 * numCPUStartup (value of type int32) is not constant", ""},
		{"runtime len(sched)", "fact-expression", "sched", "invalid argument: sched (variable of struct type schedt) for built-in len", ""},
		{"runtime g", "fact-expression", "g", "g (type) is not an expression", ""},
		{"runtime 1/0", "fact-expression", "0", "invalid operation: division by zero", ""},
		{"runtime pageSize + true", "fact-expression", "pageSize", "invalid operation: pageSize + true (mismatched types untyped int and untyped bool)", ""},
		{"runtime 1i", "fact-expression", "1i", "1i is of type untyped complex, which no text can be compared with", ""},
		{"runtime 1e1001", "fact-expression", "1e1001", "1e1001 has a value of more than 1000 digits, which no text says", ""},
		{"runtime 1e-1001", "fact-expression", "1e-1001", "1e-1001 has a value of more than 1000 digits, which no text says", ""},
		{"runtime 1e100000000", "fact-expression", "1e100000000", "1e100000000 has a value of more than 1000 digits, which no text says", ""},
		{"runtime 1e900 => 2e900", "fact-value", "", "the text says 2e900, but 1e900 in package runtime is 1" + strings.Repeat(",000", 300), "write 1" + strings.Repeat(",000", 300)},
		{"runtime stealWork.nothing", "fact-expression", "nothing", "stealWork.nothing undefined (type func(now int64) (gp *g, inheritTime bool, rnow int64, pollUntil int64, newWork bool) has no field or method nothing)", ""},
		// orders
		{"runtime main: gcenable before newm(sysmon)", "order", "newm(sysmon)", "main does not call newm(sysmon) after gcenable", ""},
		{"runtime main: gcenble", "order", "gcenble", "main does not call gcenble", ""},
		{"runtime main: newm(nothing)", "order", "newm(nothing)", "main does not call newm(nothing)", ""},
		{"runtime main: !gcenable", "order", "gcenable", "main calls gcenable", ""},
		{"runtime main: gcenable before gcenable", "order", "gcenable", "main does not call gcenable after gcenable", ""},
		{"runtime schedinit: sched.maxmcount = 1000", "order", "sched.maxmcount", "schedinit does not have sched.maxmcount = 1000", ""},
		{"runtime main: if x {}", "order", "if", `"if x {}" is no step that can be found in Go`, "a step is a function, a call such as newm(sysmon), or a statement such as mp.g0 = g"},
		{"runtime main: a; b", "order", "a; b", `"a; b" is not one step`, "a step is a function, a call such as newm(sysmon), or a statement such as mp.g0 = g"},
		{"runtime schedinit: sched.maxmcount = 10000 => 1,000 threads", "order-value", "", "the text says 1,000 threads, which is in no step of the order", "a number in the text of an order stands in one of its steps, as in go:runtime schedinit: sched.maxmcount = 10000"},
		{"runtime mian: gcenable", "unknown-symbol", "mian", "package runtime declares no mian", "did you mean main?"},
		{"runtime pageSize: gcenable", "order", "pageSize", "runtime.pageSize is not a function", ""},
		{"runtime mapiterinit.x: gcenable", "unknown-symbol", "mapiterinit", "package runtime declares no mapiterinit.x", "did you mean mapIterNext?"},
		{"runtime rt0_go: check before settls", "order", "settls", "rt0_go does not call settls after check", ""},
		{"runtime procyield: nothing", "order", "nothing", "procyield does not call nothing", ""},
		{"runtime sigpanic0: none", "order", "none", "sigpanic0 does not call none", ""},
	}
	var refs []Ref
	for _, test := range tests {
		refs = append(refs, parsed(t, test.ref)...)
	}
	for i, ans := range resolve(t, s, refs) {
		test, prob := tests[i], ans.Problem
		if prob == nil {
			t.Errorf("%s holds: %v %v", test.ref, ans.Value, ans.Place)
			continue
		}
		if prob.Message != test.message || prob.Hint != test.hint || prob.Rule != test.rule {
			t.Errorf("%s: %s: %s\n\thint: %s\n\t%v", test.ref, prob.Rule, prob.Message, prob.Hint, prob.Notes)
		}
		switch {
		case test.at == "" && prob.Offset > 0, strings.HasSuffix(test.rule, "-value") && prob.Offset >= 0:
			t.Errorf("%s: at offset %d", test.ref, prob.Offset)
		case test.at != "" && !strings.HasPrefix(refs[i].Text[max(prob.Offset, 0):], test.at):
			t.Errorf("%s: at offset %d", test.ref, prob.Offset)
		}
	}
	ans := resolve(t, s, parsed(t, "runtime len(p{}.runq) => 255"))[0]
	if n := ans.Problem.Notes; len(n) != 1 || n[0].Text != "runq     [256]guintptr" || n[0].Place != ans.Place || ans.Value.Text != "256" {
		t.Errorf("the wrong value has the notes %v, value %v", n, ans.Value)
	}
}

func TestQuotes(t *testing.T) {
	s := open(t, pin, "linux/amd64", "")
	type quote struct{ symbol, lines, first, last, problem string }
	var refs []Ref
	tests := []quote{
		{"runtime.gogo", "", "TEXT runtime·gogo(SB), NOSPLIT, $0-8", "\tJMP\tgogo<>(SB)", ""},
		{"runtime.haveSysmon", "", `const haveSysmon = GOARCH != "wasm"`, `const haveSysmon = GOARCH != "wasm"`, ""},
		{"runtime._GCmark", "", "_GCmark ", "_GCmark ", ""},
		{"runtime._GCmark", "/const \\(/,/^\\)/", "const (", ")", ""},
		{"runtime.p.runq", "", "runq     [256]guintptr", "runq     [256]guintptr", ""},
		{"runtime.mcentral", "", "type mcentral struct {", "}", ""},
		{"runtime.mcentral", "/Central list/,/type/", "// Central list of free objects of a given size.", "type mcentral struct {", ""},
		{"runtime.runqput", "", "", "", "the quotation has 43 lines; 25 is the most"},
		{"runtime.runqput", "/^func/,/^\\t}/", "func runqput(", "\t}", ""},
		{"runtime.runqput", "/^func/", "func runqput(", "func runqput(", ""},
		{"runtime.runqput", "/nonesuch/", "", "", "no line of runqput matches /nonesuch/"},
		{"runtime.runqput", "/^func/,/^func/", "", "", "after line 7"},
		{"runtime.stealWork.stealTries", "", "const stealTries = 4", "const stealTries = 4", ""},
		{"runtime.mheap.central.mcentral", "", "mcentral mcentral", "mcentral mcentral", ""},
		{"runtime.sweepLocked.base", "", "func (s *mspan) base() uintptr {", "}", ""},
		{"runtime.schedinit", "", "", "", "the quotation has "},
		{"runtime.nosuchthing", "", "", "", "package runtime declares no nosuchthing"},
	}
	for _, test := range tests {
		ref, err := ParseQuote(test.symbol, test.lines)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, ref)
	}
	for i, ans := range resolve(t, s, refs) {
		test := tests[i]
		if test.problem != "" {
			if ans.Problem == nil || !strings.HasPrefix(ans.Problem.Message, test.problem) {
				t.Errorf("%s %s: %+v", test.symbol, test.lines, ans.Problem)
			}
			continue
		}
		if ans.Problem != nil {
			t.Errorf("%s %s: %+v", test.symbol, test.lines, *ans.Problem)
			continue
		}
		lines := strings.Split(ans.Text, "\n")
		n := len(lines) - 2
		if !strings.HasPrefix(lines[0], test.first) || !strings.HasPrefix(lines[max(n, 0)], test.last) || lines[n+1] != "" {
			t.Errorf("%s %s is\n%s", test.symbol, test.lines, ans.Text)
		}
		if ans.Last != ans.Place.Line+n {
			t.Errorf("%s %s has %d lines, %d to %d", test.symbol, test.lines, n+1, ans.Place.Line, ans.Last)
		}
		if line := sourceLine(t, s, ans.Place); line != strings.TrimSpace(lines[0]) {
			t.Errorf("%s %s: line %d is %q", test.symbol, test.lines, ans.Place.Line, line)
		}
	}
}

// TestOddExpressions: nothing that parses as an expression brings the type
// checker down.
func TestOddExpressions(t *testing.T) {
	s := open(t, pin, "linux/amd64", "")
	var refs []Ref
	for _, expr := range []string{
		"func() int { return 1 }()", "func() { x := 1; return }", "len([...]int{1, 2, 3})", "[]int{}[0]", "p{}.x.y.z", "x.(int)", "x.(type)", "struct{ a int }{}",
		"map[string]int{}", "nil", "_", "iota", "unsafe", "gc", "unsafe.Sizeof", "atomic.Pointer[int]{}", "atomic.Pointer", "min(1, 2)", "len(\"abc\")",
		"stealWork.stealTries + sysmon.stealTries", "*p", "&g{}", "<-make(chan int)", "interface{ m() }(nil)", "1 << 600", "1 << 10000", "-1 >> -1", "'a'", "\"a\"[5]", "1e1000000",
		"x[int, string]", "(((1)))", "len(func() [3]int { panic(0) }())", "a...", "[...]int{}",
	} {
		ref, err := Parse("go:runtime " + expr)
		if err != nil {
			continue
		}
		ref.Want = "1"
		refs = append(refs, ref)
	}
	resolve(t, s, refs)
	for i, ans := range resolve(t, s, parsed(t, "runtime len([...]int{1, 2, 3}) => 3", "runtime min(1, 2) => 1", "runtime 'a' => 97", "runtime (((1))) => one",
		"runtime len(\"abc\") => 3", "runtime 2*stealWork.stealTries => eight", "runtime unsafe.Sizeof(p{}.runq)/unsafe.Sizeof(uintptr(0)) => 256")) {
		if ans.Problem != nil {
			t.Errorf("%d: %+v", i, *ans.Problem)
		}
	}
}
