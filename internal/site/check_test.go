package site

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCheckFindsWhatRenderDoes has a dead link wherever a page has prose: what
// nobody renders in full must be looked through all the same.
func TestCheckFindsWhatRenderDoes(t *testing.T) {
	dead := []string{
		"text", "heading", "item", "cell-of-table", "note", "quoted", "emphasis", "footnote",
		"choice", "choice-below", "solution", "step", "image.png", "reference",
	}
	text := `# Links

A [link](text.md), **[another](emphasis.md)**, a [third], a note[^1] and ![a picture](image.png).

## A [heading](heading.md)

- an [item](item.md)

| a table |
|---|
| [cell](cell-of-table.md) |

> [!NOTE]
> A [note](note.md).

> A [quotation](quoted.md).

What does it print?

- [ ] ` + "`1`" + `

  *Why* [it does](choice.md).
- [ ] ` + "`2`" + `

  It does not.

  And [why](choice-below.md).

` + "```go {cell=asked predict}\nprintln(1) // [no](link.md)\n```\n\n```text {output}\n1\n```" + `

<details>
<summary>Solution</summary>

As [solved](solution.md).

` + "```go {cell=solved}\nprintln(3)\n```\n\n```text {output}\n3\n```" + `

1. A [step](step.md).

</details>

[^1]: In a [footnote](footnote.md).

[third]: reference.md
`
	_, found := render(t, map[string]string{"notes/book.yaml": bookYAML, "notes/01-links.md": text}, "notes", nil) // it asks Check, too
	var got []string
	for _, f := range found {
		_, name, _ := strings.Cut(f.Message, `"`)
		name, _, _ = strings.Cut(name, `"`)
		got = append(got, strings.TrimSuffix(name, ".md"))
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(dead)), slices.Sorted(slices.Values(got))); diff != "" {
		t.Errorf("dead links:\n%s", diff)
	}
}
