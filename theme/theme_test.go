package theme

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestGenerated writes the generated files anew and compares.
func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "gen.go", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"code.css", "codeclass.go"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what gen.go writes: run go generate", name)
		}
	}
}

// luminance returns the relative luminance of a colour such as "#1d4c72", as
// WCAG 2.2 defines it.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("no colour: %q", colour)
	}
	linear := func(c uint64) float64 {
		s := float64(c&0xff) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(v>>16) + 0.7152*linear(v>>8) + 0.0722*linear(v)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrastFormula(t *testing.T) {
	// Black on white is 21:1 by definition; #767676 is the well-known grey
	// that just reaches 4.5:1 on white.
	if got := contrast(t, "#000000", "#ffffff"); math.Abs(got-21) > 1e-9 {
		t.Errorf("black on white: %v", got)
	}
	if got := contrast(t, "#ffffff", "#767676"); got < 4.5 || got > 4.6 {
		t.Errorf("#767676 on white: %v", got)
	}
	if got := contrast(t, "#ffffff", "#777777"); got >= 4.5 {
		t.Errorf("#777777 on white: %v", got)
	}
}

// styles returns all that the stylesheets say.
func styles(th *Theme) string {
	return string(th.Files()[StylesheetName]) + string(th.Files()[ExploreStylesheetName])
}

// modes returns the stylesheet as it is in the light and in the dark.
func modes(t *testing.T) (light, dark string) {
	t.Helper()
	th, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(styles(th), "prefers-color-scheme") {
		t.Error("a rule asks for the system's colours, whatever the reader chose: use light-dark()")
	}
	pair := regexp.MustCompile(`light-dark\(([^(),]*(?:\([^()]*\))?),([^(),]*(?:\([^()]*\))?)\)`)
	css := styles(th)
	return pair.ReplaceAllString(css, "$1"), pair.ReplaceAllString(css, "$2")
}

// TestContrast holds text and code to WCAG's level AA, 4.5:1, on the
// backgrounds that they stand on, in light and dark.
func TestContrast(t *testing.T) {
	light, dark := modes(t)
	for mode, css := range map[string]string{"light": light, "dark": dark} {
		vars := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{6})[;}]`).FindAllStringSubmatch(css, -1) {
			vars[m[1]] = m[2]
		}
		for _, name := range []string{"ink", "quiet", "accent", "note", "tip", "important", "warning", "caution"} {
			for _, paper := range []string{"paper", "code-paper"} {
				if c := contrast(t, vars[name], vars[paper]); c < 4.5 {
					t.Errorf("%s: --%s on --%s has contrast %.2f", mode, name, paper, c)
				}
			}
		}
		if c := contrast(t, vars["ink"], vars["mark"]); c < 4.5 {
			t.Errorf("%s: --ink on --mark has contrast %.2f", mode, c)
		}
		rules := regexp.MustCompile(`\.code :is\(([^)]*)\)\{[^}]*color:(#[0-9a-f]{6})`).FindAllStringSubmatch(css, -1)
		if len(rules) < 8 {
			t.Errorf("%s: only %d colours of code", mode, len(rules))
		}
		for _, m := range rules {
			if c := contrast(t, m[2], vars["code-paper"]); c < 4.5 {
				t.Errorf("%s: code %s in %s has contrast %.2f", mode, m[1], m[2], c)
			}
		}
	}
}

// TestColoursHaveTwoValues sees that no property is a colour for one mode only.
func TestColoursHaveTwoValues(t *testing.T) {
	th, err := New()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range regexp.MustCompile(`(--[a-z0-9-]+|[^-]\bcolor):([^;}]*)[;}]`).FindAllStringSubmatch(styles(th), -1) {
		if strings.Contains(m[2], "light-dark(") {
			n++
		} else if regexp.MustCompile(`#[0-9a-f]{3,8}\b|^rgb`).MatchString(m[2]) {
			t.Errorf("%s: %s", m[1], m[2])
		}
	}
	if n < 20 {
		t.Errorf("only %d colours", n)
	}
}

// TestSelfContained sees that nothing refers to another site, that scripts are
// the files of the theme and the one in the head, and that no element has a
// script in an attribute: a Content-Security-Policy of 'self' and the hash of
// that one allows all that there is.
func TestSelfContained(t *testing.T) {
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	script := regexp.MustCompile(`<script src="\{\{(\$?\.Root)\}\}[^"]*" defer></script>`)
	fetch := regexp.MustCompile(`(^|[^.\w])fetch\(`)
	handler := regexp.MustCompile(`(?i)[\s"]on[a-z]+="`)
	for _, e := range entries {
		data, err := files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer(
			"http://www.w3.org/2000/svg", "", // a name, not an address
			"http://www.w3.org/1999/xhtml", "",
		).Replace(string(data))
		for _, bad := range []string{"http:", "https:", "@import", "url(", "href=\"//", "XMLHttpRequest", "eval(", "new Function", "type=\"module\""} {
			if strings.Contains(text, bad) {
				t.Errorf("%s has %s", e.Name(), bad)
			}
		}
		if e.Name() != "minisearch.js" && fetch.MatchString(text) { // which has a method of this name
			t.Errorf("%s fetches", e.Name())
		}
		if strings.HasSuffix(e.Name(), ".js") {
			continue
		}
		if strings.Contains(script.ReplaceAllString(text, ""), "<script") || handler.MatchString(text) {
			t.Errorf("%s has a script of its own", e.Name())
		}
	}
}

// TestHeadScriptHash holds the hash for a Content-Security-Policy to the script.
func TestHeadScriptHash(t *testing.T) {
	sum := sha256.Sum256([]byte(HeadScript))
	if want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:]); HeadScriptHash != want {
		t.Errorf("the hash is %s, and has to be %s", HeadScriptHash, want)
	}
	var b bytes.Buffer
	th, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if err := th.Page(&b, &Page{Lang: "en", Title: "T", Book: "B"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "<script>"+HeadScript+"</script>") {
		t.Error("the page has another script")
	}
}

func TestStylesheetBraces(t *testing.T) {
	th, err := New()
	if err != nil {
		t.Fatal(err)
	}
	css := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(styles(th), "")
	depth := 0
	for i, c := range css {
		switch c {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth < 0 {
			t.Fatalf("a brace closes nothing before %q", css[i:min(len(css), i+40)])
		}
	}
	if depth != 0 {
		t.Errorf("%d braces are not closed", depth)
	}
}

func TestNavList(t *testing.T) {
	p := &Page{Nav: []NavItem{
		{Title: "A & B", Href: "a.html?x=\"&", Current: true},
		{Title: "folder", Children: []NavItem{{Title: "C", Href: "c.html"}}},
	}}
	const want = `<ol>
<li><a href="a.html?x=&#34;&amp;" aria-current="page">A &amp; B</a></li>
<li><span>folder</span>
<ol>
<li><a href="c.html">C</a></li>
</ol>
</li>
</ol>
`
	if got := string(p.NavList()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestStylesheetIsWhole(t *testing.T) {
	th, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"@media print", ".code :is(", "prefers-reduced-motion", ":focus-visible", "light-dark(", ".tools"} {
		if !bytes.Contains([]byte(styles(th)), []byte(want)) {
			t.Errorf("%s is missing", want)
		}
	}
}
