package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rtbook/runner"
)

// Spec is a process to be confined.
type Spec struct {
	Path string   // the executable
	Args []string // its name and arguments
	Env  []string // its whole environment; of two values of a name the later one counts
	Dir  string

	Stdin          io.Reader // nil for an empty one
	Stdout, Stderr *os.File  // nil for none
	Reports        *os.File  // descriptor 3; nil for none

	Access Access
	Limits runner.Limits

	// Private is a folder that is to have files of its own, which nobody else
	// sees and that end with the process; "" for none. Where that cannot be
	// had the folder is as it is on disk. The folders in it are there in both
	// cases.
	Private string
}

// What a process may use unless its program says otherwise. A limit is not
// part of what a page shows, so that each may be generous: it is there to keep
// the machine usable. Memory is for a stack that grows to its own limit of
// 1 GB, of which the runtime needs the last two sizes at the same time.
const (
	defaultMemory    = 1536 << 20
	defaultProcesses = 512
	defaultFiles     = 64 << 20

	// cpuShare is how many processors a program may keep busy all the time
	// that its cells may take.
	cpuShare = 4
)

// Limits returns what p may use, with the defaults for what it does not say.
func Limits(p *runner.Program) runner.Limits {
	l := p.Limits
	if l.CPU == 0 {
		l.CPU = DefaultStartLimit + endLimit
		for _, c := range p.Cells {
			l.CPU += cellTime(c)
		}
		l.CPU *= cpuShare
	}
	setDefault(&l.Memory, defaultMemory)
	setDefault(&l.Processes, defaultProcesses)
	setDefault(&l.Files, defaultFiles)
	return l
}

func setDefault[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}

func cellTime(c runner.Unit) time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return runner.DefaultTimeout
}

// Further writes into the folder dir what -exec needs to have the go command
// run programs through a guard, so that they get less than it has itself. It
// returns the words of the command that goes before the program's.
func Further(dir string, a Access, l runner.Limits) ([]string, error) {
	if !guarded {
		return nil, errors.ErrUnsupported
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(order{Access: a, Limits: l})
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, "guard.json")
	return []string{self, guardArg, name}, os.WriteFile(name, text, 0o600)
}

// lastOfEach returns env with one value for each name.
func lastOfEach(env []string) []string {
	seen := make(map[string]bool)
	var all []string
	for _, e := range slices.Backward(env) {
		name, _, _ := strings.Cut(e, "=")
		if !seen[name] {
			seen[name] = true
			all = append(all, e)
		}
	}
	slices.Reverse(all)
	return all
}
