//go:build !unix

package sandbox

import "io/fs"

// ours says whether a file is this user's: the folder for temporary files is.
func ours(fs.FileInfo) bool { return true }

// onDisk returns the bytes that a file takes.
func onDisk(info fs.FileInfo) int64 { return info.Size() }
