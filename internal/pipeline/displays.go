package pipeline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
	"rtbook/runner/show"
)

// displays returns what cell i showed besides text, on which all results agree,
// or what is wrong with it: displays cannot be shown, or the engines show
// different ones. judge is the result that counts.
func (v *verdict) displays(rs []runner.Result, judge runner.Result, i int) ([]runner.Display, *finding.Finding) {
	var all []runner.Display
	var found *finding.Finding
	cell := judge.Cells[i]
	for n, d := range cell.Displays {
		fault := d.Fault
		if fault == "" {
			d, fault = checked(d)
		}
		switch {
		case fault == "":
			all = append(all, d)
		case found == nil:
			found = &finding.Finding{
				Pos:     place(v.place(cell)),
				Message: fmt.Sprintf("display %d of cell %s, %s, cannot be shown: %s", n+1, cell.ID, aKind(d.Kind), shorten(fault)),
				Hint:    displayHint(fault),
			}
		case len(found.Notes) < faultNotes:
			found.Notes = append(found.Notes, finding.Note{Text: fmt.Sprintf("nor can display %d, %s: %s", n+1, aKind(d.Kind), shorten(fault))})
		}
	}
	if found != nil {
		return nil, found
	}
	for _, r := range rs {
		if how := v.compare.displaysDiffer(r, judge, i); how != "" {
			return nil, &finding.Finding{
				Pos:     place(v.place(cell)),
				Message: "the engines disagree on what this cell shows",
				Notes:   []finding.Note{{Text: how}},
				Hint:    "the interpreter gets some Go wrong: write the cell another way, or put it in an environment of its own with engine=go; what differs from run to run belongs on no page",
			}
		}
	}
	return all, nil
}

// faultNotes is how many faults of a cell's displays are listed after the first.
const faultNotes = 9

// lasting returns those of the displays of cell i that its page can have.
//
// Where the outputs of two runs may differ, so may displays. One that does would
// be another one each time that the page is made, and contradict what the
// chapter records: its recorded text form is all that the page has of it. So
// there are left those that all results have, to the byte, with the text form
// that is recorded; in the order in which that is, if the cell has none.
func (c comparison) lasting(shown []runner.Display, rs []runner.Result, i int, recorded string) []runner.Display {
	if !c.sample && !c.unordered && len(c.vary) == 0 {
		return shown
	}
	var all []runner.Display
	at := make(map[string]int) // of a text form in what is recorded
	for _, d := range shown {
		form := book.EncodeOutput(d.Text)
		at[d.Text] = strings.Index(recorded, form)
		alike := form != "" && at[d.Text] >= 0
		for _, r := range rs {
			alike = alike && slices.ContainsFunc(r.Cells[i].Displays, func(o runner.Display) bool { return sameDisplay(o, d) })
		}
		if alike {
			all = append(all, d)
		}
	}
	if c.unordered {
		slices.SortStableFunc(all, func(a, b runner.Display) int { return cmp.Compare(at[a.Text], at[b.Text]) })
	}
	return all
}

// sameDisplay reports whether what an engine sent is a display that was checked.
func sameDisplay(sent, d runner.Display) bool {
	sent, fault := checked(sent)
	return fault == "" && sent.Kind == d.Kind && sent.Text == d.Text && bytes.Equal(sent.Data, d.Data)
}

// place is where the cell is; a cell that ended in a panic has the panic's.
func (v *verdict) place(c runner.CellResult) runner.Pos {
	if c.Status == runner.Done || v.fence.Cell == nil {
		return c.Pos
	}
	return runner.Pos{File: v.chapter.Path, Line: v.fence.Cell.Line, Col: 1}
}

