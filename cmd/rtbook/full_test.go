//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// limited returns a command that may not make a file larger than a number of a
// shell's blocks, which have 512 or 1024 bytes.
func (s *stand) limited(blocks int, args ...string) *exec.Cmd {
	c := s.command(args...)
	shell, err := exec.LookPath("sh")
	if err != nil {
		s.t.Skip("a shell is needed to limit the size of files: ", err)
	}
	line := fmt.Sprintf(`ulimit -f %d && exec "$@"`, blocks)
	c.Args = append([]string{"sh", "-c", line, "sh", s.bin}, c.Args[1:]...)
	c.Path = shell
	return c
}

// failed runs a command that may fail, as long as it says why, and reports
// whether it did.
func (s *stand) failed(c *exec.Cmd, why string) bool {
	s.t.Helper()
	out, err := c.CombinedOutput()
	switch {
	case err == nil:
		return false
	case c.ProcessState.ExitCode() != 3, !strings.Contains(string(out), why), strings.Contains(string(out), "goroutine "):
		s.t.Errorf("%v, want status 3 and %q:\n%s", err, why, out)
	}
	return true
}

// TestFileSizeLimit builds under limits of the size of files, from nothing up.
func TestFileSizeLimit(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	editions := s.editions()
	s.put(editions[0].notes)
	s.finish(editions[0])
	failed := 0
	for blocks := 0; ; blocks = max(1, 4*blocks) {
		s.put(editions[1].notes)
		again := s.failed(s.limited(blocks, "build"), "file too large")
		s.whole(editions)
		if _, err := os.Lstat(filepath.Join(s.dir, "public", pendingFolder)); err == nil {
			t.Errorf("with %d blocks, %s is left behind", blocks, pendingFolder)
		}
		if t.Failed() || !again {
			break
		}
		failed++
		s.put(editions[0].notes)
		s.finish(editions[0])
	}
	if failed < 3 {
		t.Errorf("only %d limits were too low", failed)
	}
	s.finish(editions[1])
}

// TestUpdateStopsBetween updates three chapters of which the second cannot be
// written: the first has its output, the others are as they were, and what was
// written is shown.
func TestUpdateStopsBetween(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	e := newEdition("only", 1, 2, 3)
	prose := strings.Repeat("As long as it takes.\n", 40_000)
	const large = "02-chapter.md"
	e.blank[large] = "# Large\n\n" + prose + e.blank[large]
	e.notes[large] = "# Large\n\n" + prose + e.notes[large]
	s.put(e.notes)
	s.run("check") // the results are kept

	s.put(e.notes, e.blank)
	c := s.limited(512, "update")
	out, err := c.CombinedOutput()
	if c.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "recording outputs in notes/"+large) ||
		!strings.Contains(string(out), "file too large; the chapter is unchanged") || !strings.Contains(string(out), "+only 1") {
		t.Errorf("%v:\n%s", err, out)
	}
	want := map[string]string{}
	for name, text := range e.notes {
		want[name] = text
	}
	want[large], want["03-chapter.md"] = e.blank[large], e.blank["03-chapter.md"]
	if diff := cmp.Diff(want, s.read("notes")); diff != "" {
		t.Errorf("the notes: -want +got\n%s", diff)
	}
	s.run("update")
	if diff := cmp.Diff(e.notes, s.read("notes")); diff != "" {
		t.Errorf("the notes after another update: -want +got\n%s", diff)
	}
}

// mount mounts a file system in memory for the length of a test.
func mount(t *testing.T, dir, options string) {
	t.Helper()
	if err := syscall.Mount("none", dir, "tmpfs", 0, options); err != nil {
		t.Skip("a disk of our own cannot be mounted: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
}

// TestFullDisk builds and updates a book on a disk that gets full on the way,
// with more and more room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	mount(t, s.dir, "size=16m")
	editions := s.editions()
	s.put(editions[0].notes)
	s.finish(editions[0])
	filler := filepath.Join(s.dir, "filler")
	fill := func(free int64) {
		t.Helper()
		var st syscall.Statfs_t
		if err := syscall.Statfs(s.dir, &st); err != nil {
			t.Fatal(err)
		}
		size := int64(st.Bavail)*st.Bsize - free
		if err := os.WriteFile(filler, make([]byte, max(0, size)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	empty := func() {
		t.Helper()
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
	full := 0
	for pages := int64(0); ; pages = 2*pages + 1 {
		e := editions[1]
		s.put(e.notes, e.blank)
		fill(pages * 4096)
		again := s.failed(s.command("update"), "no space left on device")
		for name, text := range s.read("notes") {
			if text != e.notes[name] && text != e.blank[name] {
				t.Errorf("with %d pages, %s is neither old nor new: %q", pages, name, text)
			}
		}
		empty()
		s.run("update")
		if diff := cmp.Diff(e.notes, s.read("notes")); diff != "" {
			t.Errorf("with %d pages, the notes: -want +got\n%s", pages, diff)
		}
		fill(pages * 4096)
		again = s.failed(s.command("build"), "no space left on device") || again
		s.whole(editions)
		empty()
		s.finish(e)
		if t.Failed() || !again {
			break
		}
		full++
		s.put(editions[0].notes)
		s.finish(editions[0])
	}
	if full < 3 {
		t.Errorf("the disk was full only %d times", full)
	}
}

// TestFullCache builds a book whose cache is on a full disk: that costs time,
// and no result.
func TestFullCache(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	editions := s.editions()
	if err := os.RemoveAll(s.cache); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.cache, 0o777); err != nil {
		t.Fatal(err)
	}
	mount(t, s.cache, "size=64k")
	_ = os.WriteFile(filepath.Join(s.cache, "filler"), make([]byte, 1<<20), 0o666) // as far as it goes
	for _, e := range editions {
		s.put(e.notes)
		s.finish(e)
	}
}

// TestReadOnly builds and updates where nothing can be written.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	mount(t, s.dir, "size=16m")
	editions := s.editions()
	s.put(editions[0].notes)
	s.finish(editions[0])
	e := editions[1]
	s.put(e.notes, e.blank)
	if err := syscall.Mount("none", s.dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip("the disk cannot be made read-only: ", err)
	}
	if !s.failed(s.command("update"), "recording outputs in notes/02-chapter.md") {
		t.Error("the update says that it worked")
	}
	if diff := cmp.Diff(e.blank["02-chapter.md"], s.read("notes")["02-chapter.md"]); diff != "" {
		t.Error(diff)
	}
	if err := syscall.Mount("none", s.dir, "tmpfs", syscall.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	s.run("update")
	if err := syscall.Mount("none", s.dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if !s.failed(s.command("build"), "make the folder "+filepath.Join(s.dir, "public")+" writable") {
		t.Error("the build says that it worked")
	}
	got := s.read("public")
	delete(got, ".rtbook-files")
	if diff := cmp.Diff(editions[0].site, got); diff != "" {
		t.Error(diff)
	}
	if err := syscall.Mount("none", s.dir, "tmpfs", syscall.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	s.finish(e)
}
