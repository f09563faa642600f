package interp_test

import (
	"encoding/json"
	"fmt"
	"go/types"
	"strings"
	"testing"

	"rtbook/runner"
	"rtbook/runner/gotool"
	"rtbook/runner/interp"
)

// both runs the cells of a program on both engines.
func both(t *testing.T, sources ...string) (yaegi, compiled runner.Result) {
	t.Helper()
	tc := toolchain(t)
	load := func(paths []string) (types.Importer, error) { return tc.Load(t.Context(), paths) }
	var cells []runner.Cell
	for i, s := range sources {
		c := runner.Cell{ID: fmt.Sprint("cell-", i+1), Chapter: chapter, Source: s, Line: 100 * (i + 1)}
		if i == len(sources)-1 && strings.Contains(s, "// panics") {
			c.Expect = runner.ExpectPanic
		}
		cells = append(cells, c)
	}
	c := runner.Compose(cells, load)
	if len(c.Problems) > 0 {
		t.Fatalf("problems: %+v", c.Problems)
	}
	p := c.Programs[len(c.Programs)-1]
	engines := []runner.Engine{&interp.Engine{Load: load}, &gotool.Engine{Toolchain: tc}}
	all, err := runner.Run(t.Context(), []*runner.Program{p}, runner.RunOptions{Engines: engines})
	if err != nil {
		t.Fatal(err)
	}
	return all[p][0], all[p][1]
}

// want is what a cell prints and shows.
type want struct {
	output   string
	displays []string // "table {…}", or "table: fault"
	status   runner.Status
	message  string // its beginning
}

func describe(d runner.Display) string {
	if d.Fault != "" {
		return d.Kind + ": " + d.Fault
	}
	return d.Kind + " " + string(d.Data)
}

func checkCells(t *testing.T, res runner.Result, wants ...want) {
	t.Helper()
	if len(res.Cells) != len(wants) {
		t.Fatalf("%s: %d cells, want %d", res.Engine, len(res.Cells), len(wants))
	}
	for i, w := range wants {
		c := res.Cells[i]
		if w.status == "" {
			w.status = runner.Done
		}
		if c.Output != w.output || c.Status != w.status || !strings.HasPrefix(c.Message, w.message) {
			t.Errorf("%s, cell %d: printed %q, ended %q %q\nwant %q, %q %q", res.Engine, i+1, c.Output, c.Status, c.Message, w.output, w.status, w.message)
		}
		if len(c.Displays) != len(w.displays) {
			t.Errorf("%s, cell %d: %d displays, want %d: %+v", res.Engine, i+1, len(c.Displays), len(w.displays), c.Displays)
			continue
		}
		for k, d := range c.Displays {
			if got := describe(d); got != w.displays[k] {
				t.Errorf("%s, cell %d, display %d: %s\nwant %s", res.Engine, i+1, k+1, got, w.displays[k])
			}
			if !strings.Contains(c.Output, d.Text) {
				t.Errorf("%s, cell %d, display %d: its text form %q was not printed", res.Engine, i+1, k+1, d.Text)
			}
		}
	}
}

// TestDisplays has what cells show arrive with the cell that shows it, from both
// engines alike.
func TestDisplays(t *testing.T) {
	yaegi, compiled := both(t,
		"import (\n\"fmt\"\n\"rtbook/runner/show\"\n)\nfmt.Println(\"before\")\n"+
			"show.Table{Title: \"A <b>\", Columns: []show.Column{{Name: \"n\", Right: true}}, Rows: [][]string{{\"1\"}}}.Show()\nfmt.Println(\"after\")",
		"fmt.Println(\"nothing to see\")",
		"var d show.Display = show.Ruler{Title: \"R\", Number: \"bytes\", Min: 1, Max: 8, Start: 3, Fields: []string{\"slot\"},\n"+
			"Choices: []show.Choice{{Ranges: []show.Range{{From: 1, To: 8, Values: []show.Value{{Number: true, A: 8, Text: \"B\"}}}}}}}\n"+
			"d.Show()\nshow.Table{Title: \"No columns\"}.Show()\nfmt.Println(d.Kind(), d.Check())",
	)
	for _, res := range []runner.Result{yaegi, compiled} {
		checkCells(t, res,
			want{
				output:   "before\nA <b>\nn\n-\n1\nafter\n",
				displays: []string{`table {"title":"A \u003cb\u003e","columns":[{"name":"n","right":true}],"rows":[["1"]]}`},
			},
			want{output: "nothing to see\n"},
			want{
				output: "R\n   bytes  slot\n  ------  ----\n  1 to 8   8 B\n" +
					"[No columns: a table that cannot be shown: it has no columns]\nruler <nil>\n",
				displays: []string{
					`ruler {"title":"R","description":"","number":"bytes","min":1,"max":8,"start":3,"fields":["slot"],` +
						`"choices":[{"name":"","ranges":[{"from":1,"to":8,"values":[{"text":"B","number":true,"a":8}]}]}]}`,
					"table: it has no columns",
				},
			},
		)
	}
}

