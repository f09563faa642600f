package gotool

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// someNames are the longest first, as pathNames has them.
var someNames = []pathName{
	{"/tmp/rtbook-1234/cells", ".", true},
	{"../../usr/local/go", "$GOROOT", false},
	{"/tmp/rtbook-1234", "..", true},
	{"/usr/local/go", "$GOROOT", false},
	{"/usr/local", "$LOCAL", false},
}

func rename(pieces ...string) string {
	var b strings.Builder
	r := &renamer{names: someNames, to: func(text []byte) { b.Write(text) }}
	for _, p := range pieces {
		r.write([]byte(p))
	}
	r.flush()
	return b.String()
}

func TestRenamer(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"plain\n", "plain\n"},
		{"/tmp/rtbook-1234/cells", "."},
		{"in /tmp/rtbook-1234/cells.\n", "in ..\n"},
		{"/tmp/rtbook-1234/cells/main.go:3:5: x", "./main.go:3:5: x"},
		{"-I/tmp/rtbook-1234/cellsx", "-I.x"},
		{"/tmp/rtbook-1234/cell", "../cell"},
		{"/tmp/rtbook-123", "/tmp/rtbook-123"},
		{"/tmp/rtbook-/tmp/rtbook-1234/cells", "/tmp/rtbook-."},
		{"/usr/local/go", "$GOROOT"},
		{"/usr/local/go/src/fmt\n", "$GOROOT/src/fmt\n"},
		{"=/usr/local/go:/usr/local/go\n", "=$GOROOT:$GOROOT\n"},
		{"/usr/local/gopher", "$LOCAL/gopher"},
		{"/usr/local/go-1.26", "$LOCAL/go-1.26"},
		{"/usr/localé", "/usr/localé"},
		{"../../usr/local/go/src", "$GOROOT/src"},
		{"../../../usr/local/go/src", "../../..$GOROOT/src"},
		{"a../../usr/local/go/src", "a../..$GOROOT/src"},
		{"/usr/loca", "/usr/loca"},
		{"//usr/local/go", "/$GOROOT"},
	}
	for _, tt := range tests {
		if got := rename(tt.text); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.text, got, tt.want)
		}
		if got := rename(strings.Split(tt.text, "")...); got != tt.want {
			t.Errorf("%q byte by byte becomes %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestRenamerKeepsLittle wants what cannot be part of a path to be passed on
// at once.
func TestRenamerKeepsLittle(t *testing.T) {
	var got string
	r := &renamer{names: someNames, to: func(text []byte) { got += string(text) }}
	r.write([]byte("at once\n/us"))
	if got != "at once\n" {
		t.Errorf("passed on %q", got)
	}
	r.write([]byte("e\n"))
	if got != "at once\n/use\n" {
		t.Errorf("passed on %q", got)
	}
}

func TestRenamerPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := []string{"/", ".", "../", "x", " ", "go", "/usr/local", "/usr/local/go", "/tmp/rtbook-1234", "/cells", "/tmp/rtbook-", "\n", "é"}
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "words"), "")
		want := rename(text)
		var pieces []string
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		if got := rename(pieces...); got != want {
			t.Fatalf("%q in pieces becomes %q, whole %q", pieces, got, want)
		}
		if strings.Contains(want, "/tmp/rtbook-1234") {
			t.Fatalf("%q becomes %q", text, want)
		}
	})
}
