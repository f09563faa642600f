package site

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
)

func pngOf(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestImages(t *testing.T) {
	pages, findings := render(t, map[string]string{
		"notes/book.yaml": bookYAML,
		"notes/index.md": "# Start\n\n![A](a.png)\n\n![B & b](d/b.svg \"The <second> *one*\")\n\n![C](c.svg \"Third\") and text\n\n" +
			"![D](d/box.svg 'Fourth')\n\n![E](broken.png)\n\n![F](huge.png)\n\n![G](missing.png)\n",
		"notes/a.png":      pngOf(t, 40, 30),
		"notes/d/b.svg":    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="120px" height="50"/>`,
		"notes/c.svg":      `<svg xmlns="http://www.w3.org/2000/svg" width="100%"/>`,
		"notes/d/box.svg":  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 32"/>`,
		"notes/broken.png": "no image",
		"notes/huge.png":   pngOf(t, 9000, 10) + strings.Repeat("\x00", 3<<20),
	}, "notes", nil)
	page := pages["index.html"]
	for _, want := range []string{
		`<p><img src="a.png" width="40" height="30" alt="A"></p>`,
		`<figure class="figure"><img src="d/b.svg" width="120" height="50" alt="B &amp; b"><figcaption><span class="number">Figure 1:</span> The &lt;second&gt; *one*</figcaption></figure>`,
		`<p><img src="c.svg" alt="C" title="Third"> and text</p>`,
		`<figure class="figure"><img src="d/box.svg" width="64" height="32" alt="D"><figcaption><span class="number">Figure 2:</span> Fourth</figcaption></figure>`,
		`<img src="broken.png" alt="E">`,
		`<img src="huge.png" width="9000" height="10" alt="F">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	got := said(findings)
	if len(got) != 2 || !strings.Contains(got[0], `image "huge.png" has 3.0 MiB`) || !strings.Contains(got[1], `"missing.png"`) {
		t.Errorf("findings: %q", got)
	}
}

// TestCollidingIDs has headings of one text, and one that is a cell's name.
func TestCollidingIDs(t *testing.T) {
	pages, _ := render(t, map[string]string{
		"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n\n## A\n\n## A\n\n## a\n\n## <b>A</b> & `c`\n\n## 世界\n\n## שלום\n",
	}, "notes", nil)
	checkSite(t, pages, "/small/")
	if strings.Contains(pages["index.html"], "<b>") {
		t.Error("a heading has an element of its own")
	}
}

// TestDirections has lists whose marks belong to the other side of the page.
func TestDirections(t *testing.T) {
	for lang, want := range map[string]string{"en": `<ul dir="rtl">`, "he": `<ol start="3" dir="ltr">`} {
		pages, _ := render(t, map[string]string{
			"notes/book.yaml": "title: T\nlang: " + lang + "\n",
			"notes/index.md":  "# Start\n\n- 12: **פריט**\n- item\n\n3. `x` 1\n4. two\n\n* 5\n",
		}, "notes", nil)
		page := pages["index.html"]
		if n := strings.Count(page, " dir=") - strings.Count(page, "<html lang=\""+lang+"\" dir="); n != 1 || !strings.Contains(page, want) {
			t.Errorf("%s: %d lists have a direction, want %s in\n%s", lang, n, want, page)
		}
	}
}
