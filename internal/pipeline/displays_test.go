package pipeline

import (
	"strings"
	"testing"

	"rtbook/runner"
)

// tableOf is a display of one row.
func tableOf(entry string) runner.Display {
	return runner.Display{Kind: "table", Text: "T\na\n-\n" + entry + "\n", Data: []byte(`{"title":"T","columns":[{"name":"a"}],"rows":[["` + entry + `"]]}`)}
}

// showing is an engine's result for a cell a that prints and shows.
func showing(engine string, shown ...runner.Display) runner.Result {
	r := result(engine, "one\ntwo\n", "", end{})
	r.Cells[0].Displays = shown
	return r
}

func TestDisplayVerdicts(t *testing.T) {
	fault := runner.Display{Kind: "table", Text: "[T: a table that cannot be shown: it has no columns]\n", Fault: "it has no columns"}
	data := func(kind, json string) runner.Display { return runner.Display{Kind: kind, Data: []byte(json)} }
	for _, tc := range []struct {
		name       string
		attr       string // of the cell
		yaegi, go_ []runner.Display
		want       string // the finding; "" for none
		note       string // part of its notes
		hint       string // part of its hint
		gone       bool   // the page has none of it, without a finding
	}{
		{name: "the same", yaegi: []runner.Display{tableOf("1"), tableOf("2")}, go_: []runner.Display{tableOf("1"), tableOf("2")}},
		{name: "none", yaegi: nil, go_: nil},
		{
			name: "one entry differs", yaegi: []runner.Display{tableOf("1"), tableOf("2")}, go_: []runner.Display{tableOf("1"), tableOf("3")},
			want: "4:1: the engines disagree on what this cell shows", note: `display 2, a table: rows[0][0] is "2" on yaegi, and "3" on go`, hint: "engine=go",
		},
		{
			name: "one is missing", yaegi: []runner.Display{tableOf("1")}, go_: []runner.Display{tableOf("1"), tableOf("3")},
			want: "4:1: the engines disagree on what this cell shows", note: "yaegi shows 1 display, go shows 2 displays",
		},
		{
			name:  "another kind",
			yaegi: []runner.Display{data("ruler", `{}`)}, go_: []runner.Display{tableOf("1")},
			want: "4:1: the engines disagree on what this cell shows", note: "display 1: on yaegi a ruler, on go a table",
		},
		{
			name:  "one has a member more",
			yaegi: []runner.Display{data("table", `{"title":"T","columns":[{"name":"a","right":true}],"rows":[["1"]]}`)}, go_: []runner.Display{tableOf("1")},
			want: "4:1: the engines disagree on what this cell shows", note: "display 1, a table: columns[0].right is true on yaegi, and absent on go",
		},
		{
			name: "a fault", yaegi: []runner.Display{tableOf("1"), fault}, go_: []runner.Display{tableOf("1"), fault},
			want: "4:1: display 2 of cell a, a table, cannot be shown: it has no columns", hint: "Check method",
		},
		{
			name: "a fault on one", yaegi: []runner.Display{fault}, go_: []runner.Display{tableOf("1")},
			want: "4:1: the engines disagree on what this cell shows", note: "display 1, a table: on yaegi it cannot be shown, on go it can",
		},
		{
			name: "what differs varies", attr: " vary=num", yaegi: []runner.Display{tableOf("1")}, go_: []runner.Display{tableOf("23")}, gone: true,
		},
		{
			name: "in another order", attr: " unordered", yaegi: []runner.Display{tableOf("1"), tableOf("2")}, go_: []runner.Display{tableOf("2"), tableOf("1")}, gone: true,
		},
		{
			name: "others in another order", attr: " unordered", yaegi: []runner.Display{tableOf("1"), tableOf("2")}, go_: []runner.Display{tableOf("2"), tableOf("3")},
			want: "4:1: the engines disagree on what this cell shows", note: `display 1, a table: rows[0][0] is "1" on yaegi, and "2" on go`,
		},
		{
			name: "three faults", yaegi: nil, go_: []runner.Display{fault, tableOf("1"), data("pie", `{}`), fault},
			want: "4:1: display 1 of cell a, a table, cannot be shown: it has no columns", note: "nor can display 3, a pie: there is no such kind\nnor can display 4, a table: it has no columns\n", hint: "Check method",
		},
		{
			name: "something else differs", attr: " vary=num", yaegi: []runner.Display{tableOf("1 x")}, go_: []runner.Display{tableOf("2 y")},
			want: "4:1: the engines disagree on what this cell shows", note: `rows[0][0] is "1 x" on yaegi`,
		},
		{name: "a sample", attr: " sample", yaegi: nil, go_: []runner.Display{tableOf("x")}, gone: true},
		{
			name: "forged: of no kind", yaegi: []runner.Display{data("pie", `{}`)}, go_: []runner.Display{data("pie", `{}`)},
			want: "4:1: display 1 of cell a, a pie, cannot be shown: there is no such kind",
		},
		{
			name: "forged: of another form", yaegi: []runner.Display{data("table", `{"colour":1}`)}, go_: []runner.Display{data("table", `{"colour":1}`)},
			want: `4:1: display 1 of cell a, a table, cannot be shown: its data is not that of a table: json: unknown field "colour"`,
		},
		{
			name:  "forged: with a fault that Check finds",
			yaegi: []runner.Display{data("stepper", `{"title":"S","steps":[{"changes":[{"panel":3}]}]}`)}, go_: []runner.Display{data("stepper", `{"title":"S","steps":[{"changes":[{"panel":3}]}]}`)},
			want: "4:1: display 1 of cell a, a stepper, cannot be shown: step 1 refers to panel 3 of 0, counted from 0",
		},
		{
			name: "not whole", yaegi: []runner.Display{{Fault: "it did not arrive whole"}}, go_: []runner.Display{{Fault: "it did not arrive whole"}},
			want: "4:1: display 1 of cell a, of which nobody knows what it is, cannot be shown: it did not arrive whole", hint: "goroutine",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := chapter(t, strings.Replace(twoCells, "{cell=a}", "{cell=a"+tc.attr+"}", 1))
			p := &runner.Program{Chapter: "notes/01-t.md", Cells: []runner.Unit{{ID: "a"}, {ID: "b"}}}
			c := &runner.Composition{Programs: []*runner.Program{p}}
			results := runner.Results{p: {showing("yaegi", tc.yaegi...), showing("go", tc.go_...)}}
			r := &Report{Book: b}
			r.add(judge(b, c, results, 2, names{}))
			o := r.Outcomes["notes/01-t.md#a"]
			if tc.want == "" {
				want := len(tc.go_)
				if tc.gone {
					want = 0
				}
				if len(r.Findings) > 0 || len(o.Displays) != want {
					t.Errorf("findings %v, %d displays, want %d", r.Findings, len(o.Displays), want)
				}
				for i, d := range o.Displays {
					if string(d.Data) != string(tc.go_[i].Data) || d.Text != tc.go_[i].Text {
						t.Errorf("display %d is %s", i+1, d.Data)
					}
				}
				return
			}
			if len(r.Findings) != 1 || r.Findings[0].String() != "notes/01-t.md:"+tc.want {
				t.Fatalf("findings %v, want %s", r.Findings, tc.want)
			}
			notes := ""
			for _, n := range r.Findings[0].Notes {
				notes += n.Text + "\n"
			}
			if !strings.Contains(notes, tc.note) || !strings.Contains(r.Findings[0].Hint, tc.hint) || r.Findings[0].Hint == "" {
				t.Errorf("notes %q, hint %q; want %q and %q", notes, r.Findings[0].Hint, tc.note, tc.hint)
			}
			if len(o.Displays) > 0 {
				t.Errorf("it is shown all the same: %v", o.Displays)
			}
			if b := r.Outcomes["notes/01-t.md#b"]; !b.Agreed {
				t.Errorf("the cell below has no result: %+v", b)
			}
		})
	}
}

