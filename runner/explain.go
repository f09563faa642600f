package runner

import (
	"fmt"
	"slices"
)

// Explanation is what is known of a program on an engine, without running it.
type Explanation struct {
	Engine string
	Key    string
	Parts  []Part   // of which Key is a hash
	Cached bool     // whether the cache has its result
	Last   *LastRun // nil if there is no record of one
}

// Explain explains p on each engine of opt that runs it, in their order.
func Explain(p *Program, opt RunOptions) ([]Explanation, error) {
	var all []Explanation
	for _, e := range opt.Engines {
		if !p.runsOn(e, opt.Engines) {
			continue
		}
		id, err := opt.Identity(e, p)
		if err != nil {
			return nil, fmt.Errorf("hashing what %s depends on: %w", p.Chapter, err)
		}
		x := Explanation{Engine: e.Name(), Parts: p.Parts(id), Last: opt.Cache.lastRun(p, e.Name())}
		x.Key = partsKey(x.Parts)
		_, x.Cached = opt.Cache.get(x.Key, p, e.Name())
		all = append(all, x)
	}
	return all, nil
}

// runsOn reports whether p is for an engine, among those that there are.
func (p *Program) runsOn(e Engine, all []Engine) bool {
	switch {
	case e.Name() == "go":
		return true
	case p.GoOnly:
		return false
	}
	compiled := slices.ContainsFunc(all, func(e Engine) bool { return e.Name() == "go" })
	return len(p.Swept) == 0 || !compiled && e == all[0]
}
