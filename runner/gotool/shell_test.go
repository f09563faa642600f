package gotool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rtbook/runner"
)

// shellProgram makes a program of the files of a txtar archive and of cells of
// commands, of which cell i begins at line 100*(i+1).
func shellProgram(t *testing.T, env, files string, cells ...string) *runner.Program {
	t.Helper()
	p := &runner.Program{Chapter: chapter, Env: env, GoOnly: true, Shell: new(runner.Shell)}
	for name, text := range archive(files) {
		p.Shell.Files = append(p.Shell.Files, runner.File{Path: name, Text: text, Pos: runner.Pos{File: "notes/" + name + ".md", Line: 10, Col: 3}})
	}
	for i, text := range cells {
		commands, problems := runner.ParseShell(runner.Cell{Chapter: chapter, Source: text, Line: 100 * (i + 1)})
		if len(problems) > 0 {
			t.Fatalf("%q: %+v", text, problems)
		}
		p.Shell.Cells = append(p.Shell.Cells, commands)
		p.Cells = append(p.Cells, runner.Unit{Pos: runner.Pos{File: chapter, Line: 100 * (i + 1), Col: 1}, Timeout: time.Minute})
	}
	return p
}

// runCells runs a program and returns what each cell printed and how it ended.
func runCells(t *testing.T, tc *Toolchain, p *runner.Program) ([]string, runner.Event) {
	t.Helper()
	out := make([]string, len(p.Cells))
	var end runner.Event
	next, ended := 0, false
	err := (&Engine{Toolchain: tc}).Run(t.Context(), []*runner.Program{p}, func(_ *runner.Program, ev runner.Event) {
		switch ev.Kind {
		case runner.Began:
			if ev.Cell != next {
				t.Errorf("cell %d began, not %d", ev.Cell, next)
			}
			next++
		case runner.Printed:
			if ev.Cell != next-1 || len(ev.Text) == 0 {
				t.Errorf("cell %d printed %q in cell %d", ev.Cell, ev.Text, next-1)
			}
			out[ev.Cell] += string(ev.Text)
		case runner.Ended:
			if ended {
				t.Errorf("ended twice")
			}
			end, ended = ev, true
		}
	})
	if err != nil || !ended {
		t.Fatalf("Run = %v, ended %v", err, ended)
	}
	return out, end
}

// hermetic gives the test a folder for temporary files of its own, and wants it
// empty afterwards, and none of this machine's folders in what was printed.
func hermetic(t *testing.T) (check func(out []string)) {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	return func(out []string) {
		t.Helper()
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
		for _, text := range out {
			for _, path := range []string{temp, os.Getenv("HOME") + "/"} {
				if len(path) > 1 && strings.Contains(text, path) {
					t.Errorf("a path of this machine, %s, in %q", path, text)
				}
			}
		}
	}
}

// hermeticRows is hermetic for a test whose subtests run in parallel: what is
// wrong is found when all have ended.
func hermeticRows(t *testing.T) (check func(out []string)) {
	t.Helper()
	checkAll := hermetic(t)
	var mu sync.Mutex
	var all []string
	t.Cleanup(func() { checkAll(all) })
	return func(out []string) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, out...)
	}
}

const adder = `
-- main.go --
package main

import "os"

func add(a, b int) int { return a + b }

func main() {
	os.Stdout.WriteString("three\n")
	println(add(1, 2))
}
-- main_test.go --
package main

import "testing"

func TestAdd(t *testing.T) {
	if add(1, 2) != 3 {
		t.Error("no")
	}
}

var Sink []int

func BenchmarkMake(b *testing.B) {
	for range b.N {
		Sink = make([]int, 8)
	}
}
`

