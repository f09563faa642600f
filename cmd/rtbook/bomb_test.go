//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// newBomb returns a book whose check is in go/types for good, which takes four
// times as long for each further of its types.
func newBomb(t *testing.T) *stand {
	t.Helper()
	s := newStand(t)
	var b strings.Builder
	b.WriteString("# Bomb\n\n```go {cell}\ntype T0 struct{}\n")
	for i := range 60 {
		fmt.Fprintf(&b, "type T%d struct{ a, b, c, d T%d }\n", i+1, i)
	}
	b.WriteString("println(T60{})\n```\n")
	s.put(map[string]string{"book.yaml": "title: Bomb\n", "01-bomb.md": b.String()})
	return s
}

// bomb is a check that is under way and does not end by itself.
type bomb struct {
	t     *testing.T
	cmd   *exec.Cmd
	out   strings.Builder
	ended chan struct{}
}

// light starts a check. It is killed in the end of the test, if not before.
func (s *stand) light() *bomb {
	s.t.Helper()
	b := &bomb{t: s.t, cmd: s.command("check"), ended: make(chan struct{})}
	b.cmd.Stdout, b.cmd.Stderr = &b.out, &b.out
	if err := b.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	giveUp := time.AfterFunc(time.Minute, func() { b.cmd.Process.Kill() })
	go func() {
		defer close(b.ended)
		defer giveUp.Stop()
		b.cmd.Wait()
	}()
	s.t.Cleanup(func() {
		b.cmd.Process.Kill()
		<-b.ended
	})
	return b
}

// interrupt does what Ctrl-C does. A check that has ended does not mind.
func (b *bomb) interrupt() {
	b.t.Helper()
	if err := b.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		b.t.Fatal(err)
	}
}

// wait waits until the check has ended, and looks at what it says.
func (b *bomb) wait() {
	b.t.Helper()
	<-b.ended
	if want := "rtbook: " + interrupted + "\n"; b.cmd.ProcessState.ExitCode() != 3 || b.out.String() != want {
		b.t.Errorf("%v, %q", b.cmd.ProcessState, b.out.String())
	}
}

func (b *bomb) hasEnded() bool {
	select {
	case <-b.ended:
		return true
	default:
		return false
	}
}

// TestInterruptTypeChecker interrupts a check that is in go/types.
func TestInterruptTypeChecker(t *testing.T) {
	t.Parallel()
	b := newBomb(t).light()
	time.Sleep(time.Second) // what is interrupted earlier ends as well, but shows less
	b.interrupt()
	b.wait()
}

// TestInterruptAgain interrupts two such checks twice. The one whose second
// interrupt follows at once, as if one Ctrl-C had come on two ways, goes on until
// its patience is over. The other, whose second interrupt is a person's, ends
// before that, although it was interrupted later.
func TestInterruptAgain(t *testing.T) {
	t.Parallel()
	s := newBomb(t)
	for start := time.Second; ; start *= 2 {
		patient, hasty := s.light(), s.light()
		time.Sleep(start)
		patient.interrupt()
		time.Sleep(repeat / 5)
		patient.interrupt()
		hasty.interrupt()
		time.Sleep(2 * repeat)
		early := hasty.hasEnded() || patient.hasEnded() // not in go/types yet, or none too patient
		hasty.interrupt()
		hasty.wait()
		before := !patient.hasEnded()
		patient.wait()
		switch {
		case !early && !before:
			t.Fatal("the second interrupt did not end a check before its patience did")
		case !early:
			return
		case start > 2*time.Second:
			t.Fatal("the first interrupt, or a second that followed at once, ended a check")
		}
	}
}
