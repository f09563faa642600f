package show

import (
	"math"
	"strings"
	"testing"
)

// TestFaults has displays that cannot be shown, and what is said of them.
func TestFaults(t *testing.T) {
	nan := math.NaN()
	long := strings.Repeat("x", MaxText+1)
	figure := func(s ...Shape) Figure {
		return Figure{Title: "F", Width: 100, Height: 50, Shapes: s, Lines: []string{"l"}}
	}
	timeline := func(s ...Span) Timeline { return Timeline{Title: "T", Lanes: []string{"a", "b"}, Spans: s} }
	chart := func(p ...Point) Chart { return Chart{Title: "C", Series: []Series{{Name: "s", Points: p}}} }
	ruler := func(ranges ...Range) Ruler {
		return Ruler{Title: "R", Min: 1, Max: 8, Start: 1, Fields: []string{"f"}, Choices: []Choice{{Ranges: ranges}}}
	}
	one := []Value{{Text: "v"}}
	stepper := func(s ...Step) Stepper {
		return Stepper{Title: "S", Panels: []Panel{{"q", Queues, []string{"r"}}, {"l", Lanes, []string{"P0"}}}, Steps: s}
	}
	change := func(c ...Change) Stepper { return stepper(Step{Event: "E", Changes: c}) }
	tests := []struct {
		name string
		d    Display
		want string
	}{
		{"no title", Table{Columns: []Column{{Name: "a"}}}, "it has no title"},
		{"a long title", Table{Title: long, Columns: []Column{{Name: "a"}}}, "the title is 2001 bytes long, and may be 2000"},
		{"no columns", Table{Title: "T"}, "it has no columns"},
		{"a short row", Table{Title: "T", Columns: make([]Column, 2), Rows: [][]string{{"a", "b"}, {"c"}}}, "row 2 has 1 entries, and there are 2 columns"},
		{"too many rows", Table{Title: "T", Columns: make([]Column, 1), Rows: make([][]string, MaxRows+1)}, "it has 2001 rows, and may have 2000"},
		{"a long entry", Table{Title: "T", Columns: make([]Column, 1), Rows: [][]string{{long}}}, "a text of row 1 is 2001 bytes long, and may be 2000"},

		{"no text form", Figure{Title: "F", Width: 1, Height: 1}, "it has no text form: its Lines are empty"},
		{"no size", Figure{Title: "F", Height: 1, Lines: []string{"l"}}, "it is 0 by 1, and may be 1 to 10000"},
		{"a size that is not a number", Figure{Title: "F", Width: nan, Height: 1, Lines: []string{"l"}}, "it is NaN by 1, and may be 1 to 10000"},
		{"a box outside", figure(Shape{Kind: Box, X: 90, W: 11}), "shape 1 reaches (101, 0), outside of a figure of 100 by 50"},
		{"a box of no size", figure(Shape{Kind: Box, X: 90, W: -1}), "shape 1, a box, is -1 by 0"},
		{"a label above", figure(Shape{Kind: Label, Text: "l", Y: -1}), "shape 1 reaches (0, -1), outside of a figure of 100 by 50"},
		{"an infinite line", figure(Shape{Kind: Line, Points: []Point{{0, 0}, {math.Inf(1), 0}}}), "shape 1 has a coordinate that is not a number: +Inf"},
		{"a line of one point", figure(Shape{Kind: Arrow, Points: []Point{{0, 0}}}), "shape 1, a line, has 1 points"},
		{"no such shape", figure(Shape{Kind: "disc"}), `shape 1 is a "disc", which there is not`},
		{"no such tone", figure(Shape{Kind: Box}, Shape{Kind: Box, Tone: 9}), "shape 2 has tone 9, which there is not"},
		{"no such tone of a key", Figure{Title: "F", Width: 1, Height: 1, Lines: []string{"l"}, Keys: []Key{{Tone: -1}}}, "key 1 has tone -1, which there is not"},
		{"too many shapes", figure(make([]Shape, MaxShapes+1)...), "it has 5001 shapes, and may have 5000"},

		{"no points", chart(), "it has no points"},
		{"a point that is no number", chart(Point{0, nan}), "series 1 has a coordinate that is not a number: NaN"},
		{"a point too far out", chart(Point{0, -math.MaxFloat64}, Point{1, math.MaxFloat64}), "series 1 has the coordinate -1.7976931348623157e+308: at most 1e+300 can be drawn"},
		{"points that go back", chart(Point{1, 0}, Point{2, 0}, Point{1.5, 0}), `point 3 of series "s" is at 1.5, before the point above it, at 2`},
		{"too many points", chart(make([]Point, MaxPoints+1)...), "it has 20001 points, and may have 20000"},

		{"no lanes", Timeline{Title: "T"}, "it has no lanes"},
		{"no such lane", timeline(Span{Lane: 2}), "span 1 refers to lane 2 of 2, counted from 0"},
		{"no such lane of a mark", Timeline{Title: "T", Lanes: []string{"a"}, Marks: []Mark{{Lane: -1}}}, "mark 1 refers to lane -1 of 1, counted from 0"},
		{"a span that ends before it begins", timeline(Span{From: 2, To: 1}), "span 1 begins at 2 and ends at 1"},
		{"spans that overlap", timeline(Span{From: 5, To: 9}, Span{Lane: 1, From: 0, To: 9}, Span{From: 0, To: 6}), `spans 3 and 1 overlap in lane "a"`},
		{"a time that a page cannot count", timeline(Span{From: 0, To: 1<<53 + 1}), "span 1 has the number 9007199254740993: a page counts exactly only up to 2^53"},

		{"a start outside", Ruler{Title: "R", Min: 1, Max: 8, Fields: []string{"f"}, Choices: make([]Choice, 1)}, "its pointer starts at 0, outside of 1 to 8"},
		{"a gap", ruler(Range{1, 3, one}, Range{5, 8, one}), "range 2 of choice 1 begins at 5, and must at 4"},
		{"an end too early", ruler(Range{1, 3, one}), "the ranges of choice 1 end at 3, and the ruler at 8"},
		{"an end too late", ruler(Range{1, 9, one}), "range 1 of choice 1 goes from 1 to 9, on a ruler that ends at 8"},
		{"too few values", ruler(Range{1, 8, nil}), "range 1 of choice 1 has 0 values, and there are 1 fields"},
		{"too large a value", ruler(Range{1, 8, []Value{{Number: true, B: 1 << 51}}}), "range 1 of choice 1 has the value 0+2251799813685248*n: a page counts exactly only up to 2^53"},
		{"no choices", Ruler{Title: "R", Fields: []string{"f"}}, "it has no choices"},

		{"no such kind of panel", Stepper{Title: "S", Panels: []Panel{{Kind: "pie"}}}, `panel 1 is of kind "pie", which there is not`},
		{"time that goes back", stepper(Step{Time: 5}, Step{Time: 4}), "step 2 is at time 4, before the step above it, at 5"},
		{"no such panel", change(Change{Panel: 2}), "step 1 refers to panel 2 of 2, counted from 0"},
		{"no such row", change(Change{Row: 1}), "step 1 refers to row 1 of 1, counted from 0"},
		{"a drop of what is not there", change(Change{Items: make([]Item, 2)}, Change{At: 1, Drop: 2}), `step 1 drops 2 items at 1 of row 0 of panel "q", which has 2`},
		{"a place that is not there", change(Change{At: 1, Items: make([]Item, 1)}), `step 1 drops 0 items at 1 of row 0 of panel "q", which has 0`},
		{"a drop that overflows", change(Change{Items: make([]Item, 1)}, Change{At: 1, Drop: math.MaxInt}), `step 1 drops 9223372036854775807 items at 1 of row 0 of panel "q", which has 1`},
		{"two in a lane", change(Change{Panel: 1, Items: make([]Item, 2)}), `step 1 puts 2 items into lane 0 of panel "l", which has one at a time`},
		{"too many items", change(Change{Items: make([]Item, MaxItems+1)}), "it has 20001 items at step 1, and may have 20000"},
		{"too many steps", stepper(make([]Step, MaxSteps+1)...), "it has 20001 steps, and may have 20000"},
		{"no such frame", Stepper{Title: "S", Steps: make([]Step, 2), Frames: []int{0, 2}}, "frame 2 refers to step 2 of 2, counted from 0"},
	}
	for _, tt := range tests {
		err := tt.d.Check()
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			continue
		}
		if text := tt.d.Text(); !strings.HasSuffix(text, " that cannot be shown: "+tt.want+"]\n") || strings.Count(text, "\n") != 1 || len(text) > 400 {
			t.Errorf("%s: the text form is %q", tt.name, text)
		}
	}
}

// TestTooLarge has a display within all limits but that of its data.
func TestTooLarge(t *testing.T) {
	d := Table{Title: "Large", Columns: make([]Column, 3)}
	word := strings.Repeat("x", MaxText)
	for range 1400 { // 8.4 MB
		d.Rows = append(d.Rows, []string{word, word, word})
	}
	err := d.Check()
	if err == nil || !strings.HasSuffix(err.Error(), " bytes, and may be 8388608") {
		t.Errorf("%v, want a fault", err)
	}
	if text := d.Text(); !strings.HasPrefix(text, "[Large: a table that cannot be shown: its data is 84") {
		t.Errorf("the text form is %.200q", text)
	}
	d.Rows = d.Rows[:1300]
	if err := d.Check(); err != nil {
		t.Errorf("%v, want none", err)
	}
}

// TestLongRecording wants a recording of 10,000 steps to be within the limits.
func TestLongRecording(t *testing.T) {
	if err := recording(10000).Check(); err != nil {
		t.Error(err)
	}
}
