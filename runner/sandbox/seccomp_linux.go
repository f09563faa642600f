package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// deniedCalls are the system calls that fail in a child, as not permitted.
var deniedCalls = []uint32{
	// The network, and unix sockets, which no namespace keeps apart; what is on
	// its way in one is counted nowhere.
	unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	// Memory that is not counted: it belongs to files without a name, or to
	// the kernel.
	unix.SYS_MEMFD_CREATE, unix.SYS_MEMFD_SECRET, unix.SYS_SHMGET, unix.SYS_MSGGET, unix.SYS_SEMGET,
	// Other processes.
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD, unix.SYS_KCMP,
	// Namespaces and mounts.
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT,
	unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK,
	unix.SYS_MOUNT_SETATTR, unix.SYS_OPEN_BY_HANDLE_AT,
	// The machine.
	unix.SYS_REBOOT, unix.SYS_KEXEC_LOAD, unix.SYS_KEXEC_FILE_LOAD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
	unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_ACCT, unix.SYS_QUOTACTL, unix.SYS_SYSLOG,
	unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_CLOCK_ADJTIME, unix.SYS_ADJTIMEX, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME,
	// The kernel's less trodden parts.
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_FANOTIFY_INIT,
	unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL,
}

// attributeCalls change permissions, owners, times and further attributes of
// files, which Landlock does not limit: they would reach all files of the user.
var attributeCalls = []uint32{
	unix.SYS_FCHMOD, unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHOWN, unix.SYS_FCHOWNAT, unix.SYS_UTIMENSAT,
	unix.SYS_SETXATTR, unix.SYS_LSETXATTR, unix.SYS_FSETXATTR, unix.SYS_SETXATTRAT,
	unix.SYS_REMOVEXATTR, unix.SYS_LREMOVEXATTR, unix.SYS_FREMOVEXATTR, unix.SYS_REMOVEXATTRAT,
}

// Where struct seccomp_data has what a filter looks at; the arguments' lower
// halves, since the processors below are little-endian.
const (
	dataCall = 0
	dataArch = 4
	dataArg0 = 16
	dataArg3 = 16 + 3*8
)

// x32 is the bit of the numbers of calls of a second interface that x86-64 has.
const x32 = 0x40000000

// filterCalls has the kernel refuse deniedCalls to this thread and what it
// starts, attributeCalls unless they are allowed, and two calls by what they
// ask for: a clone into a new user namespace, and memory that is anonymous and
// shared, or grows downwards, which does not count as the process's data.
func filterCalls(attributes bool) error {
	arch, ok := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if !ok {
		return errors.New("the filter is for amd64 and arm64")
	}
	denied := deniedCalls
	if !attributes {
		denied = slices.Concat(denied, attributeCalls, oldAttributeCalls)
	}
	filter := callFilter(arch, denied)
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return fmt.Errorf("filter system calls: %w", errno)
	}
	return nil
}

// callFilter returns the instructions of a filter.
func callFilter(arch uint32, denied []uint32) []unix.SockFilter {
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	ret := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	jump := func(op uint16, k uint32, t, f uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | op | unix.BPF_K, K: k, Jt: t, Jf: f}
	}
	deny := ret(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM))
	filter := []unix.SockFilter{
		load(dataArch), jump(unix.BPF_JEQ, arch, 1, 0), ret(unix.SECCOMP_RET_KILL_PROCESS),
		load(dataCall), jump(unix.BPF_JGE, x32, 0, 1), deny,
	}
	for _, call := range denied {
		filter = append(filter, jump(unix.BPF_JEQ, call, 0, 1), deny)
	}
	return append(filter,
		// clone3 has its flags in memory, where no filter sees them; without
		// it, libraries fall back on clone.
		jump(unix.BPF_JEQ, unix.SYS_CLONE3, 0, 1), ret(unix.SECCOMP_RET_ERRNO|uint32(unix.ENOSYS)),
		jump(unix.BPF_JEQ, unix.SYS_CLONE, 0, 3), load(dataArg0), jump(unix.BPF_JSET, unix.CLONE_NEWUSER, 0, 1), deny,
		load(dataCall),
		jump(unix.BPF_JEQ, unix.SYS_MMAP, 0, 6), load(dataArg3),
		jump(unix.BPF_JSET, unix.MAP_GROWSDOWN, 0, 1), deny,
		unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: unix.MAP_SHARED | unix.MAP_ANONYMOUS},
		jump(unix.BPF_JEQ, unix.MAP_SHARED|unix.MAP_ANONYMOUS, 0, 1), deny,
		ret(unix.SECCOMP_RET_ALLOW),
	)
}
