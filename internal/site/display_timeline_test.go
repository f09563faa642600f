package site

import (
	"strings"
	"testing"

	"rtbook/runner/show"
)

// A mark has its text where there is room for it, and none where that of a span
// already is.
func TestMarksDoNotWriteOverSpans(t *testing.T) {
	line := show.Timeline{
		Title: "What runs", Unit: "ns", Lanes: []string{"P0", "P1"},
		Spans: []show.Span{{Lane: 0, From: 0, To: 1000, Text: "main"}, {Lane: 1, From: 0, To: 10, Text: "a name too long to be seen"}},
		Marks: []show.Mark{
			{Lane: 0, At: 0, Text: "begins"}, {Lane: 0, At: 20, Text: "just after"}, {Lane: 0, At: 500, Text: "half way"},
			{Lane: 1, At: 12, Text: "elsewhere"},
		},
	}
	files, err := Render(displayBook(t, line))
	if err != nil {
		t.Fatal(err)
	}
	page := contents(t, files)["01-one.html"]
	_, drawn, ok := strings.Cut(page, `<svg role="img"`)
	if !ok {
		t.Fatal("no drawing on the page")
	}
	for text, want := range map[string]bool{"main": true, "begins": false, "just after": false, "half way": true, "elsewhere": true} {
		if got := strings.Contains(drawn, ">"+text+"</text>"); got != want {
			t.Errorf("%q is written: %v, want %v", text, got, want)
		}
		if !strings.Contains(drawn, "<title>"+text) {
			t.Errorf("%q has no title", text)
		}
	}
}

// A timeline is wide for the texts of its spans, but not for those that are too
// long for any width.
func TestTimelineIsAsWideAsItHelps(t *testing.T) {
	line := func(width int64) show.Timeline {
		t := show.Timeline{Lanes: []string{"P0"}}
		for at := int64(0); at < 1000; at += 100 {
			t.Spans = append(t.Spans, show.Span{From: at, To: at + width, Text: "one goroutine, named"})
		}
		return t
	}
	if narrow := laneRoom(line(100), 1000); narrow <= laneWide*3/2 || narrow > laneWidest {
		t.Errorf("ten spans side by side: %v pixels", narrow)
	}
	if got := laneRoom(line(1), 1000); got != laneWide {
		t.Errorf("spans that are too short for their texts: %v pixels, want %v", got, laneWide)
	}
}

// Blank lines that keep text forms apart are no output of their own.
func TestBlankLinesBetweenDisplays(t *testing.T) {
	in := displayBook(t, show.Table{Title: "One", Columns: []show.Column{{Name: "a"}}, Rows: [][]string{{"1"}}})
	const id = "notes/01-one.md#d1"
	out := in.Outcomes[id]
	d := out.Displays[0]
	out.Output, out.Displays = d.Text+"\n"+d.Text+"\n\nthe end\n", append(out.Displays, d)
	in.Outcomes[id] = out
	in.Book = parse(t, mapFS(map[string]string{
		"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n",
		"notes/01-one.md": "# Displays\n\nText.\n\n```go {cell=d1}\nx.Show()\n```\n\n~~~~~text {output}\n" + out.Output + "~~~~~\n",
	}), "notes")
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	page := contents(t, files)["01-one.html"]
	if strings.Contains(page, "<samp>\n") || !strings.Contains(page, "<samp>the end\n</samp>") {
		t.Error("blank lines are shown as output")
	}
}
