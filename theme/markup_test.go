package theme

import (
	"slices"
	"testing"
)

// TestCheckMarkup has HTML that can stand within a page, with the addresses that
// it asks other sites for.
func TestCheckMarkup(t *testing.T) {
	for _, test := range []struct {
		html string
		want []Ref
	}{
		{"", nil},
		{"a < b <!-- <div> --> <br> <p>one<p>two<ul><li>a<li>b</ul><svg><path d=''/></svg>", nil},
		{"<script>if (a < b) s = '<div>'</script>\n<style>a > b {}</style><DIV title='>'></div>", nil},
		{"<table><tr><td>a<td>b</table>", nil},
		{"<a href=\"https://example.org/\">a link</a><link rel=me href='https://example.org/'><script src=a.js></script>", nil},
		{"<!-- a\n-->\n<script>\n</script><img alt='' src='//example.org/a.png'>\n<link href=https://example.org/a.css rel=\"alternate stylesheet\"><link rel=preload href=https://example.org/b>",
			[]Ref{{"//example.org/a.png", 4}, {"https://example.org/a.css", 5}, {"https://example.org/b", 5}}},
	} {
		if got, err := checkMarkup(test.html); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q: got %v, %v, want %v", test.html, got, err, test.want)
		}
	}
}
