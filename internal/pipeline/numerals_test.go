package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rtbook/runner/gotool"
	"rtbook/runner/store"
)

func TestNumbers(t *testing.T) {
	tests := []struct{ name, chapter, want string }{
		{"units", "4 KiB, 8 kB, 1 GB, 64 bytes, 3 words, 2 pages, 126 slots, 68 size classes, 5 ns, 6 µs, 7 ms, 1 s, 2 minutes, 10 percent, 8 bits, 4 CPUs\n",
			"4 KiB|8 kB|1 GB|64 bytes|3 words|2 pages|126 slots|68 size classes|5 ns|6 µs|7 ms|1 s|2 minutes|10 percent|8 bits|4 CPUs"},
		{"attached", "10ms, 25%, 512MiB\n", "10ms|25%|512MiB"},
		{"adjacent", "10 ms 20 ms\n", "10 ms|20 ms"},
		{"separators", "33,000 bytes, 1_000 bytes, 0.25 s, 0x40 bytes\n", "33,000 bytes|1_000 bytes|0.25 s|0x40 bytes"},
		{"ranges", "10–20 ms, 16 to 512 bytes, 10 and 20 ms, 2-4 pages\n", "10–20 ms|16 to 512 bytes|10 and 20 ms|2-4 pages"},
		{"after a hyphen", "a 64-byte slot\n", "64-byte"},
		{"over a line's end", "It has 64\nKiB.\n", "64 KiB"},
		{"several blanks", "It has 64  KiB.\n", "64 KiB"},
		{"no-break blanks", "64\u00a0KiB and 64&nbsp;MiB\n", "64 KiB|64 MiB"},
		{"emphasis", "**64** KiB\n", "64 KiB"},
		{"in words", "four KiB and ten ms, but four pages and ten words\n", "four KiB|ten ms"},
		{"heading", "# All 64 bytes\n", "64 bytes"},
		{"list", "- 64 bytes\n", "64 bytes"},
		{"note", "> [!NOTE]\n> It has 64 bytes.\n", "64 bytes"},
		{"table", "| a | b |\n|---|---|\n| 64 bytes | c |\n", "64 bytes"},
		{"footnote", "a[^1]\n\n[^1]: It has 64 bytes.\n", "64 bytes"},
		{"summary", "<details>\n<summary>All 64 bytes</summary>\n\nText.\n\n</details>\n", "64 bytes"},
		{"a link elsewhere", "[64 bytes](02-two.md)\n", "64 bytes"},
		{"a symbol's link", "[the 256 slots](go:runtime.p.runq)\n", "256 slots"},
		{"a code span that is one", "`64 KiB` and `10ms`\n", "64 KiB|10ms"},

		{"a fact", "[256](<go:runtime len(p{}.runq)>) slots, [64 KiB](<go:runtime 65536>)\n", ""},
		{"an order", "[after 10 ms](<go:runtime sysmon: delay = 10 * 1000>)\n", ""}, // that it is 10 ms, the order's check says
		{"an output", "[64 bytes](out:c)\n", ""},
		{"half of a range", "[10](<go:runtime 10>)–20 ms\n", "20 ms"},
		{"code", "`GOMEMLIMIT=512MiB`, `make([]byte, 64)`\n", ""},
		{"fences", "```text\n64 bytes\n```\n\n    64 bytes\n", ""},
		{"no unit", "In 2024, chapter 4, Go 1.26.8 has 67 of them; 64 bytecodes, 3 seconded\n", ""},
		{"not a number", "UTF-8 bytes, amd64 words, v1.26 s, x86.64 bytes, the 1980s, $5 s\n", ""},
		{"choices", "- [ ] 64 bytes\n\n  Not 32 bytes.\n- [ ] `48 bytes`\n\n  Why.\n\n```go {cell predict}\nprintln(64, \"bytes\")\n```\n", "32 bytes"},
		{"kinds of machines", "64-bit systems\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, _ := oneChapter(t, test.chapter, "")
			r.numerals(nil)
			var got []string
			for _, f := range r.Findings {
				if text, ok := strings.CutPrefix(f.Message, "nothing checks "); ok {
					got = append(got, strings.Trim(text, `"`))
				}
			}
			want := test.want
			if joined := strings.Join(got, "|"); joined != want {
				t.Errorf("found %q, want %q", joined, want)
			}
		})
	}
}

