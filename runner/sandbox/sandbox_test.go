//go:build unix

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rtbook/runner"
)

const chapter = "runner/sandbox/child_test.go" // what the children's stacks name

// result is what Run made of a child.
type result struct {
	outputs []string // by cell, uncut
	shown   []string // "cell kind bytes"
	began   []int
	end     runner.Event
}

// output returns what the last cell printed, without its crash report.
func (r result) output(cell int) string {
	if cell == r.end.Cell {
		return r.outputs[cell][:len(r.outputs[cell])-r.end.Cut]
	}
	return r.outputs[cell]
}

// needs skips a test that is about a mechanism which this machine does not have.
func needs(t *testing.T, names ...string) {
	t.Helper()
	for _, c := range Capabilities() {
		if c.Lack != "" && slices.Contains(names, c.Name) {
			t.Skipf("this machine does not limit %s: %s", c.Name, c.Lack)
		}
	}
	if raceDetector && slices.Contains(names, memoryLimit) {
		t.Skip("the race detector maps more memory than any limit")
	}
}

func testProgram(cells int) *runner.Program {
	p := &runner.Program{Chapter: chapter}
	for i := range cells {
		p.Cells = append(p.Cells, runner.Unit{
			Pos: runner.Pos{File: chapter, Line: 1000 + i, Col: 1}, Timeout: 20 * time.Second, Limit: outputLimit,
		})
	}
	return p
}

func child(t *testing.T, name string) Child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Child{Path: self, Args: []string{"child", name}}
}

func run(t *testing.T, c Child, p *runner.Program, diagnose Diagnose) result {
	t.Helper()
	r := result{outputs: make([]string, len(p.Cells))}
	err := Run(t.Context(), c, p, diagnose, func(ev runner.Event) {
		if r.end.Kind != "" {
			t.Errorf("event %+v after the end", ev)
		}
		switch ev.Kind {
		case runner.Began:
			r.began = append(r.began, ev.Cell)
		case runner.Printed:
			r.outputs[ev.Cell] += string(ev.Text)
		case runner.Showed:
			r.shown = append(r.shown, fmt.Sprint(ev.Cell, " ", ev.Display.Kind, " ", len(ev.Display.Data)))
		case runner.Ended:
			r.end = ev
		}
	})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if r.end.Kind != runner.Ended {
		t.Fatal("no Ended event")
	}
	return r
}

func TestRun(t *testing.T) {
	full := strings.Repeat("x", outputLimit)
	tests := []struct {
		child   string
		outputs []string
		cell    int
		status  runner.Status
		message string
	}{
		{"fine", []string{"one\npart", "ial\x00\xff\x00rtbook \n"}, 1, runner.Done, ""},
		{"last line", []string{"1\n", ""}, 1, runner.Done, ""},
		{"both streams", []string{"123"}, 0, runner.Done, ""},
		{"printed before the first marker", []string{"early late"}, 0, runner.Done, ""},
		{"forged markers", []string{"a\x00rtbook 0123456789abcdef 1\x00b"}, 0, runner.Done, ""},
		{"exactly", []string{full, "end"}, 1, runner.Done, ""},
		{"one too many", []string{full, ""}, 0, runner.Flooded, "printed more than 1000 bytes"},
		{"flood, then panic", []string{full}, 0, runner.Flooded, "printed more than 1000 bytes"},
		{"full, then panic", []string{full}, 0, runner.Panicked, "panic: boom"},
		{"exit 0", []string{"1\n", ""}, 1, runner.Exited, "the program ended here (exit status 0)"},
		{"exit 7", []string{"", ""}, 0, runner.Exited, "the program ended here (exit status 7)"},
		{"closed output", []string{"1\n", "2\n", ""}, 2, runner.Done, ""},
		{"closed outputs", []string{"1\n"}, 0, runner.Closed, "the cell closed its standard output and error"},
		{"killed", []string{""}, 0, runner.Killed, "the program was ended here by a signal: killed"},
		{"quits", []string{"part"}, 0, runner.Panicked, "SIGQUIT: quit"},
		{"faults", []string{""}, 0, runner.Panicked, "SIGSEGV: segmentation violation"},
		{"panic", []string{"1\n", "part"}, 1, runner.Panicked, "panic: boom"},
		{"panic in lines", []string{""}, 0, runner.Panicked, "panic: two"},
		{"raised again", []string{""}, 0, runner.Panicked, "panic: same"},
		{"raised another", []string{""}, 0, runner.Panicked, "panic: second"},
		{"nil pointer", []string{""}, 0, runner.Panicked, "panic: runtime error: invalid memory address or nil pointer dereference"},
		{"deadlock", []string{"part"}, 0, runner.Panicked, "fatal error: all goroutines are asleep - deadlock!"},
		{"many deadlocked", []string{"all\n"}, 0, runner.Panicked, "fatal error: all goroutines are asleep - deadlock!"},
		{"stack overflow", []string{"1\n"}, 0, runner.Panicked, "fatal error: stack overflow"},
		{"crash before the first marker", []string{""}, 0, runner.Panicked, "panic: early"},
		{"crash after the last marker", []string{""}, 0, runner.Panicked, "panic: late"},
		{
			"a crash that is none", []string{"panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\tnotes/01.md:3 +0x1d\n"},
			0, runner.Exited, "the program ended here (exit status 2)",
		},
	}
	for _, tt := range tests {
		t.Run(tt.child, func(t *testing.T) {
			t.Parallel()
			needsDeadlocks(t, tt.message)
			r := run(t, child(t, tt.child), testProgram(len(tt.outputs)), nil)
			for i, want := range tt.outputs {
				if got := r.output(i); got != want {
					t.Errorf("cell %d printed %q, want %q", i, got, want)
				}
			}
			if r.end.Cell != tt.cell || r.end.Status != tt.status || r.end.Message != tt.message {
				t.Errorf("ended in cell %d with %s %q, want in cell %d with %s %q",
					r.end.Cell, r.end.Status, r.end.Message, tt.cell, tt.status, tt.message)
			}
			if r.end.Pos.File != chapter && tt.status != runner.Done {
				t.Errorf("ended at %v", r.end.Pos)
			}
			for i, cell := range r.began {
				if cell != i {
					t.Errorf("cells began in the order %v", r.began)
				}
			}
		})
	}
}

