// Package store is the folder in which rtbook keeps, from one run to the next,
// what it would otherwise have to find out again.
//
// An entry has a kind, a key and some bytes. It is the file KIND/KK/K…K, where
// the key is 64 hexadecimal digits, usually the hash of all that the bytes
// depend on. Its first line says what it is: its kind, its key, how many bytes
// follow, and their SHA-256. Nothing is believed that does not agree with that
// line. An entry that was damaged, cut short, put in another's place, is no
// file, or cannot be read counts as absent, and the next [Store.Put] replaces
// it, whatever it is.
//
// Several processes may use one folder. None of them waits for another to read
// or write: an entry is written to a file of its own in the folder tmp, which
// then takes its place in one step, so that readers find an entry whole, or
// none. Only what counts or removes entries ([Store.Settle], [Store.Clean])
// holds the lock.
//
// The folder is kept below a limit. The time of an entry's file is when the
// entry was last used, to the hour: reading one sets it, since the access times
// of file systems are often switched off. [Store.Settle] adds what this process
// wrote to the count that the file "usage" has, which is too high where entries
// were replaced. When it is over the limit, or a day old, Settle looks at the
// folder itself, and removes what was not used for longest.
//
// The file CACHEDIR.TAG marks the folder as rtbook's, and keeps backups out of
// it. A folder that has other things in it and no such file is not written to,
// and no command removes anything from it.
package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Kind is what entries are about. It is the name of their folder.
type Kind string

const (
	Facts   Kind = "facts"   // what the toolchain's source says
	Results Kind = "results" // of programs
	Imports Kind = "imports" // where the export data of packages is
	Records Kind = "records" // of what programs were when they ran last
)

// kinds returns every Kind.
func kinds() []Kind { return []Kind{Facts, Imports, Records, Results} }

// DefaultLimit is the size that a folder is kept below, in bytes on disk.
const DefaultLimit = 256 << 20

// Store is such a folder. Its fields are not changed after the first use; its
// methods may be called concurrently. A nil *Store keeps nothing.
type Store struct {
	Dir   string
	Limit int64 // in bytes on disk; 0 means DefaultLimit

	mu      sync.Mutex
	opened  error // why the folder cannot be used; nil also before it was looked at
	looked  bool
	written int64 // bytes on disk that Settle has not counted yet
}

func (s *Store) limit() int64 {
	if s.Limit > 0 {
		return s.Limit
	}
	return DefaultLimit
}

// file returns the name of an entry's file in the folder.
func file(kind Kind, key string) string {
	return filepath.Join(string(kind), key[:2], key[2:])
}

// isKey reports whether s is 64 hexadecimal digits.
func isKey(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// head is the first line of an entry.
func head(kind Kind, key string, data []byte) string {
	return fmt.Sprintf("rtbook 1 %s %s %d %x\n", kind, key, len(data), sha256.Sum256(data))
}

// maxHead is longer than any first line.
const maxHead = 256

// used is how old the time of an entry may be before it is set again.
const used = time.Hour

// Get returns the bytes of an entry. It reports false for one that is not
// there or is not what its first line says.
func (s *Store) Get(kind Kind, key string) ([]byte, bool) {
	if s == nil || !isKey(key) {
		return nil, false
	}
	name := filepath.Join(s.Dir, file(kind, key))
	// A pipe or a device in the place of an entry is not to be opened.
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > s.limit() {
		return nil, false
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	data, err := read(f, info.Size(), kind, key)
	if err != nil {
		return nil, false
	}
	if now := time.Now(); now.Sub(info.ModTime()).Abs() > used {
		// Where it cannot be set, the entry is only removed earlier.
		_ = os.Chtimes(name, now, now)
	}
	return data, true
}

var errDamaged = errors.New("the entry is damaged")

// read reads an entry of a size, but no more than the first line of one whose
// size is another than that says.
func read(f io.Reader, size int64, kind Kind, key string) ([]byte, error) {
	r := bufio.NewReaderSize(f, maxHead)
	line, err := r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	var n int64
	var format int
	var k, id, sum string
	if _, err := fmt.Sscanf(string(line), "rtbook %d %s %s %d %s\n", &format, &k, &id, &n, &sum); err != nil {
		return nil, err
	}
	if n < 0 || n != size-int64(len(line)) {
		return nil, errDamaged
	}
	first := string(line) // which the buffer does not keep
	data := make([]byte, n)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, err
	}
	if first != head(kind, key, data) {
		return nil, errDamaged
	}
	return data, nil
}

// Put stores bytes as an entry, in place of what is there. An entry that alone
// is over the limit is not stored, which is no error.
func (s *Store) Put(kind Kind, key string, data []byte) error {
	if s == nil {
		return nil
	}
	if !isKey(key) {
		return fmt.Errorf("store %s: %q is no key", kind, key)
	}
	line := head(kind, key, data)
	size := onDisk(int64(len(line) + len(data)))
	if size > s.limit() {
		return nil
	}
	if err := s.open(); err != nil {
		return err
	}
	name := filepath.Join(s.Dir, file(kind, key))
	if err := s.write(name, append([]byte(line), data...)); err != nil {
		// Where a file that is being read cannot be replaced, another process
		// may have been faster.
		if there, ok := s.Get(kind, key); ok && bytes.Equal(there, data) {
			return nil
		}
		return fmt.Errorf("write to the cache: %w", err)
	}
	s.mu.Lock()
	s.written += size
	s.mu.Unlock()
	return nil
}

// write gives a file its content in one step. It does not wait for the disk,
// since what a crash leaves of an entry is seen when it is read.
func (s *Store) write(name string, text []byte) error {
	var err error
	for range 20 {
		// A Clean of another process may remove a folder, since it is empty,
		// between any two steps; nobody cleans all the time.
		if err = s.replace(name, text); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return err
}

func (s *Store) replace(name string, text []byte) error {
	if err := s.makeDir(filepath.Dir(name)); err != nil {
		return err
	}
	tmp := filepath.Join(s.Dir, tmpDir)
	if err := s.makeDir(tmp); err != nil {
		return err
	}
	f, err := os.CreateTemp(tmp, tmpPattern)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
		if err != nil && isDir(name) {
			// No entry is a folder: what is in it is nobody's.
			err = errors.Join(os.RemoveAll(name), os.Rename(f.Name(), name))
		}
	}
	if err != nil {
		// What cannot be removed either is removed by a later Settle.
		_ = os.Remove(f.Name())
	}
	return err
}

// makeDir makes a folder of the store, in place of what is no folder.
func (s *Store) makeDir(dir string) error {
	err := os.MkdirAll(dir, 0o777)
	if err == nil {
		return nil
	}
	for d := dir; d != s.Dir && len(d) > len(s.Dir); d = filepath.Dir(d) {
		if info, e := os.Stat(d); e == nil && !info.IsDir() {
			if e := os.Remove(d); e != nil {
				return e
			}
			return os.MkdirAll(dir, 0o777)
		}
	}
	return err
}

func isDir(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.IsDir()
}

// tag is the text of the file CACHEDIR.TAG. Its first line is that of every
// program's (https://bford.info/cachedir/).
const (
	tagFile = "CACHEDIR.TAG"
	tag     = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of rtbook: it may be removed at any time.\n"
)

// open makes the folder a store, if it is not one yet.
func (s *Store) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.looked {
		s.looked, s.opened = true, s.mark()
	}
	return s.opened
}