func TestNumbersUnasked(t *testing.T) {
	r, _ := oneChapter(t, "64 bytes\n", "")
	r.Book.Numerals = ""
	r.numerals(nil)
	if len(r.Findings) > 0 {
		t.Errorf("findings in a book that does not ask for them: %s", told(r))
	}
}

func TestNumbersPlace(t *testing.T) {
	r, _ := oneChapter(t, "Text.\n\nMit Ümlaut &amp; \\* 64 bytes.\n", "")
	r.numerals(nil)
	// "Mit Ümlaut " is 12 bytes, "&amp; " 6, "\* " 3.
	want := `01-one.md:3:22: nothing checks "64 bytes"; link it to what says so, [64 bytes](<go:PACKAGE EXPRESSION>) or [64 bytes](out:CELL), or list "64 bytes: why" under unchecked: in the front matter` + "\n"
	if got := told(r); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

// someNames are names as sourceNames has them, with what is around them.
func someNames() *sourceNames {
	return &sourceNames{
		Scope: map[string][]string{
			"schedinit": {"runtime"}, "gcDrain": {"runtime"}, "g0": {"runtime"}, "check": {"runtime"}, "mheap": {"runtime"},
			"mheap_": {"runtime"}, "sched": {"runtime"}, "main": {"runtime"}, "print": {"runtime"}, "GOMAXPROCS": {"runtime"},
			"NumSizeClasses": {"internal/runtime/gc"}, "Load": {"internal/runtime/atomic"}, "LoadAcquire": {"internal/runtime/atomic"}, "mutex": {"runtime"},
			"Gosched": {"runtime"},
		},
		Members: map[string][]string{
			"runnext": {"runtime.p"}, "grow": {"runtime.mheap"}, "allocCount": {"runtime.mspan"}, "maxmcount": {"runtime.schedt", "runtime.sched"},
			"central": {"runtime.mheap", "runtime.other"}, "next": {"runtime.x"}, "length": {"internal/runtime/maps.t", "runtime.y"},
		},
	}
}

func TestNames(t *testing.T) {
	tests := []struct{ name, chapter, want string }{
		{"package scope", "`schedinit` and `gcDrain()`\n", "schedinit→runtime.schedinit|gcDrain()→runtime.gcDrain"},
		{"once", "`schedinit`, `schedinit`\n", "schedinit→runtime.schedinit"},
		{"short, and ordinary words", "`g0`, `check`, `mutex`, `main`, `print`, `go`, `map`, `GOMAXPROCS`, `next`, `length`, `central`\n", ""},
		{"with what they are in", "`runtime.check`, `mheap.grow`, `(*mheap).grow`, `sched.maxmcount`, `gc.NumSizeClasses`\n",
			"runtime.check→runtime.check|mheap.grow→runtime.mheap.grow|sched.maxmcount→runtime.sched.maxmcount|gc.NumSizeClasses→internal/runtime/gc.NumSizeClasses"},
		{"members", "`allocCount`, `runnext`\n", "allocCount→runtime.mspan.allocCount|runnext→runtime.p.runnext"},
		{"internal packages", "`NumSizeClasses`, `LoadAcquire`, `Load`\n", "NumSizeClasses→internal/runtime/gc.NumSizeClasses"},
		{"expressions", "`schedinit(1)`, `x.schedinit`, `a + gcDrain`, `-gcDrain`\n", ""},
		{"linked above", "[`schedinit`](go:runtime.schedinit) `schedinit`\n", ""},
		{"linked below", "`grow` `mheap.grow`\n\n[it](go:runtime.mheap.grow)\n", ""},
		{"a symbol's text", "[`gcDrain`](go:rtbook/model/gc.Drain) `gcDrain` [`mheap.grow`](go:rtbook/model/alloc.Grow)\n", ""},
		{"an order's text", "[`gcDrain`](<go:runtime main: newm>) `gcDrain`\n", "gcDrain→runtime.gcDrain"},
		{"in a fact", "`runnext` [8](<go:runtime unsafe.Sizeof(p{}.runnext)>)\n", ""},
		{"quoted", "`schedinit`\n\n```go {quote=runtime.schedinit}\n```\n", ""},
		{"linked elsewhere only", "[`schedinit`](02-two.md)\n", "schedinit→runtime.schedinit"},
		{"the chapter's own", "`gcDrain`\n\n```go {cell}\nfunc gcDrain() {}\n```\n", ""},
		{"of a package that cells import", "`gc.NumSizeClasses` and `runtime.Gosched`\n\n```go {cell}\nimport (\n\t\"runtime\"\n\n\t\"rtbook/model/gc\"\n)\nvar _ = runtime.GC\nvar _ gc.X\n```\n", ""},
		{"but not what they cannot use", "`runtime.check`\n\n```go {cell}\nimport \"runtime\"\n\nruntime.GC()\n```\n", "runtime.check→runtime.check"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, _ := oneChapter(t, test.chapter, "")
			r.numerals(someNames())
			var got []string
			for _, f := range r.Findings {
				if name, ok := strings.CutPrefix(f.Message, "no link of this chapter leads to "); ok {
					_, dest, _ := strings.Cut(f.Hint, "](go:")
					dest, _, _ = strings.Cut(dest, ")")
					got = append(got, name+"→"+dest)
				}
			}
			if joined := strings.Join(got, "|"); joined != test.want {
				t.Errorf("found %q, want %q", joined, test.want)
			}
		})
	}
}

