package sandbox

import (
	"bytes"
	"strconv"
	"strings"

	"rtbook/runner"
	"rtbook/runner/wire"
)

// Death is how a child ended that was not stopped and did not do what its
// program says to the end.
type Death struct {
	Program *runner.Program
	Cell    int           // index into Program.Cells
	Crash   Crash         // zero if the Go runtime reported no crash
	Reports []wire.Report // what the child reported, in order
}

// Diagnose improves the Ended event that [Run] made of a death: its status,
// message, hint and place. An engine knows what the place of a report means.
type Diagnose func(d Death, ended *runner.Event)

// Crash is a Go runtime's crash report, taken apart.
type Crash struct {
	Message string  // its first line, "panic: boom" or "fatal error: all goroutines are asleep - deadlock!"
	Frames  []Frame // the places of the first goroutine's stack, innermost first
}

// Frame is a place in a stack.
type Frame struct {
	File string
	Line int
}

const (
	panicPrefix = "panic: "
	fatalPrefix = "fatal error: "

	// nobodyLeft is the one report that has no part which the runtime copies:
	// there is no goroutine left whose stack it could show.
	nobodyLeft = "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n"
)

// end emits what the child showed, and the Ended event.
func (s *supervisor) end(diagnose Diagnose) {
	inbox := s.proc.reports()
	for _, d := range inbox.Shown {
		s.emit(runner.Event{Kind: runner.Showed, Cell: d.Cell, Display: &runner.Display{Kind: d.Kind, Text: d.Text, Data: d.Data, Fault: d.Fault}})
	}
	reports, report := inbox.Reports, inbox.Crash
	if len(report) == 0 && bytes.HasSuffix(s.out, []byte(nobodyLeft)) {
		report = []byte(nobodyLeft)
	}
	ev := runner.Event{Kind: runner.Ended, Cell: s.at()}
	if s.at() < len(s.p.Cells) {
		ev.Pos = s.p.Cells[s.at()].Pos
	}
	start := crashStart(s.out, report)
	switch {
	case inbox.Full:
		v := showedTooMuch()
		ev.Status, ev.Message, ev.Hint = v.Status, v.Message, v.Hint
		if ev.Cell = inbox.Cell(); ev.Cell < len(s.p.Cells) {
			ev.Pos = s.p.Cells[ev.Cell].Pos
		}
	case isCrash(report, s.proc.ended) && start <= s.outputLimit():
		// The report may have been what was too much; it is not output.
		ev.Status, ev.Cut = runner.Panicked, max(0, s.kept-start)
		ev.Message = s.proc.ended.String()
		d := Death{Program: s.p, Cell: s.at(), Crash: parseCrash(s.out[start:], report), Reports: reports}
		s.died(d, diagnose, &ev)
		exhausted(s.out[start:], s.proc.limits, &ev)
	case s.verdict == nil && s.over():
		s.flood()
		fallthrough
	case s.verdict != nil:
		v := s.verdict
		ev.Status, ev.Message, ev.Hint = v.Status, v.Message, v.Hint
	case s.cell == len(s.p.Cells) && s.proc.ended.Success():
		ev.Status = runner.Done
	default:
		ended := ended(s.proc.ended, s.proc.limits)
		ev.Status, ev.Message, ev.Hint = ended.Status, ended.Message, ended.Hint
		s.died(Death{Program: s.p, Cell: s.at(), Reports: reports}, diagnose, &ev)
	}
	if ev.Status == runner.Done {
		ev.Pos = runner.Pos{}
	}
	s.emit(ev)
}

// isCrash says whether a report can be the runtime's, of a process that ended
// so: a program can write to the descriptor, too.
func isCrash(report []byte, ended Ending) bool {
	text := string(report)
	return !ended.Success() && (crashMessage(text) != "" || strings.Contains(text, "goroutine "))
}

func (s *supervisor) died(d Death, diagnose Diagnose, ev *runner.Event) {
	if d.Crash.Message != "" {
		ev.Message = d.Crash.Message
	}
	for _, f := range d.Crash.Frames {
		if inChapter(f.File, s.p.Chapter) {
			ev.Pos = runner.Pos{File: s.p.Chapter, Line: f.Line, Col: 1}
			break
		}
	}
	if diagnose != nil {
		diagnose(d, ev)
	}
}

