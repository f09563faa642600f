package book

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"rtbook/internal/finding"
)

// tree is what a folder holds, as sorted paths in fsys.
type tree struct {
	fsys   fs.FS
	dir    string
	pages  []string // Markdown
	assets []string // everything else
}

// readTree lists the files in dir and its folders, without hidden ones and
// those to skip, and reports what cannot be read or leads out of fsys.
func readTree(fsys fs.FS, dir string, skip []string) (*tree, []finding.Finding) {
	t := &tree{fsys: fsys, dir: dir}
	var findings []finding.Finding
	var files []string
	fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		hidden := name != dir && strings.HasPrefix(path.Base(name), ".")
		if hidden || slices.ContainsFunc(skip, func(s string) bool { return path.Clean(s) == name }) {
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil {
			findings = append(findings, unreadable(name, err))
			return nil
		}
		if d.IsDir() {
			return nil
		}
		use, f := checkFile(fsys, name, d)
		if f != nil {
			findings = append(findings, *f)
		} else if use {
			files = append(files, name)
		}
		return nil
	})
	for _, name := range files {
		if isMarkdown(name) {
			t.pages = append(t.pages, name)
		} else {
			t.assets = append(t.assets, name)
		}
	}
	findings = append(findings, checkAssets(t)...)
	return t, findings
}

func isMarkdown(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".md" || ext == ".markdown"
}

// checkFile reports whether a directory's entry is a file that belongs to the
// book.
func checkFile(fsys fs.FS, name string, d fs.DirEntry) (bool, *finding.Finding) {
	mode := d.Type()
	if mode&fs.ModeSymlink != 0 {
		target, err := resolve(fsys, name)
		if err != nil {
			return false, &finding.Finding{
				Pos:     finding.Pos{File: name},
				Message: err.Error(),
				Hint:    "put a copy of the file in its place",
			}
		}
		info, err := fs.Stat(fsys, target)
		if err != nil {
			f := unreadable(name, err)
			return false, &f
		}
		if info.IsDir() {
			return false, nil
		}
		mode = info.Mode().Type()
	}
	if !mode.IsRegular() {
		return false, &finding.Finding{Pos: finding.Pos{File: name}, Message: "not a regular file", Hint: "put a file there, or give it a name that begins with a dot, which hides it"}
	}
	return true, nil
}

// maxLinks is how many symbolic links are followed for one name.
const maxLinks = 40

var errOutside = errors.New("symbolic link that leads out of the book")

// resolve follows the symbolic links in a name, without ever leaving fsys.
func resolve(fsys fs.FS, name string) (string, error) {
	done, rest := ".", strings.Split(name, "/")
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if done == "." {
				return "", errOutside
			}
			done = path.Dir(done)
			continue
		}
		next := path.Join(done, part)
		info, err := fs.Lstat(fsys, next)
		if errors.Is(err, fs.ErrNotExist) {
			return "", errors.New("symbolic link to a file that is not there")
		}
		if err != nil {
			return "", cause(err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done = next
			continue
		}
		if links++; links > maxLinks {
			return "", errors.New("symbolic links in a circle")
		}
		target, err := fs.ReadLink(fsys, next)
		if err != nil {
			return "", cause(err)
		}
		if filepath.IsAbs(target) || filepath.VolumeName(target) != "" {
			return "", errOutside
		}
		rest = append(strings.Split(filepath.ToSlash(target), "/"), rest...)
	}
	return done, nil
}

// checkAssets reports assets that cannot be opened, and leaves them out.
func checkAssets(t *tree) []finding.Finding {
	errs := make([]error, len(t.assets))
	parallel(len(t.assets), func(i int) {
		f, err := t.fsys.Open(t.assets[i])
		if err == nil {
			f.Close()
		}
		errs[i] = err
	})
	var findings []finding.Finding
	kept := t.assets[:0]
	for i, name := range t.assets {
		if errs[i] != nil {
			findings = append(findings, unreadable(name, errs[i]))
			continue
		}
		kept = append(kept, name)
	}
	t.assets = kept
	return findings
}

// unreadable is the finding about a file or folder that cannot be read.
func unreadable(name string, err error) finding.Finding {
	return finding.Finding{Pos: finding.Pos{File: name}, Message: "cannot be read: " + cause(err).Error()}
}

// cause returns an error without the path that it is about.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// parallel calls do for 0 to n-1, as many at a time as there are processors.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	wg.Wait()
}
