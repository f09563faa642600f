//go:build unix

package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"rtbook/runner"
)

const measured = 8 << 20

// holders are processes that have something and wait, having said so.
var holders = map[string]func(){
	"nothing": func() {},
	"memory": func() {
		for range 4 {
			hold("a quarter", &syscall.SysProcAttr{Setsid: true})
		}
	},
	"a quarter": func() {
		text := make([]byte, measured)
		for i := 0; i < len(text); i += 1024 {
			text[i] = 1
		}
		kept = append(kept, text)
	},
	"an orphan's memory": func() {
		if len(os.Args) > 3 {
			hold("a quarter", nil)
			os.Exit(0)
		}
		for range 4 {
			hold("an orphan's memory", nil, "further")
		}
	},
	"a file":            func() { nameless(func(*os.File) bool { return true }) },
	"a file of another": func() { hold("a file", &syscall.SysProcAttr{Setsid: true}) },
	"a mapped file": func() {
		nameless(func(f *os.File) bool {
			text, err := syscall.Mmap(int(f.Fd()), 0, measured, syscall.PROT_READ, syscall.MAP_SHARED)
			kept = append(kept, text)
			return err != nil
		})
	},
	"a file with a name": func() { write() },
}

// kept is what holders have.
var kept []any

// write makes a file that is as large as is measured.
func write() *os.File {
	f, err := os.Create("file")
	if err == nil {
		_, err = f.Write(make([]byte, measured))
	}
	if err != nil {
		fmt.Println(err)
	}
	return f
}

// nameless makes such a file that has no name any more, and leaves it open if
// use says so.
func nameless(use func(*os.File) bool) {
	f := write()
	os.Remove("file")
	if !use(f) {
		f.Close()
		return
	}
	kept = append(kept, f)
}

// hold starts a holder, and returns when it has what it is to have.
func hold(name string, attr *syscall.SysProcAttr, further ...string) {
	cmd := exec.Command("/proc/self/exe", append([]string{"hold", name}, further...)...)
	cmd.SysProcAttr = attr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	bufio.NewReader(out).ReadString('\n')
	kept = append(kept, out)
}

// TestExceeds has processes that together have more than they may, or not.
func TestExceeds(t *testing.T) {
	if _, err := os.Stat("/proc/self/task/" + fmt.Sprint(os.Getpid()) + "/children"); err != nil {
		t.Skip("this kernel does not tell the children of a process")
	}
	const less, more = measured - 1<<20, 6 * measured
	for _, tt := range []struct {
		holder        string
		memory, files int64 // limits; 0 for none
		want          runner.Status
	}{
		{"nothing", 4 * measured, less, ""},
		{"memory", 4 * measured, 0, runner.OutOfMem},
		{"an orphan's memory", 4 * measured, 0, runner.OutOfMem},
		{"memory", 64 * measured, 0, ""},
		{"a file", 0, less, runner.OutOfFiles},
		{"a file", 0, more, ""},
		{"a file of another", 0, less, runner.OutOfFiles},
		{"a mapped file", 0, less, runner.OutOfFiles},
		{"a mapped file", 0, more, ""},
		{"a file with a name", 0, less, runner.OutOfFiles},
		{"a file with a name", 0, more, ""},
	} {
		t.Run(tt.holder, func(t *testing.T) {
			if tt.memory > 0 {
				needs(t, memoryLimit)
			}
			if tt.holder == "an orphan's memory" {
				needs(t, nameSpaces)
			}
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			dir := t.TempDir()
			p, err := Spec{
				Path: self, Args: []string{"cells", "hold", tt.holder}, Dir: dir, Stdout: w, Stderr: w,
				Access: Access{Read: []string{self}, Write: []string{dir}}, Limits: Limits(new(runner.Program)),
			}.Start()
			w.Close()
			if err != nil {
				t.Fatal(err)
			}
			defer p.Wait()
			defer p.Kill()
			if said, err := bufio.NewReader(r).ReadString('\n'); said != "holds\n" {
				t.Fatalf("the process said %q, %v", said, err)
			}
			limits := runner.Limits{Memory: tt.memory, Files: tt.files}
			got := p.Exceeds(dir, limits)
			for range 50 { // a process that loses its parent just now is nobody's for a moment
				if got == tt.want {
					break
				}
				time.Sleep(10 * time.Millisecond)
				got = p.Exceeds(dir, limits)
			}
			if got != tt.want {
				t.Errorf("with %d bytes of memory and %d of files: %q, want %q (it has %+v)", tt.memory, tt.files, got, tt.want, p.use(true))
			}
		})
	}
}

// TestMemoryTogether has a program that is stopped because its processes have
// more memory than one may have.
func TestMemoryTogether(t *testing.T) {
	needs(t, memoryLimit, nameSpaces)
	p := testProgram(2)
	p.Limits.Memory = 300 << 20
	r := run(t, child(t, "memory of many"), p, nil)
	if r.end.Status != runner.OutOfMem || r.end.Cell != 1 || !strings.Contains(r.end.Message, "300 MiB of memory (all of its processes together)") {
		t.Errorf("ended with %+v after %q", r.end, r.outputs)
	}
}

// TestEndedFirst has a child be what the kernel ends first for want of memory.
func TestEndedFirst(t *testing.T) {
	if _, err := os.Stat("/proc/self/oom_score_adj"); err != nil {
		t.Skip("this kernel has no such order")
	}
	if got := run(t, child(t, "score"), testProgram(1), nil).outputs[0]; got != "1000\n" {
		t.Errorf("the child's score is %q", got)
	}
}
