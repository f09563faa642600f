package sandbox

import (
	"context"
	"fmt"
	"time"

	"rtbook/runner"
	"rtbook/runner/wire"
)

// crashRoom is how far a cell's output may go beyond its limit before it is
// stopped: a crash report is not output, and is taken off at the end.
const crashRoom = 64 << 10

// supervisor follows one child from its first byte to its last.
type supervisor struct {
	p       *runner.Program
	proc    *process
	emit    func(runner.Event)
	decoder *wire.Decoder

	cell    int    // index of the cell that runs; len(p.Cells) after the last
	began   bool   // whether any cell began
	out     []byte // what the cell printed, with up to crashRoom bytes beyond its limit
	kept    int    // bytes of out that were emitted
	verdict *runner.Event

	timer *Deadline // is over when the cell, the start or the end takes too long
	limit time.Duration

	gone bool // the child has ended
}

func newSupervisor(p *runner.Program, proc *process, nonce string, emit func(runner.Event)) *supervisor {
	s := &supervisor{p: p, proc: proc, emit: emit, cell: -1, timer: NewDeadline(DefaultStartLimit)}
	s.decoder = wire.NewDecoder(nonce, s.mark, s.text)
	return s
}

// watch follows the child until its output ends and it is gone. On return
// nothing of the child is left. The error is ctx's.
func (s *supervisor) watch(ctx context.Context) error {
	defer s.timer.Stop()
	defer s.proc.output.Close()
	cancelled := ctx.Done()
	exited, chunks, full := s.proc.exited, s.proc.chunks, s.proc.full
	measure := time.NewTicker(measureEvery)
	defer measure.Stop()
	for exited != nil || chunks != nil {
		select {
		case chunk, ok := <-chunks:
			s.timer.Woken()
			if !ok {
				chunks = nil
				s.decoder.Flush()
				continue
			}
			if s.verdict == nil {
				s.decoder.Write(chunk)
			}
		case <-exited:
			exited = nil
			s.gone = true
			s.timer.Woken()
			s.timer.Reset(drainLimit)
		case <-full:
			full = nil
			s.stop(showedTooMuch())
		case <-s.timer.C:
			s.timer.Woken()
			if !s.timer.Over() {
				continue
			}
			if s.gone { // a process that left the group holds the pipe open
				s.proc.output.Close()
			} else {
				s.timeout()
			}
		case <-measure.C:
			s.timer.Woken()
			if s.verdict != nil || s.gone {
				continue
			}
			status := s.proc.Exceeds(s.proc.files, s.proc.limits)
			s.timer.Worked()
			switch status {
			case runner.OutOfFiles:
				s.stop(OutOfFiles(s.proc.limits))
			case runner.OutOfMem:
				s.stop(OutOf(status, s.proc.limits, "all of its processes together"))
			}
		case <-cancelled:
			cancelled = nil
			s.stop(runner.Event{})
		}
	}
	return ctx.Err()
}

// mark is called when the program says that it begins a cell, or that it has
// come to its end. Only the next number counts: any other was forged.
func (s *supervisor) mark(cell int) {
	if s.verdict != nil || cell != s.cell+1 || cell > len(s.p.Cells) {
		return
	}
	if s.over() {
		s.flood()
		return
	}
	if cell == len(s.p.Cells) { // what is printed now still belongs to the last cell
		s.cell = cell
		s.restart(endLimit)
		return
	}
	s.begin(cell)
	s.restart(s.timeLimit(cell))
}

func (s *supervisor) begin(cell int) {
	if s.cell = cell; cell > 0 || !s.began {
		s.emit(runner.Event{Kind: runner.Began, Cell: cell})
	}
	if cell > 0 {
		s.out, s.kept = nil, 0
	}
	s.began = true
}

// text is called with what the program printed. What is printed before the
// first marker, by the initialisation of a package, belongs to the first cell.
func (s *supervisor) text(text []byte) {
	if s.verdict != nil {
		return
	}
	if !s.began && len(s.p.Cells) > 0 {
		s.began = true
		s.emit(runner.Event{Kind: runner.Began})
	}
	limit := s.outputLimit()
	if room := limit + crashRoom - len(s.out); len(text) > room {
		text = text[:room]
		defer s.flood()
	}
	s.out = append(s.out, text...)
	if end := min(len(s.out), limit); end > s.kept {
		s.emit(runner.Event{Kind: runner.Printed, Cell: s.at(), Text: append([]byte(nil), s.out[s.kept:end]...)})
		s.kept = end
	}
}

// at returns the cell that the child is in, as an index of p.Cells.
func (s *supervisor) at() int { return max(0, min(s.cell, len(s.p.Cells)-1)) }

// over says whether the cell has printed more than it may.
func (s *supervisor) over() bool { return len(s.out) > s.outputLimit() }

func (s *supervisor) outputLimit() int {
	if s.at() < len(s.p.Cells) {
		if n := s.p.Cells[s.at()].Limit; n > 0 {
			return n
		}
	}
	return runner.DefaultOutputLimit
}

func (s *supervisor) timeLimit(cell int) time.Duration {
	return cellTime(s.p.Cells[cell])
}

func (s *supervisor) restart(limit time.Duration) {
	s.limit = limit
	s.timer.Reset(limit)
}

// stop kills the child; the first verdict stands.
func (s *supervisor) stop(verdict runner.Event) {
	if s.verdict == nil {
		s.verdict = &verdict
	}
	if !s.gone {
		s.proc.Kill()
	}
}

func (s *supervisor) flood() {
	s.stop(runner.Event{
		Status:  runner.Flooded,
		Message: fmt.Sprintf("printed more than %d bytes", s.outputLimit()),
		Hint:    "print less: a page is for reading",
	})
}

// showedTooMuch is the verdict about a program whose displays are too large.
func showedTooMuch() runner.Event {
	return runner.Event{
		Status:  runner.Flooded,
		Message: fmt.Sprintf("showed more than %d MiB of displays", wire.MaxShown>>20),
		Hint:    "show less: fewer displays, fewer steps in each",
	}
}

func (s *supervisor) timeout() {
	switch {
	case s.cell < 0:
		s.stop(runner.Event{
			Status:  runner.TimedOut,
			Message: fmt.Sprintf("the program did not come to its first cell within %v", s.limit),
		})
	case s.cell == len(s.p.Cells):
		s.stop(runner.Event{Status: runner.Done})
	case s.over():
		s.flood()
	default:
		s.stop(runner.Event{
			Status:  runner.TimedOut,
			Message: fmt.Sprintf("did not end within %v", s.limit),
			Hint:    "make the cell end, or allow it more time with timeout=",
		})
	}
}
