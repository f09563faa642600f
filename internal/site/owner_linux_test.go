package site

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReplaceFileKeepsOwner replaces another user's file.
func TestReplaceFileKeepsOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may give files away")
	}
	dir := t.TempDir()
	put(t, dir, "a.md", "old")
	file := filepath.Join(dir, "a.md")
	if err := os.Chown(file, 12345, 54321); err != nil {
		t.Skip(err)
	}
	if err := (&Writer{}).ReplaceFile(file, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); st.Uid != 12345 || st.Gid != 54321 {
		t.Errorf("the file is now of user %d and group %d", st.Uid, st.Gid)
	}
}
