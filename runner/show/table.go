package show

// Text returns the rows, aligned under the names of their columns.
func (t Table) Text() string { return text(t) }

// Check wants a title, columns, and rows of as many entries.
func (t Table) Check() error { return check(t) }

func (t Table) fault() error {
	var c checker
	c.begin(t.Title, "", nil)
	c.some(len(t.Columns), "columns")
	c.count(len(t.Columns), MaxParts, "columns")
	c.count(len(t.Rows), MaxRows, "rows")
	for i, col := range t.Columns {
		c.textOf("column", i, col.Name)
	}
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			c.fail("row %d has %d entries, and there are %d columns", i+1, len(row), len(t.Columns))
		}
		c.textOf("row", i, row...)
	}
	return c.err
}

func (t Table) appendText(b []byte) []byte {
	b = appendLine(b, "%s", clean(t.Title))
	shown := min(len(t.Rows), 2*textLines)
	g := grid{columns: t.Columns, rows: t.Rows[:shown], whole: true}
	b = g.append(b, "")
	if left := len(t.Rows) - shown; left > 0 {
		b = appendLine(b, "%s", more(left, "row", "rows"))
	}
	return b
}

func (t Table) appendData(b []byte) []byte {
	o := open(b)
	o.text("title", t.Title)
	list(&o, "columns", t.Columns, func(b []byte, c Column) []byte {
		m := open(b)
		m.text("name", c.Name)
		m.trueOpt("right", c.Right)
		return m.close()
	})
	list(&o, "rows", t.Rows, func(b []byte, row []string) []byte { return appendList(b, row, appendString) })
	return o.close()
}
