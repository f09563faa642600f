package runner

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDisplays has what cells show in their results, fresh and from the cache,
// to the byte.
func TestDisplays(t *testing.T) {
	cache, p := newCache(t), program("a", "b")
	one := Display{Kind: "table", Text: "T\n<é>\n", Data: json.RawMessage("{ \"x\" : \"<>&\u2028\" }")}
	two := Display{Kind: "ruler", Text: "[a ruler that cannot be shown: it has no title]\n", Fault: "it has no title"}
	shown := func(cell int, d Display) Event { return Event{Kind: Showed, Cell: cell, Display: &d} }
	e := &fake{name: "go", script: func(*Program) []Event {
		return []Event{shown(1, one), shown(7, one), shown(-1, one), shown(1, two), {Kind: Showed}, done(2)}
	}}
	for range 2 {
		got, err := Run(context.Background(), []*Program{p}, RunOptions{Engines: []Engine{e}, Identity: identity, Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		cells := got[p][0].Cells
		if len(cells[0].Displays) > 0 {
			t.Errorf("cell a shows %+v", cells[0].Displays)
		}
		if diff := cmp.Diff([]Display{one, two}, cells[1].Displays); diff != "" {
			t.Errorf("cell b: -want +got\n%s", diff)
		}
	}
	if e.ran != 1 {
		t.Errorf("ran %d times, want 1", e.ran)
	}
}

// TestDisplaysBeforeAPanic has a cell that shows something and then panics.
func TestDisplaysBeforeAPanic(t *testing.T) {
	p := program("a", "b")
	d := Display{Kind: "stepper", Data: json.RawMessage(`{}`)}
	e := &fake{name: "go", script: func(*Program) []Event {
		return []Event{{Kind: Showed, Display: &d}, {Kind: Ended, Cell: 0, Status: Panicked, Message: "panic: boom"}}
	}}
	got, err := Run(context.Background(), []*Program{p}, RunOptions{Engines: []Engine{e}})
	if err != nil {
		t.Fatal(err)
	}
	if cells := got[p][0].Cells; len(cells[0].Displays) != 1 || cells[0].Status != Panicked || len(cells[1].Displays) != 0 {
		t.Errorf("%+v", cells)
	}
}
