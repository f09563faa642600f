package runner

import (
	"go/format"
	"regexp"
	"strings"
	"testing"
)

// TestExported looks at the text of exported programs: it is formatted, and
// shows no name of rtbook's own unless the cells have it.
func TestExported(t *testing.T) {
	for _, dir := range []string{"twins", "init"} {
		for name, a := range archives(t, dir) {
			progs, probs := compose(a.cells, shared.load)
			if len(progs) != 1 {
				t.Errorf("%s: %s", name, render(probs))
				continue
			}
			text := progs[0].Export()
			if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
				t.Errorf("%s: is not formatted (%v):\n%s", name, err, text)
			}
			own := ""
			for _, c := range a.cells {
				own += c.Source
			}
			if strings.Contains(text, "rtbook_") && !strings.Contains(own, "rtbook_") || strings.Contains(text, mark) {
				t.Errorf("%s: shows generated names:\n%s", name, text)
			}
			for i := range progs[0].Cells {
				if !regexp.MustCompile("// \\w+ is the cell \"" + progs[0].Cells[i].ID + "\" of notes/x.md.\nfunc ").MatchString(text) {
					t.Errorf("%s: cell %d is not named:\n%s", name, i, text)
				}
			}
		}
	}
}

// TestExportNames exports cells whose names collide with what is there.
func TestExportNames(t *testing.T) {
	cells := page(
		"import \"fmt\"\nfifty := 1 //rtbook:hide\n",
		"// A comment of the first function.\nfunc run(main int) { fmt.Println(main, fifty) }\n",
		"run(2) /* here */ //rtbook:hide\n",
		"fmt.Println(`//rtbook:hide`)\n",
		"var cell8 int\n_ = cell8\n",
		"", "", "",
	)
	for i, id := range []string{"fifty", "fmt", "run", "Two words", "func", "len", "7-up", "größe_2"} {
		cells[i].ID, cells[i].Env = id, "names"
	}
	progs, probs := compose(cells, shared.load)
	if len(probs) > 0 {
		t.Fatal(render(probs))
	}
	const want = `// Command x is the cells of environment names of notes/x.md, in order.
package main

import (
	"fmt"
)

var fifty int
var cell8 int

// A comment of the first function.
func run(main int) { fmt.Println(main, fifty) }

// fiftyCell is the cell "fifty" of notes/x.md.
func fiftyCell() {
	fifty = 1
}

// fmtCell is the cell "fmt" of notes/x.md.
func fmtCell() {
}

// runCell is the cell "run" of notes/x.md.
func runCell() {
	run(2) /* here */
}

// twoWords is the cell "Two words" of notes/x.md.
func twoWords() {
	fmt.Println(` + "`//rtbook:hide`" + `)
}

// funcCell is the cell "func" of notes/x.md.
func funcCell() {
	_ = cell8
}

// lenCell is the cell "len" of notes/x.md.
func lenCell() {
}

// cell7Up is the cell "7-up" of notes/x.md.
func cell7Up() {
}

// größe2 is the cell "größe_2" of notes/x.md.
func größe2() {
}

func main() {
	fiftyCell()
	fmtCell()
	runCell()
	twoWords()
	funcCell()
	lenCell()
	cell7Up()
	größe2()
}
`
	if got := progs[0].Export(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
