package sandbox

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"rtbook/runner"
	"rtbook/runner/wire"
)

// ended says what it means that a program ended by itself, without a crash
// report of the Go runtime and before its last cell was over.
func ended(e Ending, l runner.Limits) runner.Event {
	switch {
	case e.Code == wire.ClosedStatus:
		return runner.Event{
			Status:  runner.Closed,
			Message: "the cell closed its standard output and error",
			Hint:    "leave one of the two open: without them nobody knows what a cell does",
		}
	case OverCPU(e, l):
		return OutOfCPU(l)
	case e.Signal != "":
		return runner.Event{
			Status:  runner.Killed,
			Message: fmt.Sprintf("the program was ended here by a signal: %s", e.Signal),
			Hint:    "if it was not the cell that sent it, the machine may be short of memory",
		}
	}
	return runner.Event{
		Status:  runner.Exited,
		Message: fmt.Sprintf("the program ended here (%v)", e),
		Hint:    "a cell runs to its end: leave out what ends the program, os.Exit for example",
	}
}

// OverCPU reports whether a process was killed for the processor time that it
// took. The kernel sends the same signal as everybody, and holds against the
// limit not the time that it tells of afterwards but one that it estimates from
// who runs at each of its ticks: where processes compete, that differs by some
// tenths of a second in the first, and by less for each further one.
func OverCPU(e Ending, l runner.Limits) bool {
	whole := (l.CPU + time.Second - 1) / time.Second * time.Second
	return e.Signal == "killed" && l.CPU > 0 && e.CPU >= whole-whole/10-350*time.Millisecond
}

// OutOfCPU returns what is said of a program that took too much processor time.
func OutOfCPU(l runner.Limits) runner.Event {
	return runner.Event{
		Status:  runner.OutOfCPU,
		Message: fmt.Sprintf("the program took more than %v of processor time", l.CPU),
		Hint:    "compute less, or on fewer processors",
	}
}

// OutOfFiles returns what is said of a program whose files grew too large.
func OutOfFiles(l runner.Limits) runner.Event {
	return runner.Event{
		Status:  runner.OutOfFiles,
		Message: fmt.Sprintf("the program's files have more than %s", size(l.Files)),
		Hint:    "write less, or remove what is no longer needed",
	}
}

// exhausted corrects the end of a program that crashed because it met a limit.
// report is what the runtime printed.
func exhausted(report []byte, l runner.Limits, ev *runner.Event) {
	if status := Exhausted(report); status != "" {
		o := OutOf(status, l, ev.Message)
		ev.Status, ev.Message, ev.Hint = o.Status, o.Message, o.Hint
	}
}

// OutOf returns what is said of a program that ended as [Exhausted] found out,
// with these words of the runtime's.
func OutOf(status runner.Status, l runner.Limits, words string) runner.Event {
	if status == runner.OutOfProcs {
		return runner.Event{
			Status:  status,
			Message: fmt.Sprintf("the program wanted more than %d processes and threads (%s)", l.Processes, words),
			Hint:    "have fewer goroutines at the same time in system calls, or locked to their threads",
		}
	}
	return runner.Event{
		Status:  status,
		Message: fmt.Sprintf("the program wanted more than %s of memory (%s)", size(l.Memory), words),
		Hint:    "keep less in memory: fewer or smaller values, or fewer goroutines at the same time",
	}
}

// The texts by which the Go runtime says that the system has no more for it
// (runtime: mem_linux.go, mheap.go, malloc.go, mpagealloc.go, mcache.go,
// stack.go, arena.go, os_linux.go, proc.go).
var (
	memoryTexts = []string{
		"out of memory", "cannot allocate memory", "cannot map pages in arena address space",
		"failed to reserve page summary memory", "memory reservation exceeds address space limit",
	}
	threadTexts = []string{"newosproc", "runtime.newosproc", "thread exhaustion", "failed to create new OS thread", "pthread_create failed"}
)

// Exhausted looks for a limit in a crash report: it returns [runner.OutOfMem],
// [runner.OutOfProcs], or "". Only the runtime's own lines count, which are
// "fatal error: " and what is said before it; a panic is the program's.
func Exhausted(report []byte) runner.Status {
	for line := range bytes.Lines(report) {
		text := string(line)
		switch {
		case strings.HasPrefix(text, fatalPrefix), strings.HasPrefix(text, "runtime: "), strings.HasPrefix(text, "runtime/cgo: "):
		case strings.HasPrefix(text, "goroutine "), strings.HasPrefix(text, panicPrefix):
			return ""
		default:
			continue
		}
		switch {
		case containsAny(text, threadTexts): // also where the reason is that there is no memory for one
			return runner.OutOfProcs
		case containsAny(text, memoryTexts):
			return runner.OutOfMem
		}
	}
	return ""
}

func containsAny(s string, texts []string) bool {
	for _, t := range texts {
		if strings.Contains(s, t) {
			return true
		}
	}
	return false
}

// size writes a number of bytes as people do.
func size(n int64) string {
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= unit.bytes {
			return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/float64(unit.bytes)), ".0") + " " + unit.name
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
