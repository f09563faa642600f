package site

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// filesOf makes a site of names and contents.
func filesOf(pairs ...string) *Files {
	f := &Files{byName: map[string]file{}}
	for i := 0; i < len(pairs); i += 2 {
		f.byName[pairs[i]] = file{data: []byte(pairs[i+1])}
	}
	f.finish()
	return f
}

// onDisk returns the files of a folder, without the manifest.
func onDisk(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == manifestName {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		got[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// put writes a file as somebody else would.
func put(t *testing.T, dir, name, data string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
}

// mustWrite writes a site and compares what the folder then holds.
func mustWrite(t *testing.T, dir string, files *Files, stats Stats, want map[string]string) {
	t.Helper()
	got, err := Write(files, dir)
	if err != nil {
		t.Fatal(err)
	}
	if got != stats {
		t.Errorf("stats %+v, want %+v", got, stats)
	}
	if diff := cmp.Diff(want, onDisk(t, dir)); diff != "" {
		t.Errorf("the folder (-want +got):\n%s", diff)
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "public")
	mustWrite(t, dir, filesOf("a.html", "A", "b/c.html", "C", "b/d/e.html", "E"), Stats{Written: 3},
		map[string]string{"a.html": "A", "b/c.html": "C", "b/d/e.html": "E"})
	mustWrite(t, dir, filesOf("a.html", "A", "b/c.html", "C2", "f.html", "F"), Stats{Written: 2, Unchanged: 1, Removed: 1},
		map[string]string{"a.html": "A", "b/c.html": "C2", "f.html": "F"})
	if _, err := os.Stat(filepath.Join(dir, "b", "d")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty folder b/d is still there: %v", err)
	}
	mustWrite(t, dir, filesOf(), Stats{Removed: 3}, map[string]string{})
}

func TestWriteLeavesUnchangedFilesAlone(t *testing.T) {
	dir := t.TempDir()
	files := filesOf("a.html", "A", "b.html", "B")
	mustWrite(t, dir, files, Stats{Written: 2}, map[string]string{"a.html": "A", "b.html": "B"})
	old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, name := range []string{"a.html", manifestName, "."} { // the folder, too: nothing comes or goes in it
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	mustWrite(t, dir, files, Stats{Unchanged: 2}, map[string]string{"a.html": "A", "b.html": "B"})
	for _, name := range []string{"a.html", manifestName, "."} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !info.ModTime().Equal(old) {
			t.Errorf("%s was written again", name)
		}
	}
}

func TestWriteKeepsForeignFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, ".git/config", "git")
	mustWrite(t, dir, filesOf("a/a.html", "A"), Stats{Written: 1}, map[string]string{".git/config": "git", "a/a.html": "A"})
	put(t, dir, "CNAME", "example.org")
	put(t, dir, "a/mine.txt", "mine")
	mustWrite(t, dir, filesOf("b.html", "B"), Stats{Written: 1, Removed: 1},
		map[string]string{".git/config": "git", "CNAME": "example.org", "a/mine.txt": "mine", "b.html": "B"})
}

func TestWriteRefusesForeignFolder(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "thesis.txt", "years of work")
	_, err := Write(filesOf("a.html", "A"), dir)
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "thesis.txt") {
		t.Errorf("got error %v, want one that names the folder and the file", err)
	}
	if diff := cmp.Diff(map[string]string{"thesis.txt": "years of work"}, onDisk(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestWriteRefusesToReplaceForeignFile(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, filesOf("a.html", "A"), Stats{Written: 1}, map[string]string{"a.html": "A"})
	put(t, dir, "b.html", "mine")
	put(t, dir, "c.html", "C")
	_, err := Write(filesOf("a.html", "A2", "b.html", "B", "c.html", "C"), dir)
	if err == nil || !strings.Contains(err.Error(), "b.html") {
		t.Errorf("got error %v, want one about b.html", err)
	}
	if diff := cmp.Diff(map[string]string{"a.html": "A", "b.html": "mine", "c.html": "C"}, onDisk(t, dir)); diff != "" {
		t.Errorf("something was written all the same:\n%s", diff)
	}
	// A file that is what would be written is no obstacle.
	mustWrite(t, dir, filesOf("a.html", "A2", "c.html", "C"), Stats{Written: 1, Unchanged: 1},
		map[string]string{"a.html": "A2", "b.html": "mine", "c.html": "C"})
}

// TestWriteFileForFolder has a file where a folder was, and the reverse.
func TestWriteFileForFolder(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, filesOf("a/b", "AB", "c", "C"), Stats{Written: 2}, map[string]string{"a/b": "AB", "c": "C"})
	mustWrite(t, dir, filesOf("a", "A", "c/d/e", "CDE"), Stats{Written: 2, Removed: 2}, map[string]string{"a": "A", "c/d/e": "CDE"})
	mustWrite(t, dir, filesOf("a/b", "AB", "c", "C"), Stats{Written: 2, Removed: 2}, map[string]string{"a/b": "AB", "c": "C"})
}

