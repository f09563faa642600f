package gotool

import (
	"bytes"
	"cmp"
	"path/filepath"
	"slices"
	"strings"
)

// pathName is what stands for a folder of this machine in the output of a
// command.
type pathName struct {
	path, name string
	own        bool // the path is that of a folder of ours: nothing else begins like it
}

// pathNames returns what stands for what in the output of commands that run in
// a folder:
//
//	the folder             .           go's diagnostics then are as in a terminal: ./main.go:3:5
//	what is around it      ..
//	home, temporary files  $HOME, $TMPDIR
//	the toolchain          $GOROOT
//	modules, the caches    $GOMODCACHE, $GOPATH, $GOCACHE
//	the book's module      its path, as with -trimpath
//	rtbook, as the guard   $RTBOOK
//
// The go command writes a path relative to its folder where that is shorter;
// these stand for the same. The longest come first.
func (t *Toolchain) pathNames(f *folder, env goEnv, exec []string) []pathName {
	names := []pathName{
		{f.dir(), ".", true}, {f.home(), "$HOME", true}, {f.temp(), "$TMPDIR", true}, {f.Dir, "..", true},
	}
	add := func(path, name string) {
		if len(path) < 2 || !filepath.IsAbs(path) {
			return
		}
		path = filepath.Clean(path)
		names = append(names, pathName{path, name, false})
		if rel, err := filepath.Rel(f.dir(), path); err == nil && strings.HasPrefix(rel, "..") {
			names = append(names, pathName{rel, name, false})
		}
	}
	folders := []struct{ path, name string }{
		{env.GOROOT, "$GOROOT"}, {env.GOMODCACHE, "$GOMODCACHE"}, {env.GOPATH, "$GOPATH"}, {env.GOCACHE, "$GOCACHE"}, {t.Dir, t.Module()},
	}
	for _, f := range folders {
		add(f.path, f.name)
		if real, err := filepath.EvalSymlinks(f.path); err == nil && real != f.path {
			add(real, f.name)
		}
	}
	if len(exec) > 0 {
		add(exec[0], "$RTBOOK")
	}
	slices.SortStableFunc(names, func(a, b pathName) int { return cmp.Compare(len(b.path), len(a.path)) })
	return names
}

// renamer replaces paths in a stream. A path is found wherever the stream is
// cut into pieces: what may be the beginning of one is kept until it is known.
type renamer struct {
	names []pathName // the longest first
	to    func([]byte)

	kept []byte
	last byte // before kept
}

// write passes on what of the stream is known not to be cut.
func (r *renamer) write(text []byte) { r.pass(text, false) }

// flush passes on the rest: the stream ends here.
func (r *renamer) flush() { r.pass(nil, true) }

func (r *renamer) pass(text []byte, end bool) {
	text = append(r.kept, text...)
	var out []byte
	for len(text) > 0 {
		name, cut := r.match(text, end)
		if cut {
			break
		}
		n := 1
		if name != nil {
			n = len(name.path)
			out = append(out, name.name...)
		} else {
			out = append(out, text[0])
		}
		r.last = text[n-1]
		text = text[n:]
	}
	r.kept = slices.Clone(text)
	if len(out) > 0 {
		r.to(out)
	}
}

// match returns the path that text begins with, or says that more of the text
// must be known.
func (r *renamer) match(text []byte, end bool) (name *pathName, cut bool) {
	for i := range r.names {
		n := &r.names[i]
		if n.path[0] != text[0] {
			continue
		}
		if !bytes.HasPrefix(text, []byte(n.path)) {
			if !end && strings.HasPrefix(n.path, string(text)) {
				return nil, true
			}
			continue
		}
		if n.own {
			return n, false
		}
		rest := text[len(n.path):]
		if len(rest) == 0 && !end {
			return nil, true
		}
		if (len(rest) == 0 || !inName(rest[0])) && (n.path[0] != '.' || r.last != '/' && r.last != '.' && !inName(r.last)) {
			return n, false
		}
	}
	return nil, false
}

// inName says whether a byte continues the name of a file: /usr/local/go is
// not the beginning of /usr/local/gopher.
func inName(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