// mark makes the folder and writes its tag.
func (s *Store) mark() error {
	ours, err := s.ours()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(s.Dir, 0o777)
	case err == nil && ours:
		return nil
	case err == nil:
		entries, e := os.ReadDir(s.Dir)
		if err = e; err == nil && !onlyOurs(entries) {
			if ours, _ := s.ours(); ours { // another process made it a store meanwhile
				return nil
			}
			return &ForeignError{s.Dir}
		}
	}
	if err != nil {
		return fmt.Errorf("open the cache: %w", err)
	}
	f, err := os.CreateTemp(s.Dir, "."+tagFile+"-*")
	if err == nil {
		_, err = f.WriteString(tag)
		if err = errors.Join(err, f.Close()); err == nil {
			err = os.Rename(f.Name(), filepath.Join(s.Dir, tagFile))
		}
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}
	if err != nil {
		return fmt.Errorf("open the cache: %w", err)
	}
	return nil
}

// ours reports whether the folder has our tag.
func (s *Store) ours() (bool, error) {
	if info, err := os.Stat(s.Dir); err != nil {
		return false, err
	} else if !info.IsDir() {
		return false, &fs.PathError{Op: "open", Path: s.Dir, Err: errors.New("not a directory")}
	}
	name := filepath.Join(s.Dir, tagFile)
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(tag)) {
		return false, nil
	}
	text, err := os.ReadFile(name)
	return string(text) == tag, err
}

// onlyOurs reports whether a folder holds nothing but what a store has, such
// as one that lost its tag.
func onlyOurs(entries []fs.DirEntry) bool {
	names := map[string]bool{tmpDir: true, usageFile: true, lockFile: true}
	for _, k := range kinds() {
		names[string(k)] = true
	}
	for _, e := range entries {
		if !names[e.Name()] && !isTagToBe(e) && !halfTag(e) {
			return false
		}
	}
	return true
}

// isTagToBe reports whether the entry is the tag of another process, about to
// take its place.
func isTagToBe(e fs.DirEntry) bool {
	match, _ := filepath.Match("."+tagFile+"-*", e.Name())
	return match
}

// halfTag reports whether the entry is a tag whose text a crash or a full disk
// did not let through.
func halfTag(e fs.DirEntry) bool {
	info, err := e.Info()
	return err == nil && e.Name() == tagFile && info.Mode().IsRegular() && info.Size() == 0
}

// ForeignError says that a folder is something else than a store.
type ForeignError struct{ Dir string }

func (e *ForeignError) Error() string {
	return e.Dir + " is not empty and is no cache of rtbook (it has no " + tagFile + " of rtbook's)"
}

// Key returns the key of parts: no two different lists of parts have the same.
func Key(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		_, _ = io.WriteString(h, p) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}
