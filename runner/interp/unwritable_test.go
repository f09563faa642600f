package interp_test

import (
	"testing"

	"rtbook/runner"
	"rtbook/runner/interp"
)

// TestUnwritable refuses a program in initialisation style at the variable that
// makes it one, without running any of it.
func TestUnwritable(t *testing.T) {
	p := program("import \"fmt\"\n", "fmt.Println(1)", "")
	pos := runner.Pos{File: chapter, Line: 200, Col: 3}
	p.Unwritable, p.Init = []runner.Unwritable{{Name: "x", Type: "pkg.hidden", Pos: pos}}, 1
	got := runAll(t, &interp.Engine{}, p)[0]
	want := runner.Event{
		Kind: runner.Ended, Status: runner.Refused, Pos: pos,
		Message: "the interpreter cannot declare x: its type pkg.hidden has no name outside its package",
		Hint:    "give x a type that has a name, such as an interface, or mark the cell engine=go, in an environment of its own",
	}
	if got.end.Message != want.Message || got.end.Pos != want.Pos || got.end.Hint != want.Hint ||
		got.end.Status != want.Status || got.end.Cell != want.Cell || got.outputs[0] != "" {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
