package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// use measures the process and its descendants, be they in other groups or
// sessions: where there are namespaces, a process that loses its parent becomes
// a child of the guard. What cannot be read has ended.
func (p *Process) use(files bool) usage {
	m := meter{files: files, nameless: make(map[uint64]int64), seen: make(map[string]bool)}
	guard := strconv.Itoa(p.cmd.Process.Pid)
	m.seen[guard] = true
	if !p.namespaces { // the guard has turned into the process
		m.process(guard)
	}
	m.below(guard)
	u := usage{memory: m.memory}
	for _, n := range m.nameless {
		u.nameless += n
	}
	return u
}

// meter adds up what processes have.
type meter struct {
	files    bool             // whether files are looked at
	memory   int64            // bytes
	nameless map[uint64]int64 // bytes of files without a name, by their inodes
	seen     map[string]bool  // processes
}

// below measures the descendants of a process.
func (m *meter) below(pid string) {
	lists, _ := filepath.Glob("/proc/" + pid + "/task/*/children")
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, child := range strings.Fields(string(text)) {
			if !m.seen[child] {
				m.seen[child] = true
				m.process(child)
				m.below(child)
			}
		}
	}
}

// process measures one process. Its first thread may have ended, and then has
// neither memory nor files; and each may have files of its own.
func (m *meter) process(pid string) {
	threads, _ := filepath.Glob("/proc/" + pid + "/task/*")
	counted := false
	for _, thread := range threads {
		n := anonymous(thread)
		if !counted && n > 0 {
			counted = true
			m.memory += n
			if m.files {
				m.mapped(thread)
			}
		}
		if m.files {
			m.open(thread)
		}
	}
}

// anonymous returns how much memory a thread's process has that is no file's.
func anonymous(thread string) int64 {
	text, _ := os.ReadFile(thread + "/statm")
	fields := strings.Fields(string(text)) // in pages: all, in memory, of these in files, and more
	if len(fields) < 3 {
		return 0
	}
	resident, _ := strconv.ParseInt(fields[1], 10, 64)
	shared, _ := strconv.ParseInt(fields[2], 10, 64)
	return (resident - shared) * int64(os.Getpagesize())
}

// open adds the files without a name that a thread has open. Files in flight,
// which nobody has open, need sockets.
func (m *meter) open(thread string) {
	entries, _ := os.ReadDir(thread + "/fd")
	for _, e := range entries {
		var s syscall.Stat_t
		if syscall.Stat(thread+"/fd/"+e.Name(), &s) == nil && s.Mode&syscall.S_IFMT == syscall.S_IFREG && s.Nlink == 0 {
			m.add(s.Ino, s.Blocks*512)
		}
	}
}

// mapped adds the files without a name that a thread has in its memory. Of one
// that is not open any more, nobody is told how much it takes: it counts as
// large as it was mapped.
func (m *meter) mapped(thread string) {
	text, _ := os.ReadFile(thread + "/maps")
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte(" (deleted)\n")) {
			continue
		}
		fields := strings.Fields(string(line)) // from-to rwxp offset device inode name
		if len(fields) < 6 {
			continue
		}
		from, to, _ := strings.Cut(fields[0], "-")
		start, err1 := strconv.ParseInt(from, 16, 64)
		end, err2 := strconv.ParseInt(to, 16, 64)
		offset, err3 := strconv.ParseInt(fields[2], 16, 64)
		inode, err4 := strconv.ParseUint(fields[4], 10, 64)
		if err1 == nil && err2 == nil && err3 == nil && err4 == nil {
			m.add(inode, offset+end-start)
		}
	}
}

func (m *meter) add(inode uint64, size int64) { m.nameless[inode] = max(m.nameless[inode], size) }
