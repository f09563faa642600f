package lower

import (
	"strings"
	"testing"

	"rtbook/runner"
)

// TestExact holds a program without recover to be checked if its panic is known.
func TestExact(t *testing.T) {
	imp, err := testImporter()
	if err != nil {
		t.Fatal(err)
	}
	source := "package main\n\nfunc main() {\n\ts, i := []int{1}, 2\n\tprintln(s[i], len(s[:i]))\n}\n"
	p := &runner.Program{Chapter: "x.md", Source: source, Map: identity(source)}
	exact, _, err := Exact(p, imp)
	if err != nil {
		t.Fatal(err)
	}
	plain, _, err := With(p, imp)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range []string{".Index(i, len(s), 0)", ".Slice(0, i, cap(s), \"capacity\", 0)"} {
		if !strings.Contains(exact.Source, check) || strings.Contains(plain.Source, check) {
			t.Errorf("want %s in\n%s\nand not in\n%s", check, exact.Source, plain.Source)
		}
	}
}
