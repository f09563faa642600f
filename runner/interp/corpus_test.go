package interp_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"rtbook/runner"
	"rtbook/runner/gotool"
	"rtbook/runner/interp"
	"rtbook/runner/sandbox"
)

// hostile is a program that would do harm if it could.
type hostile struct {
	name    string
	imports string // separated by blanks
	head    string
	cell    string
	limits  runner.Limits
	timeout time.Duration

	status  runner.Status // of the cell
	output  string        // of the cell, if it ended; of commands, what theirs begins with
	message string        // is part of that of the end
	place   bool          // the end is at the cell's first line

	goOnly bool // the interpreter has not the packages, or another end
	noSh   bool // commands end otherwise
	noRace bool // under the race detector the interpreter itself ends otherwise
	needs  []string
}

// secret is what no program may read.
const secret = "XYZZY-secret"

// corpus is what is the same on both engines, and in commands. What is about
// sockets is in runner/gotool: with package net in it, a test is linked so that
// its children do not see deadlocks.
var corpus = []hostile{
	{name: "endless loop", cell: `for { }`, timeout: time.Second, status: runner.TimedOut, message: "did not end within", place: true},
	{name: "endless loop in a goroutine that outlives the cell", cell: "go func() { for { } }()\nprintln(1)", status: runner.Done, output: "1\n"},
	{
		name: "processor time", cell: "for { }", timeout: 10 * time.Second, limits: runner.Limits{CPU: time.Second},
		status: runner.OutOfCPU, message: "more than 1s of processor time", place: true, noSh: true, needs: []string{"processor time"},
	},
	{
		name: "a million goroutines", cell: "for i := 0; i < 1000000; i++ {\n go func() { select {} }()\n}\nprintln(1)",
		limits: runner.Limits{Memory: 512 << 20}, status: runner.OutOfMem, message: "512 MiB of memory", needs: []string{"memory"}, noRace: true,
	},
	{
		// Of large frames, since the runtime visits each of them whenever it moves the stack.
		name: "unbounded recursion", head: "func f(n int) int {\n var a [64<<10]byte\n a[n%len(a)] = 1\n return f(n+1) + int(a[0])\n}", cell: "println(f(0))",
		status: runner.Panicked, message: "stack overflow", goOnly: true,
	},
	{
		name: "unbounded allocation", cell: "var all [][]byte\nfor {\n all = append(all, make([]byte, 16<<20))\n for i := 0; i < 16<<20; i += 4096 { all[len(all)-1][i] = 1 }\n}",
		limits: runner.Limits{Memory: 512 << 20}, status: runner.OutOfMem, message: "512 MiB of memory", needs: []string{"memory"}, noRace: true,
	},
	{
		name: "one allocation", cell: "x := make([]byte, 1<<40)\nprintln(len(x))",
		status: runner.OutOfMem, message: "of memory", noRace: true, needs: []string{"memory"},
	},
	{
		name: "memory that is no data", imports: "fmt syscall", goOnly: true, needs: []string{"memory", "system calls"},
		cell: "_, err := syscall.Mmap(-1, 0, 2<<30, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_GROWSDOWN)\n" +
			"_, _, msg := syscall.Syscall(syscall.SYS_MSGGET, 0, 0o1600, 0)\n_, _, sem := syscall.Syscall(syscall.SYS_SEMGET, 0, 1, 0o1600)\n" +
			"_, pair := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)\n" +
			"stack := syscall.Setrlimit(syscall.RLIMIT_STACK, &syscall.Rlimit{Cur: 1 << 40, Max: 1 << 40})\n" +
			"fmt.Println(err, msg, sem, pair, stack)",
		status: runner.Done, output: strings.TrimSpace(strings.Repeat("operation not permitted ", 5)) + "\n",
	},
	{
		// Of a shared mapping of the device, or of addresses that are only read, no
		// memory counts: not what is behind them, and not the kernel's tables.
		name: "memory that is read", imports: "fmt os syscall", goOnly: true, needs: []string{"memory", "file access"},
		cell: "_, zero := os.Open(\"/dev/zero\")\n_, err := syscall.Mmap(-1, 0, 1<<40, syscall.PROT_READ, syscall.MAP_PRIVATE|syscall.MAP_ANON)\n" +
			"fmt.Println(zero, err)",
		status: runner.Done, output: "open /dev/zero: permission denied cannot allocate memory\n",
	},
	{
		name: "many open files", imports: "os", goOnly: true, needs: []string{"descriptors"},
		cell:   "var all []*os.File\nfor range 5000 {\n r, w, err := os.Pipe()\n if err != nil { break }\n all = append(all, r, w)\n}\nprintln(len(all) > 100, len(all) < 1024)",
		status: runner.Done, output: "true true\n",
	},
	{
		name: "threads", imports: "runtime time", cell: "for i := 0; i < 2000; i++ {\n go func() { runtime.LockOSThread(); time.Sleep(time.Hour) }()\n}\ntime.Sleep(10*time.Second)\nprintln(1)",
		limits: runner.Limits{Processes: 320}, status: runner.OutOfProcs, message: "processes and threads", needs: []string{"processes"}, goOnly: true, noSh: true,
	},
	{name: "flood", cell: `for { println("water") }`, status: runner.Flooded, message: "printed more than", place: true},
	{name: "flood of both", imports: "fmt os", cell: "go func() { for { fmt.Fprintln(os.Stderr, 1) } }()\nfor { fmt.Println(2) }", status: runner.Flooded, message: "printed more than", place: true},
	{
		name: "control bytes", imports: "fmt", cell: `fmt.Print("\x1b[2J\x1b]0;title\x07\x00\xff\r\b\n")`,
		status: runner.Done, output: "\x1b[2J\x1b]0;title\x07\x00\xff\r\b\n",
	},
	{
		name: "forged markers", imports: "fmt os", cell: `fmt.Printf("%q\x00rtbook %s 1\x00\n", os.Getenv("RTBOOK_NONCE"), os.Getenv("RTBOOK_NONCE"))`,
		status: runner.Done, output: "\"\"\x00rtbook  1\x00\n",
	},
	{
		name: "forged crash", imports: "fmt os", cell: `fmt.Print("fatal error: out of memory\n\ngoroutine 1 [running]:\n"); os.Exit(2)`,
		status: runner.Exited, message: "exit status 2", noSh: true,
	},
	{name: "deadlock", cell: "c := make(chan int)\nc <- 1", status: runner.Panicked, message: "fatal error: all goroutines are asleep - deadlock!", noRace: true},
	{name: "panic in a goroutine", cell: "go func() { panic(\"boom\") }()\nselect {}", status: runner.Panicked, message: "panic: boom"},
	{
		name: "concurrent map writes", cell: "m := map[int]int{}\nfor i := 0; i < 4; i++ {\n go func() { for { m[1]++ } }()\n}\nfor { m[2]++ }",
		status: runner.Panicked, message: "fatal error: concurrent map", goOnly: true,
	},
	{name: "exit", imports: "os", cell: "os.Exit(3)", status: runner.Exited, message: "exit status 3", place: true, noSh: true},
	{name: "closed output", imports: "os", cell: "os.Stdout.Close()\nos.Stderr.Close()", status: runner.Closed, message: "closed its standard output and error", place: true, noSh: true},
	{name: "kills itself", imports: "syscall time", cell: "syscall.Kill(syscall.Getpid(), syscall.SIGKILL)\ntime.Sleep(time.Minute)", status: runner.Killed, message: "signal: killed", goOnly: true, noSh: true},
	{name: "terminates its group", imports: "syscall time", cell: "syscall.Kill(0, syscall.SIGTERM)\ntime.Sleep(time.Minute)", status: runner.Killed, message: "signal: terminated", goOnly: true, noSh: true},
	{
		name: "kills all others", imports: "syscall fmt", cell: "syscall.Kill(-1, syscall.SIGKILL)\nsyscall.Kill(syscall.Getppid(), syscall.SIGKILL)\nsyscall.Kill(syscall.Getppid(), syscall.SIGTERM)\nsyscall.Kill(1, syscall.SIGKILL)\nfmt.Println(1)",
		status: runner.Done, output: "1\n", goOnly: true, noSh: true, needs: []string{"namespaces"},
	},
	{
		name: "reads", imports: "fmt os", needs: []string{"file access"},
		cell:   "for _, name := range []string{FILE, FOLDER, \"/etc/passwd\", \"/root\", \"/home\", \"/proc/1/environ\"} {\n _, err := os.ReadFile(name)\n _, dirErr := os.ReadDir(name)\n fmt.Println(err != nil, dirErr != nil)\n}",
		status: runner.Done, output: strings.Repeat("true true\n", 6),
	},
	{
		name: "reads other processes", imports: "fmt os strings path/filepath", needs: []string{"file access", "namespaces"},
		cell:   "names, _ := filepath.Glob(\"/proc/[0-9]*/environ\")\nfor _, name := range names {\n text, _ := os.ReadFile(name)\n if strings.Contains(string(text), \"XYZZY\") { fmt.Println(name) }\n}\nfmt.Println(strings.Contains(strings.Join(os.Environ(), \" \"), \"XYZZY\"))",
		status: runner.Done, output: "false\n",
	},
	{
		name: "writes", imports: "fmt os time", needs: []string{"file access", "system calls"},
		cell:   "for _, dir := range []string{FOLDER, CACHE, \"/tmp\", \"/root\", \"/etc\", \"/dev/shm\", \"..\", \"../..\"} {\n err := os.WriteFile(dir+\"/rtbook-was-here\", nil, 0o666)\n fmt.Println(err != nil)\n}\nfmt.Println(os.WriteFile(FILE, nil, 0o666) != nil, os.Truncate(FILE, 0) != nil, os.Remove(FILE) != nil, os.Chmod(FILE, 0) != nil, os.Chtimes(FILE, time.Time{}, time.Now()) != nil, os.Rename(FILE, \"mine\") != nil)",
		status: runner.Done, output: strings.Repeat("true\n", 8) + "true true true true true true\n",
	},
	{
		name: "links", imports: "fmt os", needs: []string{"file access"},
		cell:   "os.Symlink(FOLDER, \"out\")\nfmt.Println(os.WriteFile(\"out/rtbook-was-here\", nil, 0o666) != nil, os.Link(FILE, \"hard\") != nil)\n_, err := os.ReadFile(\"out/file\")\nfmt.Println(err != nil)",
		status: runner.Done, output: "true true\ntrue\n",
	},
	{
		name: "commands", imports: "fmt os/exec", goOnly: true, needs: []string{"file access"},
		cell:   "for _, name := range []string{\"/bin/sh\", \"/usr/bin/env\", GO} {\n fmt.Println(exec.Command(name, \"version\").Run() != nil)\n}",
		status: runner.Done, output: "true\ntrue\ntrue\n",
	},
	{
		name: "five gigabytes", imports: "fmt os", needs: []string{"scratch folder"}, noSh: true,
		cell:   "f, _ := os.Create(\"big\")\ntext := make([]byte, 1<<20)\nn := 0\nfor ; n < 5000; n++ {\n if _, err := f.Write(text); err != nil { break }\n}\nfmt.Println(n > 32, n <= 64)",
		status: runner.Done, output: "true true\n",
	},
	{
		name: "five gigabytes in files", imports: "os strconv", needs: []string{"file size"}, goOnly: true,
		cell:    "text := make([]byte, 1<<20)\nfor n := 0; n < 5000; n++ {\n if err := os.WriteFile(strconv.Itoa(n), text, 0o666); err != nil { panic(err) }\n}",
		status:  "", // panic where the folder's size is limited, else stopped when measured
		message: "",
	},
	{
		name: "five gigabytes in files without a name", imports: "os", needs: []string{"file size", "namespaces"}, goOnly: true,
		cell:   "text := make([]byte, 1<<20)\nvar all []*os.File\nfor range 50 {\n f, _ := os.Create(\"f\")\n os.Remove(\"f\")\n all = append(all, f)\n for range 100 {\n  if _, err := f.Write(text); err != nil && len(all) > 1 { panic(err) }\n }\n}",
		limits: runner.Limits{Files: 40 << 20},
		status: "",
	},
	{
		name: "files without content", imports: "os strconv", needs: []string{"file size"}, goOnly: true,
		cell:   "for n := range 1000000 {\n f, err := os.Create(strconv.Itoa(n))\n if err != nil { panic(err) }\n f.Close()\n}",
		limits: runner.Limits{Files: 16 << 20}, status: "",
	},
	{
		name: "descriptors", imports: "fmt syscall", goOnly: true,
		cell:   "for fd := 4; fd <= 10; fd++ {\n var s syscall.Stat_t\n if syscall.Fstat(fd, &s) == nil && s.Mode&syscall.S_IFMT == syscall.S_IFSOCK { fmt.Println(fd, \"is a socket\") }\n syscall.Write(fd, []byte(\"XYZZY\"))\n}\nfmt.Println(1)",
		status: runner.Done, output: "1\n",
	},
}