// TestShellBuild has what the compiler says of its decisions, twice: the second
// time it comes out of the go command's cache. What is said is by hand: add is
// small enough to be inlined, and the only function that main can have so.
func TestShellBuild(t *testing.T) {
	tc := open(t, t.TempDir(), "")
	var first []string
	for range 2 {
		check := hermetic(t)
		out, end := runCells(t, tc, shellProgram(t, "build", adder,
			"go build -gcflags=-m -o app\n", "./app\n", "go build -gcflags=-m -o app\n./app; go list\n"))
		check(out)
		if end.Status != runner.Done || end.Cell != 2 || end.Pos != (runner.Pos{}) {
			t.Fatalf("ended %+v with %q", end, out)
		}
		for _, want := range []string{"# cells\n", "./main.go:5:6: can inline add\n", "./main.go:9:13: inlining call to add\n"} {
			if !strings.Contains(out[0], want) {
				t.Errorf("printed %q, not %q", out[0], want)
			}
		}
		if want := "three\n3\n"; out[1] != want || out[2] != out[0]+want+"cells\n" {
			t.Errorf("printed %q, and then %q", out[1], out[2])
		}
		if first == nil {
			first = out
		} else if strings.Join(first, "|") != strings.Join(out, "|") {
			t.Errorf("printed %q the first time, and then %q", first, out)
		}
	}
}

// TestShellSameBinary wants two runs to build the same program, byte for byte.
func TestShellSameBinary(t *testing.T) {
	tc := open(t, t.TempDir(), "")
	p := shellProgram(t, "same", adder+"-- sum/sum.go --\npackage main\n\nimport (\n\t\"crypto/sha256\"\n\t\"fmt\"\n\t\"os\"\n)\n\n"+
		"func main() {\n\tb, _ := os.ReadFile(os.Args[1])\n\tfmt.Printf(\"%x\\n\", sha256.Sum256(b))\n}\n",
		"go build -o sumfile ./sum\ngo build -o app\n./sumfile app\n")
	one, _ := runCells(t, tc, p)
	two, _ := runCells(t, tc, p)
	if len(one[0]) != 65 || one[0] != two[0] {
		t.Errorf("sums %q and %q", one[0], two[0])
	}
}

func TestShellTools(t *testing.T) {
	tc := open(t, t.TempDir(), "")
	tests := []struct {
		name, files, cell string
		want              string // a regular expression for all of the output
	}{
		{"go test", adder, "go test", `PASS\nok  \tcells\t[0-9.]+s\n`},
		{"go test twice", adder, "go test; go test ./...", `PASS\nok  \tcells\t[0-9.]+s\nok  \tcells\t[0-9.]+s\n`},
		{"go test cached", adder, "go test -C . -run=^$ -count=2 .", `ok  \tcells\t[0-9.]+s \[no tests to run\]\n`},
		{
			"go test -bench", adder, "go test -run '^$' -bench . -benchtime=1x -benchmem",
			`goos: \w+\ngoarch: \w+\npkg: cells\n(cpu: .*\n)?BenchmarkMake\S* +\t +1\t +[0-9.]+ ns/op\t +\d+ B/op\t +\d+ allocs/op\nPASS\nok  \tcells\t[0-9.]+s\n`,
		},
		{"a profile", adder, "go test -bench . -benchtime=100x -cpuprofile cpu.pprof > /dev/null\ngo tool pprof -top cpu.pprof", `File: cells\.test\n(?s:.*)flat +flat% +sum%(?s:.*)`},
		{
			"GODEBUG", "-- main.go --\npackage main\n\nimport \"runtime\"\n\nfunc main() { runtime.GC() }\n",
			"go build -o app && GODEBUG=gctrace=1 GOMAXPROCS=1 ./app", `(gc \d+ @.* 1 P \(forced\)\n)+`,
		},
		{"go run", adder, "go run .\n", "three\n3\n"},
		{"go env", "", "go env GOROOT GOPROXY GOFLAGS CGO_ENABLED GOTELEMETRY\n", "\\$GOROOT\noff\n\n0\noff\n"},
		{"go tool nm", adder, "go build -o app; go tool nm app > symbols; go tool nm -sort name app > symbols", ""},
		{"go doc", "", "go doc io.EOF\n", `(?s)package io // import "io"\n\nvar EOF = .*`},
		{"go vet", adder, "go vet ./... && go version\n", `go version go1\S+ \S+\n`},
		{"the folder's own name", "", "go list -m -f '{{.Dir}} {{.Path}} {{.GoVersion}}'", `\. cells 1\.\d+\n`},
		{"stacks", "-- main.go --\npackage main\n\nimport \"runtime/debug\"\n\nfunc main() { debug.PrintStack() }\n", "go run .", `(?s)goroutine 1 .*\t\$GOROOT/src/runtime/debug/stack\.go:.*main\.main\(\)\n\t\./main\.go:5 .*`},
		{"order", "-- main.go --\npackage main\n\nimport \"os\"\n\nfunc main() {\n\tfor range 500 {\n\t\tos.Stdout.WriteString(\"a\")\n\t\tos.Stderr.WriteString(\"b\")\n\t}\n}\n", "go build -o app; ./app", "(ab){500}"},
		{
			"redirections", "-- main.go --\npackage main\n\nimport \"os\"\n\nfunc main() {\n\tif len(os.Args) > 1 {\n\t\tb, _ := os.ReadFile(os.Args[1])\n\t\tos.Stdout.Write(b)\n\t\treturn\n\t}\n\tprintln(\"err\")\n\tprint2()\n}\n\nfunc print2() { os.Stdout.WriteString(\"out\\n\") }\n",
			"go build -o app\n./app > 1; ./app 1\n./app 2> 2; ./app 2\n./app > 3 2>&1; ./app 3; ./app 2>&1 >> 3; ./app 3",
			"err\nout\nout\nerr\nerr\nout\nerr\nerr\nout\nout\n",
		},
		{
			"what a program is given", "-- main.go --\npackage main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() {\n\tfmt.Println(os.Environ(), os.Args)\n\tb, err := os.ReadFile(\"/dev/stdin\")\n\tfmt.Println(len(b), err)\n}\n",
			"go build -o bin/app\nX='a b' ./bin/app 1 ''", regexp.QuoteMeta("[HOME=$HOME USERPROFILE=$HOME TMPDIR=$TMPDIR TMP=$TMPDIR TEMP=$TMPDIR TZ=UTC PWD=. X=a b] [./bin/app 1 ]\n0 <nil>\n"),
		},
		{"a module of the chapter", "-- go.mod --\nmodule example.org/mine\n\ngo 1.24\n-- lib/lib.go --\npackage lib\n", "go list ./...", "example.org/mine/lib\n"},
		{"no commands", "", "# none", ""},
	}
	check := hermeticRows(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, end := runCells(t, tc, shellProgram(t, tt.name, tt.files, tt.cell+"\n"))
			check(out)
			if end.Status != runner.Done {
				t.Fatalf("ended %+v with %q", end, out)
			}
			if !regexp.MustCompile(`^(?:` + tt.want + `)$`).MatchString(out[0]) {
				t.Errorf("printed\n%s, want\n%s", out[0], tt.want)
			}
		})
	}
}

