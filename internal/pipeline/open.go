package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// opened is a book's files.
type opened struct {
	root   *os.Root
	fsys   fs.FS
	dir    string // of the chapters, in fsys
	prefix string // from fsys to the paths that people see
	abs    string // of fsys on disk
	loose  *loose // a file that is in no book; then there is no fsys
}

// loose is a Markdown file that is in no book.
type loose struct {
	name string // as people see it
	text []byte
}

// open opens the book's files without following links that lead out of them.
func open(opt Options) (*opened, error) {
	src := opt.Src
	if src == "" {
		src = "notes"
	}
	o := &opened{abs: opt.Root, dir: filepath.ToSlash(filepath.Clean(src))}
	if !filepath.IsLocal(src) {
		o.abs, o.dir, o.prefix = src, ".", filepath.ToSlash(filepath.Clean(src))
		if !filepath.IsAbs(src) {
			o.abs = filepath.Join(opt.Root, src)
		}
	}
	abs, err := filepath.Abs(o.abs)
	if err != nil {
		return nil, err
	}
	o.abs = abs
	if info, err := os.Stat(abs); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() || errors.Is(err, syscall.ENOTDIR) {
		return nil, &UsageError{fmt.Sprintf("there is no folder %s; run rtbook in the folder of the book, or name it with -C DIR", cmp.Or(o.prefix, opt.Root, "here"))}
	}
	if o.root, err = os.OpenRoot(abs); err != nil {
		return nil, err
	}
	o.fsys = o.root.FS()
	if info, err := fs.Stat(o.fsys, o.dir); err != nil || !info.IsDir() {
		o.close()
		return nil, &UsageError{fmt.Sprintf("there is no folder %s of chapters in %s; run rtbook in the folder of the book, name that with -C DIR, or the chapters' with --src DIR", o.dir, cmp.Or(opt.Root, "the current directory"))}
	}
	// A book.yaml that is there and cannot be read is a finding.
	if _, err := fs.Lstat(o.fsys, path.Join(o.dir, "book.yaml")); errors.Is(err, fs.ErrNotExist) && opt.Src == "" {
		o.close()
		return nil, &UsageError{fmt.Sprintf("%s has no book.yaml, which makes a folder a book: write one with a title, or render the folder as it is with build --src %s", o.dir, o.dir)}
	}
	return o, nil
}

// skip is what of the book's files is not the book: the site, where it lies
// among them.
func (o *opened) skip(opt Options) []string {
	rel, err := filepath.Rel(o.abs, outDir(opt))
	if err != nil || !filepath.IsLocal(rel) || filepath.ToSlash(rel) == o.dir {
		return nil
	}
	name := filepath.ToSlash(rel)
	if info, err := fs.Stat(o.fsys, name); err == nil && !info.IsDir() {
		return nil // that is a file of the book, and no site is written there
	}
	return []string{name}
}

// checkOut refuses a folder of the site that holds the chapters.
func (o *opened) checkOut(opt Options) error {
	chapters := filepath.Join(o.abs, filepath.FromSlash(o.dir))
	inside, err := filepath.Rel(outDir(opt), chapters)
	if err != nil || !filepath.IsLocal(inside) {
		a, errA := os.Stat(chapters)
		b, errB := os.Stat(outDir(opt))
		if errA != nil || errB != nil || !os.SameFile(a, b) {
			return nil
		}
	}
	return &UsageError{fmt.Sprintf("the site cannot be written to %s, where the chapters are: name another folder with --out DIR", siteDir(opt))}
}

// siteDir is the folder of the site, as it was named.
func siteDir(opt Options) string { return cmp.Or(opt.Preview, opt.Out, "public") }

// outDir is the absolute path of the folder of the site.
func outDir(opt Options) string {
	out := siteDir(opt)
	if !filepath.IsAbs(out) {
		out = filepath.Join(opt.Root, out)
	}
	if abs, err := filepath.Abs(out); err == nil {
		return abs
	}
	return out
}

func (o *opened) close() {
	if o.root != nil {
		o.root.Close()
	}
}

// openLoose opens what ref names if it is a file, or standard input ("-"), that
// no book has.
func openLoose(opt Options, ref string) (*opened, error) {
	name, _, _ := strings.Cut(ref, "#")
	if name == "-" {
		text, err := io.ReadAll(io.LimitReader(opt.Stdin, maxLoose+1))
		if err != nil {
			return nil, fmt.Errorf("reading standard input: %w", err)
		}
		return newLoose(opt, "-", cmp.Or(opt.Root, "."), text)
	}
	file := name
	if !filepath.IsAbs(file) {
		file = filepath.Join(opt.Root, file)
	}
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxLoose+1))
	if err != nil {
		return nil, err
	}
	return newLoose(opt, filepath.ToSlash(filepath.Clean(name)), filepath.Dir(file), text)
}

// maxLoose is the size of a file that is still a chapter, in bytes.
const maxLoose = 4 << 20

func newLoose(opt Options, name, dir string, text []byte) (*opened, error) {
	if len(text) > maxLoose {
		return nil, &UsageError{fmt.Sprintf("%s is larger than %d MiB, which no chapter is", name, maxLoose>>20)}
	}
	abs, err := filepath.Abs(dir)
	return &opened{abs: abs, dir: ".", loose: &loose{name, text}}, err
}
