package site

import (
	"strings"
	"testing"
)

func TestQuotes(t *testing.T) {
	for text, want := range map[string]string{
		`It's "so", isn't it?`:           `It’s “so”, isn’t it?`,
		`("so" and 'so')`:                `(“so” and ‘so’)`,
		`"'Twice' said"`:                 `“‘Twice’ said”`,
		`he said: "'so'"`:                `he said: “‘so’”`,
		`the 1990s, the '90s, Ps' queue`: `the 1990s, the ’90s, Ps’ queue`,
		`*"so"* and **so**'s and "*so*"`: `*“so”* and **so**’s and “*so*”`,
		"`g`'s stack":                    "`g`’s stack",
		"a line\n\"begins\" so":          "a line\n“begins” so",
		`\"as\' written\"`:               `\"as\' written\"`,
		`\\"so"`:                         `\\”so”`,
		`a "`:                            `a ”`,
		`—"so"—'so'`:                     `—“so”—‘so’`,
		`"`:                              `”`,
		"":                               "",
	} {
		if got := quotes(true).text(text); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
		if got := quotes(false).text(text); got != text {
			t.Errorf("%s becomes %s", text, got)
		}
	}
}

// TestQuotesOnPages has them in prose and titles, and not in code.
func TestQuotesOnPages(t *testing.T) {
	notes := func(lang string) map[string]string {
		return map[string]string{
			"notes/book.yaml": "title: It's a book\nlang: " + lang + "\n",
			"notes/index.md":  "# Start\n\n[on](01-one.md)\n",
			"notes/01-one.md": "---\ntitle: What's \"one\"\nsummary: It's one.\n---\n\n## Don't `'x'`\n\n## Two\n\nIt's *\"one\"*, `'x'` \\\" &quot;\nand g's.\n\n" +
				"![x](x.svg \"It's one\")\n\n<details>\n<summary>It's folded</summary>\n\nText.\n\n</details>\n\n```text\n'x'\n```\n",
			"notes/x.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`,
		}
	}
	pages, _ := render(t, notes("en-GB"), "notes", nil)
	for _, want := range []string{
		"<title>What’s “one” · It’s a book</title>", `content="It’s one."`, "<h1>What’s “one”</h1>", `<p class="lede">It’s one.</p>`,
		`<a href="01-one.html" aria-current="page">What’s “one”</a>`, `<a href="#dont-x">Don’t &#39;x&#39;</a>`,
		"<h2 id=\"dont-x\">Don’t <code>'x'</code>", "<p>It’s <em>“one”</em>, <code>'x'</code> &quot; &quot;\nand g’s.</p>",
		"</span> It’s one</figcaption>", "<summary>It’s folded</summary>", ">'x'\n</code>",
	} {
		if !strings.Contains(pages["01-one.html"], want) {
			t.Errorf("no %s in\n%s", want, pages["01-one.html"])
		}
	}
	pages, _ = render(t, notes("de"), "notes", nil)
	if page := pages["01-one.html"]; strings.ContainsAny(page, "“”’") {
		t.Errorf("a German page has English quotation marks:\n%s", page)
	}
}

// TestTitleMarkup has a title with HTML, which is shown as text: in the lists,
// too.
func TestTitleMarkup(t *testing.T) {
	pages, _ := render(t, map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n", "notes/01-one.md": "# A <b>bold</b> `\"t\"` <!-- no -->\n\nText.\n"}, "notes", nil)
	const title = "A &lt;b&gt;bold&lt;/b&gt; &#34;t&#34;"
	for name, wants := range map[string][]string{
		"01-one.html":  {"<title>" + title + " · ", `aria-current="page">` + title + "</a>", `<h1 id="a-bold-t">A &lt;b&gt;bold&lt;/b&gt; <code>&quot;t&quot;</code>`},
		"index.html":   {">" + title + "</a>"},
		"sitemap.html": {">" + title + "</a>"},
	} {
		for _, want := range wants {
			if !strings.Contains(pages[name], want) {
				t.Errorf("%s has no %s in\n%s", name, want, pages[name])
			}
		}
	}
	if n := strings.Count(pages["search.js"], "bold"); n != 2 { // the page's title, and that of its one entry
		t.Errorf("the search has the title %d times", n)
	}
}
