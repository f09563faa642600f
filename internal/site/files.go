package site

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"rtbook/internal/finding"
)

// Files is a site: files by their slash-separated names. Pages are held in
// memory, assets are read when they are asked for.
type Files struct {
	Findings []finding.Finding // faults in the book that showed while rendering, in its order

	assets fs.FS
	byName map[string]file
	names  []string
}

// file is a file's content, or where it is to be copied from.
type file struct {
	data  []byte
	asset string // path in Files.assets; "" if data is the content
}

func (f *Files) finish() { f.names = slices.Sorted(maps.Keys(f.byName)) }

// Names returns the names of all files, sorted. The caller must not change it.
func (f *Files) Names() []string { return f.names }

// ReadFile returns the content of a file. The caller must not change it.
func (f *Files) ReadFile(name string) ([]byte, error) {
	file, ok := f.byName[name]
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	if file.asset == "" {
		return file.data, nil
	}
	if f.assets == nil {
		return nil, fmt.Errorf("reading the asset %s: no file system was given to read assets from", file.asset)
	}
	data, err := fs.ReadFile(f.assets, file.asset)
	if err != nil {
		return nil, fmt.Errorf("reading the asset %s: %w", file.asset, err)
	}
	return data, nil
}
