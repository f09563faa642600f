package theme

import (
	"regexp"
	"strings"
	"testing"
)

// TestTones holds the text in what has a tone to WCAG's level AA on what it is
// filled and patterned with, and its edge and its labels on paper. Each tone
// has a pattern of its own besides.
func TestTones(t *testing.T) {
	display, err := files.ReadFile("display.css")
	if err != nil {
		t.Fatal(err)
	}
	base, err := files.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	// A property has a light and a dark value, or both have it.
	values := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindAllStringSubmatch(string(base)+string(display), -1) {
		values[m[1]] = [2]string{m[2], m[3]}
	}
	if values["ink"][0] == "" {
		t.Skip("style.css has no light-dark() colours")
	}
	pairs := map[string]int{}
	for mode, name := range []string{"light", "dark"} {
		legible := func(text, ground string) {
			t.Helper()
			pairs[name]++
			if c := contrast(t, values[text][mode], values[ground][mode]); c < 4.5 {
				t.Errorf("%s: --%s on --%s has contrast %.2f", name, text, ground, c)
			}
		}
		for _, tone := range []string{"1", "2", "3", "4", "5", "6"} {
			legible("ink", "fill-"+tone)
			legible("ink", "stripe-"+tone)
			legible("edge-"+tone, "paper")
			legible("edge-"+tone, "code-paper")
		}
	}
	if pairs["light"] != 24 || pairs["dark"] != 24 {
		t.Errorf("compared %v", pairs)
	}
	patterns := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\.(t[1-6]) \{.*--pattern: ([^;]*);`).FindAllStringSubmatch(string(display), -1) {
		if other := patterns[m[2]]; other != "" {
			t.Errorf("%s and %s have the same pattern", m[1], other)
		}
		patterns[m[2]] = m[1]
	}
	if len(patterns) != 6 {
		t.Errorf("%d patterns", len(patterns))
	}
}

// TestExploreIsClassic sees that scripts make elements of no text, and work from
// the disk.
func TestExploreIsClassic(t *testing.T) {
	for _, name := range []string{"display.js", "stepper.js"} {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"innerHTML", "insertAdjacentHTML", "eval(", "import ", "fetch(", "document.write"} {
			if strings.Contains(string(data), bad) {
				t.Errorf("%s has %s", name, bad)
			}
		}
	}
}
