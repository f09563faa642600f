package finding

import (
	"strings"
	"testing"
)

func TestSort(t *testing.T) {
	fs := []Finding{
		{Pos: Pos{"b", 1, 1}, Message: "6"},
		{Pos: Pos{"a", 10, 1}, Message: "4"},
		{Pos: Pos{"a", 2, 3}, Message: "2"},
		{Pos: Pos{"a", 2, 3}, Message: "3"},
		{Pos: Pos{"a", 10, 2}, Message: "5"},
		{Pos: Pos{"a", 0, 0}, Message: "1"},
	}
	Sort(fs)
	var got strings.Builder
	for _, f := range fs {
		got.WriteString(f.Message)
	}
	if got.String() != "123456" {
		t.Errorf("order %s", got.String())
	}
}

func TestNearest(t *testing.T) {
	attrs := []string{"cell", "output", "check", "sketch", "env", "engine", "hide", "fold", "timeout"}
	tests := []struct {
		word       string
		candidates []string
		want       string
	}{
		{"tiemout", attrs, "timeout"}, // a swap
		{"celll", attrs, "cell"},
		{"cel", attrs, "cell"},
		{"ouput", attrs, "output"},
		{"hode", attrs, "hide"},
		{"Cell", attrs, "cell"},
		{"ENGINE", attrs, "engine"},
		{"enviroment", attrs, ""},
		{"x", attrs, ""},
		{"", attrs, ""},
		{"cell", []string{"cell"}, ""}, // it is no misspelling
		{"bar", []string{"car", "baz"}, "car"},
		{"bar", []string{"cars", "baz"}, "baz"},
		{"ab", []string{"xy"}, ""},
		{"größe", []string{"grobe", "grösse"}, "grösse"}, // two edits of five letters, of six
		{"cell", nil, ""},
		{strings.Repeat("x", 1<<20), attrs, ""},
	}
	for _, test := range tests {
		if got := Nearest(test.word, test.candidates); got != test.want {
			name := test.word
			if len(name) > 20 {
				name = name[:20] + "…"
			}
			t.Errorf("Nearest(%q) = %q, want %q", name, got, test.want)
		}
	}
}
