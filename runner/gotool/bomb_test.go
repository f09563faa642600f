package gotool

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"rtbook/runner"
	"rtbook/runner/sandbox"
)

// TestCompileBomb has programs that the compiler would need more memory or a
// larger file for than it may have: they are refused, and the one beside runs.
func TestCompileBomb(t *testing.T) {
	if runtime.GOOS != "linux" || testing.Short() {
		t.Skip("only Linux limits the compiler's memory; and this takes its time")
	}
	for _, c := range sandbox.Capabilities() {
		if c.Name == "memory" && c.Lack != "" {
			t.Skipf("this machine does not limit memory: %s", c.Lack)
		}
	}
	program := func(env, text string) *runner.Program {
		return &runner.Program{
			Chapter: chapter, Env: env, Source: "package main\n\n" + text,
			Cells: []runner.Unit{{ID: env, Pos: runner.Pos{File: chapter, Line: 3, Col: 1}, Timeout: 20 * time.Second}},
		}
	}
	bombs := []*runner.Program{
		program("memory", "var big = [1 << 31]byte{1<<31 - 1: 1}\n\nfunc rtbook_cell0() { println(big[len(big)-1]) }\n"),
		program("file", "var big = [1 << 30]byte{1<<30 - 1: 1}\n\nfunc rtbook_cell0() { println(big[len(big)-1]) }\n"),
	}
	fine := program("fine", "func rtbook_cell0() { println(1) }\n")
	ends := make(map[*runner.Program]runner.Event)
	out := make(map[*runner.Program]string)
	err := (&Engine{Toolchain: open(t, ".", ""), Jobs: 1}).Run(t.Context(), append(bombs, fine), func(p *runner.Program, ev runner.Event) {
		out[p] += string(ev.Text)
		ends[p] = ev
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, bomb := range bombs {
		end := ends[bomb]
		if end.Status != runner.Refused || !strings.HasPrefix(end.Message, "the compiler needs more memory or larger files") || end.Pos.File != chapter {
			t.Errorf("the bomb %s ended with %+v", bomb.Env, end)
		}
	}
	if ends[fine].Status != runner.Done || out[fine] != "1\n" {
		t.Errorf("the other printed %q and ended with %+v", out[fine], ends[fine])
	}
}
