package site

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/finding"
)

func said(findings []finding.Finding) []string {
	var got []string
	for _, f := range findings {
		got = append(got, f.Pos.String()+": "+f.Message)
	}
	return got
}

// TestOwnTheme has a book with a stylesheet, a head and a foot of its own.
func TestOwnTheme(t *testing.T) {
	pages, findings := render(t, map[string]string{
		"notes/book.yaml":       bookYAML + "theme: look\n",
		"notes/index.md":        "# Start\n",
		"notes/01-one.md":       "# One & all\n",
		"notes/look/style.css":  ":root { --accent: light-dark(#900, #f99); }\nbody { background: url(paper.svg) }\n",
		"notes/look/paper.svg":  "<svg xmlns='http://www.w3.org/2000/svg'/>",
		"notes/look/head.html":  "<meta name=\"author\" content=\"{{.Book}}, {{.Title}}\">\n",
		"notes/look/foot.html":  "<p class=\"own\">{{if .IsHome}}At home{{else}}<a href=\"{{.Home}}\">Home</a>{{end}}</p>",
		"notes/look/other.html": "mine",
	}, "notes", nil)
	if len(findings) > 0 {
		t.Errorf("findings: %q", said(findings))
	}
	for page, wants := range map[string][]string{
		"01-one.html": {
			"<link rel=\"stylesheet\" href=\"rtbook.css\">\n<link rel=\"stylesheet\" href=\"look/style.css\">",
			"<meta name=\"author\" content=\"Small Book, One &amp; all\">\n</head>",
			"<p class=\"own\"><a href=\"index.html\">Home</a></p>\n</footer>",
		},
		"index.html":   {`<p class="own">At home</p>`},
		"sitemap.html": {`href="look/style.css"`, `class="own"`},
		"all.html":     {`href="look/style.css"`, `class="own"`},
	} {
		for _, want := range wants {
			if !strings.Contains(pages[page], want) {
				t.Errorf("%s has no %s in\n%s", page, want, pages[page])
			}
		}
	}
	for name, want := range map[string]bool{"look/style.css": true, "look/paper.svg": true, "look/other.html": true, "look/head.html": false, "look/foot.html": false} {
		if _, ok := pages[name]; ok != want {
			t.Errorf("%s is on the site: %v", name, ok)
		}
	}
	delete(pages, "look/other.html") // no page of ours
	checkSite(t, pages, "/small/")
}

// TestOwnThemeFaults has themes that are not as they should be.
func TestOwnThemeFaults(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"no folder", nil, []string{"notes/book.yaml:5:8: notes/look has nothing of a theme"}},
		{"template", map[string]string{"head.html": "<p>\n{{.Titel}}\n"}, []string{"notes/look/head.html:2:1: "}},
		{"stylesheet", map[string]string{"style.css": "a {\n}\n}\n"}, []string{"notes/look/style.css:3:1: } closes nothing"}},
		{"elsewhere", map[string]string{"style.css": "\n@import \"https://example.org/font.css\";\n"},
			[]string{`notes/look/style.css:2:1: "https://example.org/font.css" is not of this book, and readers offline do not reach it`}},
		{"script elsewhere", map[string]string{"foot.html": "<p>\n<script src=\"https://example.org/a.js\"></script>\n"},
			[]string{`notes/look/foot.html:2:1: "https://example.org/a.js" is not of this book, and readers offline do not reach it`}},
		{"missing", map[string]string{"style.css": "a { background: url(a.png) }\n"}, []string{`notes/look/style.css:1:1: there is no file "a.png" in notes/look`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"notes/book.yaml": bookYAML + "theme: look\n", "notes/index.md": "# Start\n"}
			for name, text := range test.files {
				files["notes/look/"+name] = text
			}
			pages, findings := render(t, files, "notes", nil)
			got := said(findings)
			if len(got) != len(test.want) || len(got) > 0 && !strings.HasPrefix(got[0], test.want[0]) {
				t.Error(cmp.Diff(test.want, got))
			}
			if !strings.Contains(pages["index.html"], "<h1") {
				t.Error("the page is not whole")
			}
		})
	}
}

// TestReport has the addresses at which faults are reported.
func TestReport(t *testing.T) {
	for config, want := range map[string]string{
		"": "",
		"repository: https://example.org/me/book\n":     "https://example.org/me/book/issues/new?title=notes%2f01-one.md%23x",
		"issues: https://example.org/new?what={cell}\n": "https://example.org/new?what=notes%2f01-one.md%23x",
		"issues: mailto:me@example.org\n":               "mailto:me@example.org",
		"repository: https://example.org/me/book\nissues: \"https://example.org/new?labels=a&title={cell}\"\n": "https://example.org/new?labels=a&amp;title=notes%2f01-one.md%23x",
	} {
		pages, _ := render(t, map[string]string{
			"notes/book.yaml": bookYAML + config, "notes/index.md": "# Start\n", "notes/01-one.md": "# One\n\n" + oneCell,
		}, "notes", nil)
		page := strings.ReplaceAll(strings.ReplaceAll(pages["01-one.html"], "%2F", "%2f"), "%3D", "%3d")
		_, after, reported := strings.Cut(page, `, <a href="`)
		got, _, _ := strings.Cut(after, `">report a fault of this cell`)
		if !strings.Contains(page, "report a fault of this cell") {
			got, reported = "", false
		}
		if got != want || reported != (want != "") {
			t.Errorf("%q: got %q, want %q", config, got, want)
		}
	}
}

// TestCommand has the command that runs a cell.
func TestCommand(t *testing.T) {
	for config, want := range map[string]string{
		"":                               "rtbook run notes/01-one.md#x",
		"command: go run ./cmd/rtbook\n": "go run ./cmd/rtbook run notes/01-one.md#x",
	} {
		pages, _ := render(t, map[string]string{
			"notes/book.yaml": bookYAML + config, "notes/index.md": "# Start\n", "notes/01-one.md": "# One\n\n" + oneCell,
		}, "notes", nil)
		if want := "<dt>Run it</dt><dd><code>" + want + "</code></dd>"; !strings.Contains(pages["01-one.html"], want) {
			t.Errorf("%q: no %s", config, want)
		}
	}
}
