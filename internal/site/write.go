package site

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Stats counts what a write did to the files of a folder.
type Stats struct {
	Written   int // new, or with new content
	Unchanged int
	Removed   int
}

// Write puts a site into a folder, which it makes if need be.
//
// Each file is replaced as a whole or not at all, and left alone if it is the
// same already. The manifest in the folder lists what was written, so that the
// next write removes what is no longer part of the site, and nothing else:
// files that it does not know are never touched. A folder that has files but
// no manifest is refused, and so is a site that would replace a file that it
// does not know; nothing has been written then.
//
// Before the first file changes, the manifest names the old files and the new
// ones; after an interruption, the next write knows both. It also removes the
// folder [pendingName], where files are on their way to their places.
//
// That holds whenever the write ends: by an error, such as a disk that is full,
// by the death of the process, or of the machine. A file is on the disk before
// it gets its name, and the manifest with the old and the new names before any
// file goes by one of them. When Write returns without an error, all is on the
// disk, if the file system keeps what it is told to keep.
//
// The site as a whole is not replaced in one step: after an interruption, some
// files are old and others new, until the next write.
//
// One write at a time works on a folder; another waits a few seconds for it,
// and then fails. A folder that is a symbolic link is the one that it leads to.
func Write(files *Files, dir string) (Stats, error) { return (&Writer{}).Write(files, dir) }

// Write puts a site into a folder: see the function [Write].
func (w *Writer) Write(files *Files, dir string) (Stats, error) {
	stats, err := w.write(files, dir)
	if errors.Is(err, fs.ErrPermission) || isReadOnly(err) {
		err = fmt.Errorf("%w (make the folder %s writable, or choose another with --out)", err, dir)
	}
	if err != nil {
		err = fmt.Errorf("writing the site to %s: %w", dir, err)
	}
	return stats, err
}

func (w *Writer) write(files *Files, dir string) (Stats, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		if target, linkErr := os.Readlink(dir); linkErr == nil {
			err = fmt.Errorf("it is a symbolic link to %s, where no folder is: make that one, or remove the link", target)
		}
		return Stats{}, err
	}
	unlock, err := w.lock(dir)
	if err != nil {
		return Stats{}, err
	}
	defer unlock()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Stats{}, err
	}
	defer root.Close()
	o, err := openOutput(root, files)
	if err != nil {
		return Stats{}, err
	}
	if err := o.repl.clear(); err != nil {
		return Stats{}, err
	}
	stats, err := o.write()
	return stats, cmp.Or(err, o.repl.clear())
}

// output is a folder that a site is being written to.
type output struct {
	root  *os.Root // keeps links in the folder from leading out of it
	repl  replacer
	files *Files
	fresh bool     // there is nothing in it yet
	old   []string // what an earlier write left there, sorted
	stale []string // those of them that the site no longer has
}

// openOutput reads the manifest and sees that nothing unknown is in the way.
func openOutput(root *os.Root, files *Files) (*output, error) {
	old, found, err := readManifest(root)
	if err != nil {
		return nil, err
	}
	o := &output{root: root, repl: replacer{root: root}, files: files, old: old}
	if !found {
		entries, err := fs.ReadDir(root.FS(), ".")
		if err != nil {
			return nil, err
		}
		if foreign := firstForeign(entries); foreign != "" {
			return nil, fmt.Errorf("the folder holds what rtbook has no record of writing, such as %s: choose an empty folder, or empty this one", foreign)
		}
		o.fresh = len(entries) == 0
	}
	for _, name := range old {
		if _, ok := files.byName[name]; !ok {
			o.stale = append(o.stale, name)
		}
	}
	return o, o.checkUnknown()
}

// firstForeign returns the name of something in a folder without a manifest,
// "" if there is nothing. Hidden files, such as .git, are nobody's pages.
func firstForeign(entries []fs.DirEntry) string {
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			return e.Name()
		}
	}
	return ""
}

// checkUnknown fails if something that no earlier write made stands where a
// file of the site, or one of its folders, would have to.
func (o *output) checkUnknown() error {
	if o.fresh {
		return nil
	}
	checked := map[string]bool{".": true} // folders
	for _, name := range o.files.names {
		for dir := path.Dir(name); !checked[dir]; dir = path.Dir(dir) {
			checked[dir] = true
			if info, err := o.root.Stat(dir); err == nil && !info.IsDir() && !o.known(dir) {
				return inTheWay(dir)
			}
		}
		if err := o.checkPlace(name); err != nil {
			return err
		}
	}
	return nil
}

// checkPlace fails if the place of a file is taken by something unknown.
func (o *output) checkPlace(name string) error {
	info, err := o.root.Lstat(name)
	if err != nil {
		return nil // nothing is there, or writing will say why it cannot be
	}
	if info.IsDir() {
		return o.checkFolder(name)
	}
	if o.known(name) {
		return nil
	}
	data, err := o.files.ReadFile(name)
	if err != nil {
		return err
	}
	if old, err := o.root.ReadFile(name); err != nil || !bytes.Equal(old, data) {
		return inTheWay(name)
	}
	return nil
}

