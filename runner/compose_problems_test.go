package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestProblems composes faulty cells and compares what is said of them with
// what their archive says by hand.
func TestProblems(t *testing.T) {
	for name, a := range archives(t, "problems") {
		t.Run(name, func(t *testing.T) {
			progs, probs := Compose(a.cells, shared.load)
			if diff := cmp.Diff(a.files["want"], render(probs)); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
			if got := len(progs); got != 0 && a.files["programs"] == "" {
				t.Errorf("%d programs in spite of problems", got)
			}
		})
	}
}
