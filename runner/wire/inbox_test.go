package wire

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// inboxOf returns what an inbox makes of a stream, written in pieces of size.
func inboxOf(cells, size int, stream string) *Inbox {
	in := NewInbox(cells)
	for len(stream) > 0 {
		n := min(size, len(stream))
		piece := []byte(stream[:n])
		in.Write(piece)
		clear(piece) // what the inbox keeps must be its own
		stream = stream[n:]
	}
	in.Close()
	return in
}

func describe(in *Inbox) string {
	var b strings.Builder
	for _, s := range in.Shown {
		fmt.Fprintf(&b, "%d %s %q %s %q\n", s.Cell, s.Kind, s.Text, s.Data, s.Fault)
	}
	return b.String()
}

func TestInboxDisplays(t *testing.T) {
	const g = "\x1d"
	table := g + `{"kind":"table","text":"T\n","data":{"rows":[]}}` + "\n"
	tests := []struct{ name, stream, want string }{
		{"nothing", "", ""},
		{"before the first mark", table, "0 table \"T\\n\" {\"rows\":[]} \"\"\n"},
		{"marks", g + "{\"cell\":0}\n" + table + g + "{\"cell\":1}\n" + table + g + "{\"cell\":2}\n" + table,
			"0 table \"T\\n\" {\"rows\":[]} \"\"\n1 table \"T\\n\" {\"rows\":[]} \"\"\n1 table \"T\\n\" {\"rows\":[]} \"\"\n"},
		{"a fault", g + `{"kind":"ruler","text":"x","fault":"it has no title"}` + "\n", "0 ruler \"x\"  \"it has no title\"\n"},
		{"a fault with data", g + `{"kind":"ruler","text":"x","fault":"no","data":{}}` + "\n", "0 ruler \"x\"  \"no\"\n"},
		{"forged marks", g + "{\"cell\":0}\n" + g + "{\"cell\":5}\n" + g + "{\"cell\":-1}\n" + table, "0 table \"T\\n\" {\"rows\":[]} \"\"\n"},
		{"broken", g + "{\"kind\":\"tab\n" + table, "0  \"\"  \"it did not arrive whole\"\n0 table \"T\\n\" {\"rows\":[]} \"\"\n"},
		{"cut off", table[:20], "0  \"\"  \"it did not arrive whole\"\n"},
		{"of no kind", g + "{}\n", "0  \"\"  \"it did not arrive whole\"\n"},
		{"two in one line", table[:len(table)-1] + table, "0  \"\"  \"it did not arrive whole\"\n"},
		{"among others", "\x1e{\"cell\":1}\npanic: boom\n" + table + "goroutine 1\n", "0 table \"T\\n\" {\"rows\":[]} \"\"\n"},
	}
	for _, tt := range tests {
		for _, size := range []int{1, 3, 1 << 20} {
			if got := describe(inboxOf(2, size, tt.stream)); got != tt.want {
				t.Errorf("%s, in pieces of %d: %s\nwant %s", tt.name, size, got, tt.want)
			}
		}
	}
	in := inboxOf(2, 7, tests[len(tests)-1].stream)
	if string(in.Crash) != "panic: boom\ngoroutine 1\n" || len(in.Reports) != 1 || in.Reports[0].Cell != 1 {
		t.Errorf("besides: crash %q, reports %+v", in.Crash, in.Reports)
	}
}

// TestInboxBounds floods an inbox in several ways.
func TestInboxBounds(t *testing.T) {
	frame := func(n int) string { return "\x1d{\"kind\":\"table\",\"data\":\"" + strings.Repeat("x", n) + "\"}\n" }
	small := frame(10)
	tests := []struct {
		name  string
		line  string
		times int
		full  bool
	}{
		{"as much as may be", frame(MaxFrame - 1000), 3, false},
		{"too many bytes", frame(MaxFrame - 1000), 4, true},
		{"too many displays", small, MaxShown/(len(small)-1+shownCost) + 1, true},
		{"one too few", small, MaxShown / (len(small) - 1 + shownCost), false},
		{"too long a line", frame(MaxFrame), 1, true},
		{"no end of a line", strings.Repeat("x", 1<<20), 40, true},
		{"crash reports", strings.Repeat("x", 1<<10) + "\n", 40 << 10, false},
	}
	for _, tt := range tests {
		in := NewInbox(1)
		for range tt.times {
			in.Write([]byte(tt.line))
		}
		in.Close()
		kept := len(in.Crash)
		for _, s := range in.Shown {
			kept += len(s.Data) + shownCost
		}
		if in.Full != tt.full || kept > MaxShown || len(in.Crash) > maxNotes {
			t.Errorf("%s: full %v, want %v; %d bytes kept, %d of a crash report", tt.name, in.Full, tt.full, kept, len(in.Crash))
		}
	}
}

// TestMarkBoth wants a mark in both streams, and none of another's making.
func TestMarkBoth(t *testing.T) {
	out, outW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	rep, repW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := &Child{Reports: repW, out: []*os.File{outW}, nonce: "abc"}
	c.Mark(1)
	outW.Close()
	repW.Close()
	var b, r bytes.Buffer
	b.ReadFrom(out)
	r.ReadFrom(rep)
	if b.String() != "\x00rtbook abc 1\x00" || r.String() != "\x1d{\"cell\":1}\n" {
		t.Errorf("marked %q and %q", b.String(), r.String())
	}
}

func FuzzInbox(f *testing.F) {
	f.Add("\x1d{\"cell\":1}\n\x1d{\"kind\":\"table\",\"data\":[]}\n", 3)
	f.Add("\x1e{\"cell\":1}\npanic: x\n", 1)
	f.Fuzz(func(t *testing.T, stream string, size int) {
		if size < 1 {
			t.Skip()
		}
		a, b := inboxOf(3, size, stream), inboxOf(3, len(stream)+1, stream)
		if describe(a) != describe(b) || !bytes.Equal(a.Crash, b.Crash) || fmt.Sprint(a.Reports) != fmt.Sprint(b.Reports) {
			t.Errorf("in pieces of %d %q is another stream", size, stream)
		}
	})
}
