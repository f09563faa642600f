package gotool

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"rtbook/runner"
	"rtbook/runner/sandbox"
)

// A program of commands runs in a folder of its own, which is made for it and
// removed after it; see folder.go. Each cell's commands run one after the
// other, and what they write to standard output and error goes through one
// pipe, in which paths of this machine are replaced (see paths.go). What
// commands write to files is left as it is.
//
// A go command is the pinned toolchain's, with the environment of every go
// command of this package, a home of its own, and the assignments before it.
// So is what it starts (go run, go test). -trimpath is not used: diagnostics
// and stacks are to name ./main.go as they do in a terminal. go test is given
// -count=1 unless it says otherwise, for a result out of the cache is another
// output. A program that a command built gets a home, a folder for temporary
// files, the time zone UTC, and its assignments.
//
// The program ends with the first command that fails, and that is not expected
// to. When a command ends, what is left of its process group is killed.

// drainLimit is how long a command's output may take to end after it has, when
// a process holds on to it that left the group.
const drainLimit = time.Second

// measureEvery is how often the folder is measured while a command runs.
const measureEvery = 100 * time.Millisecond

// session is one run of a program of commands.
type session struct {
	t       *Toolchain
	program *runner.Program
	folder  *folder
	env     goEnv
	names   []pathName
	limits  runner.Limits // of the programs that commands build
	exec    []string      // what the go command puts before a program to run it; see sandbox.Further
	emit    func(runner.Event)

	cell     int
	unit     runner.Unit
	deadline time.Time
	out      []byte // what the cell printed
}

// runShell runs a program of commands. Its error means that it could not be
// run, or is ctx's.
func (t *Toolchain) runShell(ctx context.Context, p *runner.Program, emit func(runner.Event)) error {
	env, err := t.settings(ctx)
	if err != nil {
		return err
	}
	f, err := makeFolder(p)
	if err != nil {
		return err
	}
	defer f.remove()
	refused, err := t.populate(f, p, env.GOVERSION)
	if err != nil {
		return err
	}
	if refused != nil {
		emit(*refused)
		return nil
	}
	s := &session{t: t, program: p, folder: f, env: env, limits: shellLimits(p), emit: emit}
	s.exec, err = sandbox.Further(f.Dir, sandbox.Access{Write: f.writable(), NoLinks: true}, s.limits)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("confine the programs of %s: %w", p.Name(), err)
	}
	s.names = t.pathNames(f, env, s.exec)
	if err := s.warm(ctx); err != nil {
		return err
	}
	for i := range p.Cells {
		end, err := s.run(ctx, i)
		if err != nil {
			return err
		}
		if end != nil {
			emit(*end)
			return nil
		}
	}
	emit(runner.Event{Kind: runner.Ended, Cell: max(0, len(p.Cells)-1), Status: runner.Done})
	return nil
}