// TestShellFails has cells that end a program, the second of three.
func TestShellFails(t *testing.T) {
	tc := open(t, t.TempDir(), "")
	const (
		wrong   = "-- main.go --\npackage main\n\nfunc main() {\n\tvar n int = \"text\"\n}\n"
		printf  = "-- main.go --\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Printf(\"%d\\n\", \"text\") }\n"
		panics  = "-- main.go --\npackage main\n\nfunc main() {\n\tprintln(1)\n\tpanic(\"boom\")\n}\n"
		locked  = "-- main.go --\npackage main\n\nfunc main() { select {} }\n"
		exits   = "-- main.go --\npackage main\n\nimport \"os\"\n\nfunc main() { os.Exit(3) }\n"
		failing = "-- a_test.go --\npackage a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { t.Error(\"no\") }\n"
		panicky = "-- a_test.go --\npackage a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { panic(\"boom\") }\n"
		noExp   = runner.Expect("")
	)
	build := "go build -o app\n"
	tests := []struct {
		name, files, cell string
		expect            runner.Expect
		status            runner.Status // Done if the third cell is reached
		line              int
		message, hint     string // hint is a part
		output            string // a part
	}{
		{"go build", wrong, "go version\ngo build -o app\ngo version", noExp, runner.Exited, 201, "go build: exit status 1", "notes/main.go.md:13:", "./main.go:4:"},
		{"go vet", printf, "go vet", noExp, runner.Exited, 200, "go vet: exit status 1", "notes/main.go.md:14:29: fmt.Printf format %d has arg", "main.go:5:27: fmt.Printf"},
		{"go test", failing, "go test", noExp, runner.Exited, 200, "go test: exit status 1", "notes/a_test.go.md:14:3: no", "a_test.go:5: no"},
		{"a program", exits, build + "./app && go version", noExp, runner.Exited, 201, "./app: exit status 3", "expect=", ""},
		{"a panic", panics, build + "./app", noExp, runner.Panicked, 201, "./app: panic: boom", "expect=panic", "1\npanic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t./main.go:5"},
		{"a deadlock", locked, "go run .", noExp, runner.Panicked, 200, "go run: fatal error: all goroutines are asleep - deadlock!", "", ""},
		{"no such program", panics, "go version; ./nosuch", noExp, runner.Refused, 200, "./nosuch: there is no such program in the folder", "go build -o nosuch", ""},
		{"no program", panics, "./main.go", noExp, runner.Refused, 200, "./main.go: this is no program", "", ""},
		{"output without a folder", panics, "go version > no/such", noExp, runner.Exited, 200, "go version: the output cannot go to no/such: no such file or directory", "", ""},

		{"an expected compile error", wrong, "go build && go version\ngo version", runner.ExpectCompileError, runner.Done, 0, "", "", "./main.go:4:"},
		{"an expected vet report", printf, "go vet", runner.ExpectCompileError, runner.Done, 0, "", "", "main.go:5:27: "},
		{"no compile error", exits, build, runner.ExpectCompileError, runner.Exited, 200, "the cell must fail (expect=compile-error), and no command did", "remove expect=", ""},
		{"a program instead of a compile error", exits, build + "./app", runner.ExpectCompileError, runner.Exited, 201, "./app: exit status 3, but expect=compile-error wants a go command to fail, and no program to crash", "", ""},
		{"a panic instead of a compile error", panics, "go run .", runner.ExpectCompileError, runner.Panicked, 200, "go run: panic: boom, but expect=compile-error wants a go command to fail, and no program to crash", "", ""},

		{"an expected panic", panics, build + "./app; ./app", runner.ExpectPanic, runner.Done, 0, "", "", "panic: boom"},
		{"an expected fatal error", locked, build + "./app", runner.ExpectPanic, runner.Done, 0, "", "", "fatal error: all goroutines are asleep - deadlock!"},
		{"an expected panic of go run", panics, "go run .", runner.ExpectPanic, runner.Done, 0, "", "", "exit status 2"},
		{"an expected panic of a test", panicky, "go test", runner.ExpectPanic, runner.Done, 0, "", "", "panic: boom"},
		{"no panic", adder, build + "./app", runner.ExpectPanic, runner.Exited, 200, "the cell must fail (expect=panic), and no command did", "remove expect=", "three\n"},
		{"an exit instead of a panic", exits, build + "./app", runner.ExpectPanic, runner.Exited, 201, "./app: exit status 3, but expect=panic wants the output of a panic or a fatal error", "", ""},
		{"a compile error instead of a panic", wrong, build, runner.ExpectPanic, runner.Exited, 200, "go build: exit status 1, but expect=panic wants the output of a panic or a fatal error", "notes/main.go.md:13", ""},
	}
	check := hermeticRows(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := shellProgram(t, tt.name, tt.files, "go version\n", tt.cell+"\n", "go version\n")
			p.Cells[1].Expect = tt.expect
			out, end := runCells(t, tc, p)
			check(out)
			if (out[2] != "") != (tt.status == runner.Done) {
				t.Errorf("the third cell printed %q", out[2])
			}
			if !strings.Contains(out[1], tt.output) {
				t.Errorf("printed %q, want %q in it", out[1], tt.output)
			}
			if end.Status != tt.status || end.Message != tt.message || !strings.Contains(end.Hint, tt.hint) || end.Cut != 0 {
				t.Errorf("ended %+v", end)
			}
			if tt.status != runner.Done && (end.Pos.Line != tt.line || end.Pos.File != chapter || end.Cell != 1) {
				t.Errorf("ended at %v in cell %d, want line %d", end.Pos, end.Cell, tt.line)
			}
		})
	}
}

