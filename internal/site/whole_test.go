package site

import (
	"fmt"
	"strings"
	"testing"
)

// TestWhole has what refers to what, on a page and between pages, on the page
// that has all of them.
func TestWhole(t *testing.T) {
	pages, findings := render(t, map[string]string{
		"notes/book.yaml": bookYAML,
		"notes/index.md":  "# Start\n\n[one](01-one.md), [its end](01-one.md#end), [a picture](p.svg), [elsewhere](https://example.org/#end)\n",
		"notes/01-one.md": "# One\n\n[here](#end) and a note[^n].\n\n[^n]: The note.\n\n## End\n\n" + oneCell,
		"notes/02-two.md": "# Two\n\n## End\n\n[that end](01-one.md#end), [this end](#end), a note[^n]\n\n[^n]: Another.\n",
		"notes/p.svg":     "<svg/>",
	}, "notes", nil)
	if len(findings) > 0 {
		t.Fatal(said(findings))
	}
	page := pages["all.html"]
	for _, want := range []string{
		`<a href="#01-one">one</a>`, `<a href="#01-one/end">its end</a>`, `<a href="p.svg">a picture</a>`, `<a href="https://example.org/#end">elsewhere</a>`,
		`<section class="chapter" id="01-one">`, `<h2 id="01-one/end">`, `<h2 id="02-two/end">`, `<a href="#01-one/end">here</a>`,
		`<a href="#01-one/end">that end</a>`, `<a href="#02-two/end">this end</a>`, `aria-labelledby="02-two/end"`,
		`id="01-one/fn:1"`, `href="#02-two/fnref:1"`, `<figure class="cell fault" id="01-one/x">`,
		`<meta name="robots" content="noindex">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	checkSite(t, pages, "/small/")
	if !strings.Contains(pages["01-one.html"], `<a href="all.html">`) {
		t.Error("nothing leads to the whole book")
	}
	if strings.Contains(pages["sitemap.xml"], "all.html") {
		t.Error("search engines are sent to the whole book")
	}
}

// TestNoWhole has books that are not shown on one page.
func TestNoWhole(t *testing.T) {
	one, _ := render(t, map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n"}, "notes", nil)
	code := "# A\n\n```text\n" + strings.Repeat("A line.\n", wholeLimit/16+1) + "```\n"
	long, _ := render(t, map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n", "notes/01-a.md": code, "notes/02-b.md": code}, "notes", nil)
	plain, _ := render(t, map[string]string{"a/README.md": "# A\n", "a/b.md": "# B\n"}, "a", nil)
	for name, pages := range map[string]map[string]string{"one page": one, "too long": long, "plain": plain} {
		if _, ok := pages["all.html"]; ok || strings.Contains(pages["index.html"], "all.html") {
			t.Errorf("%s: there is a page with the whole book", name)
		}
	}
}

// TestMarkdownOfPage has the source of each page beside it.
func TestMarkdownOfPage(t *testing.T) {
	const source = "---\ntitle: One\n---\r\n\nText.\n"
	pages, _ := render(t, map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n", "notes/01-one.md": source}, "notes", nil)
	if pages["01-one.md"] != source {
		t.Errorf("got %q, want %q", pages["01-one.md"], source)
	}
	for _, want := range []string{`<link rel="alternate" type="text/markdown" href="01-one.md">`, `<a href="01-one.md">This page as Markdown</a>`} {
		if !strings.Contains(pages["01-one.html"], want) {
			t.Errorf("no %s", want)
		}
	}
}

// TestMetadata has what other sites and search engines read, of a book that
// lives in a folder of its host.
func TestMetadata(t *testing.T) {
	pages, _ := render(t, map[string]string{
		"notes/book.yaml": "title: A \"B\" & <C>\ndescription: What it is.\nurl: https://example.org/deep/er\nlang: he\n",
		"notes/index.md":  "# Start\n",
		"notes/01-one.md": "---\ntitle: One <b> & \"two\"\nsummary: The \"first\" & only.\n---\n\nText.\n",
		"notes/02-two.md": "# Two\n\nIts first paragraph, with *emphasis*.\n",
	}, "notes", nil)
	for page, wants := range map[string][]string{
		"01-one.html": {
			`<html lang="he" dir="rtl">`,
			`<title>One &lt;b&gt; &amp; &#34;two&#34; · A &#34;B&#34; &amp; &lt;C&gt;</title>`,
			`<meta name="description" content="The &#34;first&#34; &amp; only.">`,
			`<link rel="canonical" href="https://example.org/deep/er/01-one.html">`,
			`<meta property="og:title" content="One &lt;b&gt; &amp; &#34;two&#34;">`,
			`<meta property="og:type" content="article">`,
			`<meta property="og:url" content="https://example.org/deep/er/01-one.html">`,
			`<meta property="og:site_name" content="A &#34;B&#34; &amp; &lt;C&gt;">`,
			`<meta property="og:description" content="The &#34;first&#34; &amp; only.">`,
			`<link rel="icon" href="data:image/svg`,
		},
		"02-two.html": {`<meta name="description" content="Its first paragraph, with emphasis.">`},
		"index.html":  {`<meta property="og:type" content="website">`, `<link rel="canonical" href="https://example.org/deep/er/">`, `content="What it is."`},
		"404.html":    {`href="/deep/er/index.html"`, `<meta name="robots" content="noindex">`},
		"sitemap.xml": {"<loc>https://example.org/deep/er/</loc>", "<loc>https://example.org/deep/er/02-two.html</loc>"},
	} {
		for _, want := range wants {
			if !strings.Contains(pages[page], want) {
				t.Errorf("%s has no %s", page, want)
			}
		}
	}
	checkSite(t, pages, "/deep/er/")
}

// TestThousandChapters has a book whose pages must not each name all others.
func TestThousandChapters(t *testing.T) {
	files := map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n"}
	for i := range 1000 {
		files[fmt.Sprintf("notes/%d-x.md", i+1)] = fmt.Sprintf("# Chapter %d\n\nText.\n", i+1)
	}
	pages, findings := render(t, files, "notes", nil)
	if len(findings) > 0 {
		t.Fatal(said(findings)[:1])
	}
	if n := strings.Count(pages["500-x.html"], "<li>"); n > navLimit+20 {
		t.Errorf("a page has a list of %d", n)
	}
	for _, want := range []string{`<a href="499-x.html"`, `<a href="501-x.html"`, `<a href="sitemap.html">All pages</a>`} {
		if !strings.Contains(pages["500-x.html"], want) {
			t.Errorf("no %s", want)
		}
	}
}
