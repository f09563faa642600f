package sandbox

import (
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func init() {
	behaviours["says what is blocked"] = []func(){func() {
		status, _ := os.ReadFile("/proc/self/status")
		_, blocked, _ := strings.Cut(string(status), "\nSigBlk:\t")
		blocked, _, _ = strings.Cut(blocked, "\n")
		panic("blocked: " + blocked)
	}}
	holders["blocked signals"] = func() {
		runtime.LockOSThread()
		signal.Ignore(syscall.SIGHUP)
		all := unix.Sigset_t{Val: [16]uint64{^uint64(0)}}
		if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, nil); err != nil {
			panic(err)
		}
		panic(syscall.Exec("/proc/self/exe", []string{"parent", "child", "impatient parent", os.Args[3]}, os.Environ()))
	}
}

// TestBlockedSignals: what rtbook was started with, signals that are blocked or
// ignored, makes no difference to a child.
func TestBlockedSignals(t *testing.T) {
	for child, want := range map[string]string{
		"hangs up":             "by a signal: hangup",
		"says what is blocked": "blocked: 0000000000000000",
	} {
		parent := exec.Command("/proc/self/exe", "hold", "blocked signals", child)
		parent.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
		out, err := parent.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("a child that %s: %v\n%swant %q", child, err, out, want)
		}
	}
}