// TestWriteAfterInterruption has the state that a write leaves which ended
// after some files: the next one removes what neither site needs.
func TestWriteAfterInterruption(t *testing.T) {
	dir := t.TempDir()
	assets := fstest.MapFS{}
	broken := filesOf("a.html", "A", "new.html", "N")
	broken.assets = assets
	broken.byName["gone.png"] = file{asset: "gone.png"} // reading it fails
	broken.finish()
	mustWrite(t, dir, filesOf("a.html", "A", "old.html", "O"), Stats{Written: 2}, map[string]string{"a.html": "A", "old.html": "O"})
	if _, err := Write(broken, dir); err == nil || !strings.Contains(err.Error(), "gone.png") {
		t.Fatalf("got error %v, want one about gone.png", err)
	}
	if _, err := os.Stat(filepath.Join(dir, pendingName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left behind: %v", pendingName, err)
	}
	if got := onDisk(t, dir)["old.html"]; got != "O" {
		t.Errorf("old.html is %q after a write that failed", got)
	}
	mustWrite(t, dir, filesOf("a.html", "A"), Stats{Unchanged: 1, Removed: removed(t, dir)}, map[string]string{"a.html": "A"})
}

// removed returns how many files of a folder are not a.html.
func removed(t *testing.T, dir string) int { return len(onDisk(t, dir)) - 1 }

// TestWriteAfterKill has what a write leaves that was killed between making a
// file and putting it into its place.
func TestWriteAfterKill(t *testing.T) {
	for _, before := range []*Files{filesOf(), filesOf("a.html", "A")} {
		dir := t.TempDir()
		if _, err := Write(before, dir); err != nil {
			t.Fatal(err)
		}
		put(t, dir, pendingName+"/1", "hal")
		if _, err := Write(filesOf("a.html", "A", "b.html", "B"), dir); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"a.html": "A", "b.html": "B"}, onDisk(t, dir)); diff != "" {
			t.Errorf("the folder (-want +got):\n%s", diff)
		}
		if _, err := os.Stat(filepath.Join(dir, pendingName)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", pendingName, err)
		}
	}
	// A first write may be killed before there is a manifest.
	dir := t.TempDir()
	put(t, dir, pendingName+"/1", "hal")
	mustWrite(t, dir, filesOf("a.html", "A"), Stats{Written: 1}, map[string]string{"a.html": "A"})
}

// TestWriteRefusesBeforeItBegins has things in the way that only a rename or
// a new folder would run into, after other files were written.
func TestWriteRefusesBeforeItBegins(t *testing.T) {
	tests := []struct{ name, foreign string }{
		{"a folder where a known file was", "a.html/mine.txt"},
		{"a folder where a new file goes", "z.html/mine.txt"},
		{"a file where a folder goes", "z"},
		{"a file where a folder above goes", "y"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			mustWrite(t, dir, filesOf("a.html", "A"), Stats{Written: 1}, map[string]string{"a.html": "A"})
			if strings.HasPrefix(test.foreign, "a.html/") {
				if err := os.Remove(filepath.Join(dir, "a.html")); err != nil {
					t.Fatal(err)
				}
			}
			put(t, dir, test.foreign, "mine")
			before := onDisk(t, dir)
			_, err := Write(filesOf("0.html", "new", "a.html", "A2", "y/x/c.html", "C", "z.html", "Z", "z/b.html", "B"), dir)
			if err == nil || !strings.Contains(err.Error(), test.foreign+" is in the way") {
				t.Errorf("got error %v, want one about %s", err, test.foreign)
			}
			if diff := cmp.Diff(before, onDisk(t, dir)); diff != "" {
				t.Errorf("something was written all the same:\n%s", diff)
			}
		})
	}
}