// warm has the go command compile what the folder's packages import, and the
// tools that it comes without, so that a cell's time is its own and not what
// these take on a machine that is new. What is wrong with the packages is for
// the cells to say.
func (s *session) warm(ctx context.Context) error {
	for _, args := range preparations(s.program.Shell) {
		spec, err := s.confined(ctx, runner.Command{Args: args})
		if err != nil {
			return err
		}
		if _, _, _, err := spec.Output(ctx, buildTime); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// preparations returns the go commands that compile what commands need.
func preparations(s *runner.Shell) (all [][]string) {
	add := func(args ...string) {
		if !slices.ContainsFunc(all, func(a []string) bool { return slices.Equal(a, args) }) {
			all = append(all, args)
		}
	}
	for _, c := range slices.Concat(s.Cells...) {
		if len(c.Args) < 2 || c.Args[0] != "go" {
			continue
		}
		switch c.Args[1] {
		case "build", "run", "test", "vet":
			add("go", "list", "-e", "-export", "-deps", "-test", "./...")
		case "tool":
			isName := func(arg string) bool { return !strings.HasPrefix(arg, "-") }
			if i := slices.IndexFunc(c.Args[2:], isName); i >= 0 {
				add("go", "tool", "-n", c.Args[2+i])
			}
		}
	}
	return all
}

// run runs the commands of a cell, and returns the event that ends the program
// in it, nil if it goes on.
func (s *session) run(ctx context.Context, cell int) (*runner.Event, error) {
	s.cell, s.unit, s.out = cell, s.program.Cells[cell], nil
	s.deadline = time.Now().Add(cmp.Or(s.unit.Timeout, runner.DefaultTimeout))
	s.emit(runner.Event{Kind: runner.Began, Cell: cell})
	var commands []runner.Command
	if cell < len(s.program.Shell.Cells) {
		commands = s.program.Shell.Cells[cell]
	}
	ok, failed := true, false
	for _, c := range commands {
		if c.OnOK && !ok {
			continue
		}
		before := len(s.out)
		ended, end, err := s.start(ctx, c)
		if end != nil && end.Status == runner.Flooded { // of a crash report, it may be
			end = cmp.Or(s.limit(c, ended, s.out[before:]), end)
		}
		if end != nil || err != nil {
			return end, err
		}
		if ok = ended.Success(); ok {
			continue
		}
		if end := s.failure(c, ended, s.out[before:]); end != nil {
			return end, nil
		}
		failed = true
	}
	if s.unit.Expect != "" && !failed {
		ev := s.ended(runner.Exited, s.unit.Pos, fmt.Sprintf("the cell must fail (expect=%s), and no command did", s.unit.Expect))
		ev.Hint = "remove expect=, or make a command fail"
		return ev, nil
	}
	return nil, nil
}

func (s *session) ended(status runner.Status, pos runner.Pos, message string) *runner.Event {
	return &runner.Event{Kind: runner.Ended, Cell: s.cell, Status: status, Message: message, Pos: pos}
}

// title is how messages speak of a command.
func title(c runner.Command) string {
	if len(c.Args) > 1 && c.Args[0] == "go" {
		return "go " + c.Args[1]
	}
	return c.Args[0]
}

// failure returns the end of the program that a command which failed is, nil
// if the cell is expected to fail so.
func (s *session) failure(c runner.Command, ended sandbox.Ending, out []byte) *runner.Event {
	if ev := s.limit(c, ended, out); ev != nil {
		return ev
	}
	crash, isGo := crashLine(out), c.Args[0] == "go"
	status, what := runner.Exited, ended.String()
	if ended.Signal != "" {
		status = runner.Killed
	}
	if crash != "" {
		status, what = runner.Panicked, crash
	}
	message, hint := title(c)+": "+what, ""
	switch s.unit.Expect {
	case runner.ExpectPanic:
		if crash != "" {
			return nil
		}
		message += ", but expect=panic wants the output of a panic or a fatal error"
	case runner.ExpectCompileError:
		if isGo && crash == "" {
			return nil
		}
		message += ", but expect=compile-error wants a go command to fail, and no program to crash"
	default:
		hint = "if the cell must fail, say so with expect="
		if crash != "" {
			hint += string(runner.ExpectPanic)
		} else {
			hint += string(runner.ExpectCompileError)
		}
	}
	if pos, text := s.diagnostic(out); isGo && pos.Line > 0 {
		hint = fmt.Sprintf("%s:%d:%d: %s", pos.File, pos.Line, pos.Col, text)
	}
	ev := s.ended(status, c.Pos, message)
	ev.Hint = hint
	return ev
}

// limit returns the end of the program if a command failed because of a limit,
// which is never what is expected of it.
func (s *session) limit(c runner.Command, ended sandbox.Ending, out []byte) *runner.Event {
	limits := s.limits
	if isGo := c.Args[0] == "go"; isGo && len(c.Args) > 1 && c.Args[1] != "run" && c.Args[1] != "test" {
		limits = goLimits(limits)
	}
	var ev runner.Event
	switch status := sandbox.Exhausted(out); {
	case sandbox.OverCPU(ended, limits):
		ev = sandbox.OutOfCPU(limits)
	case status != "":
		ev = sandbox.OutOf(status, limits, crashLine(out))
	default:
		return nil
	}
	end := s.ended(ev.Status, c.Pos, title(c)+": "+ev.Message)
	end.Hint = ev.Hint
	return end
}

// crashLine returns the first line in which the Go runtime says that it ends a
// program.
func crashLine(out []byte) string {
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("panic: ")) || bytes.HasPrefix(line, []byte("fatal error: ")) {
			return strings.TrimRight(string(line), "\n")
		}
	}
	return ""
}

