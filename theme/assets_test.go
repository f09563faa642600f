package theme

import "testing"

func TestShorten(t *testing.T) {
	const css = "/* All\n   of it. */\n\n:root {\n\t--a: b; /* why */\n}\n\n  a { c: \"d: { }\"; }\n b,\n i:is(.k, .m)\n > u { }\n"
	if got, want := string(shortenCSS([]byte(css))), ":root{--a:b;}a{c:\"d: { }\"}b,i:is(.k,.m)\n> u{}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	const js = "// What it does.\n\tvar a = \"// b\"; // c\n\t\t// d\n\tf();\n"
	if got, want := string(shortenJS([]byte(js))), "var a = \"// b\"; // c\nf();\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestEveryPartIsUsed sees that no stylesheet or script is forgotten.
func TestEveryPartIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, from := range parts() {
		for _, part := range from {
			used[part] = true
		}
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if name := e.Name(); len(name) > 3 && (name[len(name)-3:] == ".js" || name[len(name)-4:] == ".css") {
			if n++; !used[name] {
				t.Errorf("%s is part of no file of the theme", name)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d stylesheets and scripts", n)
	}
}
