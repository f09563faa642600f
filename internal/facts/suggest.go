package facts

import (
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"rtbook/internal/finding"
)

// nearestPackage returns the package of the toolchain or of the book's module
// whose path is most like one that does not exist, or "".
func (lib *library) nearestPackage(want string) string {
	if lib.folders == nil {
		lib.folders = append(foldersWithGo(filepath.Join(lib.src.Root, "src"), ""), foldersWithGo(lib.src.Dir, lib.tool.Module())...)
	}
	all := lib.folders
	// The last element is often all that a person remembers.
	if !strings.Contains(want, "/") {
		for _, p := range all {
			if path.Base(p) == want && !strings.HasPrefix(p, "cmd/") && !strings.HasPrefix(p, "vendor/") {
				return p
			}
		}
	}
	return finding.Nearest(want, all)
}

// foldersWithGo returns the import paths of the folders below root that hold Go
// files other than tests.
func foldersWithGo(root, prefix string) []string {
	var all []string
	seen := make(map[string]bool)
	// A folder that cannot be read has nothing to suggest.
	_ = fs.WalkDir(os.DirFS(root), ".", func(file string, d fs.DirEntry, err error) error {
		name := path.Base(file)
		switch {
		case err != nil:
			return nil
		case d.IsDir() && file != "." && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		if dir := path.Dir(file); !seen[dir] {
			seen[dir] = true
			if p := path.Join(prefix, dir); p != "." {
				all = append(all, p)
			}
		}
		return nil
	})
	return all
}

// nearestName returns the name in a package that is most like a symbol, or "".
func (lib *library) nearestName(p *pkg, symbol string) string {
	first, _, member := strings.Cut(symbol, ".")
	all := p.names(func(name string) bool { return strings.Contains(name, ".") == member })
	if near := finding.Nearest(symbol, all); near != "" {
		return near
	}
	if !member {
		// A method is often written without its type.
		for _, name := range p.names(func(name string) bool { return strings.HasSuffix(name, "."+symbol) }) {
			return name
		}
		for _, fn := range lib.asmOf(p) {
			all = append(all, fn.name)
		}
		return finding.Nearest(symbol, all)
	}
	return finding.Nearest(first, p.names(func(name string) bool { return !strings.Contains(name, ".") }))
}

// nearestMember returns the field or method of a type that is most like a name,
// or "".
func nearestMember(t types.Type, name string) string {
	if t == nil {
		return ""
	}
	if ptr, ok := t.Underlying().(*types.Pointer); ok {
		t = ptr.Elem()
	}
	var all []string
	set := types.NewMethodSet(types.NewPointer(t))
	for i := range set.Len() {
		all = append(all, set.At(i).Obj().Name())
	}
	fieldNames(t, &all, make(map[types.Type]bool))
	return finding.Nearest(name, all)
}

// fieldNames adds the names of a struct's fields, with those of embedded ones.
func fieldNames(t types.Type, all *[]string, seen map[types.Type]bool) {
	if ptr, ok := t.Underlying().(*types.Pointer); ok {
		t = ptr.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || seen[t] {
		return
	}
	seen[t] = true
	for f := range s.Fields() {
		*all = append(*all, f.Name())
		if f.Embedded() {
			fieldNames(f.Type(), all, seen)
		}
	}
}
