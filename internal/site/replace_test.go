package site

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md", "old")
	file := filepath.Join(dir, "a.md")
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	put(t, dir, pendingName+"/1", "of one that was killed")
	var w Writer
	for _, step := range []struct {
		old, data string
		err       error
		want      string
	}{
		{"other", "new", ErrChanged, "old"},
		{"old", "new", nil, "new"},
		{"old", "new", nil, "new"}, // somebody did it already
		{"old", "newer", ErrChanged, "new"},
		{"new", "", nil, ""},
	} {
		if err := w.ReplaceFile(file, []byte(step.old), []byte(step.data)); !errors.Is(err, step.err) {
			t.Errorf("%q to %q: error %v, want %v", step.old, step.data, err, step.err)
		}
		if diff := cmp.Diff(map[string]string{"a.md": step.want}, onDisk(t, dir)); diff != "" {
			t.Errorf("%q to %q (-want +got):\n%s", step.old, step.data, diff)
		}
	}
	info, err := os.Stat(file)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestReplaceFileFails(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "folder/x", "x")
	put(t, dir, "closed.md", "old")
	var w Writer
	for _, old := range [][]byte{nil, []byte("old")} {
		for _, name := range []string{"missing.md", "folder", "missing/a.md", "closed.md"} {
			if name == "missing.md" && old == nil || name == "closed.md" && old != nil {
				continue // these are replaced, see [TestReplaceFile] and [TestReplaceFileNew]
			}
			if err := w.ReplaceFile(filepath.Join(dir, name), old, []byte("new")); err == nil {
				t.Errorf("%s, which was %q: no error", name, old)
			}
		}
	}
	if os.Getuid() != 0 { // who may write anywhere
		closed := filepath.Join(dir, "closed.md")
		if err := os.Chmod(closed, 0o444); err != nil {
			t.Fatal(err)
		}
		if err := w.ReplaceFile(closed, []byte("old"), []byte("new")); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("a file that may only be read: %v", err)
		}
	}
	if diff := cmp.Diff(map[string]string{"folder/x": "x", "closed.md": "old"}, onDisk(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestReplaceFileNew(t *testing.T) {
	dir := t.TempDir()
	var w Writer
	if err := w.ReplaceFile(filepath.Join(dir, "a.md"), nil, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a.md": "new"}, onDisk(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestClearPending(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md", "A")
	var w Writer
	for range 2 {
		if err := w.ClearPending(dir); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(map[string]string{"a.md": "A"}, onDisk(t, dir)); diff != "" {
			t.Error(diff)
		}
		put(t, dir, pendingName+"/1", "half")
	}
	if err := w.ClearPending(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, pendingName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", pendingName, err)
	}
}

// TestLockIsTheFolders has two users of one folder whose folders for temporary
// files differ, and who name it differently.
func TestLockIsTheFolders(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a folder cannot be locked")
	}
	dir, link := t.TempDir(), filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err)
	}
	unlock, err := (&Writer{}).lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	other := &Writer{Context: ctx, Notify: func(string) { cancel() }}
	if _, err := other.Write(filesOf("a.html", "A"), link); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it waited and was cancelled", err)
	}
	unlock()
	if diff := cmp.Diff(map[string]string{}, onDisk(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// TestWriteThroughLink writes to a symbolic link to a folder, which stays one.
func TestWriteThroughLink(t *testing.T) {
	top := t.TempDir()
	link := filepath.Join(top, "public")
	if err := os.Symlink("elsewhere", link); err != nil {
		t.Skip(err)
	}
	_, err := Write(filesOf("a.html", "A"), link)
	if err == nil || !strings.Contains(err.Error(), "a symbolic link to elsewhere, where no folder is") {
		t.Errorf("a link to nothing: %v", err)
	}
	if err := os.Mkdir(filepath.Join(top, "elsewhere"), 0o777); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, link, filesOf("a.html", "A"), Stats{Written: 1}, map[string]string{"a.html": "A"})
	mustWrite(t, link, filesOf("a.html", "A2", "b.html", "B"), Stats{Written: 2}, map[string]string{"a.html": "A2", "b.html": "B"})
	if target, err := os.Readlink(link); target != "elsewhere" || err != nil {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	// A page that somebody made a link to a file elsewhere does not lead out.
	put(t, top, "precious.txt", "precious")
	page := filepath.Join(top, "elsewhere", "a.html")
	if err := os.Remove(page); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("..", "precious.txt"), page); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(filesOf("a.html", "A3"), link); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(filepath.Join(top, "precious.txt")); string(got) != "precious" {
		t.Errorf("the file outside is %q, %v", got, err)
	}
	if info, err := os.Lstat(page); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the page is %v, %v", info, err)
	}
}