// checked returns a display as the page can have it, or why it cannot: only a
// program that writes to descriptor 3 itself can send one that is wrong.
func checked(d runner.Display) (runner.Display, string) {
	to, ok := map[string]show.Display{
		"table": new(show.Table), "figure": new(show.Figure), "chart": new(show.Chart),
		"timeline": new(show.Timeline), "ruler": new(show.Ruler), "stepper": new(show.Stepper),
	}[d.Kind]
	if !ok {
		return d, "there is no such kind"
	}
	dec := json.NewDecoder(bytes.NewReader(d.Data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(to); err != nil {
		return d, fmt.Sprintf("its data is not that of a %s: %v", d.Kind, err)
	}
	if err := to.Check(); err != nil {
		return d, err.Error()
	}
	data, err := json.Marshal(d.Data) // without blanks, and with <, > and & escaped
	if err != nil {
		return d, err.Error()
	}
	d.Data = data
	return d, ""
}

// aKind is how messages speak of a display.
func aKind(kind string) string {
	if kind == "" {
		return "of which nobody knows what it is"
	}
	return "a " + shorten(kind)
}

func shorten(s string) string {
	const most = 300
	s = finding.Printable(firstLine(s))
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// displayHint is what can be done about a display that cannot be shown.
func displayHint(fault string) string {
	switch {
	case strings.Contains(fault, "and may be") || strings.Contains(fault, "and may have"):
		return "a page is for reading: show a part of it, or several smaller displays"
	case strings.Contains(fault, "arrive"):
		return "a goroutine that shows something must have done so when the cell ends"
	}
	return "its Check method says the same before it is shown; see package rtbook/runner/show"
}

// displaysDiffer says how two results of a cell differ in what they show, ""
// if they do not. Spans that vary in the output vary in a display, too, and
// where its lines may come in any order, so may displays.
func (c comparison) displaysDiffer(a, b runner.Result, i int) string {
	as, bs := a.Cells[i].Displays, b.Cells[i].Displays
	if c.sample {
		return ""
	}
	if len(as) != len(bs) {
		return fmt.Sprintf("%s shows %s, %s shows %s", a.Engine, plural(len(as), "display"), b.Engine, plural(len(bs), "display"))
	}
	if c.unordered {
		as, bs = inOrder(as), inOrder(bs)
	}
	for n := range as {
		which := fmt.Sprintf("display %d, %s", n+1, aKind(bs[n].Kind))
		switch x, y := as[n], bs[n]; {
		case x.Kind != y.Kind:
			return fmt.Sprintf("display %d: on %s %s, on %s %s", n+1, a.Engine, aKind(x.Kind), b.Engine, aKind(y.Kind))
		case x.Fault != y.Fault:
			return fmt.Sprintf("%s: on %s it can%s be shown, on %s it can%s", which, a.Engine, not(x.Fault), b.Engine, not(y.Fault))
		case !c.agrees(string(x.Data), string(y.Data)):
			return fmt.Sprintf("%s: %s", which, firstDifferent(x.Data, y.Data, a.Engine, b.Engine))
		case !c.agrees(x.Text, y.Text):
			return which + ": its text form\n" + lineDiff(a.Engine, x.Text, b.Engine, y.Text)
		}
	}
	return ""
}

// inOrder returns displays in an order that does not depend on when they came.
func inOrder(all []runner.Display) []runner.Display {
	return slices.SortedStableFunc(slices.Values(all), func(a, b runner.Display) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Text, b.Text), bytes.Compare(a.Data, b.Data))
	})
}

func not(fault string) string {
	if fault != "" {
		return "not"
	}
	return ""
}

// firstDifferent says where two data first differ, and what each has there.
func firstDifferent(a, b json.RawMessage, nameA, nameB string) string {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return "its data is damaged"
	}
	path, u, v := difference("", x, y)
	return fmt.Sprintf("%s is %s on %s, and %s on %s", strings.TrimPrefix(path, "."), inJSON(u), nameA, inJSON(v), nameB)
}

// absent stands for what one of two values does not have.
type absent struct{}

// difference returns the path to where two JSON values first differ, with what
// each has there.
func difference(path string, a, b any) (string, any, any) {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return path, a, b
		}
		keys := make(map[string]bool)
		for k := range x {
			keys[k] = true
		}
		for k := range y {
			keys[k] = true
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			if p, u, v := difference(path+"."+k, member(x, k), member(y, k)); p != "" {
				return p, u, v
			}
		}
		return "", nil, nil
	case []any:
		y, ok := b.([]any)
		if !ok {
			return path, a, b
		}
		for i := range max(len(x), len(y)) {
			if p, u, v := difference(fmt.Sprintf("%s[%d]", path, i), element(x, i), element(y, i)); p != "" {
				return p, u, v
			}
		}
		return "", nil, nil
	}
	if _, ok := b.([]any); !ok {
		if _, ok := b.(map[string]any); !ok && a == b {
			return "", nil, nil
		}
	}
	return path, a, b
}

func member(m map[string]any, k string) any {
	if v, ok := m[k]; ok {
		return v
	}
	return absent{}
}

func element(s []any, i int) any {
	if i < len(s) {
		return s[i]
	}
	return absent{}
}

func inJSON(v any) string {
	if v == (absent{}) {
		return "absent"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return shorten(string(text))
}
