package pipeline

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"slices"

	"rtbook/internal/site"
	"rtbook/runner"
	"rtbook/runner/store"
)

// sweepStore keeps what the runs of whole sweeps came to. To know the result of
// one run takes its program, and to make that of each takes longer than all the
// rest of a check that has nothing to run.
type sweepStore struct {
	t     *tools
	cells []runner.Cell
	keys  map[sweptCell]sweepKey
	known map[sweptCell]*site.Sweep
}

type sweptCell struct{ chapter, id string }

// sweepKey is where the result of a sweep belongs, and what it is the result of.
type sweepKey struct {
	key     string
	program *runner.Program // the cell's own
	engine  runner.Engine
	id      runner.Identity
}

// sweepsKnown looks up the sweeps among cells. programs are those of the cells
// as they stand in the text.
func (t *tools) sweepsKnown(cells []runner.Cell, programs []*runner.Program) *sweepStore {
	s := &sweepStore{t: t, cells: cells, keys: make(map[sweptCell]sweepKey), known: make(map[sweptCell]*site.Sweep)}
	if t.store == nil {
		return s
	}
	for _, c := range cells {
		if len(c.Sweep) == 0 {
			continue
		}
		k, ok := t.sweepKey(c, programs)
		if !ok {
			continue
		}
		at := sweptCell{c.Chapter, c.ID}
		s.keys[at] = k
		data, ok := t.store.Get(store.Results, k.key)
		swept := new(site.Sweep)
		if ok && gob.NewDecoder(bytes.NewReader(data)).Decode(swept) == nil {
			s.known[at] = swept
		}
	}
	return s
}

// sweepKey returns where the result of the sweep of a cell belongs: an address
// made of all that the cell's own program depends on, of the values, and of this
// executable, which makes the other programs. It is not ok for a cell that is in
// no program.
func (t *tools) sweepKey(c runner.Cell, programs []*runner.Program) (sweepKey, bool) {
	i := slices.IndexFunc(programs, func(p *runner.Program) bool {
		return p.Chapter == c.Chapter && p.Env == c.Env && !p.Tail &&
			slices.ContainsFunc(p.Cells, func(u runner.Unit) bool { return u.ID == c.ID })
	})
	if i < 0 || len(t.engines) == 0 {
		return sweepKey{}, false
	}
	k := sweepKey{program: programs[i], engine: t.engines[len(t.engines)-1]}
	build, err := t.interpreter()
	if err != nil {
		return sweepKey{}, false
	}
	if k.id, err = t.identity(k.engine, k.program); err != nil {
		return sweepKey{}, false
	}
	cell, err := json.Marshal(c) // its text, for what comments say, and the values
	if err != nil {
		return sweepKey{}, false
	}
	words := []string{"sweep", build, string(cell)}
	for _, part := range k.program.Parts(k.id) {
		words = append(words, part.Name, part.Value)
	}
	k.key = store.Key(words...)
	return k, true
}

// unknown returns the cells with the sweeps that have to be run.
func (s *sweepStore) unknown() []runner.Cell {
	cells := slices.Clone(s.cells)
	for i, c := range cells {
		if s.known[sweptCell{c.Chapter, c.ID}] != nil {
			cells[i].Sweep = nil
		}
	}
	return cells
}

// missing reports whether there is a sweep that has to be run.
func (s *sweepStore) missing() bool {
	return slices.ContainsFunc(s.unknown(), func(c runner.Cell) bool { return len(c.Sweep) > 0 })
}

// put stores the result of a sweep of which every run ended well, unless what it
// depends on changed meanwhile.
func (s *sweepStore) put(c sweptCell, swept *site.Sweep) {
	k, ok := s.keys[c]
	if !ok || !s.t.sameExecutable() || !s.t.unchanged(k.engine, k.program, k.id) {
		return
	}
	var data bytes.Buffer
	err := gob.NewEncoder(&data).Encode(swept)
	if err == nil {
		err = s.t.store.Put(store.Results, k.key, data.Bytes())
	}
	if err != nil {
		s.t.storeFail(err)
	}
}
