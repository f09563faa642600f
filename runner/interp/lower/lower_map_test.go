package lower

import (
	"errors"
	"go/types"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rtbook/runner"
)

const mapped = `package main

import "fmt"

type T struct{ mark1 int }

func (t T) get(i int) int { return mark2[i] + t.mark1 }

var mark2 = []int{1, 2}

func each(f func(int) bool) { _ = f(1) && f(2) }

func Map[E any](xs []E, f func(E) E) []E {
	for mark3 := range xs {
		xs[mark3] = f(xs[mark3])
	}
	return xs
}

func main() {
	for mark4 := 0; mark4 < 2; mark4++ {
		defer func() { fmt.Println(mark4) }()
		for mark5 := range each {
			switch mark5 {
			case 1:
				fallthrough
			default:
				mark6, mark7 := mark4, T{mark4}
				mark6, mark7.mark1 = mark7.mark1, mark6
				fmt.Println(mark6, mark7.get, min(mark6, mark5))
			}
		}
	}
	fmt.Println(Map(mark2, func(mark8 int) int { return mark8 }))
	panic("mark9")
}
`

// TestMap holds the lowered program to its map: a name that the author wrote
// leads to where the author wrote it.
func TestMap(t *testing.T) {
	imp, err := testImporter()
	if err != nil {
		t.Fatal(err)
	}
	p := &runner.Program{Chapter: "x.md", Source: mapped, Map: identity(mapped), Imports: []string{"fmt"}}
	low, refusals, err := With(p, imp)
	if err != nil || len(refusals) > 0 {
		t.Fatal(refusals, err)
	}
	lines := strings.Split(mapped, "\n")
	seen := make(map[string]bool)
	for _, m := range regexp.MustCompile(`\bmark\d\b`).FindAllStringIndex(low.Source, -1) {
		name := low.Source[m[0]:m[1]]
		pos, ok := low.Pos(m[0])
		if !ok {
			t.Errorf("%s at %d leads nowhere", name, m[0])
			continue
		}
		if got := lines[pos.Line-1][pos.Col-1:]; !strings.HasPrefix(got, name) {
			t.Errorf("%s at %d leads to %q", name, m[0], got)
		}
		seen[name] = true
	}
	for _, name := range []string{"mark1", "mark2", "mark3", "mark9"} {
		if !seen[name] {
			t.Errorf("%s is not in the lowered program:\n%s", name, low.Source)
		}
	}
	last := -1
	for _, s := range low.Map {
		if s.Offset <= last || s.Len <= 0 || strings.Contains(low.Source[s.Offset:s.Offset+s.Len], "\n") {
			t.Errorf("segment %+v is not after %d, or spans lines", s, last)
		}
		last = s.Offset
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{"package main\nfunc main() {", "parse x.md: "},
		{"package main\nfunc main() { x() }", "check x.md: "},
		{"package main\nimport \"fmt\"\nfunc main() { fmt.Println() }", "there is nothing to import packages with"},
	} {
		p := &runner.Program{Chapter: "x.md", Source: tt.source, Map: identity(tt.source)}
		if _, _, err := Program(p, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.source, err, tt.want)
		}
	}
	failing := func([]string) (types.Importer, error) { return nil, errors.New("no toolchain") }
	p := &runner.Program{Chapter: "x.md", Source: "package main\nfunc main() {}"}
	if _, _, err := Program(p, failing); err == nil || err.Error() != "load the imports of x.md: no toolchain" {
		t.Errorf("error %v", err)
	}
}

// everyday is a piece of a program as chapters have them.
const everyday = `
type account struct {
	owner   string
	balance int
	history []string
}

func (a *account) deposit(n int) error {
	if n <= 0 {
		return fmt.Errorf("deposit %d", n)
	}
	a.balance += n
	a.history = append(a.history, fmt.Sprint("+", n))
	return nil
}

func total(as []*account) (sum int) {
	for _, a := range as {
		sum += a.balance
	}
	return sum
}

func sorted(words map[string]int) []string {
	var keys []string
	for k := range words {
		keys = append(keys, k)
	}
	for i := 1; i < len(keys); i++ {
		for j := i; j > 0 && keys[j] < keys[j-1]; j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
		}
	}
	return keys
}

func run() {
	as := []*account{{owner: "a"}, {owner: "b", balance: 5}}
	for i, a := range as {
		if err := a.deposit(i * 10); err != nil {
			fmt.Println(a.owner, err)
		}
	}
	fmt.Println(total(as), sorted(map[string]int{"x": 1, "y": 2}))
}
`

// BenchmarkLower lowers about a thousand lines.
func BenchmarkLower(b *testing.B) {
	imp, err := testImporter()
	if err != nil {
		b.Fatal(err)
	}
	for name, body := range map[string]string{"everyday": everyday, "generic": mapped[strings.Index(mapped, "type T"):]} {
		var text strings.Builder
		text.WriteString("package main\n\nimport \"fmt\"\n")
		names := regexp.MustCompile(`\b(T|get|mark2|each|Map|main|account|total|sorted|run)\b`)
		for i := 0; strings.Count(text.String(), "\n") < 1000; i++ {
			text.WriteString(names.ReplaceAllString(body, "${1}x"+strconv.Itoa(i)))
		}
		p := &runner.Program{Chapter: "x.md", Source: text.String() + "\nfunc main() {}\n", Imports: []string{"fmt"}}
		p.Map = identity(p.Source)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, refusals, err := With(p, imp); err != nil || len(refusals) > 0 {
					b.Fatal(refusals, err)
				}
			}
		})
	}
}
