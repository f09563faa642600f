package site

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
)

// pendingName is the folder in the output folder where files are written
// before they take their places. A write that was killed leaves it behind, and
// the next one removes it: nothing else is ever kept there.
const pendingName = ".rtbook-pending"

// ErrChanged means that a file is not what it was taken for.
var ErrChanged = errors.New("changed since it was read")

// ReplaceFile gives a file, which has the content old, a new one. What is true
// of the files that [Write] writes is true of it: it is replaced as a whole or
// not at all, whatever happens, and it is on the disk when ReplaceFile returns
// without an error. Its permissions stay, and as far as the caller may decide
// that, its owner; if they do not let the caller write to the file, it fails.
//
// If the content is data already, nothing is done; if it is neither that nor
// old, ReplaceFile fails with [ErrChanged]. A file that is not there is made if
// old is nil. Between that look and the replacement no other rtbook can write,
// but another program could.
func (w *Writer) ReplaceFile(name string, old, data []byte) error {
	return w.alone(filepath.Dir(name), func(r *replacer) error {
		base := filepath.Base(name)
		now, info, err := look(r.root, base)
		switch {
		case errors.Is(err, fs.ErrNotExist) && old == nil:
		case err != nil:
			return err
		case string(now) == string(data):
			return nil
		case old == nil || string(now) != string(old):
			return ErrChanged
		}
		r.like = info
		err = r.replace(base, data)
		r.flush()
		return cmp.Or(err, r.clear())
	})
}

// alone calls do with a replacer of files in a folder, in which no other rtbook
// writes meanwhile and nothing is left of one that was killed.
func (w *Writer) alone(dir string, do func(*replacer) error) error {
	unlock, err := w.lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	r := &replacer{root: root}
	if err := r.clear(); err != nil {
		return err
	}
	return do(r)
}

// look returns what a file has, and is. One that may not be written to is an
// error, which a rename would not mind.
func look(root *os.Root, name string) ([]byte, fs.FileInfo, error) {
	f, err := root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	now, err := io.ReadAll(f)
	return now, info, err
}

// ClearPending removes what a [Writer.ReplaceFile] of a file in a folder left
// behind that was killed.
func (w *Writer) ClearPending(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, pendingName)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return w.alone(dir, func(*replacer) error { return nil })
}

// replacer replaces files of a folder, each in one step: a reader, or somebody
// who looks after an interruption, finds the old content or the new. It is
// safe for concurrent use; only one may work on a folder.
//
// The files on their way have a folder of their own, rather than names beside
// those that they replace, so that what an interruption leaves is known to be
// ours.
type replacer struct {
	root *os.Root
	like fs.FileInfo  // whose permissions and owner the files get; nil for what new files have
	made sync.Once    // guards the making of the folder: it is not there if nothing changes
	err  error        // of that
	last atomic.Int64 // number of the last file on its way

	mu      sync.Mutex
	touched map[string]bool // folders where something came or went since the last flush
}

// clear removes what is on its way: of a write that was killed, or that failed.
func (r *replacer) clear() error {
	if _, err := r.root.Lstat(pendingName); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return r.root.RemoveAll(pendingName)
}

// touch notes that something came or went in the folder of a file. The folders
// above count, too, since that one may be new.
func (r *replacer) touch(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.touched == nil {
		r.touched = make(map[string]bool)
	}
	for dir := path.Dir(name); !r.touched[dir]; dir = path.Dir(dir) {
		r.touched[dir] = true
	}
}

// flush sees that what came and went in folders is on the disk. Where the
// system cannot do that for a folder, it is left to the system.
func (r *replacer) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for dir := range r.touched {
		if f, err := r.root.Open(filepath.FromSlash(dir)); err == nil {
			_ = f.Sync()
			f.Close()
		}
	}
	r.touched = nil
}

// replace gives a file its content.
func (r *replacer) replace(name string, data []byte) error {
	r.made.Do(func() { r.err = r.root.Mkdir(pendingName, 0o777) })
	if r.err != nil {
		return r.err
	}
	pending := path.Join(pendingName, strconv.FormatInt(r.last.Add(1), 10))
	err := r.write(filepath.FromSlash(pending), data)
	if err == nil {
		err = r.root.Rename(filepath.FromSlash(pending), filepath.FromSlash(name))
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: name, Err: cause(err)}
	}
	r.touch(name)
	return nil
}

// write writes a new file, all the way to the disk: a rename may get there
// before the content does.
func (r *replacer) write(name string, data []byte) error {
	f, err := r.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil && r.like != nil {
		keepOwner(f, r.like)
		err = f.Chmod(r.like.Mode().Perm()) // after the owner, whose change may take permissions away
	}
	if err == nil {
		err = f.Sync()
	}
	return cmp.Or(err, f.Close())
}

// cause returns what went wrong with a file on its way, without its name, which
// says nothing to anybody.
func cause(err error) error {
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
