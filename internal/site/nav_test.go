package site

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/theme"
)

func at(line, col int) string { return fmt.Sprintf("%d:%d", line, col) }

// outline writes a list of chapters in one line: "A [B *C*]".
func outline(items []theme.NavItem) string {
	var parts []string
	for _, item := range items {
		title := item.Title
		if item.Href == "" {
			title = "(" + title + ")"
		}
		if item.Current {
			title = "*" + title + "*"
		}
		parts = append(parts, title)
		if len(item.Children) > 0 {
			parts = append(parts, "["+outline(item.Children)+"]")
		}
	}
	return strings.Join(parts, " ")
}

// surveyed returns a site before rendering.
func surveyed(t *testing.T, files map[string]string) *site {
	t.Helper()
	s := &site{book: parse(t, mapFS(files), ".")}
	s.survey(&Files{byName: map[string]file{}})
	return s
}

func TestNavByDepth(t *testing.T) {
	tests := []struct {
		depths []int
		want   string
	}{
		{[]int{0, 0, 0}, "*0* 1 2"},
		{[]int{0, 1, 1, 0}, "*0* [1 2] 3"},
		{[]int{0, 1, 2, 0}, "*0* [1 [2]] 3"},
		{[]int{0, 2, 1, 0}, "*0* [1 2] 3"}, // a level is left out
		{[]int{1, 0, 1}, "*0* 1 [2]"},      // it begins too deep
	}
	for _, test := range tests {
		s := surveyed(t, map[string]string{"0.md": "", "1.md": "", "2.md": "", "3.md": ""})
		s.pages = s.pages[:len(test.depths)]
		for i, d := range test.depths {
			s.pages[i].chapter.Depth = d
			s.pages[i].title = fmt.Sprint(i)
		}
		items, more := s.nav(s.pages[0])
		if got := outline(items); got != test.want || more != nil {
			t.Errorf("depths %v: %s, %v; want %s", test.depths, got, more, test.want)
		}
	}
}

// TestNavOfFolders has folders without a page of their own: their names stand
// above their pages, which must not seem to be part of the page before.
func TestNavOfFolders(t *testing.T) {
	s := surveyed(t, map[string]string{
		"a.md":            "# A\n",
		"b/one.md":        "# One\n",
		"b/two.md":        "# Two\n",
		"c/README.md":     "# C\n",
		"c/x.md":          "# X\n",
		"c/sub/deep/z.md": "# Z\n",
		"c/sub/last/z.md": "# Last\n",
		"d.md":            "# D\n",
	})
	items, _ := s.nav(s.byPath["b/two.md"])
	if got, want := outline(items), "A (b) [One *Two*] C [(sub) [(deep) [Z] (last) [Last]] X] D"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestNavOfSummary has a SUMMARY.md like those of mdBook.
func TestNavOfSummary(t *testing.T) {
	s := surveyed(t, map[string]string{
		"SUMMARY.md": "# Summary\n\n[Start](README.md)\n\n# User guide\n\n- [Install](install.md)\n  - [Source](source.md)\n- Reference\n  - [Flags](flags.md)\n\n---\n\n# The end\n\n- [Last](last.md)\n",
		"README.md":  "# Start\n", "install.md": "# Install\n", "source.md": "# Source\n",
		"flags.md": "# Flags\n", "last.md": "# Last\n", "a/left.md": "# Left\n", "a/out.md": "# Out\n",
	})
	items, _ := s.nav(s.byPath["flags.md"])
	if got, want := outline(items), "Start (User guide) Install [Source] (Reference) [*Flags*] (The end) Last (Not in the summary) Left Out"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNavOfManyPages(t *testing.T) {
	s := surveyed(t, largePlain())
	tests := []struct{ page, want string }{
		{"README.md", "*Home* [many parts]"}, // links to the first page in each
		{"parts/s3/x.md", "Home [(parts) [Part 3 [*X of 3*]]]"},
		{"parts/s3/README.md", "Home [(parts) [*Part 3* [X of 3]]]"},
	}
	for _, test := range tests {
		items, more := s.nav(s.byPath[test.page])
		if got := outline(items); got != test.want {
			t.Errorf("%s: %s, want %s", test.page, got, test.want)
		}
		if more == nil || !strings.HasSuffix(more.Href, "sitemap.html") {
			t.Errorf("%s: no link to the rest: %v", test.page, more)
		}
	}
}

// TestNavIsBounded sees that the pages near the current one are shown, and not
// more than the limit.
func TestNavIsBounded(t *testing.T) {
	s := surveyed(t, largePlain())
	for _, i := range []int{0, 1, 64, 128, 129} {
		items, _ := s.nav(s.byPath[fmt.Sprintf("many/p%03d.md", i)])
		near := items[0].Children[0].Children
		if len(near) != navLimit {
			t.Errorf("page %d: %d entries, want %d", i, len(near), navLimit)
		}
		first := max(0, min(i-navLimit/2, 130-navLimit))
		var want, got []string
		for k := range navLimit {
			title := fmt.Sprintf("Page %d", first+k)
			if first+k == i {
				title = "*" + title + "*"
			}
			want = append(want, title)
		}
		for _, item := range near {
			got = append(got, outline([]theme.NavItem{item}))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("page %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestSizeIsNotQuadratic doubles the pages of one folder.
func TestSizeIsNotQuadratic(t *testing.T) {
	size := func(n int) (total int) {
		files := map[string]string{}
		for i := range n {
			files[fmt.Sprintf("p%04d.md", i)] = "# A page\n"
		}
		pages, _ := render(t, files, ".", nil)
		for _, page := range pages {
			total += len(page)
		}
		return total
	}
	if one, two := size(200), size(400); two > 2*one+one/10 {
		t.Errorf("200 pages are %d bytes, 400 pages %d", one, two)
	}
}