// checkFolder fails if a folder, which has to go, holds more than earlier
// writes made: those files are removed, and the folder with them.
func (o *output) checkFolder(dir string) error {
	empty := true
	err := fs.WalkDir(o.root.FS(), dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if empty = false; !o.known(name) {
			return inTheWay(name)
		}
		return nil
	})
	if err == nil && empty {
		return inTheWay(dir)
	}
	return err
}

// known reports whether an earlier write made a file.
func (o *output) known(name string) bool {
	_, ok := slices.BinarySearch(o.old, name)
	return ok
}

func inTheWay(name string) error {
	return fmt.Errorf("%s is in the way, and %s does not say that rtbook wrote it: move it elsewhere", name, manifestName)
}

func (o *output) write() (Stats, error) {
	var stats Stats
	union := slices.Concat(o.files.names, o.stale)
	slices.Sort(union)
	if err := o.replace(manifestName, encodeManifest(union), &stats); err != nil {
		return stats, err
	}
	o.repl.flush()
	late, err := o.removeObstacles(&stats)
	if err != nil {
		return stats, err
	}
	if err := o.makeFolders(); err != nil {
		return stats, err
	}
	if err := o.writeFiles(&stats); err != nil {
		return stats, err
	}
	for _, name := range late {
		if err := o.remove(name, &stats); err != nil {
			return stats, err
		}
	}
	o.repl.flush()
	before := stats
	err = o.replace(manifestName, encodeManifest(o.files.names), &stats)
	o.repl.flush()
	stats.Written, stats.Unchanged = before.Written, before.Unchanged // the manifest is not of the site
	return stats, err
}

// removeObstacles removes those stale files that stand where the site now has
// a folder, or in a folder where it now has a file, and returns the others:
// these go last, when their successors are there.
func (o *output) removeObstacles(stats *Stats) (late []string, err error) {
	folders := map[string]bool{}
	for _, name := range o.files.names {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	for _, name := range o.stale {
		obstacle := folders[name]
		for dir := path.Dir(name); dir != "." && !obstacle; dir = path.Dir(dir) {
			_, obstacle = o.files.byName[dir]
		}
		if !obstacle {
			late = append(late, name)
		} else if err := o.remove(name, stats); err != nil {
			return nil, err
		}
	}
	return late, nil
}

// remove removes a file and the folders that it leaves empty.
func (o *output) remove(name string, stats *Stats) error {
	switch err := o.root.Remove(name); {
	case err == nil:
		stats.Removed++
		o.repl.touch(name)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if o.root.Remove(dir) != nil {
			break // not empty
		}
	}
	return nil
}

func (o *output) makeFolders() error {
	made := ""
	for _, name := range o.files.names {
		if dir := path.Dir(name); dir != "." && dir != made {
			if err := o.root.MkdirAll(dir, 0o777); err != nil {
				return err
			}
			made = dir
		}
	}
	return nil
}

// writeFiles writes the files of the site, several at a time: most of the time
// goes by waiting for the disk.
func (o *output) writeFiles(stats *Stats) error {
	var written, unchanged atomic.Int64
	var group errgroup.Group
	group.SetLimit(4 * runtime.GOMAXPROCS(0))
	for _, name := range o.files.names {
		group.Go(func() error {
			data, err := o.files.ReadFile(name)
			if err != nil {
				return err
			}
			var s Stats
			err = o.replace(name, data, &s)
			written.Add(int64(s.Written))
			unchanged.Add(int64(s.Unchanged))
			return err
		})
	}
	err := group.Wait()
	stats.Written, stats.Unchanged = int(written.Load()), int(unchanged.Load())
	return err
}

// replace gives a file its content, unless it has it.
func (o *output) replace(name string, data []byte, stats *Stats) error {
	if !o.fresh || name == manifestName {
		if old, err := o.root.ReadFile(name); err == nil && bytes.Equal(old, data) {
			stats.Unchanged++
			return nil
		}
	}
	stats.Written++
	return o.repl.replace(name, data)
}

// manifestName is the file in the output folder that lists the others.
const manifestName = ".rtbook-files"

const manifestHead = "# The files that rtbook wrote here. It removes them when they are no longer part of the site.\n"

// encodeManifest returns a manifest: a name a line, quoted as in Go where it
// would not be read back as it is.
func encodeManifest(names []string) []byte {
	b := []byte(manifestHead)
	for _, name := range names {
		if strings.ContainsAny(name, "\n\r") || name[0] == '"' {
			name = strconv.Quote(name)
		}
		b = append(append(b, name...), '\n')
	}
	return b
}

// readManifest returns the files that an earlier write made. A name that leads
// out of the folder is not one that was written.
func readManifest(root *os.Root) (names []string, found bool, err error) {
	data, err := root.ReadFile(manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for name := range strings.Lines(strings.TrimPrefix(string(data), manifestHead)) {
		name = strings.TrimSuffix(name, "\n")
		if quoted, err := strconv.Unquote(name); err == nil {
			name = quoted
		}
		if fs.ValidPath(name) && name != "." {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), true, nil
}
