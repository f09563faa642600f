//go:build unix

package wire

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestCloseOnExec wants a descriptor to be kept from what the program starts.
func TestCloseOnExec(t *testing.T) {
	fd, err := syscall.Open("/dev/null", syscall.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	for _, want := range []int{0, unix.FD_CLOEXEC} {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags != want {
			t.Errorf("flags %d, %v; want %d", flags, err, want)
		}
		closeOnExec(fd)
	}
}