// inChapter says whether a frame's file is the chapter: the compiler writes a
// line directive's file below the folder of the package.
func inChapter(file, chapter string) bool {
	return chapter != "" && (file == chapter || strings.HasSuffix(file, "/"+chapter))
}

// crashStart returns where in a cell's output the crash report begins that the
// runtime copied to report, or len(out).
//
// The copy of a panic's report is whole. That of a fatal error begins after
// the lines in which the runtime says what happened, because it prints these
// before it counts itself as crashing; they are what stands before the copy,
// from "fatal error: " on, and the runtime's own lines above it.
func crashStart(out, report []byte) int {
	if len(report) == 0 {
		return len(out)
	}
	// Other threads may print between the lines of the report.
	head := report[:min(len(report), 256)]
	for {
		if i := bytes.LastIndex(out, head); i >= 0 {
			return beforeFatal(out, i)
		}
		line := bytes.LastIndexByte(bytes.TrimRight(head, "\n"), '\n')
		if line < 0 {
			return len(out)
		}
		head = head[:line+1]
	}
}

// beforeFatal returns where the lines of a fatal error begin that end at end.
func beforeFatal(out []byte, end int) int {
	i := bytes.LastIndex(out[:end], []byte(fatalPrefix))
	if i < 0 || !indented(out[i:end]) {
		return end
	}
	for { // such as "runtime: goroutine stack exceeds 1000000000-byte limit"
		above := bytes.LastIndexByte(out[:max(0, i-1)], '\n') + 1
		if above >= i || !bytes.HasPrefix(out[above:], []byte("runtime: ")) {
			return i
		}
		i = above
	}
}

// indented says whether each line of text but the first begins with a tab, as
// the runtime makes the lines of a message.
func indented(text []byte) bool {
	lines := bytes.Split(bytes.TrimRight(text, "\n"), []byte("\n"))
	for _, line := range lines[1:] {
		if !bytes.HasPrefix(line, []byte("\t")) {
			return false
		}
	}
	return true
}

// parseCrash takes a crash report apart: printed as it stands in the output,
// report as the runtime copied it.
func parseCrash(printed, report []byte) Crash {
	text := string(report)
	if bytes.HasPrefix(printed, []byte(fatalPrefix)) || bytes.HasPrefix(printed, []byte("runtime: ")) {
		text = string(printed)
	}
	return Crash{Message: crashMessage(text), Frames: frames(text)}
}

// crashMessage returns the line that says what ended the program. Of a chain
// of panics, each raised while the one above it was handled, it is the last.
func crashMessage(text string) string {
	message := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		chained := strings.TrimPrefix(line, "\t")
		switch {
		case strings.HasPrefix(line, fatalPrefix), message == "" && isSignal(line):
			return line
		case message == "" && strings.HasPrefix(line, panicPrefix),
			message != "" && chained != line && strings.HasPrefix(chained, panicPrefix):
			message = chained
		case message != "" && chained == line:
			return trimRecovered(message) // the message's own further lines are indented
		}
	}
	return trimRecovered(message)
}

// isSignal says whether a line is the runtime's about a signal that it ends the
// program for, "SIGQUIT: quit" (runtime/signal_unix.go: sighandler).
func isSignal(line string) bool {
	name, _, ok := strings.Cut(line, ": ")
	return ok && strings.HasPrefix(name, "SIG") && strings.ToUpper(name) == name && !strings.ContainsAny(name, " \t")
}

// trimRecovered takes off what the runtime adds to a panic that was recovered
// and raised again.
func trimRecovered(message string) string {
	message = strings.TrimSuffix(message, " [recovered]")
	return strings.TrimSuffix(message, " [recovered, repanicked]")
}

// frames returns the places of the first goroutine in a crash report.
func frames(text string) []Frame {
	var all []Frame
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "goroutine "):
			if inside {
				return all
			}
			inside = true
		case inside && strings.HasPrefix(line, "\t"):
			if f, ok := parseFrame(line[1:]); ok {
				all = append(all, f)
			}
		}
	}
	return all
}

// parseFrame reads "file:line +0x1d".
func parseFrame(s string) (Frame, bool) {
	if i := strings.LastIndex(s, " +0x"); i >= 0 {
		s = s[:i]
	}
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return Frame{}, false
	}
	line, err := strconv.Atoi(s[i+1:])
	if err != nil {
		return Frame{}, false
	}
	return Frame{File: strings.ReplaceAll(s[:i], `\`, "/"), Line: line}, true
}
