//go:build unix

package sandbox

import (
	"io/fs"
	"os"
	"syscall"
)

// ours says whether a file is this user's.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// onDisk returns the bytes that a file takes, which are fewer than its size if
// it has holes.
func onDisk(info fs.FileInfo) int64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Blocks * 512
	}
	return info.Size()
}
