package sandbox

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// measureEvery is how often the files of a process are measured. In between it
// may write more than it may; how much is up to the disk.
const measureEvery = 100 * time.Millisecond

// block is what a file takes at least, in bytes: there is not only its content.
const block = 4096

// scratchPrefix begins the names of all our folders for temporary files.
const scratchPrefix = "rtbook-"

// lockName is the file in a scratch folder that is locked for as long as the
// process lives that made the folder.
const lockName = "lock"

// young is the age up to which a folder may be on its way to being locked.
const young = time.Minute

// Scratch is a folder for temporary files.
type Scratch struct {
	Dir  string
	lock *flock.Flock
}

// MakeScratch makes a scratch folder, whose name says what it is for. If this
// process is killed, [RemoveStale] removes the folder later.
func MakeScratch(purpose string) (*Scratch, error) {
	dir, err := os.MkdirTemp("", scratchPrefix+purpose+"-")
	if err != nil {
		return nil, err
	}
	return lockScratch(dir)
}

// MakeScratchNamed is MakeScratch for a folder whose name depends on nothing
// but name, and that must not exist.
func MakeScratchNamed(parent, name string) (*Scratch, error) {
	dir := filepath.Join(parent, scratchPrefix+name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	return lockScratch(dir)
}

func lockScratch(dir string) (*Scratch, error) {
	s := &Scratch{Dir: dir, lock: flock.New(filepath.Join(dir, lockName))}
	if _, err := s.lock.TryLock(); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// Remove removes the folder with all that is in it, also where somebody took
// away permissions.
func (s *Scratch) Remove() {
	s.lock.Close() // on Windows nothing can be removed that is open
	RemoveAll(s.Dir)
}

// RemoveStale removes the scratch folders that are left of processes that were
// killed. Those of other users, and what is not clearly stale, it leaves alone.
func RemoveStale() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), scratchPrefix+"*"))
	for _, dir := range found {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || !ours(info) || time.Since(info.ModTime()) < young {
			continue
		}
		name := filepath.Join(dir, lockName)
		if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
			continue // not one of these, or its lock is gone and nothing is known of it
		}
		lock := flock.New(name)
		if held, err := lock.TryLock(); err == nil && held {
			RemoveAll(dir)
		}
		lock.Close()
	}
}

// RemoveAll removes dir, also where a cell took away its own permissions.
func RemoveAll(dir string) {
	if os.RemoveAll(dir) == nil {
		return
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	os.RemoveAll(dir)
}

// TooLarge reports whether the files below dir, of which a process may remove
// some just now, take more than limit bytes. Each takes a block at least, so that
// their number is limited, too. There are none below "".
func TooLarge(dir string, limit int64) bool {
	if dir == "" || limit <= 0 {
		return false
	}
	sum := int64(0)
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil {
			sum += max(onDisk(info), block)
		}
		if sum > limit {
			return filepath.SkipAll
		}
		return nil
	})
	return sum > limit
}
