package site

import (
	"cmp"
	"errors"
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

// replacer replaces files of a folder, each in one step: a reader, or somebody
// who looks after an interruption, finds the old content or the new. It is
// safe for concurrent use; only one may work on a folder.
//
// The files on their way have a folder of their own, rather than names beside
// those that they replace, so that what an interruption leaves is known to be
// ours.
type replacer struct {
	root *os.Root
	made sync.Once    // guards the making of the folder: it is not there if nothing changes
	err  error        // of that
	last atomic.Int64 // number of the last file on its way
}

// clear removes what is on its way: of a write that was killed, or that failed.
func (r *replacer) clear() error {
	if _, err := r.root.Lstat(pendingName); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return r.root.RemoveAll(pendingName)
}

// replace gives a file its content.
func (r *replacer) replace(name string, data []byte) error {
	r.made.Do(func() { r.err = r.root.Mkdir(pendingName, 0o777) })
	if r.err != nil {
		return r.err
	}
	pending := path.Join(pendingName, strconv.FormatInt(r.last.Add(1), 10))
	if err := r.write(filepath.FromSlash(pending), data); err != nil {
		return err
	}
	if err := r.root.Rename(filepath.FromSlash(pending), filepath.FromSlash(name)); err != nil {
		return &fs.PathError{Op: "write", Path: name, Err: cause(err)}
	}
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
	return cmp.Or(err, f.Sync(), f.Close())
}

// cause returns what went wrong with a rename, without the names of both files.
func cause(err error) error {
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
