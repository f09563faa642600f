//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterruptTypeChecker interrupts a check that is in go/types for good,
// which takes four times as long for each further of these types.
func TestInterruptTypeChecker(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	var b strings.Builder
	b.WriteString("# Bomb\n\n```go {cell}\ntype T0 struct{}\n")
	for i := range 60 {
		fmt.Fprintf(&b, "type T%d struct{ a, b, c, d T%d }\n", i+1, i)
	}
	b.WriteString("println(T60{})\n```\n")
	s.put(map[string]string{"book.yaml": "title: Bomb\n", "01-bomb.md": b.String()})
	c := s.command("check")
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // what is interrupted earlier ends as well, but shows less
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	giveUp := time.AfterFunc(time.Minute, func() { c.Process.Signal(syscall.SIGKILL) })
	defer giveUp.Stop()
	c.Wait()
	if want := "rtbook: " + interrupted + "\n"; c.ProcessState.ExitCode() != 3 || out.String() != want {
		t.Errorf("%v, %q", c.ProcessState, out.String())
	}
}