// TestDisplayData wants what a program wrote as it liked to be written as the
// page has it.
func TestDisplayData(t *testing.T) {
	d, fault := checked(runner.Display{Kind: "table", Data: []byte("{ \"title\": \"</script>\",\n\"columns\": [{\"name\":\"a\"}], \"rows\":[] }")})
	if want := `{"title":"\u003c/script\u003e","columns":[{"name":"a"}],"rows":[]}`; fault != "" || string(d.Data) != want {
		t.Errorf("%s, %q; want %s", d.Data, fault, want)
	}
}

// TestLastingDisplays has what a cell shows whose output may differ from run to
// run: a page has of it what each run shows, and the chapter records.
func TestLastingDisplays(t *testing.T) {
	one, two, three := tableOf("1"), tableOf("2"), tableOf("3")
	same := []runner.Display{one, two}
	for _, tc := range []struct {
		name       string
		attr       string
		recorded   string
		yaegi, go_ []runner.Display
		want       []runner.Display
	}{
		{"the same", " vary=num", one.Text + two.Text, same, same, same},
		{"as its chapter does not have it", " vary=num", one.Text + three.Text, same, same, []runner.Display{one}},
		{"what only one has", " vary=num", one.Text + two.Text, []runner.Display{one, three}, same, []runner.Display{one}},
		{"a sample", " sample", two.Text, nil, []runner.Display{two}, nil},
		{"in the chapter's order", " unordered", two.Text + "x\n" + one.Text, []runner.Display{one, two}, []runner.Display{two, one}, []runner.Display{two, one}},
		{"exact, with another record", "", "", same, same, same}, // which is a finding, and shown in a preview
	} {
		b := chapter(t, strings.Replace(twoCells, "{cell=a}", "{cell=a"+tc.attr+"}", 1))
		rs := []runner.Result{showing("yaegi", tc.yaegi...), showing("go", tc.go_...)}
		got := compareLike(b.Chapters[0].Fences[0]).lasting(tc.go_, rs, 0, tc.recorded)
		if len(got) != len(tc.want) {
			t.Errorf("%s: %d displays, want %d", tc.name, len(got), len(tc.want))
			continue
		}
		for i := range got {
			if got[i].Text != tc.want[i].Text {
				t.Errorf("%s: display %d is %q", tc.name, i+1, got[i].Text)
			}
		}
	}
}
