package runner

import (
	"encoding/json"
	"time"

	"rtbook/runner/store"
)

// Cache keeps the results of programs that ended as they should, by content
// address. Nothing else is kept: a failure is run again each time. What is
// damaged counts as absent and is replaced by the next run.
//
// It also keeps a record of the last run of each program on each engine, by
// the program's name: what it was then, and how it ended. No result comes from
// a record; [Explain] does.
//
// A nil *Cache keeps nothing.
type Cache struct {
	Store *store.Store
	Book  string // where the chapters are, an absolute path: the names of programs are its
}

// entry is a stored result. Identifiers and places are the program's, and not
// stored.
type entry struct {
	Cells []cellEntry `json:"cells"`
}

type cellEntry struct {
	Output  []byte        `json:"output"` // which may be anything, and JSON's strings may not
	Status  Status        `json:"status"`
	Message []byte        `json:"message,omitempty"`
	Hint    string        `json:"hint,omitempty"`
	Time    time.Duration `json:"time"`
	Shown   []shownEntry  `json:"shown,omitempty"`
}

// shownEntry is a stored display. Its data is kept to the byte, and not as JSON
// in JSON, which may be written anew.
type shownEntry struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Data  []byte `json:"data,omitempty"`
	Fault string `json:"fault,omitempty"`
}

// get returns the result stored under the key of p on an engine.
func (c *Cache) get(key string, p *Program, engine string) (Result, bool) {
	if c == nil {
		return Result{}, false
	}
	data, ok := c.Store.Get(store.Results, key)
	var e entry
	if !ok || json.Unmarshal(data, &e) != nil || len(e.Cells) != len(p.Cells) {
		return Result{}, false
	}
	res := Result{Engine: engine}
	for i, u := range p.Cells {
		c := e.Cells[i]
		r := CellResult{ID: u.ID, Output: string(c.Output), Status: c.Status, Message: string(c.Message), Hint: c.Hint, Pos: u.Pos, Time: c.Time}
		for _, d := range c.Shown {
			r.Displays = append(r.Displays, Display{Kind: d.Kind, Text: d.Text, Data: d.Data, Fault: d.Fault})
		}
		res.Cells = append(res.Cells, r)
	}
	return res, res.succeeded(p)
}

// put stores a result under its key.
func (c *Cache) put(key string, res Result) error {
	if c == nil {
		return nil
	}
	var e entry
	for _, r := range res.Cells {
		c := cellEntry{Output: []byte(r.Output), Status: r.Status, Message: []byte(r.Message), Hint: r.Hint, Time: r.Time}
		for _, d := range r.Displays {
			c.Shown = append(c.Shown, shownEntry{Kind: d.Kind, Text: d.Text, Data: d.Data, Fault: d.Fault})
		}
		e.Cells = append(e.Cells, c)
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return c.Store.Put(store.Results, key, data)
}

// LastRun is the record of a program's last run on an engine.
type LastRun struct {
	Key     string `json:"key"`
	Parts   []Part `json:"parts"`
	Failure string `json:"failure,omitempty"` // why its result is not stored: how it failed, or what changed meanwhile; "" if it is
}

// recordKey is where the record of p on an engine is.
func (c *Cache) recordKey(p *Program, engine string) string {
	return store.Key("record", c.Book, p.Chapter, p.Env, p.variant(), engine)
}

// lastRun returns the record of p on an engine, or nil.
func (c *Cache) lastRun(p *Program, engine string) *LastRun {
	if c == nil {
		return nil
	}
	data, ok := c.Store.Get(store.Records, c.recordKey(p, engine))
	last := new(LastRun)
	if !ok || json.Unmarshal(data, last) != nil {
		return nil
	}
	return last
}

// putLast stores the record of p on an engine.
func (c *Cache) putLast(p *Program, engine string, last LastRun) error {
	if c == nil {
		return nil
	}
	data, err := json.Marshal(last)
	if err != nil {
		return err
	}
	return c.Store.Put(store.Records, c.recordKey(p, engine), data)
}
