package show

import (
	"math"
	"strings"
)

// Text returns the ranges of each choice, with the values of the fields; of a
// value that changes within a range, those at its ends.
func (r Ruler) Text() string { return text(r) }

// Check wants a title, and ranges that cover the ruler in each choice.
func (r Ruler) Check() error { return check(r) }

func (r Ruler) fault() error {
	var c checker
	c.begin(r.Title, r.Description, nil)
	c.text("the number's name", r.Number)
	c.integer("end", 0, r.Min)
	c.integer("end", 1, r.Max)
	if r.Min > r.Max {
		c.fail("it begins at %d and ends at %d", r.Min, r.Max)
	}
	if r.Start < r.Min || r.Start > r.Max {
		c.fail("its pointer starts at %d, outside of %d to %d", r.Start, r.Min, r.Max)
	}
	c.some(len(r.Fields), "fields")
	c.count(len(r.Fields), MaxParts, "fields")
	c.texts("field", r.Fields)
	c.some(len(r.Choices), "choices")
	c.count(len(r.Choices), MaxParts, "choices")
	for i, choice := range r.Choices {
		c.textOf("choice", i, choice.Name)
		c.count(len(choice.Ranges), MaxRanges, "ranges in a choice")
		c.ranges(i, choice.Ranges, r)
		if c.err != nil {
			break
		}
	}
	return c.err
}

// ranges checks those of the i-th choice.
func (c *checker) ranges(i int, all []Range, r Ruler) {
	next := r.Min
	for k, rg := range all {
		switch {
		case rg.From != next:
			c.fail("range %d of choice %d begins at %d, and must at %d", k+1, i+1, rg.From, next)
		case rg.To < rg.From || rg.To > r.Max:
			c.fail("range %d of choice %d goes from %d to %d, on a ruler that ends at %d", k+1, i+1, rg.From, rg.To, r.Max)
		case len(rg.Values) != len(r.Fields):
			c.fail("range %d of choice %d has %d values, and there are %d fields", k+1, i+1, len(rg.Values), len(r.Fields))
		}
		if c.err != nil {
			return
		}
		far := math.Max(math.Abs(float64(rg.From)), math.Abs(float64(rg.To)))
		for _, v := range rg.Values {
			c.textOf("range", k, v.Text)
			if math.Abs(float64(v.A))+math.Abs(float64(v.B))*far > exact {
				c.fail("range %d of choice %d has the value %d%+d*n: a page counts exactly only up to 2^53", k+1, i+1, v.A, v.B)
			}
		}
		next = rg.To + 1
	}
	if next != r.Max+1 {
		c.fail("the ranges of choice %d end at %d, and the ruler at %d", i+1, next-1, r.Max)
	}
}

func (r Ruler) appendText(b []byte) []byte {
	b = appendLine(b, "%s", clean(r.Title))
	for i, choice := range r.Choices {
		if name := clean(choice.Name); name != "" {
			b = appendLine(b, "%s:", name)
		} else if len(r.Choices) > 1 {
			b = appendLine(b, "choice %d:", i+1)
		}
		b = r.appendChoice(b, choice)
	}
	return b
}

// ditto stands for the long words of the range above.
const ditto = `"`

// appendChoice writes the ranges of a choice. Of a field that is the same in
// all of them it says so once.
func (r Ruler) appendChoice(b []byte, choice Choice) []byte {
	const indent = "  "
	words := make([][]string, len(choice.Ranges))
	for i, rg := range choice.Ranges {
		words[i] = rg.words()
	}
	shown := min(len(words), textLines)
	g := grid{columns: []Column{{Name: r.Number, Right: true}}}
	for _, rg := range choice.Ranges[:shown] {
		g.add(span(rg.From, rg.To))
	}
	for k, name := range r.Fields {
		numbers, same := true, len(words) > 1
		for i, rg := range choice.Ranges {
			numbers = numbers && rg.Values[k].Number
			same = same && words[i][k] == words[0][k]
		}
		if same {
			b = appendLine(b, "%s%s: %s", indent, clean(name), clean(words[0][k]))
			continue
		}
		g.columns = append(g.columns, Column{Name: name, Right: numbers})
		for i := range shown {
			word := words[i][k]
			if i > 0 && !numbers && len(word) > len("the same") && word == words[i-1][k] {
				word = ditto
			}
			g.rows[i] = append(g.rows[i], word)
		}
	}
	b = g.append(b, indent)
	if left := len(words) - shown; left > 0 {
		b = appendLine(b, "%s%s, up to %s", indent, more(left, "range", "ranges"), number(r.Max))
	}
	return b
}

func span(from, to int64) string {
	if from == to {
		return number(from)
	}
	return number(from) + " to " + number(to)
}

// words are the values of a range.
func (rg Range) words() []string {
	var all []string
	for _, v := range rg.Values {
		if !v.Number {
			all = append(all, v.Text)
			continue
		}
		word := span(v.A+v.B*rg.From, v.A+v.B*rg.To)
		all = append(all, strings.TrimSpace(word+" "+v.Text))
	}
	return all
}

func (r Ruler) appendData(b []byte) []byte {
	o := open(b)
	o.text("title", r.Title)
	o.text("description", r.Description)
	o.text("number", r.Number)
	o.integer("min", r.Min)
	o.integer("max", r.Max)
	o.integer("start", r.Start)
	list(&o, "fields", r.Fields, appendString)
	list(&o, "choices", r.Choices, func(b []byte, c Choice) []byte {
		m := open(b)
		m.text("name", c.Name)
		list(&m, "ranges", c.Ranges, appendRange)
		return m.close()
	})
	return o.close()
}

func appendRange(b []byte, r Range) []byte {
	o := open(b)
	o.integer("from", r.From)
	o.integer("to", r.To)
	list(&o, "values", r.Values, func(b []byte, v Value) []byte {
		m := open(b)
		m.textOpt("text", v.Text)
		m.trueOpt("number", v.Number)
		m.integerOpt("a", v.A)
		m.integerOpt("b", v.B)
		return m.close()
	})
	return o.close()
}
