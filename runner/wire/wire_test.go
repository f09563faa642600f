package wire

import (
	"bytes"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// splitter records what a Decoder says.
type splitter struct {
	texts []string // the text before the first marker, then that after each
	marks []int
}

func (s *splitter) mark(cell int) { s.marks = append(s.marks, cell); s.texts = append(s.texts, "") }
func (s *splitter) text(b []byte) { s.texts[len(s.texts)-1] += string(b) }

// split decodes stream in pieces of at most max bytes, as rng has them.
func split(stream []byte, nonce string, max int, rng *rand.Rand) *splitter {
	s := &splitter{texts: []string{""}}
	d := NewDecoder(nonce, s.mark, s.text)
	for len(stream) > 0 {
		n := min(len(stream), 1+rng.IntN(max))
		piece := bytes.Clone(stream[:n])
		d.Write(piece)
		clear(piece) // what the decoder keeps must be its own
		stream = stream[n:]
	}
	d.Flush()
	return s
}

func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func TestDecoder(t *testing.T) {
	const nonce = "00ff"
	mark := func(n string) string { return "\x00rtbook " + nonce + " " + n + "\x00" }
	tests := []struct {
		name, stream string
		texts        []string
		marks        []int
	}{
		{"nothing", "", []string{""}, nil},
		{"text only", "one\ntwo", []string{"one\ntwo"}, nil},
		{"markers", "a" + mark("0") + "b\n" + mark("1") + mark("2"), []string{"a", "b\n", "", ""}, []int{0, 1, 2}},
		{"partial lines", mark("0") + "no newline" + mark("1") + "\n", []string{"", "no newline", "\n"}, []int{0, 1}},
		{"digits after", mark("1") + "23", []string{"", "23"}, []int{1}},
		{"another nonce", "\x00rtbook 00fe 0\x00", []string{"\x00rtbook 00fe 0\x00"}, nil},
		{"no number", mark(""), []string{mark("")}, nil},
		{"no digit", mark("1x"), []string{mark("1x")}, nil},
		{"negative", mark("-1"), []string{mark("-1")}, nil},
		{"too large", mark("1234567890"), []string{mark("1234567890")}, nil},
		{"cut off", mark("12")[:12], []string{mark("12")[:12]}, nil},
		{"cut off in the number", "a\x00rtbook 00ff 12", []string{"a\x00rtbook 00ff 12"}, nil},
		{"begun twice", "\x00rtb" + mark("5") + "x", []string{"\x00rtb", "x"}, []int{5}},
		{"NULs", "\x00\x00\x00" + mark("0") + "\x00", []string{"\x00\x00\x00", "\x00"}, []int{0}},
	}
	rng := newRand(t)
	for _, tt := range tests {
		for size := 1; size <= 40; size++ {
			got := split([]byte(tt.stream), nonce, size, rng)
			if fmt.Sprintf("%q", got.texts) != fmt.Sprintf("%q", tt.texts) || fmt.Sprint(got.marks) != fmt.Sprint(tt.marks) {
				t.Errorf("%s: in pieces of up to %d bytes: %q %v, want %q %v", tt.name, size, got.texts, got.marks, tt.texts, tt.marks)
				break
			}
		}
	}
}

// TestDecoderStreams wants text as soon as it cannot be a marker.
func TestDecoderStreams(t *testing.T) {
	s := &splitter{texts: []string{""}}
	d := NewDecoder("00ff", s.mark, s.text)
	for _, step := range []struct{ write, seen string }{
		{"a\x00rt", "a"},
		{"book 00ff 7", "a"},
		{"x", "a\x00rtbook 00ff 7x"},
		{"\x00", "a\x00rtbook 00ff 7x"},
		{"y", "a\x00rtbook 00ff 7x\x00y"},
	} {
		d.Write([]byte(step.write))
		if s.texts[0] != step.seen {
			t.Errorf("after %q: %q, want %q", step.write, s.texts[0], step.seen)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add("text", "more\n", "", uint64(1), 3)
	f.Add("\x00rtbook ", "\x00", "\x00rtbook 1 2\x00", uint64(2), 1)
	f.Add("\x00rtbook 5eed 1", "2\x00", "5eed", uint64(3), 7)
	f.Fuzz(func(t *testing.T, a, b, c string, seed uint64, max int) {
		const nonce = "5eed0123456789ab"
		if max < 1 || strings.Contains(a+"|"+b+"|"+c, nonce) {
			t.Skip()
		}
		var stream bytes.Buffer
		stream.WriteString(a)
		for i, text := range []string{b, c} {
			if err := Mark(&stream, nonce, i); err != nil {
				t.Fatal(err)
			}
			stream.WriteString(text)
		}
		got := split(stream.Bytes(), nonce, max, rand.New(rand.NewPCG(seed, 0)))
		if want := fmt.Sprintf("%q", []string{a, b, c}); fmt.Sprintf("%q", got.texts) != want {
			t.Errorf("decoded %q, want %s", got.texts, want)
		}
		if fmt.Sprint(got.marks) != "[0 1]" {
			t.Errorf("decoded markers %v", got.marks)
		}
	})
}

// countingWriter counts its writes.
type countingWriter struct {
	bytes.Buffer
	writes int
}

func (w *countingWriter) Write(p []byte) (int, error) { w.writes++; return w.Buffer.Write(p) }

func TestMark(t *testing.T) {
	var w countingWriter
	if err := Mark(&w, "abc", 12); err != nil || w.String() != "\x00rtbook abc 12\x00" || w.writes != 1 {
		t.Errorf("Mark wrote %q in %d writes, %v", w.String(), w.writes, err)
	}
	for _, tt := range []struct {
		nonce string
		cell  int
	}{{"", 0}, {"a\x00b", 0}, {"abc", -1}, {strings.Repeat("n", 512), 0}} {
		w = countingWriter{}
		if err := Mark(&w, tt.nonce, tt.cell); err == nil || w.writes != 0 {
			t.Errorf("Mark(%q, %d) wrote %d bytes, want an error", tt.nonce, tt.cell, w.Len())
		}
	}
	if err := Mark(failing{}, "abc", 0); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Mark on a closed file: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestReports(t *testing.T) {
	want := []Report{
		{Cell: 1, Status: "refused", Message: "two\nlines \x1e", Hint: "h", Offset: 3, Line: 2, Col: 1},
		{Cell: 2, Offset: -1},
	}
	var w countingWriter
	for _, r := range want {
		if err := WriteReport(&w, r); err != nil {
			t.Fatal(err)
		}
	}
	if w.writes != len(want) {
		t.Errorf("%d reports in %d writes", len(want), w.writes)
	}
	crash := "panic: {\"cell\":1}\n\ngoroutine 1 [running]:\nmain.main()\n"
	all := strings.SplitAfterN(w.String(), "\n", 2)
	in := NewInbox(1)
	in.Write([]byte(all[0] + crash + "\x1enot JSON\n" + all[1]))
	in.Close()
	got, rest := in.Reports, in.Crash
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("reports %+v, want %+v", got, want)
	}
	if string(rest) != crash {
		t.Errorf("the rest is %q, want %q", rest, crash)
	}
}

// TestAttach has a program that is run by hand: it must run as it is.
func TestAttach(t *testing.T) {
	t.Setenv(NonceEnv, "")
	t.Setenv(ReportsEnv, "")
	c, err := Attach()
	if err != nil || c.Reports != nil {
		t.Fatalf("Attach without a runner = %+v, %v", c, err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = []*os.File{w}
	c.Mark(0)
	w.Close()
	var b bytes.Buffer
	if n, err := b.ReadFrom(r); n != 0 || err != nil {
		t.Errorf("Mark without a runner wrote %q, %v", b.String(), err)
	}
	if _, ok := os.LookupEnv(NonceEnv); ok {
		t.Errorf("Attach left %s in the environment", NonceEnv)
	}
}

// TestSources has the program's end of the wire: it must not need the rest.
func TestSources(t *testing.T) {
	want := []string{"child.go", "exec_other.go", "exec_unix.go", "mark.go"}
	sources := Sources()
	if got := slices.Sorted(maps.Keys(sources)); !slices.Equal(got, want) {
		t.Errorf("the files are %q, want %q", got, want)
	}
	fset := token.NewFileSet()
	for name, text := range sources {
		f, err := parser.ParseFile(fset, name, text, parser.ImportsOnly)
		if err != nil || f.Name.Name != "wire" {
			t.Errorf("%s: package %v, %v", name, f.Name, err)
			continue
		}
		for _, imp := range f.Imports {
			if !slices.Contains([]string{`"fmt"`, `"io"`, `"os"`, `"runtime/debug"`, `"strconv"`, `"strings"`, `"syscall"`}, imp.Path.Value) {
				t.Errorf("%s brings %s into every program", name, imp.Path.Value)
			}
		}
	}
}
