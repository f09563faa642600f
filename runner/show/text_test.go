package show

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// form is a display with its text form, as it was drawn by hand.
type form struct {
	name string
	d    Display
	want string
}

func checkForms(t *testing.T, forms []form) {
	t.Helper()
	for _, f := range forms {
		if err := f.d.Check(); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
		if got := f.d.Text(); got != f.want {
			t.Errorf("%s:\n%s\nwant:\n%s", f.name, got, f.want)
		}
	}
}

func TestTableText(t *testing.T) {
	checkForms(t, []form{
		{"numbers and names", Table{
			Title:   "Size classes",
			Columns: []Column{{"class", true}, {"bytes", true}, {"note", false}},
			Rows:    [][]string{{"1", "8", "tiny"}, {"2", "1024", ""}},
		}, `Size classes
class  bytes  note
-----  -----  ----
    1      8  tiny
    2   1024
`},
		{"no rows", Table{Title: "Empty", Columns: []Column{{"a", false}, {"", false}}}, `Empty
a
-  -
`},
		{"markup, control characters and broken UTF-8 are text", Table{
			Title:   "A <b>\x1b[31m",
			Columns: []Column{{"x\ny", false}, {"é", true}},
			Rows:    [][]string{{"<script>", "\xff"}},
		}, `A <b> [31m
x y       é
--------  -
<script>  ` + "\ufffd\n"},
	})
}

// TestTableFit has a table that is wider than a terminal: words go on in further
// lines, and numbers are whole.
func TestTableFit(t *testing.T) {
	// 100 columns: 11, which stay, and 42 and 43, and two gaps of 2.
	checkForms(t, []form{{"wide", Table{
		Title:   "Wide",
		Columns: []Column{{"an id of it", true}, {"why", false}, {"code", false}},
		Rows:    [][]string{{"1234567890", strings.Repeat("because ", 12), strings.Repeat("x", 50)}, {"1", "so", "y"}},
	}, `Wide
an id of it  why                                         code
-----------  ------------------------------------------  -------------------------------------------
 1234567890  because because because because because     xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
             because because because because because     xxxxxxx
             because because
          1  so                                          y
`}})
	long := Table{Title: "L", Columns: make([]Column, 1), Rows: [][]string{{strings.Repeat("x", 1000)}}}
	if lines := strings.Split(strings.TrimSuffix(long.Text(), "\n"), "\n"); len(lines) != 3+6 || lines[8] != strings.Repeat("x", 98)+"…" {
		t.Errorf("a long entry:\n%s", long.Text())
	}
	names := Table{Title: "Names", Columns: slices.Repeat([]Column{{"bytes of each", true}}, 9), Rows: [][]string{slices.Repeat([]string{"1"}, 9)}}
	// Nine columns of 13 do not fit, and of 9 they do: "bytes of" and "each".
	if lines := strings.Split(names.Text(), "\n"); !strings.HasPrefix(lines[1], " bytes of   bytes of  ") || !strings.HasPrefix(lines[2], "     each       each  ") {
		t.Errorf("names of columns:\n%s", names.Text())
	}
}

func TestTableBounded(t *testing.T) {
	d := Table{Title: "Long", Columns: []Column{{"n", true}}}
	for i := range 1081 {
		d.Rows = append(d.Rows, []string{fmt.Sprint(i)})
	}
	lines := strings.Split(strings.TrimSuffix(d.Text(), "\n"), "\n")
	if len(lines) != 3+80+1 || lines[82] != "  79" && lines[82] != "79" || lines[83] != "… 1,001 more rows" {
		t.Errorf("%d lines, which end in %q", len(lines), lines[len(lines)-2:])
	}
}

func TestFigureText(t *testing.T) {
	checkForms(t, []form{
		{"lines keep their indentation", Figure{
			Title: "A span", Description: "eight slots", Width: 100, Height: 20,
			Shapes: []Shape{{Kind: Box, W: 100, H: 20}},
			Lines:  []string{"slots: 8", "  used: 3 \t", "\x07"},
		}, "A span\nslots: 8\n  used: 3\n\n"},
	})
}

