package show

import "strconv"

// Text returns the steps, each with its time, event, details and reason: all of
// them if there are few, else the first and the last ones.
func (s Stepper) Text() string { return text(s) }

// Check wants a title, and steps whose changes are to what is there.
func (s Stepper) Check() error { return check(s) }

func (s Stepper) fault() error {
	var c checker
	c.begin(s.Title, s.Description, s.Keys)
	c.text("the unit", s.Unit)
	c.text("why it stopped", s.Stopped)
	c.count(len(s.Panels), MaxParts, "panels")
	rows := 0
	for i, p := range s.Panels {
		rows += len(p.Rows)
		c.textOf("panel", i, p.Name)
		c.texts("row of a panel", p.Rows)
		switch p.Kind {
		case Queues, Cells, Values, Lanes:
		default:
			c.fail("panel %d is of kind %q, which there is not", i+1, p.Kind)
		}
	}
	c.count(rows, MaxParts, "rows")
	c.count(len(s.Steps), MaxSteps, "steps")
	if c.err == nil {
		c.steps(s)
	}
	for i, f := range s.Frames {
		c.index("frame", i, "step", f, len(s.Steps))
	}
	c.count(len(s.Frames), MaxParts, "frames")
	return c.err
}

// steps checks the steps, following how long each row is.
func (c *checker) steps(s Stepper) {
	lengths := make([][]int, len(s.Panels))
	for i, p := range s.Panels {
		lengths[i] = make([]int, len(p.Rows))
	}
	items := 0
	for i, st := range s.Steps {
		c.textOf("step", i, st.Event, st.What, st.Why)
		c.texts("focus of a step", st.Focus)
		c.integer("step", i, st.Time)
		if i > 0 && st.Time < s.Steps[i-1].Time {
			c.fail("step %d is at time %d, before the step above it, at %d", i+1, st.Time, s.Steps[i-1].Time)
		}
		for _, ch := range st.Changes {
			if !c.change(i, ch, s.Panels, lengths) {
				return
			}
			items += len(ch.Items) - ch.Drop
		}
		c.count(items, MaxItems, "items at step "+strconv.Itoa(i+1))
		if c.err != nil {
			return
		}
	}
}

// change checks a change in the i-th step, and makes it. It reports whether it
// can be made.
func (c *checker) change(i int, ch Change, panels []Panel, lengths [][]int) bool {
	c.index("step", i, "panel", ch.Panel, len(panels))
	if c.err == nil {
		c.index("step", i, "row", ch.Row, len(panels[ch.Panel].Rows))
	}
	if c.err != nil {
		return false
	}
	n := &lengths[ch.Panel][ch.Row]
	if ch.At < 0 || ch.Drop < 0 || ch.At > *n || ch.Drop > *n-ch.At {
		c.fail("step %d drops %d items at %d of row %d of panel %q, which has %d", i+1, ch.Drop, ch.At, ch.Row, panels[ch.Panel].Name, *n)
		return false
	}
	*n += len(ch.Items) - ch.Drop
	if panels[ch.Panel].Kind == Lanes && *n > 1 {
		c.fail("step %d puts %d items into lane %d of panel %q, which has one at a time", i+1, *n, ch.Row, panels[ch.Panel].Name)
	}
	for _, it := range ch.Items {
		c.tone("step", i, it.Tone)
		c.textOf("step", i, it.Text, it.ID)
	}
	return c.err == nil
}

func (s Stepper) appendText(b []byte) []byte {
	b = appendLine(b, "%s", clean(s.Title))
	first, last := len(s.Steps), len(s.Steps)
	if len(s.Steps) > textLines {
		first, last = textLines-textTail, len(s.Steps)-textTail
	}
	g := grid{columns: []Column{{Name: "step", Right: true}, {Name: clean(s.Unit), Right: true}, {Name: "event"}, {Name: "what"}, {Name: "why"}}}
	for i, st := range s.Steps {
		if i >= first && i < last {
			continue
		}
		time := ""
		if s.Unit != "" {
			time = number(st.Time)
		}
		g.add(strconv.Itoa(i+1), time, st.Event, st.What, st.Why)
	}
	if first < last {
		g.gapAt, g.gap = first, more(last-first, "step", "steps")
	}
	if len(s.Steps) == 0 {
		b = appendLine(b, "no steps")
	} else {
		b = g.append(b, "")
	}
	if s.Stopped != "" {
		b = appendLine(b, "stopped: %s", clean(s.Stopped))
	}
	return b
}

func (s Stepper) appendData(b []byte) []byte {
	o := open(b)
	o.text("title", s.Title)
	o.text("description", s.Description)
	o.textOpt("unit", s.Unit)
	list(&o, "panels", s.Panels, func(b []byte, p Panel) []byte {
		m := open(b)
		m.text("name", p.Name)
		m.text("kind", string(p.Kind))
		list(&m, "rows", p.Rows, appendString)
		return m.close()
	})
	o.keysOpt(s.Keys)
	list(&o, "steps", s.Steps, appendStep)
	listOpt(&o, "frames", s.Frames, func(b []byte, f int) []byte { return strconv.AppendInt(b, int64(f), 10) })
	o.textOpt("stopped", s.Stopped)
	return o.close()
}

func appendStep(b []byte, s Step) []byte {
	o := open(b)
	o.integerOpt("time", s.Time)
	o.text("event", s.Event)
	o.textOpt("what", s.What)
	o.textOpt("why", s.Why)
	listOpt(&o, "changes", s.Changes, appendChange)
	listOpt(&o, "focus", s.Focus, appendString)
	return o.close()
}

func appendChange(b []byte, c Change) []byte {
	o := open(b)
	o.integer("panel", int64(c.Panel))
	o.integer("row", int64(c.Row))
	o.integerOpt("at", int64(c.At))
	o.integerOpt("drop", int64(c.Drop))
	listOpt(&o, "items", c.Items, func(b []byte, it Item) []byte {
		m := open(b)
		m.textOpt("text", it.Text)
		m.integerOpt("tone", int64(it.Tone))
		m.textOpt("id", it.ID)
		return m.close()
	})
	return o.close()
}