// TestDisplays has what a program shows arrive with the cell that shows it, and
// a program end that shows too much.
func TestDisplays(t *testing.T) {
	large := slices.Repeat([]string{"0 large 102402"}, 20)
	tests := []struct {
		child   string
		cells   int
		shown   []string // nil: that does not matter
		cell    int
		status  runner.Status
		message string
	}{
		{"fine", 2, []string{}, 1, runner.Done, ""},
		{"shows", 3, []string{"0 one 12", "2 two 12", "2 three 12"}, 2, runner.Done, ""},
		{"shows, then panics", 3, []string{"0 one 12", "1 two 12"}, 1, runner.Panicked, "panic: boom"},
		{"shows too much", 2, nil, 1, runner.Flooded, "showed more than 32 MiB of displays"},
		{"shows too much, then ends", 2, nil, 0, runner.Flooded, "showed more than 32 MiB of displays"},
		{"shows while others print", 1, large, 0, runner.Done, ""},
	}
	for _, tt := range tests {
		t.Run(tt.child, func(t *testing.T) {
			t.Parallel()
			r := run(t, child(t, tt.child), testProgram(tt.cells), nil)
			if tt.shown != nil && !slices.Equal(r.shown, tt.shown) {
				t.Errorf("showed %q, want %q", r.shown, tt.shown)
			}
			if r.end.Cell != tt.cell || r.end.Status != tt.status || r.end.Message != tt.message {
				t.Errorf("ended in cell %d with %s %q, want in cell %d with %s %q",
					r.end.Cell, r.end.Status, r.end.Message, tt.cell, tt.status, tt.message)
			}
			if r.end.Pos.Line != 1000+tt.cell && tt.status == runner.Flooded {
				t.Errorf("ended at %v", r.end.Pos)
			}
		})
	}
}

// needsDeadlocks skips what is about a deadlock under the race detector, whose
// threads keep the runtime from seeing one.
func needsDeadlocks(t *testing.T, about string) {
	if raceDetector && strings.Contains(about, "deadlock") {
		t.Skip("the race detector hides deadlocks")
	}
}

