//go:build unix

package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rtbook/runner"
)

// TestSignalsToGuard: of what a child sends to its guard, which is process 1 of
// its namespace, nothing arrives.
func TestSignalsToGuard(t *testing.T) {
	needs(t, nameSpaces)
	r := run(t, child(t, "signals to the first"), testProgram(2), nil)
	if r.output(0) != "sent\n" || r.output(1) != "alive\n" || r.end.Status != runner.Done {
		t.Errorf("printed %q and %q, and ended with %s %q", r.output(0), r.output(1), r.end.Status, r.end.Message)
	}
}

// TestStopped stops the process that runs a child, as a terminal does, for longer
// than the child may take: that is not the child's time.
func TestStopped(t *testing.T) {
	c := child(t, "impatient parent")
	parent := exec.Command(c.Path, append(c.Args, "sleepy")...)
	parent.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	r, err := parent.StdoutPipe()
	if err == nil {
		err = parent.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer parent.Wait()
	defer parent.Process.Kill()
	out := bufio.NewReader(r)
	for line := ""; !strings.HasPrefix(line, string(runner.Printed)); {
		if line, err = out.ReadString('\n'); err != nil {
			t.Fatalf("the child did not come to print: %v", err)
		}
	}
	parent.Process.Signal(syscall.SIGSTOP)
	time.Sleep(5 * time.Second)
	parent.Process.Signal(syscall.SIGCONT)
	rest, _ := io.ReadAll(out)
	if want := fmt.Sprintln(runner.Ended, runner.Done, ""); !strings.HasPrefix(string(rest), want) {
		t.Errorf("the child ended with %q, want %q", rest, want)
	}
}

// TestParentKilled kills the process that runs a child: nothing of the child
// may be left, not even what left its session.
func TestParentKilled(t *testing.T) {
	needs(t, nameSpaces)
	for _, name := range []string{"grandchild, then hang", "grandchild in another session, then hang"} {
		t.Run(name, func(t *testing.T) {
			c, token := childWithToken(t, name)
			parent := exec.Command(c.Path, "child", "parent", name, token)
			parent.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
			out, err := parent.StdoutPipe()
			if err == nil {
				err = parent.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			defer parent.Wait()
			defer parent.Process.Kill()
			if _, err := out.Read(make([]byte, 1)); err != nil {
				t.Fatalf("the child did not come to print: %v", err)
			}
			var found []string // the last of them may be about to become what its name says
			for range 500 {
				if found = processes(t, token); len(found) >= 3 {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if len(found) < 3 {
				t.Fatalf("there are only %v", found)
			}
			parent.Process.Kill()
			parent.Wait()
			var left []string
			for range 500 {
				if left = processes(t, token); len(left) == 0 {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("processes are left: %v", left)
		})
	}
}

// TestInheritedDescriptors: a child gets no descriptor but its own.
func TestInheritedDescriptors(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere they are only closed where they are marked so")
	}
	f, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// As if rtbook had been started with a descriptor too many.
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	r := run(t, child(t, "descriptors"), testProgram(1), nil)
	if !strings.Contains(r.outputs[0], "listed") || strings.Contains(r.outputs[0], filepath.Base(os.Args[0])) || strings.Contains(r.outputs[0], "socket:") {
		t.Errorf("the child has\n%s", r.outputs[0])
	}
}

func TestTooLarge(t *testing.T) {
	dir := t.TempDir()
	if TooLarge(dir, 1<<20) || TooLarge("", 1) || TooLarge(filepath.Join(dir, "none"), 1) {
		t.Error("nothing is too large")
	}
	if err := os.MkdirAll(filepath.Join(dir, "a", "b"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "a/two", "a/b/three"} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, 400<<10), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if TooLarge(dir, 2<<20) || !TooLarge(dir, 1<<20) {
		t.Error("1200 KiB are not between 1 and 2 MiB")
	}
	if err := os.Symlink("/", filepath.Join(dir, "root")); err != nil || TooLarge(dir, 2<<20) {
		t.Errorf("a link is followed, or %v", err)
	}
	if os.Truncate(filepath.Join(dir, "one"), 1<<40) != nil {
		t.Skip("this file system has no such large files")
	}
	if TooLarge(dir, 2<<20) {
		t.Error("a hole counts")
	}
}

// TestExhausted has what the runtime says for want of something, by where it
// says so.
func TestExhausted(t *testing.T) {
	tests := []struct {
		report string
		want   runner.Status
	}{
		// runtime/mheap.go: mheap.grow, and malloc.go: mcache.refill's throw.
		{"runtime: out of memory: cannot allocate 4194304-byte block (1069547520 in use)\nfatal error: out of memory\n\ngoroutine 1", runner.OutOfMem},
		{"fatal error: runtime: out of memory\n\nruntime stack:\n", runner.OutOfMem},
		{"fatal error: runtime: cannot allocate memory\n", runner.OutOfMem},
		{"fatal error: pageAlloc: out of memory\n", runner.OutOfMem},
		{"fatal error: out of memory allocating heap arena metadata\n", runner.OutOfMem},
		// runtime/os_linux.go: newosproc.
		{"runtime: failed to create new OS thread (have 300 already; errno=11)\nruntime: may need to increase max user processes (ulimit -u)\nfatal error: newosproc\n", runner.OutOfProcs},
		{"fatal error: thread exhaustion\n", runner.OutOfProcs}, // runtime/proc.go: checkmcount
		{"runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n", ""},
		{"fatal error: all goroutines are asleep - deadlock!\n", ""},
		{"panic: out of memory\n\tfatal error: out of memory\n", ""},
		{"panic: x\nfatal error: out of memory\n", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := Exhausted([]byte(tt.report)); got != tt.want {
			t.Errorf("%q means %q, want %q", tt.report, got, tt.want)
		}
	}
}

func TestRemoveStale(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	live, err := MakeScratch("live")
	if err != nil {
		t.Fatal(err)
	}
	defer live.Remove()
	old := time.Now().Add(-2 * young)
	make := func(name string, locked bool, age time.Time) string {
		dir := filepath.Join(temp, name)
		err := os.MkdirAll(filepath.Join(dir, "files", "deep"), 0o777)
		if err == nil && locked {
			err = os.WriteFile(filepath.Join(dir, lockName), nil, 0o666)
		}
		if err == nil {
			err = os.Chtimes(dir, age, age)
		}
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	if err := os.Chtimes(live.Dir, old, old); err != nil {
		t.Fatal(err)
	}
	stale := make("rtbook-cell-1", true, old)
	keep := []string{
		live.Dir, make("rtbook-cell-2", true, time.Now()), make("rtbook-other", false, old), make("another-3", true, old),
	}
	if err := os.Symlink(keep[3], filepath.Join(temp, "rtbook-link")); err != nil {
		t.Fatal(err)
	}
	RemoveStale()
	for _, dir := range keep {
		if _, err := os.Stat(filepath.Join(dir)); err != nil {
			t.Errorf("%s is gone: %v", dir, err)
		}
	}
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", stale, err)
	}
}

// TestCapabilities: this machine's, in the log; and what every one has.
func TestCapabilities(t *testing.T) {
	all := Capabilities()
	for _, c := range all {
		t.Logf("%-15s %s", c.Name, c.Lack)
		if c.Does == "" {
			t.Errorf("%s does nothing", c.Name)
		}
	}
	if !slices.ContainsFunc(all, func(c Capability) bool { return c.Name == cpuLimit && c.Lack == "" }) {
		t.Error("there is no limit of processor time, which every Unix has")
	}
}

// BenchmarkStart compares a process under a guard with a plain one.
func BenchmarkStart(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	args := []string{"cells", "child", "fine"}
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			cmd := exec.Command(self)
			cmd.Args, cmd.Dir = args, dir
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("guarded", func(b *testing.B) {
		s := Spec{
			Path: self, Args: args, Dir: dir, Limits: Limits(new(runner.Program)), Private: dir,
			Access: Access{Read: []string{self}, Write: []string{dir}},
		}
		for b.Loop() {
			p, err := s.Start()
			if err != nil {
				b.Fatal(err)
			}
			if e := p.Wait(); !e.Success() {
				b.Fatal(e)
			}
		}
	})
}