func TestUnchecked(t *testing.T) {
	r, _ := oneChapter(t, "---\nunchecked:\n  - \"64 bytes: an example\"\n  - \"schedinit: named in passing\"\n  - \"takes 10 ms or: a guess\"\n  - \"99 bytes: gone\"\n---\n64 bytes, 64 bytes, 640 bytes; `schedinit`; takes 10 ms or 20 ms.\n", "")
	r.numerals(someNames())
	got := told(r)
	for _, want := range []string{`nothing checks "640 bytes"`, `nothing checks "20 ms"`, `01-one.md:6:5: warning: nothing unchecked in this chapter reads "99 bytes"; leave the entry out`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n"); n != 3 {
		t.Errorf("%d findings, want 3:\n%s", n, got)
	}
}

// TestSourceNames reads the names of the pin, which a link has to lead to.
func TestSourceNames(t *testing.T) {
	tc, err := gotool.Open(t.TempDir(), "go1.26.8")
	if err != nil {
		t.Fatal(err)
	}
	defer tc.Close()
	tc.Target = "linux/amd64"
	dir := t.TempDir()
	cache := &store.Store{Dir: dir}
	n, err := loadNames(context.Background(), tc, cache)
	if err != nil {
		t.Fatal(err)
	}
	for span, want := range map[string]string{
		"schedinit":            "runtime.schedinit",
		"rt0_go":               "runtime.rt0_go", // assembly
		"settls":               "runtime.settls", // assembly, for linux/amd64
		"mallocgc()":           "runtime.mallocgc",
		"allocCount":           "runtime.mspan.allocCount",
		"(*mcache).refill":     "runtime.mcache.refill",
		"spanInlineMarkBits":   "runtime.spanInlineMarkBits", // with the default experiments
		"defaultGOMAXPROCS":    "runtime.defaultGOMAXPROCS",  // linux
		"gc.NumSizeClasses":    "internal/runtime/gc.NumSizeClasses",
		"ctrlHandler":          "", // windows
		"_Psyscall_unused":     "runtime._Psyscall_unused",
		"TestStackGrowth":      "",
		"fmt.Println":          "",
		"main":                 "",
		"sched.maxmcount":      "runtime.sched.maxmcount",
		"runtime.no_such_name": "",
	} {
		if got := n.find(span); got != want && (want == "" || !strings.HasSuffix(got, want)) {
			t.Errorf("%s leads to %q, want %q", span, got, want)
		}
	}

	files, err := filepath.Glob(filepath.Join(dir, "facts", "*", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the cache has %q, %v; want one file", files, err)
	}
	t.Setenv("PATH", "") // now nothing can be started
	tc2, err := gotool.Open(t.TempDir(), "go1.26.8")
	if err != nil {
		t.Fatal(err)
	}
	defer tc2.Close()
	tc2.Target = "linux/amd64"
	if again, err := loadNames(context.Background(), tc2, cache); err != nil || len(again.Scope) != len(n.Scope) {
		t.Errorf("the names that were kept are not used: %v", err)
	}
	if err := os.WriteFile(files[0], []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := loadNames(context.Background(), tc2, cache); err == nil {
		t.Error("a damaged file is used")
	}
}
