package book

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseInfo(t *testing.T) {
	type want struct {
		lang  string
		attrs []attr
		at    int // of the error, -1 if there is none
	}
	tests := []struct {
		info string
		want want
	}{
		{"", want{"", nil, -1}},
		{"go", want{"go", nil, -1}},
		{"c++", want{"c++", nil, -1}},
		{"go {}", want{"go", nil, -1}},
		{"go {cell}", want{"go", []attr{{name: "cell", at: 4}}, -1}},
		{"go\t{ cell\t}", want{"go", []attr{{name: "cell", at: 5}}, -1}},
		{"{cell}", want{"", []attr{{name: "cell", at: 1}}, -1}},
		{"go {a=b c}", want{"go", []attr{{"a", "b", true, 4, 6}, {name: "c", at: 8}}, -1}},
		{`go {a="b c"}`, want{"go", []attr{{"a", "b c", true, 4, 7}}, -1}},
		{`go {a="\"\\\n"}`, want{"go", []attr{{"a", `"\\n`, true, 4, 7}}, -1}},
		{`go {a=""}`, want{"go", []attr{{"a", "", true, 4, 7}}, -1}},
		{"go {a=b=c}", want{"go", []attr{{"a", "b=c", true, 4, 6}}, -1}},
		{"go {a=/x|y/}", want{"go", []attr{{"a", "/x|y/", true, 4, 6}}, -1}},

		{"go{a}", want{"go", []attr{{name: "a", at: 3}}, 2}},
		{"go a", want{"go", nil, 3}},
		{"go {", want{"go", nil, 3}},
		{"go {a", want{"go", []attr{{name: "a", at: 4}}, 3}},
		{"go {a}b", want{"go", []attr{{name: "a", at: 4}}, 6}},
		{"go {a} {b}", want{"go", []attr{{name: "a", at: 4}}, 7}},
		{"go {=b}", want{"go", nil, 4}},
		{"go {a=}", want{"go", nil, 4}},
		{`go {a="b}`, want{"go", nil, 6}},
		{`go {a="b\"}`, want{"go", nil, 6}},
		{`go {a="b"c}`, want{"go", nil, 9}},
		{"go {a=b{c}", want{"go", nil, 7}},
		{"go {q=x a=/b c/,/d e/}", want{"go", []attr{{"q", "x", true, 4, 6}}, 12}},
		{"go {a=/b c d/}", want{"go", []attr{}, 8}},
		{`go {a=/b/,/\}/}`, want{"go", []attr{}, 12}},
		{`go {a=/b "c"/}`, want{"go", []attr{}, 8}},
		{`go {a=/b\//c/}`, want{"go", []attr{{"a", `/b\//c/`, true, 4, 6}}, -1}},
		{`go {a=/b\// c/}`, want{"go", []attr{{"a", `/b\//`, true, 4, 6}}, 13}},
		{`go {a="/b" c/}`, want{"go", []attr{{"a", "/b", true, 4, 7}}, 12}},
		{"go {" + strings.Repeat("a ", maxAttrs+1) + "}", want{"", nil, 4 + 2*maxAttrs}},
	}
	for _, test := range tests {
		in, err := parseInfo(test.info)
		at := -1
		if err != nil {
			at = err.at
		}
		if at != test.want.at {
			t.Errorf("%q: error %+v, want one at %d", test.info, err, test.want.at)
		}
		if len(test.info) > 60 {
			continue // only its error counts
		}
		if in.lang != test.want.lang {
			t.Errorf("%q: language %q, want %q", test.info, in.lang, test.want.lang)
		}
		if diff := cmp.Diff(test.want.attrs, in.attrs, cmp.AllowUnexported(attr{})); diff != "" {
			t.Errorf("%q: -want +got\n%s", test.info, diff)
		}
	}
}

func TestEncodeOutput(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"a", "a\n"},
		{"a\n", "a\n"},
		{"\n", "\n"},
		{"a\tb\n\n", "a\tb\n\n"},
		{"a\r\nb", "a\\x0d\nb\n"},
		{"\x1b[31mred\x00\x7f", "\\x1b[31mred\\x00\\x7f\n"},
		{"\u0085\u009b", "\\xc2\\x85\\xc2\\x9b\n"},
		{"\xff\xc3", "\\xff\\xc3\n"},
		{"世界 \ufffd\u00a0", "世界 \ufffd\u00a0\n"},
	}
	for _, test := range tests {
		got := EncodeOutput(test.in)
		if got != test.want {
			t.Errorf("EncodeOutput(%q) = %q, want %q", test.in, got, test.want)
		}
		if again := EncodeOutput(got); again != got {
			t.Errorf("EncodeOutput(%q) = %q: not what it was", got, again)
		}
	}
}