// TestManifestCannotLeadOut has a manifest that somebody changed.
func TestManifestCannotLeadOut(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "public")
	put(t, top, "precious.txt", "precious")
	put(t, dir, manifestName, manifestHead+"../precious.txt\n/etc/hostname\n.\n\na/../../precious.txt\nlink/precious.txt\n")
	if err := os.Symlink(top, filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	_, err := Write(filesOf("a.html", "A"), dir)
	if err == nil || !strings.Contains(err.Error(), "link/precious.txt") {
		t.Errorf("got error %v, want one about the link that leads out", err)
	}
	if got, err := os.ReadFile(filepath.Join(top, "precious.txt")); string(got) != "precious" {
		t.Errorf("the file outside is %q, %v", got, err)
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	names := []string{"\"q\".html", "# x.html", "a b/c.html", "a.html", "two\nlines.html", "é.html"}
	slices.Sort(names)
	put(t, dir, manifestName, string(encodeManifest(names)))
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	got, found, err := readManifest(root)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if diff := cmp.Diff(names, got); diff != "" {
		t.Error(diff)
	}
}

func TestWriteUnwritable(t *testing.T) {
	top := t.TempDir()
	put(t, top, "file", "not a folder")
	_, err := Write(filesOf("a.html", "A"), filepath.Join(top, "file", "public"))
	if err == nil || !strings.Contains(err.Error(), filepath.Join(top, "file")) {
		t.Errorf("got error %v, want one that names the path", err)
	}
	if os.Getuid() == 0 {
		t.Skip("root may write anywhere")
	}
	dir := filepath.Join(top, "closed")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err = Write(filesOf("a.html", "A"), dir)
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "--out") {
		t.Errorf("got error %v, want one that names the folder and what to do", err)
	}
}

func TestWriteLocked(t *testing.T) {
	dir := t.TempDir()
	first := &Writer{}
	unlock, err := first.lock(dir)
	if err != nil {
		t.Fatal(err)
	}

	// One that gives up says so, and has written nothing.
	cancelled, cancel := context.WithCancel(t.Context())
	var told []string
	second := &Writer{Context: cancelled, Notify: func(m string) { told = append(told, m); cancel() }}
	if _, err = second.Write(filesOf("a.html", "A"), dir); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want that it was cancelled", err)
	}
	if len(told) != 1 || !strings.Contains(told[0], dir) {
		t.Errorf("told %q, want one message that names the folder", told)
	}
	if got := onDisk(t, dir); len(got) > 0 {
		t.Errorf("written without the lock: %v", got)
	}

	// One that waits goes on when the first is done.
	second = &Writer{Notify: func(string) { unlock() }}
	if _, err := second.Write(filesOf("a.html", "A"), dir); err != nil {
		t.Error(err)
	}

	// Another folder is no matter.
	unlock, err = first.lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	other := &Writer{Notify: func(m string) { t.Error(m) }}
	if _, err := other.Write(filesOf("a.html", "A"), t.TempDir()); err != nil {
		t.Error(err)
	}
}

// TestWriteLockedForLong waits until patience ends, of which it has less than
// others.
func TestWriteLockedForLong(t *testing.T) {
	dir := t.TempDir()
	unlock, err := (&Writer{}).lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	w := &Writer{wait: func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, 3*lockRetry)
	}}
	_, err = w.Write(filesOf("a.html", "A"), dir)
	if err == nil || !strings.Contains(err.Error(), "another rtbook") || !strings.Contains(err.Error(), dir) {
		t.Errorf("got error %v, want one about another rtbook that names the folder", err)
	}
	ctx, cancel := patience(t.Context())
	defer cancel()
	if end, ok := ctx.Deadline(); !ok || time.Until(end) < 4*time.Second || time.Until(end) > 5*time.Second {
		t.Errorf("others wait until %v", end)
	}
}

// TestWriteRenderedSite writes a whole site twice.
func TestWriteRenderedSite(t *testing.T) {
	files, err := Render(smallBook(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	n := len(files.Names())
	mustWrite(t, dir, files, Stats{Written: n}, contents(t, files))
	mustWrite(t, dir, files, Stats{Unchanged: n}, contents(t, files))
}