// TestChartText has a line through all of the plot: 60 columns and 12 rows, so
// that it is in each row for five columns.
func TestChartText(t *testing.T) {
	checkForms(t, []form{
		{"a line and stairs", Chart{
			Title: "Heap", X: "cycle", Y: "MiB",
			Series: []Series{
				{Name: "live", Points: []Point{{0, 0}, {59, 11}}},
				{Name: "goal", Stairs: true, Points: []Point{{0, 11}, {30, 0}}},
				{Name: "none"},
			},
		}, `Heap
MiB
11 |bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb                         aaaaa
   |                                                  aaaaa
   |                                             aaaaa
   |                                        aaaaa
   |                                   aaaaa
   |                              aaaaa
   |                         aaaaa
   |                    aaaaa
   |               aaaaa
   |          aaaaa
   |     aaaaa
 0 |aaaaa                         b
   +------------------------------------------------------------
    0                                                   cycle 59
a live: 2 points, from 0 to 11; least 0, most 11
b goal: 2 points, from 11 to 0; least 0, most 11
c none: no points
`},
		{"one point", Chart{Title: "P", X: "x", Y: "y", Series: []Series{{Name: "s", Points: []Point{{1.5, -2}}}}}, `P
y
-2 |
   |
   |
   |
   |
   |
   |
   |
   |
   |
   |
-2 |a
   +------------------------------------------------------------
    1.5                                                    x 1.5
a s: 1 point, from -2 to -2; least -2, most -2
`},
	})
	huge := Chart{Title: "H", Series: []Series{{Points: []Point{{-far, far}, {0, 0}, {far, -far}}}}}
	if text := huge.Text(); !strings.Contains(text, "a : 3 points, from 1e+300 to -1e+300") {
		t.Errorf("a chart as large as can be:\n%s", text)
	}
}

func TestTimelineText(t *testing.T) {
	checkForms(t, []form{
		{"spans and a mark", Timeline{
			Title: "Who runs where", Unit: "ns", Lanes: []string{"P0", "spare"},
			Spans: []Span{
				{Lane: 0, From: 32, To: 64, Text: "worker", Note: "woken"},
				{Lane: 0, From: 0, To: 32, Text: "main"},
				{Lane: 1, From: 16, To: 32, Text: "main"},
			},
			Marks: []Mark{{Lane: 1, At: 24, Text: "steals"}},
		}, `Who runs where
P0    |aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb|
spare |................aaaaaaaa!aaaaaaa................................|
      0                                                            64 ns
from  to  lane      what    note
----  --  -----  -  ------  -----
   0  32  P0     a  main
  16  32  spare  a  main
  24      spare  !  steals
  32  64  P0     b  worker  woken
`},
		{"nothing", Timeline{Title: "T", Lanes: []string{"P0"}}, "T\nnothing happens\n"},
		{"one moment", Timeline{Title: "T", Lanes: []string{"P0"}, Spans: []Span{{From: 5, To: 5, Text: "x"}}}, `T
P0 |` + strings.Repeat("a", 64) + `|
   5` + strings.Repeat(" ", 64) + `5
from  to  lane     what
----  --  ----  -  ----
   5   5  P0    a  x
`},
	})
}