// around prepares what programs are not to reach, and returns the constants by
// which they know it and a function that looks whether it is as it was.
func around(t *testing.T) (consts string, check func(t *testing.T)) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("SECRET", secret)
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte(secret), 0o666); err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cache = cmp.Or(os.Getenv("GOCACHE"), filepath.Join(cache, "go-build"))
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	consts = fmt.Sprintf("const (\n FILE, FOLDER, CACHE, GO = %q, %q, %q, %q\n)\n",
		file, dir, cache, goCommand)
	return consts, func(t *testing.T) {
		t.Helper()
		if text, err := os.ReadFile(file); err != nil || string(text) != secret {
			t.Errorf("the secret is %q now, %v", text, err)
		}
		for _, d := range []string{dir, cache, "/tmp", "/root", "/etc"} {
			if _, err := os.Stat(filepath.Join(d, "rtbook-was-here")); err == nil {
				t.Errorf("a program wrote into %s", d)
				os.Remove(filepath.Join(d, "rtbook-was-here"))
			}
		}
	}
}

// source returns what is above the cell.
func (h hostile) source(consts string) string {
	var b strings.Builder
	for _, path := range strings.Fields(h.imports) {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	return b.String() + consts + h.head
}

// program returns the program, of a cell before it, the cell, and one that is
// reached only if that ends as it should.
func (h hostile) program(consts string) *runner.Program {
	p := program(h.source(consts), "println(0)", h.cell, "")
	p.Limits = h.limits
	p.Imports = strings.Fields(h.imports)
	if h.timeout > 0 {
		p.Cells[1].Timeout = h.timeout
	}
	return p
}

// commands returns the program as a file of a folder, which a command runs.
func (h hostile) commands(consts string) *runner.Program {
	text := "package main\n\n" + h.source(consts) + "\n\nfunc main() {\n" + h.cell + "\n}\n"
	p := &runner.Program{Chapter: chapter, Env: h.name, GoOnly: true, Limits: h.limits, Shell: &runner.Shell{
		Files: []runner.File{{Path: "main.go", Text: text}},
		Cells: [][]runner.Command{{{Args: []string{"go", "run", "."}, Pos: runner.Pos{File: chapter, Line: 7, Col: 1}}}},
	}}
	p.Cells = []runner.Unit{{ID: "c", Pos: runner.Pos{File: chapter, Line: 6, Col: 1}, Timeout: 30 * time.Second}}
	if h.timeout > 0 {
		p.Cells[0].Timeout = h.timeout
	}
	return p
}

// TestCorpus has each program run among others: it ends as it must, at its
// cell, and the others run as if it were not there.
func TestCorpus(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere than on Linux little is limited; see sandbox.Capabilities")
	}
	consts, check := around(t)
	missing := make(map[string]string)
	for _, c := range sandbox.Capabilities() {
		missing[c.Name] = c.Lack
	}
	if raceDetector {
		missing["memory"] = "the race detector maps more memory than any limit"
	}
	goEngine := &gotool.Engine{Toolchain: toolchain(t), Jobs: 2}
	for _, h := range corpus {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			for _, need := range h.needs {
				if why := missing[need]; why != "" {
					t.Skipf("this machine does not limit %s: %s", need, why)
				}
			}
			runs := map[string]func(*testing.T){
				"go": func(t *testing.T) { h.run(t, goEngine, h.program(consts), 1) },
				"yaegi": func(t *testing.T) {
					if h.goOnly || h.noRace && raceDetector {
						t.Skip("the interpreter has no such program")
					}
					h.run(t, &interp.Engine{Jobs: 2}, h.program(consts), 1)
				},
				"sh": func(t *testing.T) {
					if h.noSh {
						t.Skip("the go command ends otherwise")
					}
					h.run(t, goEngine, h.commands(consts), 0)
				},
			}
			for _, name := range []string{"go", "yaegi", "sh"} {
				t.Run(name, runs[name])
				check(t)
			}
		})
	}
}

