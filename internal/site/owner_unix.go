//go:build !windows

package site

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file the owner of another, if it may: who updates as root,
// as in a container, goes on working as somebody else.
func keepOwner(f *os.File, like fs.FileInfo) {
	if st, ok := like.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(st.Uid), int(st.Gid))
	}
}
