package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockFile   = "lock"
	usageFile  = "usage" // what the entries take, in bytes, and the Unix time at which they were counted, in decimal
	tmpDir     = "tmp"
	tmpPattern = "entry-*"

	trimEvery = 24 * time.Hour
	staleTmp  = time.Hour // no entry takes so long to be written
	lockWait  = 2 * time.Second
	lockRetry = 10 * time.Millisecond
)

// block is what a file of any size takes at least, in bytes.
const block = 4096

// onDisk returns what a file of n bytes takes.
func onDisk(n int64) int64 { return max((n+block-1)/block, 1) * block }

// Settle counts what this process wrote, and trims the folder if that brings
// it over the limit, or if it was not looked at for a day. A process that only
// read does nothing. It is called when a run ends.
func (s *Store) Settle() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	written := s.written
	s.written = 0
	s.mu.Unlock()
	if written == 0 {
		return nil
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	if unlock == nil {
		return nil // another process is counting, or has stopped; the daily look finds what is missed here
	}
	defer unlock()
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return fmt.Errorf("trim the cache: %w", err)
	}
	defer root.Close()
	total, fresh := usage(root)
	if total += written; !fresh || total > s.limit() {
		return s.trim(root)
	}
	if err := setUsage(root, total, false); err != nil {
		return fmt.Errorf("trim the cache: %w", err)
	}
	return nil
}

// lock makes the caller the only one to count and remove. Without an error it
// may return nil: another process did not end in time.
func (s *Store) lock() (unlock func(), err error) {
	l := flock.New(filepath.Join(s.Dir, lockFile))
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	ok, err := l.TryLockContext(ctx, lockRetry)
	switch {
	case ok:
		return func() { _ = l.Unlock() }, nil
	case errors.Is(err, context.DeadlineExceeded):
		return nil, nil
	}
	return nil, fmt.Errorf("lock the cache: %w", err)
}

// usage returns what the entries took when they were counted, with what was
// written since, and whether that was less than a day ago.
func usage(root *os.Root) (total int64, fresh bool) {
	info, err := root.Lstat(usageFile)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 40 {
		return 0, false
	}
	text, err := root.ReadFile(usageFile)
	if err != nil {
		return 0, false
	}
	bytes, since, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	total, err = strconv.ParseInt(bytes, 10, 64)
	counted, err2 := strconv.ParseInt(since, 10, 64)
	age := time.Since(time.Unix(counted, 0))
	return total, err == nil && err2 == nil && total >= 0 && age >= 0 && age < trimEvery
}

// setUsage writes the file usage; counted says that everything was counted
// now. A torn one has a wrong number, or none: then everything is counted.
func setUsage(root *os.Root, total int64, counted bool) error {
	since := time.Now().Unix()
	if !counted {
		text, err := root.ReadFile(usageFile)
		if err != nil {
			return err
		}
		_, old, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
		if since, err = strconv.ParseInt(old, 10, 64); err != nil {
			return err
		}
	}
	if info, err := root.Lstat(usageFile); err == nil && !info.Mode().IsRegular() {
		if err := root.RemoveAll(usageFile); err != nil {
			return err
		}
	}
	return root.WriteFile(usageFile, fmt.Appendf(nil, "%d %d\n", total, since), 0o666)
}

// trim removes what writers left behind and then, if the entries take more
// than the limit, those that were not used for longest, until they take nine
// tenths of it: so that the next entry does not have it trimmed again.
func (s *Store) trim(root *os.Root) error {
	removeTmp(root, staleTmp)
	all, total, err := list(root)
	if err != nil {
		return fmt.Errorf("trim the cache: %w", err)
	}
	if total > s.limit() {
		slices.SortFunc(all, func(a, b stored) int {
			return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name))
		})
		for _, e := range all {
			if total <= s.limit()/10*9 {
				break
			}
			// Another process may read it (where open files cannot be removed)
			// or have removed it.
			if root.Remove(e.name) == nil {
				total -= e.size
			}
		}
	}
	if err := setUsage(root, total, true); err != nil {
		return fmt.Errorf("trim the cache: %w", err)
	}
	return nil
}