// recorder is a cell that declares a machine whose steps are recorded.
const recorder = `import (
	"errors"
	"fmt"
	"rtbook/runner/show"
)
type machine struct {
	steps []show.Step
}
func (m *machine) step(event string) { m.steps = append(m.steps, show.Step{Event: event}) }
type broken struct{ n int }
func (b broken) Error() string { return fmt.Sprint("broken ", b.n) }
type code int
type state struct{ p *int }
var errAny = errors.New("any")
func record(panicWith any) {
	m := &machine{}
	show.Recording(func() {
		m.step("Begin")
		if panicWith != nil {
			panic(panicWith)
		}
		m.step("End")
	}, func() show.Stepper { return show.Stepper{Title: "Run", Steps: m.steps} })
}
`

const begun = "Run\nstep  event\n----  -----\n   1  Begin\n"

func stopped(text string) want {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return want{
		output:   begun + "stopped: " + text + "\n",
		displays: []string{`stepper {"title":"Run","description":"","panels":[],"steps":[{"event":"Begin"}],"stopped":` + string(encoded) + `}`},
	}
}

// TestRecording has recordings that end, and such that end with a panic, from
// interpreted functions and compiled ones.
func TestRecording(t *testing.T) {
	end := stopped("boom")
	end.status, end.message = runner.Panicked, "panic: boom"
	caught := func(text, with string) want {
		w := stopped(text)
		w.output += "caught " + with + "\n"
		return w
	}
	const try = "func() {\n\tdefer func() { fmt.Println(\"caught\", recover()) }()\n\trecord(%s)\n}()"
	yaegi, compiled := both(t,
		recorder+"record(nil)",
		fmt.Sprintf(try, `broken{3}`),
		fmt.Sprintf(try, `code(7)`),
		fmt.Sprintf(try, `state{}`),
		fmt.Sprintf(try, `errAny`),
		"record(\"boom\") // panics",
	)
	for _, res := range []runner.Result{yaegi, compiled} {
		checkCells(t, res,
			want{
				output:   begun + "   2  End\n",
				displays: []string{`stepper {"title":"Run","description":"","panels":[],"steps":[{"event":"Begin"},{"event":"End"}]}`},
			},
			caught("broken 3", "broken 3"),
			caught("main.code(7)", "7"),
			caught("a panic with a main.state", "{<nil>}"),
			caught("any", "any"),
			end,
		)
	}
}

// TestForgedDisplays has a program that writes to the wire itself.
func TestForgedDisplays(t *testing.T) {
	yaegi, compiled := both(t,
		"import (\n\"fmt\"\n\"os\"\n)\nwire := os.NewFile(3, \"wire\")\nfmt.Fprintf(wire, \"\\x1d{\\\"cell\\\":7}\\n\\x1dnot JSON\\n\\x1e\\n\")",
		"fmt.Fprintf(wire, \"\\x1d{\\\"kind\\\":\\\"stepper\\\",\\\"data\\\":[1]}\\n\")",
	)
	for _, res := range []runner.Result{yaegi, compiled} {
		for i, w := range []string{": it did not arrive whole", "stepper [1]"} {
			c := res.Cells[i]
			if c.Status != runner.Done || len(c.Displays) != 1 || describe(c.Displays[0]) != w {
				t.Errorf("%s, cell %d: %+v, want %s", res.Engine, i+1, c, w)
			}
		}
	}
}

// TestFloodOfDisplays has a program that writes to the wire without end.
func TestFloodOfDisplays(t *testing.T) {
	frame := `fmt.Sprintf("\x1d{\"kind\":\"table\",\"data\":\"%01000000d\"}\n", 0)`
	yaegi, compiled := both(t,
		"import (\n\"fmt\"\n\"os\"\n)\nwire := os.NewFile(3, \"wire\")",
		"for {\n\twire.WriteString("+frame+")\n}",
	)
	for _, res := range []runner.Result{yaegi, compiled} {
		c := res.Cells[1]
		if c.Status != runner.Flooded || c.Message != "showed more than 32 MiB of displays" || c.Hint == "" {
			t.Errorf("%s: %s %q %q", res.Engine, c.Status, c.Message, c.Hint)
		}
	}
}
