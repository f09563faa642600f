package gotool

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// writeModule writes a txtar archive's files into a new folder.
func writeModule(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, root, pin string) *Toolchain {
	t.Helper()
	tc, err := Open(root, pin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tc.Close() })
	return tc
}

func TestOpen(t *testing.T) {
	dir := writeModule(t, "-- go.mod --\nmodule example.org/book\n\ngo 1.24.1\n-- docs/notes/01.md --\n")
	tc := open(t, filepath.Join(dir, "docs", "notes"), "")
	if tc.Dir != dir || tc.Module() != "example.org/book" || tc.Language() != "go1.24" {
		t.Errorf("in a module: %s, %s, %s", tc.Dir, tc.Module(), tc.Language())
	}
	if err := tc.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("Close removed the book's module: %v", err)
	}
	bad := writeModule(t, "-- go.mod --\nmodule \"\n")
	if _, err := Open(bad, ""); err == nil || !strings.Contains(err.Error(), "go.mod:1") {
		t.Errorf("a go.mod that does not parse: %v", err)
	}
	nameless := writeModule(t, "-- go.mod --\ngo 1.26\n")
	if _, err := Open(nameless, ""); err == nil || !strings.Contains(err.Error(), "names no module") {
		t.Errorf("a go.mod without a module: %v", err)
	}
}

func TestOpenOutsideModule(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	tc := open(t, t.TempDir(), "go1.26.8")
	if filepath.Dir(tc.Dir) != temp || tc.Language() != "go1.26" {
		t.Errorf("module in %s, language %s", tc.Dir, tc.Language())
	}
	if err := tc.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCheck(t *testing.T) {
	version, err := open(t, t.TempDir(), runtime.Version()).Check(t.Context())
	if err != nil || version != runtime.Version() {
		t.Errorf("Check of this toolchain = %q, %v", version, err)
	}
	if version, err := open(t, t.TempDir(), "").Check(t.Context()); err != nil || version == "" {
		t.Errorf("Check of any toolchain = %q, %v", version, err)
	}

	_, err = open(t, t.TempDir(), "go1.4294967295.1").Check(t.Context())
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Want != "go1.4294967295.1" || missing.Have == "" {
		t.Fatalf("Check of a toolchain that does not exist: %v", err)
	}
	for _, want := range []string{missing.Want, missing.Have, "GOTOOLCHAIN=go1.4294967295.1 go version"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}

	tc := open(t, t.TempDir(), "go1.26.8")
	t.Setenv("PATH", t.TempDir())
	_, err = tc.Check(t.Context())
	if !errors.As(err, &missing) || missing.Have != "" || !strings.Contains(err.Error(), "https://go.dev/dl/") {
		t.Errorf("Check without a go command: %v", err)
	}
}

// archive returns the files of a txtar archive by name.
func archive(text string) map[string]string {
	files := make(map[string]string)
	for _, f := range txtar.Parse([]byte(text)).Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

func TestNoPlaceForTheCache(t *testing.T) {
	for _, name := range []string{"HOME", "GOCACHE", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("GOPATH", t.TempDir())
	dir := writeModule(t, "-- go.mod --\nmodule example.org/book\n\ngo 1.24\n")
	_, _, err := open(t, dir, "").GoMod(t.Context(), "example.org/cells", nil)
	if err == nil || !strings.Contains(err.Error(), "set HOME, or GOCACHE") {
		t.Errorf("without a home the go command has a cache: %v", err)
	}
}

// TestCacheCannotBeMade has the go command's cache below a file.
func TestCacheCannotBeMade(t *testing.T) {
	dir := writeModule(t, "-- go.mod --\nmodule example.org/book\n\ngo 1.24\n-- file --\n")
	t.Setenv("GOCACHE", filepath.Join(dir, "file", "cache"))
	_, err := open(t, dir, "").confined(t.Context(), []string{"version"})
	if err == nil || !strings.Contains(err.Error(), "set GOCACHE, or HOME, to a folder that can be written") {
		t.Errorf("the go command has a cache below a file: %v", err)
	}
}
