package sandbox

import (
	"time"

	"rtbook/runner"
)

// usage is what a process and all that it started have at one time, as far as
// no limit of the kernel's is about all of them together.
type usage struct {
	memory   int64 // bytes of anonymous memory
	nameless int64 // bytes of files that were removed and are still open or mapped
}

// Exceeds measures what the process and all that it started have, and returns
// [runner.OutOfMem] or [runner.OutOfFiles] if that is more than l allows, else
// "". Its files are those below dir, and those that have no name any more; of a
// process whose files are limited otherwise dir is "", and they are not looked
// at.
func (p *Process) Exceeds(dir string, l runner.Limits) runner.Status {
	if dir != "" && TooLarge(dir, l.Files) {
		return runner.OutOfFiles
	}
	status := p.use(dir != "").over(l)
	if status != "" {
		// A process that is about to be another one has, for an instant, the
		// memory of the one that starts it: that counts once.
		time.Sleep(5 * time.Millisecond)
		status = p.use(dir != "").over(l)
	}
	return status
}

func (u usage) over(l runner.Limits) runner.Status {
	switch {
	case l.Memory > 0 && u.memory > l.Memory && !raceDetector:
		return runner.OutOfMem
	case l.Files > 0 && u.nameless > l.Files:
		return runner.OutOfFiles
	}
	return ""
}
