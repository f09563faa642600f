package runner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestProblems composes faulty cells and compares what is said of them with
// what their archive says by hand.
func TestProblems(t *testing.T) {
	for name, a := range archives(t, "problems") {
		t.Run(name, func(t *testing.T) {
			c := Compose(a.cells, shared.load)
			if diff := cmp.Diff(a.files["want"], render(c.Problems)); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(a.files["programs"], programs(c)); diff != "" {
				t.Errorf("programs differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(a.files["static"], static(c)); diff != "" {
				t.Errorf("static outputs differ (-want +got):\n%s", diff)
			}
		})
	}
}

// programs lists the programs of a composition: the cells of each, and what a
// folder has.
func programs(c *Composition) string {
	var b strings.Builder
	for _, p := range c.Programs {
		b.WriteString("env " + p.Env + ":")
		for _, u := range p.Cells {
			b.WriteString(" " + u.ID)
			if u.Expect != "" {
				fmt.Fprintf(&b, "(%s)", u.Expect)
			}
		}
		if p.Tail {
			b.WriteString(", the last counts")
		}
		if p.Shell != nil {
			b.WriteString(", files")
			for _, f := range p.Shell.Files {
				fmt.Fprintf(&b, " %s:%d", f.Path, f.Pos.Line)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// static lists the outputs of cells that do not compile.
func static(c *Composition) string {
	var b strings.Builder
	for _, s := range c.Static {
		fmt.Fprintf(&b, "%s\n%s", s.ID, s.Output)
	}
	return b.String()
}