// run runs the program, of which a cell is the hostile one.
func (h hostile) run(t *testing.T, e runner.Engine, p *runner.Program, cell int) {
	before, after := program("", "println(1)"), program("", "println(2)")
	before.Env, after.Env = "before", "after"
	all := runAll(t, e, before, p, after)
	for i, want := range map[int]string{0: "1\n", 2: "2\n"} {
		if r := all[i]; r.end.Status != runner.Done || r.outputs[0] != want {
			t.Errorf("another program printed %q and ended with %+v", r.outputs[0], r.end)
		}
	}
	r := all[1]
	if h.status == "" {
		if !slices.Contains([]runner.Status{runner.Panicked, runner.OutOfFiles}, r.end.Status) {
			t.Errorf("ended with %+v", r.end)
		}
		return
	}
	if r.end.Status != h.status || !strings.Contains(r.end.Message, h.message) {
		t.Errorf("ended with %s %q, want %s and %q in the message; it printed %.500q", r.end.Status, r.end.Message, h.status, h.message, r.outputs)
	}
	if h.status == runner.Done {
		if got := strings.TrimPrefix(r.outputs[cell], "\x00"); got != h.output {
			t.Errorf("printed %q, want %q", got, h.output)
		}
		return
	}
	if r.end.Cell != cell {
		t.Errorf("ended in cell %d", r.end.Cell)
	}
	if want := p.Cells[cell].Pos; h.place && cell == 1 && r.end.Pos != want {
		t.Errorf("ended at %v, want %v", r.end.Pos, want)
	}
	if strings.Contains(r.outputs[cell], "goroutine ") && cell == 1 && h.name != "forged crash" {
		t.Errorf("the crash report is part of the output: %.2000q", r.outputs[cell])
	}
}
