package sandbox

import (
	"os"
	"os/exec"
	"syscall"
)

// namespace says which namespaces a guard is to have.
type namespace struct {
	flags uintptr
	user  bool // it is root in a user namespace of its own; else it must be the machine's
}

const allNamespaces = syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS

// namespaces returns what to try, the best first. A kernel that lets a process
// have some of them lets it have all.
func namespaces() []namespace {
	all := []namespace{{allNamespaces | syscall.CLONE_NEWUSER, true}}
	if os.Geteuid() == 0 {
		all = append(all, namespace{allNamespaces, false})
	}
	return append(all, namespace{})
}

func (n namespace) any() bool { return n.flags != 0 }

// apply has cmd be started in the namespaces.
func (n namespace) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr.Cloneflags = n.flags
	if n.user {
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	if n.any() && os.Geteuid() == 0 {
		cmd.Env = append(cmd.Env, asRoot+"=1")
	}
}
