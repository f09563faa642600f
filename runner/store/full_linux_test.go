package store

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
)

// small mounts a file system of 64 KiB, or of the options given, for the rest
// of the test.
func small(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk stores more than there is room for: each time there is an error
// and the entry that was there is whole, and what is smaller still fits.
func TestFullDisk(t *testing.T) {
	s := &Store{Dir: small(t, "size=64k")}
	key := put(t, s, "a", "old")
	large := bytes.Repeat([]byte("x"), 100_000)
	for range 3 {
		if err := s.Put(Results, key, large); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("Put of more than there is room for: %v", err)
		}
		wantEntry(t, s, key, "old")
	}
	put(t, s, "a", strings.Repeat("y", 20_000))
	wantEntry(t, s, key, strings.Repeat("y", 20_000))
	if err := s.Settle(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(s.Dir + "/" + tmpDir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestFullFromTheBeginning has no room for a tag.
func TestFullFromTheBeginning(t *testing.T) {
	dir := small(t, "size=4k,nr_inodes=1") // the root is the one
	s := &Store{Dir: dir}
	if err := s.Put(Results, Key("a"), []byte("x")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Put on a full disk: %v", err)
	}
	wantAbsent(t, s, Key("a"), "a full disk")
}

func TestReadOnly(t *testing.T) {
	dir := small(t, "size=64k")
	s := &Store{Dir: dir}
	key := put(t, s, "a", "data")
	age(t, s, key, 1000*60*60*1e9)
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	s = &Store{Dir: dir}
	wantEntry(t, s, key, "data")
	if err := s.Put(Results, Key("b"), nil); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Put in a read-only folder: %v", err)
	}
	if err := s.Settle(); err != nil {
		t.Errorf("nothing was written, and Settle says %v", err)
	}
	if _, err := s.Clean(); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Clean of a read-only folder: %v", err)
	}
	wantEntry(t, s, key, "data")
}

// TestFIFO would wait for a writer if it opened the pipe.
func TestFIFO(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	key := put(t, s, "a", "data")
	if err := errors.Join(os.Remove(s.path(key)), syscall.Mkfifo(s.path(key), 0o666)); err != nil {
		t.Fatal(err)
	}
	wantAbsent(t, s, key, "a pipe")
	put(t, s, "a", "data")
	wantEntry(t, s, key, "data")
}
