package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2/maybe"
)

// Cache keeps the results of programs that ended as they should, by content
// address. Nothing else is kept: a failure is run again each time. An entry
// is whole or absent, and is verified when read; a damaged one counts as
// absent and is replaced by the next run.
//
// A nil *Cache keeps nothing.
type Cache struct {
	Dir string
}

// entry is the file of one result. Identifiers and places are the program's,
// and not stored.
type entry struct {
	Sum     string          `json:"sum"`     // of the key and the rest
	Outputs []string        `json:"outputs"` // by cell
	Times   []time.Duration `json:"times"`   // by cell
	Message string          `json:"message"` // of the last cell, if that had to fail
}

func (e entry) checksum(key string) string {
	h := sha256.New()
	put(h, key, e.Message, fmt.Sprint(e.Times))
	put(h, e.Outputs...)
	return hex.EncodeToString(h.Sum(nil))
}

func (c *Cache) file(key string) string {
	return filepath.Join(c.Dir, "results", key[:2], key[2:]+".json")
}

// get returns the result stored under the key of p on an engine.
func (c *Cache) get(key string, p *Program, engine string) (Result, bool) {
	if c == nil {
		return Result{}, false
	}
	data, err := os.ReadFile(c.file(key))
	if err != nil {
		return Result{}, false
	}
	var e entry
	n := len(p.Cells)
	if json.Unmarshal(data, &e) != nil || len(e.Outputs) != n || len(e.Times) != n || e.Sum != e.checksum(key) {
		return Result{}, false
	}
	res := Result{Engine: engine}
	for i, u := range p.Cells {
		res.Cells = append(res.Cells, CellResult{ID: u.ID, Output: e.Outputs[i], Status: Done, Pos: u.Pos, Time: e.Times[i]})
	}
	if p.Tail {
		last := &res.Cells[n-1]
		last.Status, last.Message = Panicked, e.Message
	}
	return res, true
}

// put stores a result under its key. Output that is not UTF-8 is not stored,
// since JSON would change it.
func (c *Cache) put(key string, res Result) error {
	if c == nil {
		return nil
	}
	var e entry
	for _, cell := range res.Cells {
		e.Outputs = append(e.Outputs, cell.Output)
		e.Times = append(e.Times, cell.Time)
		e.Message = cell.Message
	}
	e.Sum = e.checksum(key)
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	var back entry
	if json.Unmarshal(data, &back) != nil || back.checksum(key) != e.Sum {
		return nil
	}
	file := c.file(key)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return maybe.WriteFile(file, data, 0o666)
}
