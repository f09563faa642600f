package runner

import (
	"os/exec"
	"strings"
	"testing"
)

// TestPanics builds the programs of an environment with cells that are expected
// to panic, and runs them.
func TestPanics(t *testing.T) {
	cells := page(
		"import \"fmt\"\nimport \"errors\"\n\nn := 1\nfunc show(s string) { fmt.Println(s, n) }\nshow(\"one\")\n",
		"n := \"shadow\"\nfmt.Println(\"panics with\", n)\npanic(errors.New(n))\n",
		"n++\nshow(\"two\")\n",
		"var wg = make(chan int)\n<-wg\n",
		"n := n * 10\nshow(\"three\")\n",
	)
	cells[1].Expect, cells[3].Expect = ExpectPanic, ExpectPanic
	progs, probs := compose(cells, shared.load)
	if len(probs) > 0 || len(progs) != 3 {
		t.Fatalf("%d programs and problems:\n%s", len(progs), render(probs))
	}
	for i, want := range []string{
		"one 1\ntwo 2\nthree 20\n",
		"one 1\npanics with shadow\npanic: shadow",
		"one 1\ntwo 2\nfatal error: all goroutines are asleep - deadlock!\n",
	} {
		checkSegments(t, "panics", progs[i], cells)
		exe, said := goBuild(t, progs[i])
		if said != "" {
			t.Fatalf("go build: %s", said)
		}
		out, err := exec.Command(exe).CombinedOutput()
		if !strings.HasPrefix(string(out), want) {
			t.Errorf("program %d prints\n%s\nwant\n%s", i, out, want)
		}
		if (err != nil) != (i > 0) {
			t.Errorf("program %d ends with %v", i, err)
		}
	}
}

// TestPanicImports checks that an import which only a cell that panics uses is
// no fault of the program, and is in no program that has no use for it.
func TestPanicImports(t *testing.T) {
	cells := page(
		"import \"fmt\"\nimport \"errors\"\nimport \"strings\"\nfmt.Println(1)\n",
		"panic(errors.New(\"x\"))\n",
		"fmt.Println(strings.ToUpper(\"x\"))\n",
	)
	cells[1].Expect = ExpectPanic
	progs, probs := compose(cells, shared.load)
	if len(probs) > 0 || len(progs) != 2 {
		t.Fatalf("%d programs and problems:\n%s", len(progs), render(probs))
	}
	for i, want := range []string{
		"import (\n\t_ \"errors\"\n\t\"fmt\"\n\t\"strings\"\n)",
		"import (\n\t\"errors\"\n\t\"fmt\"\n\t_ \"strings\"\n)",
	} {
		if !strings.Contains(progs[i].Source, want) {
			t.Errorf("program %d has not\n%s\nbut\n%s", i, want, progs[i].Source)
		}
	}
}

// TestManyPanics checks that cells which repeat what is above them are bounded.
func TestManyPanics(t *testing.T) {
	sources := []string{"import \"fmt\"\nfmt.Println(1)\n//" + strings.Repeat("x", repeatMax/4) + "\n"}
	for range 5 {
		sources = append(sources, "panic(1)\n")
	}
	cells := page(sources...)
	for i := range cells[1:] {
		cells[i+1].Expect = ExpectPanic
	}
	progs, probs := compose(cells, shared.load)
	want := "500:1: the environment has too many cells that are expected to panic: each runs all cells above it again\n" +
		"600:1: the environment has too many cells that are expected to panic: each runs all cells above it again\n"
	if got := render(probs); got != want || len(progs) != 4 {
		t.Errorf("%d programs and problems:\n%s", len(progs), got)
	}
}