const restless = `
-- main.go --
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

func main() {
	switch os.Args[1] {
	case "hang":
		fmt.Println("/begun")
		time.Sleep(time.Hour)
	case "flood":
		for {
			fmt.Print(strings.Repeat("x", 1000))
		}
	case "fork", "leave":
		cmd := exec.Command("/proc/self/exe", "hang")
		cmd.Stdout = os.Stdout
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: os.Args[1] == "leave"}
		fmt.Println(cmd.Start())
		if os.Args[1] == "leave" {
			fmt.Println(os.WriteFile("pid", []byte(fmt.Sprint(cmd.Process.Pid)), 0o666))
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
	case "lock":
		os.MkdirAll("a/b", 0o777)
		os.WriteFile("a/b/c", nil, 0o666)
		os.Chmod("a/b", 0)
		os.Chmod("a", 0)
	}
}
`

func TestShellLimits(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the program is for Linux")
	}
	tc := open(t, t.TempDir(), "")
	tests := []struct {
		name, cell    string
		timeout       time.Duration
		limit         int
		status        runner.Status
		message, want string
	}{
		{"hang", "./app hang", 3 * time.Second, 0, runner.TimedOut, "./app: the cell did not end within 3s", "/begun\n"},
		{"the time is the cell's", "./app none; ./app hang; ./app hang", 3 * time.Second, 0, runner.TimedOut, "./app: the cell did not end within 3s", "/begun\n"},
		{"go run", "go run . hang", 6 * time.Second, 0, runner.TimedOut, "go run: the cell did not end within 6s", "/begun\n"},
		{"flood", "./app flood", time.Minute, 2500, runner.Flooded, "./app: the cell printed more than 2500 bytes", strings.Repeat("x", 2500)},
		{"the limit is the cell's", "./app hang2; go version; go version", time.Minute, 20, runner.Flooded, "go version: the cell printed more than 20 bytes", "go version go1"},
		{"fork", "./app fork; ./app fork", time.Minute, 0, runner.Done, "", "<nil>\n"},
		{"leave", "./app leave", time.Minute, 0, runner.Done, "", "<nil>\n<nil>\n"},
		{"lock", "./app lock", time.Minute, 0, runner.Done, "", ""},
	}
	check := hermeticRows(t)
	t.Cleanup(func() {
		patience := time.Now().Add(10 * time.Second)
		for left := processes(t); len(left) > 0; left = processes(t) { // a killed process takes its time
			if time.Now().After(patience) {
				t.Errorf("processes left: %v", left)
				return // Fatalf is not heard of a function that cleans up
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // most of them only wait
			build := "go build -o app\n"
			if strings.HasPrefix(tt.cell, "go run") {
				build = "go run . none\n" // whose program go run then has
			}
			p := shellProgram(t, "limits", restless, build, tt.cell+"\n")
			p.Cells[1].Timeout, p.Cells[1].Limit = tt.timeout, tt.limit
			out, end := runCells(t, tc, p)
			check(out)
			if end.Status != tt.status || end.Message != tt.message {
				t.Errorf("ended %+v", end)
			}
			if tt.status != runner.Done && (end.Pos.Line != 200 || end.Hint == "") {
				t.Errorf("ended at %v with the hint %q", end.Pos, end.Hint)
			}
			printed := out[1]
			if tt.status == runner.Done {
				printed = strings.ReplaceAll(printed, "/begun\n", "") // a forked process prints when it likes
			}
			if !strings.HasPrefix(printed, tt.want) || tt.limit > 0 && len(out[1]) != tt.limit {
				t.Errorf("printed %q", out[1])
			}
		})
	}
}