// TestPlace has a stack whose frames name the chapter: the innermost counts.
func TestPlace(t *testing.T) {
	text, err := os.ReadFile("child_test.go")
	if err != nil {
		t.Fatal(err)
	}
	line := func(marker string) int {
		before, _, ok := strings.Cut(string(text), marker)
		if !ok {
			t.Fatalf("no %q in child_test.go", marker)
		}
		return strings.Count(before, "\n") + 1
	}
	tests := []struct {
		child string
		line  int
	}{
		{"raised another", line("panic(second)")},
		{"nil pointer", line("p.Run()")},
		{"panic", line(`panic("boom") }},` + "\n\t\"panic in lines\"")},
		{"deadlock", line("<-(chan int)(nil)")},
		{"stack overflow", line("func recurse(")},
	}
	for _, tt := range tests {
		t.Run(tt.child, func(t *testing.T) {
			t.Parallel()
			needsDeadlocks(t, tt.child)
			got := run(t, child(t, tt.child), testProgram(2), nil).end.Pos
			if want := (runner.Pos{File: chapter, Line: tt.line, Col: 1}); got != want {
				t.Errorf("ended at %v, want %v", got, want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	const short = 200 * time.Millisecond
	t.Run("hang", func(t *testing.T) {
		for _, name := range []string{"hang", "spin"} {
			p := testProgram(2)
			p.Cells[1].Timeout = short
			r := run(t, child(t, name), p, nil)
			want := runner.Event{
				Kind: runner.Ended, Cell: 1, Status: runner.TimedOut, Message: "did not end within 200ms",
				Hint: r.end.Hint, Pos: p.Cells[1].Pos,
			}
			if fmt.Sprint(r.end) != fmt.Sprint(want) || r.outputs[0] != "1\n" {
				t.Errorf("%s: ended with %+v, want %+v", name, r.end, want)
			}
		}
	})
	t.Run("no marker", func(t *testing.T) {
		c := child(t, "no marker")
		c.StartLimit = short
		if end := run(t, c, testProgram(1), nil).end; end.Status != runner.TimedOut || end.Cell != 0 {
			t.Errorf("ended with %+v", end)
		}
	})
	t.Run("flood", func(t *testing.T) {
		r := run(t, child(t, "flood"), testProgram(2), nil)
		if r.end.Status != runner.Flooded || r.end.Cell != 1 || len(r.outputs[1]) != outputLimit || r.end.Cut != 0 {
			t.Errorf("ended with %+v after %d bytes", r.end, len(r.outputs[1]))
		}
	})
	t.Run("too many, then hang", func(t *testing.T) {
		p := testProgram(1)
		p.Cells[0].Timeout = short
		if r := run(t, child(t, "too many, then hang"), p, nil); r.end.Status != runner.Flooded {
			t.Errorf("ended with %+v", r.end)
		}
	})
}

// TestNothingLeft has children that start processes, which hold on to their
// output and may leave their group: these must be gone when Run returns.
func TestNothingLeft(t *testing.T) {
	for _, name := range []string{"grandchild", "grandchild, then hang", "grandchild in another group", "grandchild in another session"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(name, "another") {
				needs(t, nameSpaces)
			}
			p := testProgram(1)
			p.Cells[0].Timeout = time.Second
			c, token := childWithToken(t, name)
			r := run(t, c, p, nil)
			if r.outputs[0] != "started\n" {
				t.Fatalf("the child printed %q and ended with %+v", r.outputs[0], r.end)
			}
			if left := processes(t, token); len(left) > 0 {
				t.Errorf("processes are left: %v", left)
			}
		})
	}
}

// childWithToken returns a child that has an argument like no other process.
func childWithToken(t *testing.T, name string) (Child, string) {
	t.Helper()
	token := fmt.Sprintf("token-%x", rand.Uint64())
	c := child(t, name)
	c.Args = append(c.Args, token)
	return c, token
}

// processes returns the processes with an argument.
func processes(t *testing.T, arg string) (found []string) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(names) == 0 {
		t.Skip("this system has no list of processes that a test can read")
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err == nil && strings.Contains(string(text), arg) {
			found = append(found, name+": "+strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return found
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, token := childWithToken(t, "grandchild, then hang")
	err := Run(ctx, c, testProgram(1), nil, func(ev runner.Event) {
		if ev.Kind == runner.Printed {
			cancel()
		}
		if ev.Kind == runner.Ended {
			t.Errorf("ended with %+v", ev)
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
	if left := processes(t, token); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("SECRET", "do not show")
	p := testProgram(1)
	r := run(t, child(t, "environment"), p, nil)
	var names []string
	for line := range strings.Lines(r.outputs[0]) {
		name, _, _ := strings.Cut(line, "=")
		names = append(names, name)
	}
	want := []string{"HOME", "TEMP", "TMP", "TMPDIR", "TZ", "USERPROFILE"}
	if !slices.Equal(names, want) {
		t.Errorf("the child's environment has %v, want %v", names, want)
	}
}

func TestFolderRemoved(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	r := run(t, child(t, "folder"), testProgram(1), nil)
	wd := strings.TrimSpace(r.outputs[0])
	if rel, err := filepath.Rel(temp, wd); err != nil || strings.HasPrefix(rel, "..") {
		t.Errorf("the child ran in %s, want it below %s", wd, temp)
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestStandardInput(t *testing.T) {
	c := child(t, "standard input")
	if got := run(t, c, testProgram(1), nil).outputs[0]; got != "\"\" <nil>\n" {
		t.Errorf("without input the child read %s", got)
	}
	c.Stdin = strings.NewReader("some text")
	if got := run(t, c, testProgram(1), nil).outputs[0]; got != "\"some text\" <nil>\n" {
		t.Errorf("with input the child read %s", got)
	}
	c = child(t, "fine")
	c.Stdin = strings.NewReader(strings.Repeat("never read", 1<<20))
	if end := run(t, c, testProgram(2), nil).end; end.Status != runner.Done {
		t.Errorf("a child that reads nothing ended with %+v", end)
	}
}

func TestDiagnose(t *testing.T) {
	var got Death
	r := run(t, child(t, "reports"), testProgram(1), func(d Death, ended *runner.Event) {
		got = d
		ended.Status, ended.Message = runner.Refused, d.Reports[0].Message
	})
	if len(got.Reports) != 1 || got.Reports[0].Offset != 12 || got.Cell != 0 {
		t.Errorf("diagnose was called with %+v", got)
	}
	if r.end.Status != runner.Refused || r.end.Message != "no" {
		t.Errorf("ended with %+v", r.end)
	}
}

func TestNoSuchChild(t *testing.T) {
	err := Run(t.Context(), Child{Path: filepath.Join(t.TempDir(), "none")}, testProgram(1), nil, func(ev runner.Event) {
		t.Errorf("event %+v", ev)
	})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Run = %v, want that the file does not exist", err)
	}
}
