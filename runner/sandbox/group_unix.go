//go:build unix

package sandbox

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup has cmd begin a process group of its own.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

// killGroup kills the group that p began. A group that is gone is fine.
func killGroup(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGKILL) }