// processes returns the programs below the folder for temporary files that
// still run.
func processes(t *testing.T) (left []string) {
	t.Helper()
	exes, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, exe := range exes {
		if target, err := os.Readlink(exe); err == nil && strings.HasPrefix(target, os.TempDir()+"/") {
			left = append(left, target)
		}
	}
	return left
}

func TestShellCancelled(t *testing.T) {
	tc := open(t, t.TempDir(), "")
	check := hermetic(t)
	p := shellProgram(t, "cancelled", "-- main.go --\npackage main\n\nfunc main() {\n\tprintln(1)\n\tfor {\n\t}\n}\n", "go build -o app\n./app\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := (&Engine{Toolchain: tc}).Run(ctx, []*runner.Program{p}, func(_ *runner.Program, ev runner.Event) {
		if ev.Kind == runner.Printed {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
	check(nil)
}

func TestShellWithoutToolchain(t *testing.T) {
	tc := open(t, t.TempDir(), "go1.4294967295.1")
	var missing *MissingError
	err := (&Engine{Toolchain: tc}).Run(t.Context(), []*runner.Program{shellProgram(t, "", "", "go vet\n")}, func(*runner.Program, runner.Event) {})
	if !errors.As(err, &missing) {
		t.Errorf("Run = %v, want a MissingError", err)
	}
}

// TestShellBesideGo has programs of both kinds in one run, and two of the same
// name.
func TestShellBesideGo(t *testing.T) {
	check := hermetic(t)
	e := &Engine{Toolchain: open(t, writeModule(t, book), "")}
	all := runAll(t, e,
		program("go", "import \"fmt\"\n", "fmt.Println(1)"),
		shellProgram(t, "sh", adder, "go run .\n"),
		shellProgram(t, "sh", adder, "go run .\n"),
		shellProgram(t, "escapes", "-- ../x.go --\npackage x\n", "go vet\n"))
	lines := strings.Fields(all["sh"].output) // of two programs at the same time
	slices.Sort(lines)
	if all["go"].output != "1\n" || !slices.Equal(lines, []string{"3", "3", "three", "three"}) {
		t.Errorf("printed %q and %q", all["go"].output, all["sh"].output)
	}
	end := all["escapes"].end
	if end.Status != runner.Refused || !strings.Contains(end.Message, `"../x.go"`) || end.Pos.File != "notes/../x.go.md" {
		t.Errorf("a file outside: %+v", end)
	}
	check(nil)
}

// TestShellImportsBook has folders that need the book's module, this
// repository's own, and what it requires, offline.
func TestShellImportsBook(t *testing.T) {
	tc := open(t, ".", "")
	check := hermetic(t)
	out, end := runCells(t, tc, shellProgram(t, "model", `
-- main.go --
package main

import (
	"fmt"

	"github.com/google/go-cmp/cmp"

	"rtbook/model/alloc"
)

func main() {
	fmt.Println(alloc.New(alloc.Config{}) != nil, cmp.Equal(1, 1))
}
`, "go run .\n", "go vet; go list -m rtbook; go list -f '{{.Dir}}' rtbook/model/alloc; go list -f '{{.Dir}}' github.com/google/go-cmp/cmp\n",
		"go build -gcflags=rtbook/model/alloc=-m -o app\n"))
	check(out)
	if want := "# rtbook/model/alloc\nrtbook/model/alloc/"; end.Status == runner.Done && !strings.HasPrefix(out[2], want) {
		t.Errorf("the compiler says %.200q…, want %q first", out[2], want)
	}
	want := []string{"true true\n", "rtbook v0.0.0 => rtbook\nrtbook/model/alloc\n$GOMODCACHE/github.com/google/go-cmp@v0.7.0/cmp\n"}
	if end.Status != runner.Done || strings.Join(out[:2], "|") != strings.Join(want, "|") {
		t.Errorf("ended %+v with %q, want %q", end, out[:2], want)
	}
}

func TestCrashLine(t *testing.T) {
	for out, want := range map[string]string{
		"": "", "a panic: b\n": "", "x\npanic: boom [recovered]\npanic: 2": "panic: boom [recovered]", "fatal error: f": "fatal error: f",
	} {
		if got := crashLine([]byte(out)); got != want {
			t.Errorf("crashLine(%q) = %q, want %q", out, got, want)
		}
	}
}

func TestPreparations(t *testing.T) {
	p := shellProgram(t, "", "", "go version; go env\n", "go vet; go test; go tool\ngo build -o app; ./app\n", "go tool nm app; go tool -n nm\ngo tool pprof -top x\n")
	got := preparations(p.Shell)
	want := [][]string{{"go", "list", "-e", "-export", "-deps", "-test", "./..."}, {"go", "tool", "-n", "nm"}, {"go", "tool", "-n", "pprof"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("prepared by %q, want %q", got, want)
	}
}

func TestUncached(t *testing.T) {
	for args, want := range map[string]string{
		"test":               "test -count=1",
		"test -v ./...":      "test -count=1 -v ./...",
		"test -C sub -v":     "test -C sub -count=1 -v",
		"test -C=sub -v":     "test -C=sub -count=1 -v",
		"test -count=3":      "test -count=3",
		"test . --count 3":   "test . --count 3",
		"test -args count":   "test -count=1 -args count",
		"build -count=3":     "build -count=3",
		"vet":                "vet",
		"test -test.count=2": "test -test.count=2",
	} {
		if got := strings.Join(uncached(strings.Fields(args)), " "); got != want {
			t.Errorf("go %s runs as go %s, want go %s", args, got, want)
		}
	}
}
