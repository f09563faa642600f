//go:build unix

package sandbox

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rtbook/runner"
	"rtbook/runner/wire"
)

// The test binary is also the child of the tests: "child NAME" runs behaviours
// of that name. A further argument tells its processes from all others.
func TestMain(m *testing.M) {
	if Requested(os.Args) {
		Main()
	}
	if len(os.Args) >= 3 && os.Args[1] == "hold" {
		hold := holders[os.Args[2]]
		hold()
		fmt.Println("holds")
		time.Sleep(time.Hour)
	}
	if len(os.Args) >= 3 && os.Args[1] == "child" {
		behave(os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// outputLimit is that of every cell in the tests.
const outputLimit = 1000

// behaviours are programs of at most two cells.
var behaviours = map[string][]func(){
	"fine":         {func() { fmt.Print("one\npart") }, func() { fmt.Print("ial\x00\xff\x00rtbook \n") }},
	"last line":    {func() { fmt.Println(1) }, func() {}},
	"both streams": {func() { fmt.Print(1); fmt.Fprint(os.Stderr, 2); fmt.Print(3) }},
	"exactly":      {func() { fmt.Print(strings.Repeat("x", outputLimit)) }, func() { fmt.Print("end") }},
	"one too many": {func() { fmt.Print(strings.Repeat("x", outputLimit+1)) }, func() { fmt.Print("end") }},
	"too many, then hang": {func() {
		fmt.Print(strings.Repeat("x", outputLimit+1))
		time.Sleep(time.Hour)
	}},
	"flood": {func() {}, func() {
		for {
			fmt.Println("again and again")
		}
	}},
	"flood, then panic": {func() { fmt.Print(strings.Repeat("x", outputLimit+1)); panic("boom") }},
	"full, then panic":  {func() { fmt.Print(strings.Repeat("x", outputLimit)); panic("boom") }},
	"hang":              {func() { fmt.Println(1) }, func() { time.Sleep(time.Hour) }},
	"spin":              {func() { fmt.Println(1) }, func() { spin() }},
	"exit 0":            {func() { fmt.Println(1) }, func() { os.Exit(0) }},
	"exit 7":            {func() { os.Exit(7) }, func() {}},
	"closed output": {
		func() { fmt.Println(1); os.Stdout.Close() },
		func() { fmt.Println("lost"); fmt.Fprintln(os.Stderr, 2) },
		func() { os.Stdout = os.Stderr },
	},
	"closed outputs": {func() { fmt.Println(1); os.Stdout.Close(); os.Stderr.Close() }},
	"killed":         {func() { syscall.Kill(os.Getpid(), syscall.SIGKILL); time.Sleep(time.Hour) }},
	"quits":          {func() { fmt.Print("part"); syscall.Kill(os.Getpid(), syscall.SIGQUIT); time.Sleep(time.Hour) }},
	"faults":         {func() { syscall.Kill(os.Getpid(), syscall.SIGSEGV); time.Sleep(time.Hour) }},
	"sleepy":         {func() { fmt.Println(1); time.Sleep(200 * time.Millisecond) }},
	"hangs up":       {func() { syscall.Kill(os.Getpid(), syscall.SIGHUP); time.Sleep(time.Second) }},
	"signals to the first": {func() {
		if os.Getppid() != 1 { // it is this machine's, or nobody's
			fmt.Println("not in a namespace")
			return
		}
		for sig := syscall.Signal(1); sig <= 64; sig++ {
			syscall.Kill(1, sig)
		}
		time.Sleep(50 * time.Millisecond) // it would take one of them after the other
		fmt.Println("sent")
	}, func() { fmt.Println("alive") }},
	"panic":          {func() { fmt.Println(1) }, func() { fmt.Print("part"); panic("boom") }},
	"panic in lines": {func() { panic("one\npanic: two\n\ngoroutine 1 [running]:") }},
	"raised again":   {func() { raiseAgain("same", "same") }},
	"raised another": {func() { raiseAgain("first", "second") }},
	"nil pointer":    {func() { var p *testing.M; p.Run() }},
	"deadlock":       {func() { fmt.Print("part"); <-(chan int)(nil) }},
	"many deadlocked": {func() {
		var started sync.WaitGroup
		for range 2000 {
			started.Add(1)
			go func() { started.Done(); select {} }()
		}
		started.Wait()
		fmt.Println("all")
		select {}
	}},
	"stack overflow": {func() { debug.SetMaxStack(1 << 20); fmt.Println(1); fmt.Println(recurse(1)) }},
	"a crash that is none": {func() {
		fmt.Print("panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\tnotes/01.md:3 +0x1d\n")
		os.Exit(2)
	}},
	"environment": {func() {
		env := os.Environ()
		slices.Sort(env)
		fmt.Println(strings.Join(env, "\n"))
	}},
	"folder": {func() { wd, _ := os.Getwd(); os.WriteFile("file", nil, 0); os.Mkdir("folder", 0); fmt.Println(wd) }},
	"memory of many": {func() {}, func() {
		for range 100 {
			hold("a quarter", nil)
		}
		time.Sleep(time.Hour)
	}},
	"score": {func() {
		text, _ := os.ReadFile("/proc/self/oom_score_adj")
		fmt.Print(string(text))
	}},
	"standard input": {func() { text, err := io.ReadAll(os.Stdin); fmt.Printf("%q %v\n", text, err) }},
	"grandchild":     {func() { grandchild(&syscall.SysProcAttr{}); fmt.Println("started") }},
	"grandchild, then hang": {func() {
		grandchild(&syscall.SysProcAttr{})
		fmt.Println("started")
		time.Sleep(time.Hour)
	}},
	"grandchild in another group":   {func() { grandchild(&syscall.SysProcAttr{Setpgid: true}); fmt.Println("started") }},
	"grandchild in another session": {func() { grandchild(&syscall.SysProcAttr{Setsid: true}); fmt.Println("started") }},
	"grandchild in another session, then hang": {func() {
		grandchild(&syscall.SysProcAttr{Setsid: true})
		fmt.Println("started")
		time.Sleep(time.Hour)
	}},
	"descriptors": {func() {
		for fd := range 64 {
			if to, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err == nil {
				fmt.Println(fd, to)
			}
		}
		fmt.Println("listed")
	}},
	"shows": {func() { tell("one", 10) }, func() {}, func() { tell("two", 10); tell("three", 10) }},
	"shows, then panics": {
		func() { tell("one", 10) },
		func() { tell("two", 10); panic("boom") },
		func() {},
	},
	"shows too much": {func() {}, func() {
		for range 100 {
			tell("again", 1<<20)
		}
		time.Sleep(time.Hour)
	}},
	"shows too much, then ends": {func() {
		for range 33 {
			tell("again", 1<<20)
		}
	}, func() {}},
	"shows while others print": {func() {
		done := make(chan bool)
		go func() {
			for range 50 {
				fmt.Print(strings.Repeat("x", outputLimit/50))
			}
			close(done)
		}()
		for range 20 {
			tell("large", 100<<10)
		}
		<-done
	}},
	"sleep": {func() { time.Sleep(time.Hour) }},
}

// tell sends a display of a kind, with so many bytes of data.
func tell(kind string, size int) {
	text := fmt.Appendf(nil, "\x1d{\"kind\":%q,\"data\":\"%s\"}\n", kind, strings.Repeat("x", size))
	for len(text) > 0 {
		n, err := syscall.Write(3, text)
		if err != nil {
			panic(err)
		}
		text = text[n:]
	}
}

func spin() {
	for n := 0; n >= 0; n /= 2 {
	}
}

func recurse(n int) int {
	if n == 0 {
		return 0
	}
	return recurse(n+1) + 1
}

func raiseAgain(first, second string) {
	defer func() {
		if recover() != nil {
			panic(second)
		}
	}()
	panic(first)
}

// grandchild starts a process that shares the child's output, and its last
// argument.
func grandchild(attr *syscall.SysProcAttr) {
	cmd := exec.Command("/proc/self/exe", "child", "sleep", os.Args[len(os.Args)-1])
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = attr
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
	}
}

func behave(name string) {
	switch name {
	case "parent": // of the child that the next arguments name; says when that printed
		self, _ := os.Executable()
		c := Child{Path: self, Args: append([]string{"child"}, os.Args[3:]...)}
		err := Run(context.Background(), c, testProgram(1), nil, func(ev runner.Event) {
			if ev.Kind == runner.Printed {
				fmt.Print("x")
			}
		})
		fmt.Println(err)
		return
	case "impatient parent": // likewise, with less time; and says how that ended
		self, _ := os.Executable()
		p := testProgram(1)
		p.Cells[0].Timeout = 4 * time.Second
		err := Run(context.Background(), Child{Path: self, Args: append([]string{"child"}, os.Args[3:]...)}, p, nil, func(ev runner.Event) {
			fmt.Println(ev.Kind, ev.Status, ev.Message)
		})
		fmt.Println(err)
		return
	case "no marker":
		wire.Start()
		time.Sleep(time.Hour)
	case "printed before the first marker":
		c := wire.Start()
		fmt.Print("early ")
		c.Mark(0)
		fmt.Print("late")
		c.Mark(1)
		return
	case "crash before the first marker":
		wire.Start()
		panic("early")
	case "crash after the last marker":
		c := wire.Start()
		c.Mark(0)
		c.Mark(1)
		panic("late")
	case "forged markers":
		nonce := os.Getenv(wire.NonceEnv)
		c := wire.Start()
		c.Mark(0)
		fmt.Print("a")
		wire.Mark(os.Stdout, nonce, 7)
		wire.Mark(os.Stdout, nonce, 0)
		wire.Mark(os.Stdout, "0123456789abcdef", 1)
		fmt.Print("b")
		c.Mark(1)
		return
	case "reports":
		c, _ := wire.Attach()
		c.Mark(0)
		wire.WriteReport(c.Reports, wire.Report{Cell: 1, Status: "refused", Message: "no", Offset: 12, Line: 2, Col: 3})
		return
	}
	cells, ok := behaviours[name]
	if !ok {
		panic("no such child: " + name)
	}
	c := wire.Start()
	for i, cell := range cells {
		c.Mark(i)
		cell()
	}
	c.Mark(len(cells))
}
