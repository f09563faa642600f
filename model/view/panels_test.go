package view

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rtbook/runner/show"
)

// screen is what a page shows of a stepper: the items of each row, made from
// the changes of the steps alone.
type screen struct {
	s    show.Stepper
	at   int // steps taken
	rows map[string][]show.Item
}

func screenOf(s show.Stepper) *screen { return &screen{s: s, rows: map[string][]show.Item{}} }

// to takes steps until n are taken.
func (c *screen) to(t *testing.T, n int) {
	t.Helper()
	for ; c.at < n; c.at++ {
		for _, ch := range c.s.Steps[c.at].Changes {
			p := c.s.Panels[ch.Panel]
			key := p.Name + "/" + p.Rows[ch.Row]
			old := c.rows[key]
			if ch.At+ch.Drop > len(old) {
				t.Fatalf("step %d drops %d at %d of %q, which has %d", c.at, ch.Drop, ch.At, key, len(old))
			}
			now := append([]show.Item(nil), old[:ch.At]...)
			now = append(now, ch.Items...)
			c.rows[key] = append(now, old[ch.At+ch.Drop:]...)
		}
	}
}

// text is a row as words.
func (c *screen) text(panel, row string) string {
	var words []string
	for _, it := range c.rows[panel+"/"+row] {
		words = append(words, it.Text)
	}
	return strings.Join(words, " ")
}

// tones is a row of cells as letters: a digit for each tone.
func (c *screen) tones(panel, row string) string {
	var b strings.Builder
	for _, it := range c.rows[panel+"/"+row] {
		fmt.Fprintf(&b, "%d", it.Tone)
	}
	return b.String()
}

// checkStepper fails the test if the display would not be shown.
func checkStepper(t *testing.T, s show.Stepper) {
	t.Helper()
	if err := s.Check(); err != nil {
		t.Fatalf("Check: %v", err)
	}
}

// seedOf is a fresh seed, which is printed if the test fails.
func seedOf(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 1))
}