// removeTmp removes the files of writers that did not end, if they are older
// than age.
func removeTmp(root *os.Root, age time.Duration) {
	entries, err := fs.ReadDir(root.FS(), tmpDir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if ours, _ := path.Match(tmpPattern, e.Name()); err == nil && ours && time.Since(info.ModTime()) >= age {
			_ = root.Remove(path.Join(tmpDir, e.Name())) // the next one tries again
		}
	}
}

// stored is the file of an entry.
type stored struct {
	kind Kind
	name string // in the folder, slash-separated
	size int64  // on disk
	used time.Time
}

// list returns the entries, whole or damaged, and what they take. It does not
// follow links.
func list(root *os.Root) (all []stored, total int64, err error) {
	for _, kind := range kinds() {
		dirs, err := readDir(root, string(kind))
		if err != nil {
			return nil, 0, err
		}
		for _, d := range dirs {
			dir := path.Join(string(kind), d.Name())
			files, err := readDir(root, dir)
			if err != nil {
				return nil, 0, err
			}
			for _, f := range files {
				if !isKey(d.Name()+f.Name()) || !f.Type().IsRegular() {
					continue
				}
				info, err := f.Info()
				if err != nil {
					continue // removed in the meantime
				}
				e := stored{kind, path.Join(dir, f.Name()), onDisk(info.Size()), info.ModTime()}
				all = append(all, e)
				total += e.size
			}
		}
	}
	return all, total, nil
}

// readDir reads a folder; what is none, or a link to one, is empty.
func readDir(root *os.Root, name string) ([]fs.DirEntry, error) {
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(root.FS(), name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}

// Cleaned says what [Store.Clean] removed.
type Cleaned struct {
	Entries map[Kind]int `json:"entries"`
	Bytes   int64        `json:"bytes"` // on disk
}

// Clean removes every entry, and nothing that is not a store's; the folder
// stays, with its tag. Its error is a [*ForeignError] if the folder is no
// store, and an error that is [fs.ErrNotExist] if there is none.
func (s *Store) Clean() (Cleaned, error) {
	c := Cleaned{Entries: make(map[Kind]int)}
	ours, err := s.ours()
	if err != nil {
		return c, err
	}
	if !ours {
		entries, err := os.ReadDir(s.Dir)
		entries = slices.DeleteFunc(entries, isTagToBe)
		if ours, _ := s.ours(); !ours { // nor did another process make it a store meanwhile
			if err == nil && len(entries) > 0 {
				err = &ForeignError{s.Dir}
			}
			return c, err
		}
	}
	unlock, err := s.lock()
	if err != nil {
		return c, err
	}
	if unlock == nil {
		return c, errors.New("another rtbook is trimming the cache: try again when it is done")
	}
	defer unlock()
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return c, err
	}
	defer root.Close()
	all, _, err := list(root)
	if err != nil {
		return c, err
	}
	var failed error
	for _, e := range all {
		switch err := root.Remove(e.name); {
		case err == nil:
			c.Entries[e.kind]++
			c.Bytes += e.size
		case !errors.Is(err, fs.ErrNotExist):
			failed = cmp.Or(failed, err)
		}
	}
	removeTmp(root, staleTmp)
	removeEmpty(root)
	if err := root.Remove(usageFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		failed = cmp.Or(failed, err)
	}
	return c, failed
}

// removeEmpty removes the folders that hold nothing any more.
func removeEmpty(root *os.Root) {
	for _, kind := range kinds() {
		dirs, err := readDir(root, string(kind))
		if err != nil {
			continue
		}
		// Removing a folder fails if there is anything in it.
		for _, d := range dirs {
			if d.IsDir() && len(d.Name()) == 2 {
				_ = root.Remove(path.Join(string(kind), d.Name()))
			}
		}
		_ = root.Remove(string(kind))
	}
	_ = root.Remove(tmpDir)
}
