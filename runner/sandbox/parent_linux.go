package sandbox

import "syscall"

// dieWithParent has the kernel kill the child if this process is killed and
// cannot do it. Strictly, the signal comes when the thread ends that started
// the child; Go's threads last as long as the process, unless a goroutine ends
// that is locked to one.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
