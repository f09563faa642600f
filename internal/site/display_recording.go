package site

import (
	"bytes"
	"encoding/json"
	"strconv"

	"rtbook/runner/show"
)

// recorder writes a recording as theme/stepper.js reads it. Every text is there
// once, and so is every item; a step refers to them by their indices, so that a
// long run is a short file, soon read.
type recorder struct {
	texts   []string
	textOf  map[string]int
	items   [][3]int // text, tone, id
	itemOf  map[show.Item]int
	scratch []byte
}

// recording returns the file with the steps of a run: a classic script, which
// works from file://.
//
//	rtbook.data(NAME, {
//		unit, stopped,
//		panels: [[name, kind, [rows]]],
//		keys:   [[tone, text]],
//		steps:  [[time since the step before, event, what, why, [changes], [focus]]],
//		items:  [[text, tone, id]],
//		texts:  [text],
//	})
//
// Changes are numbers one after the other: panel, row, at, drop, the number of
// items, the items. All texts but those of panels and keys are indices in texts.
func recording(name string, s show.Stepper) []byte {
	r := &recorder{textOf: map[string]int{}, itemOf: map[show.Item]int{}}
	r.text("") // is index 0
	var b bytes.Buffer
	b.WriteString("rtbook.data(" + string(jsonOf(name)) + ",{\"unit\":" + string(jsonOf(s.Unit)) + ",\"stopped\":" + string(jsonOf(s.Stopped)))
	panels := make([][]any, len(s.Panels))
	for i, p := range s.Panels {
		panels[i] = []any{p.Name, p.Kind, append([]string{}, p.Rows...)}
	}
	keys := make([][]any, len(s.Keys))
	for i, k := range s.Keys {
		keys[i] = []any{k.Tone, k.Text}
	}
	b.WriteString(",\n\"panels\":")
	b.Write(jsonOf(panels))
	b.WriteString(",\n\"keys\":")
	b.Write(jsonOf(keys))
	b.WriteString(",\n\"steps\":[")
	last := int64(0)
	for i, step := range s.Steps {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(r.step(step, step.Time-last))
		last = step.Time
	}
	b.WriteString("],\n\"items\":")
	b.Write(jsonOf(append([][3]int{}, r.items...)))
	b.WriteString(",\n\"texts\":")
	b.Write(jsonOf(r.texts))
	b.WriteString("});\n")
	return b.Bytes()
}

// jsonOf returns JSON that can stand in a script.
func jsonOf(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		return []byte("null") // v is of strings and integers
	}
	return data
}

// step returns a step that comes some time after the last.
func (r *recorder) step(s show.Step, since int64) []byte {
	b := append(r.scratch[:0], '[')
	b = strconv.AppendInt(b, since, 10)
	number := func(n int) { b = strconv.AppendInt(append(b, ','), int64(n), 10) }
	number(r.text(s.Event))
	number(r.text(s.What))
	number(r.text(s.Why))
	b = append(b, ",["...)
	for i, c := range s.Changes {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(c.Panel), 10)
		number(c.Row)
		number(c.At)
		number(c.Drop)
		number(len(c.Items))
		for _, it := range c.Items {
			number(r.item(it))
		}
	}
	b = append(b, "],["...)
	for i, id := range s.Focus {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(r.text(id)), 10)
	}
	r.scratch = append(b, "]]"...)
	return r.scratch
}

// text returns the index of a text.
func (r *recorder) text(s string) int {
	i, ok := r.textOf[s]
	if !ok {
		i = len(r.texts)
		r.textOf[s], r.texts = i, append(r.texts, s)
	}
	return i
}

// item returns the index of an item.
func (r *recorder) item(it show.Item) int {
	i, ok := r.itemOf[it]
	if !ok {
		i = len(r.items)
		r.itemOf[it], r.items = i, append(r.items, [3]int{r.text(it.Text), int(it.Tone), r.text(it.ID)})
	}
	return i
}
