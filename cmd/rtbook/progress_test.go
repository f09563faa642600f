package main

import (
	"errors"
	"strings"
	"testing"
)

func TestProgressLeavesNothingBehind(t *testing.T) {
	var b strings.Builder
	show := progress(&b)
	show(1, 3)
	show(2, 3)
	show(0, 0) // the run ended early
	line := b.String()
	if !strings.Contains(line, "1 of 3") || !strings.Contains(line, "2 of 3") {
		t.Errorf("showed %q", line)
	}
	if last := line[strings.LastIndex(line, "\r"):]; last != "\r\x1b[K" {
		t.Errorf("what is left on the line is %q", last)
	}
}

func TestWriterRemembersItsFirstError(t *testing.T) {
	first := errors.New("first")
	w := &writer{w: failing{first}}
	if _, err := w.Write([]byte("x")); err != first {
		t.Errorf("error %v", err)
	}
	w.w = &strings.Builder{}
	if _, err := w.Write([]byte("x")); err != nil {
		t.Errorf("error %v", err)
	}
	if w.err != first {
		t.Errorf("remembers %v", w.err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