func TestRulerText(t *testing.T) {
	value := func(a, b int64) Value { return Value{Number: true, A: a, B: b, Text: "B"} }
	checkForms(t, []form{
		{"two choices", Ruler{
			Title: "Sizes", Number: "bytes", Min: 1, Max: 1024, Start: 50, Fields: []string{"class", "waste"},
			Choices: []Choice{
				{Name: "with pointers", Ranges: []Range{
					{1, 8, []Value{{Text: "1"}, value(8, -1)}},
					{9, 1024, []Value{{Text: "none"}, value(0, 0)}},
				}},
				{Name: "without", Ranges: []Range{{1, 1024, []Value{{Text: "2"}, value(1024, -1)}}}},
			},
		}, `Sizes
with pointers:
       bytes  class     waste
  ----------  -----  --------
      1 to 8  1      7 to 0 B
  9 to 1,024  none        0 B
without:
       bytes  class         waste
  ----------  -----  ------------
  1 to 1,024  2      1,023 to 0 B
`},
	})
	same := Ruler{
		Title: "S", Number: "n", Min: 1, Max: 2, Start: 1, Fields: []string{"kind", "n"},
		Choices: []Choice{{Ranges: []Range{{1, 1, []Value{{Text: "small"}, {Text: "a"}}}, {2, 2, []Value{{Text: "small"}, {Text: "b"}}}}}},
	}
	checkForms(t, []form{{"a field that is the same throughout", same, "S\n  kind: small\n  n  n\n  -  -\n  1  a\n  2  b\n"}})
	again := Ruler{Title: "D", Number: "n", Min: 1, Max: 3, Start: 1, Fields: []string{"by"}, Choices: []Choice{{Ranges: []Range{
		{1, 1, []Value{{Text: "a long reason"}}}, {2, 2, []Value{{Text: "a long reason"}}}, {3, 3, []Value{{Text: "another"}}},
	}}}}
	checkForms(t, []form{{"a long text again", again, "D\n  n  by\n  -  -------------\n  1  a long reason\n  2  \"\n  3  another\n"}})
	long := Ruler{Title: "L", Number: "n", Min: 1, Max: 45, Start: 1, Fields: []string{"f"}, Choices: []Choice{{}}}
	for i := range int64(45) {
		long.Choices[0].Ranges = append(long.Choices[0].Ranges, Range{i + 1, i + 1, []Value{{Text: fmt.Sprint("x", i)}}})
	}
	if text := long.Text(); strings.Count(text, "\n") != 1+2+40+1 || !strings.HasSuffix(text, "\n  … 5 more ranges, up to 45\n") {
		t.Errorf("a long ruler:\n%s", text)
	}
}

// steps returns a stepper of n steps.
func steps(n int) Stepper {
	s := Stepper{Title: "A run", Unit: "ns"}
	for i := range n {
		s.Steps = append(s.Steps, Step{Time: int64(i) * 100, Event: "GoStart", What: fmt.Sprint("g", i)})
	}
	return s
}

func TestStepperText(t *testing.T) {
	checkForms(t, []form{
		{"with times and reasons", Stepper{Title: "A run", Unit: "ns", Steps: []Step{
			{Time: 0, Event: "GoCreate", What: "g1", Why: "main begins"},
			{Time: 1500, Event: "GoBlock"},
		}}, `A run
step     ns  event     what  why
----  -----  --------  ----  -----------
   1      0  GoCreate  g1    main begins
   2  1,500  GoBlock
`},
		{"without", Stepper{Title: "A run", Steps: []Step{{Event: "Alloc"}}, Stopped: "boom\nand more"}, `A run
step  event
----  -----
   1  Alloc
stopped: boom and more
`},
		{"without steps", Stepper{Title: "A run"}, "A run\nno steps\n"},
	})
}

// TestStepperBounded has long runs: the first steps and the last are there.
func TestStepperBounded(t *testing.T) {
	lines := func(n int) []string {
		return strings.Split(strings.TrimSuffix(steps(n).Text(), "\n"), "\n")
	}
	if got := lines(40); len(got) != 3+40 || got[42] != "  40  3,900  GoStart  g39" {
		t.Errorf("40 steps: %d lines, which end in %q", len(got), got[len(got)-1])
	}
	got := lines(10000)
	if len(got) != 3+41 ||
		got[34] != "   32    3,100  GoStart  g31" || got[35] != "… 9,960 more steps" || got[36] != " 9993  999,200  GoStart  g9992" ||
		got[43] != "10000  999,900  GoStart  g9999" {
		t.Errorf("10,000 steps: %d lines:\n%s", len(got), strings.Join(got[33:], "\n"))
	}
	if got := lines(41); got[35] != "… 1 more step" {
		t.Errorf("41 steps: %q", got[35])
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", -7: "-7", 999: "999", 1000: "1,000", -123456: "-123,456", math.MinInt64: "-9,223,372,036,854,775,808"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
}