// diagnostic returns the first message about a file of the folder that the
// chapter has, and its place there.
func (s *session) diagnostic(out []byte) (runner.Pos, string) {
	for line := range strings.Lines(string(out)) {
		place, text, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "vet: "), ": ")
		if !ok {
			continue
		}
		name, rest, _ := strings.Cut(place, ":")
		lineText, colText, _ := strings.Cut(rest, ":")
		n, err := strconv.Atoi(lineText)
		if err != nil {
			continue
		}
		col, err := strconv.Atoi(colText)
		if err != nil {
			col = 1
		}
		for _, f := range s.program.Shell.Files {
			if f.Pos.Line > 0 && path.Clean(f.Path) == path.Clean(filepath.ToSlash(name)) {
				return runner.Pos{File: f.Pos.File, Line: f.Pos.Line + n - 1, Col: f.Pos.Col + col - 1}, text
			}
		}
	}
	return runner.Pos{}, ""
}

// start runs a command to its end. The event is that of a command that cannot
// be started, or had to be stopped.
func (s *session) start(ctx context.Context, c runner.Command) (sandbox.Ending, *runner.Event, error) {
	var none sandbox.Ending
	if err := ctx.Err(); err != nil {
		return none, nil, err
	}
	refuse := func(err error) (sandbox.Ending, *runner.Event, error) {
		ev := s.ended(runner.Refused, c.Pos, title(c)+": "+cause(err).Error())
		if c.Args[0] != "go" {
			ev.Hint = "build it in a command above: go build -o " + strings.TrimPrefix(c.Args[0], "./")
		}
		return none, ev, nil
	}
	spec, err := s.confined(ctx, c)
	if err != nil {
		if c.Args[0] == "go" {
			return none, nil, err
		}
		return refuse(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return none, nil, fmt.Errorf("run %s: %w", title(c), err)
	}
	files, err := s.redirect(&spec, c, w)
	if err != nil {
		r.Close()
		w.Close()
		ev := s.ended(runner.Exited, c.Pos, err.Error())
		return none, ev, nil
	}
	p, err := spec.Start()
	w.Close()
	for _, f := range files {
		f.Close()
	}
	if err != nil {
		r.Close()
		if ctx.Err() != nil {
			return none, nil, ctx.Err()
		}
		return refuse(err)
	}
	stop := context.AfterFunc(ctx, p.Kill)
	defer stop()
	ended, end := s.watch(p, c, r)
	return ended, end, ctx.Err()
}

// redirect gives a command its standard output and error, and returns the
// files that it opened for them.
func (s *session) redirect(spec *sandbox.Spec, c runner.Command, pipe *os.File) (files []*os.File, err error) {
	open := func(name string) *os.File {
		if name == "" || err != nil {
			return pipe
		}
		var f *os.File
		if f, err = s.folder.create(name, c.Append); err != nil {
			err = fmt.Errorf("%s: the output cannot go to %s: %w", title(c), name, cause(err))
			return pipe
		}
		files = append(files, f)
		return f
	}
	stdout := open(c.Stdout)
	spec.Stdout, spec.Stderr = stdout, stdout
	if c.Stderr != "&1" {
		spec.Stderr = open(c.Stderr)
	}
	if err != nil {
		for _, f := range files {
			f.Close()
		}
	}
	return files, err
}

// uncached has go test run the tests.
func uncached(args []string) []string {
	counts := func(arg string) bool {
		flag, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		return flag != arg && (flag == "count" || flag == "test.count")
	}
	if len(args) == 0 || args[0] != "test" || slices.ContainsFunc(args, counts) {
		return args
	}
	return withFlag(args, "-count=1")
}

// watch follows a command until it has ended and its output has. On return
// nothing of it is left but what left its process group. The event says why it
// was stopped.
func (s *session) watch(p *sandbox.Process, c runner.Command, r *os.File) (ended sandbox.Ending, end *runner.Event) {
	defer r.Close()
	chunks, exited := make(chan []byte), make(chan struct{})
	go read(r, chunks)
	go func() {
		ended = p.Wait()
		close(exited)
	}()
	timer := sandbox.NewDeadline(time.Until(s.deadline))
	defer timer.Stop()
	measure := time.NewTicker(measureEvery)
	defer measure.Stop()
	flooded := false
	names := &renamer{names: s.names, to: func(text []byte) { flooded = !s.print(text) || flooded }}
	running := true
	for running || chunks != nil {
		select {
		case chunk, ok := <-chunks:
			timer.Woken()
			if !ok {
				chunks = nil
				continue
			}
			if !flooded {
				if names.write(chunk); flooded && running {
					p.Kill()
				}
			}
		case <-exited:
			timer.Woken()
			s.deadline = timer.At()
			running, exited = false, nil
			timer.Reset(drainLimit)
		case <-timer.C:
			timer.Woken()
			if !timer.Over() {
				continue
			}
			if !running {
				r.Close()
				continue
			}
			end = s.late(c)
			p.Kill()
		case <-measure.C:
			timer.Woken()
			if end != nil || !running {
				continue
			}
			status := p.Exceeds(s.folder.Dir, s.together(c))
			timer.Worked()
			if end = s.exceeded(c, status); end != nil {
				p.Kill()
			}
		}
	}
	if !flooded {
		names.flush()
	}
	if flooded {
		end = s.flood(c)
	}
	return ended, end
}

// read hands over what comes through a pipe until nobody can write to it, or
// until it is closed.
func read(r *os.File, chunks chan<- []byte) {
	defer close(chunks)
	for {
		buf := make([]byte, 32<<10)
		n, err := r.Read(buf)
		if n > 0 {
			chunks <- buf[:n]
		}
		if err != nil {
			return
		}
	}
}

// print emits what the cell printed, and says whether that is within its limit.
func (s *session) print(text []byte) bool {
	room := s.room() - len(s.out)
	within := len(text) <= room
	text = text[:min(len(text), room)]
	if len(text) > 0 {
		s.out = append(s.out, text...)
		s.emit(runner.Event{Kind: runner.Printed, Cell: s.cell, Text: bytes.Clone(text)})
	}
	return within
}

func (s *session) room() int {
	if s.unit.Limit > 0 {
		return s.unit.Limit
	}
	return runner.DefaultOutputLimit
}

// exceeded returns the end that a command comes to which has more than it may;
// nil if it has not.
func (s *session) exceeded(c runner.Command, status runner.Status) *runner.Event {
	var ev runner.Event
	switch status {
	case runner.OutOfFiles:
		ev = sandbox.OutOfFiles(s.limits)
	case runner.OutOfMem:
		ev = sandbox.OutOf(status, s.together(c), "all of its processes together")
	default:
		return nil
	}
	end := s.ended(ev.Status, c.Pos, title(c)+": "+ev.Message)
	end.Hint = ev.Hint
	return end
}

func (s *session) late(c runner.Command) *runner.Event {
	limit := cmp.Or(s.unit.Timeout, runner.DefaultTimeout)
	ev := s.ended(runner.TimedOut, c.Pos, fmt.Sprintf("%s: the cell did not end within %v", title(c), limit))
	ev.Hint = "make the command end, or allow the cell more time with timeout="
	return ev
}

func (s *session) flood(c runner.Command) *runner.Event {
	ev := s.ended(runner.Flooded, c.Pos, fmt.Sprintf("%s: the cell printed more than %d bytes", title(c), s.room()))
	ev.Hint = "print less: a page is for reading; > sends output to a file"
	return ev
}
