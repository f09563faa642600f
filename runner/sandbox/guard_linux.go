package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// unblock sees to it that no signals are blocked in the child because they were
// when rtbook was started: what a cell sends to itself (SIGTSTP) would be without effect.
// The child gets what this process began with, whatever it does, so that it has
// to begin again. It does not return then.
func unblock() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var none, blocked unix.Sigset_t
	if unix.PthreadSigmask(unix.SIG_SETMASK, &none, &blocked) == nil && blocked != none {
		// If that is refused, the child has one thing less that it should have.
		_ = syscall.Exec("/proc/self/exe", os.Args, os.Environ())
	}
}

// guard carries out an order.
func guard(control *os.File, o order) {
	runtime.LockOSThread() // most of what follows is about this thread, and what it starts
	killFirst()
	if !o.Namespaces {
		syscall.CloseOnExec(int(control.Fd()))
		fault(control, become(o, func(lacks []lack) { note{Lacks: lacks}.send(control) }))
		return
	}
	go func() { // rtbook says no more: what comes is its end
		io.Copy(io.Discard, control)
		os.Exit(failedGuard)
	}()
	noHandlers()
	lacks := settle(o)
	lacks = append(lacks, confine(o)...)
	pid, err := syscall.ForkExec(o.Path, o.Args, &syscall.ProcAttr{
		Dir: o.Dir, Env: o.Env, Files: descriptors(o.Descriptors),
		Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		fault(control, err)
		return
	}
	note{Lacks: lacks}.send(control)
	letGo(o.Descriptors)
	ended := wait(pid)
	note{Ended: &ended}.send(control)
	os.Exit(0)
}

// noHandlers takes from this process the handlers that the runtime gave it, and
// has it ignore nothing, as rtbook may have been started to (nohup). To
// process 1 the kernel passes only signals that have one, and but for SIGKILL
// from outside of its namespace: what the child sends there is without effect.
// (Package os/signal could ignore signals too, one by one and with an exchange
// between two threads for each, which takes as long as half of all the rest;
// and ignored ones the child would inherit.)
func noHandlers() {
	var none [16]uint64 // a struct kernel_sigaction with SIG_DFL, which is 0, and more
	signals := 64       // include/uapi/asm-generic/signal.h: _NSIG
	if strings.HasPrefix(runtime.GOARCH, "mips") {
		signals = 128
	}
	for sig := 1; sig <= signals; sig++ {
		if sig == int(unix.SIGURG) {
			continue // by which the runtime stops goroutines: it has no effect on others
		}
		unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&none)), 0, uintptr(signals/8), 0, 0)
	}
}

func fault(w io.Writer, err error) {
	n := note{Fault: err.Error()}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		n.Errno = int(errno)
	}
	n.send(w)
}

func descriptors(n int) []uintptr {
	all := make([]uintptr, n)
	for i := range all {
		all[i] = uintptr(i)
	}
	return all
}

// letGo closes the guard's own copies of what the child got, so that the child
// alone decides when its output ends.
func letGo(descriptors int) {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	for fd := range descriptors {
		if err != nil || unix.Dup3(null, fd, unix.O_CLOEXEC) != nil {
			unix.Close(fd)
		}
	}
}

// wait waits for the child and, since it is process 1, for what loses its
// parent until then.
func wait(child int) Ending {
	for {
		var status syscall.WaitStatus
		var usage syscall.Rusage
		pid, err := syscall.Wait4(-1, &status, 0, &usage)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return Ending{Code: -1, Signal: "lost: " + err.Error()} // cannot be: the child is ours
		case pid == child:
			return ending(status, usage)
		}
	}
}

func ending(status syscall.WaitStatus, usage syscall.Rusage) Ending {
	e := Ending{
		Code: status.ExitStatus(),
		CPU:  time.Duration(usage.Utime.Nano() + usage.Stime.Nano()),
	}
	if status.Signaled() {
		e.Signal = status.Signal().String()
	}
	return e
}

// become turns this process into the child, and says before what it lacks. It
// returns only if that fails.
func become(o order, say func([]lack)) error {
	runtime.LockOSThread()
	if o.Dir != "" {
		if err := os.Chdir(o.Dir); err != nil {
			return err
		}
	}
	say(confine(o))
	noHandlers() // those that are ignored stay so
	return syscall.Exec(o.Path, o.Args, o.Env)
}

// settle furnishes the namespaces: process 1 has all rights in them, which the
// child will not have.
func settle(o order) []lack {
	var lacks []lack
	if o.Private != "" {
		if err := private(o.Private, o.Limits.Files); err != nil {
			lacks = append(lacks, lack{scratchFS, err.Error()})
		}
	}
	// Its own processes are all that a child sees in /proc. Where that is
	// refused, which is usual in containers, Landlock and the namespaces keep
	// it from looking into others.
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		lacks = append(lacks, lack{ownProc, err.Error()})
	}
	if o.Limits.Processes > 0 && os.Getenv(asRoot) != "" {
		if err := maxPid(o.Limits.Processes); err != nil {
			lacks = append(lacks, lack{processLimit, err.Error()})
		}
	}
	return lacks
}

// private gives dir a file system of its own in memory, with the folders that
// it had. It ends with the namespace.
func private(dir string, size int64) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	options := "mode=700,nr_inodes=65536,size=" + strconv.FormatInt(size, 10)
	if err := unix.Mount("scratch", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := os.Mkdir(filepath.Join(dir, e.Name()), 0o700); err != nil {
				return err
			}
		}
	}
	return nil
}

// asRoot is set in the environment of a guard whose user is the machine's
// root, for whom RLIMIT_NPROC does not count.
const asRoot = "RTBOOK_GUARD_ROOT"

// leastMaxPid is the least that the kernel takes (include/linux/threads.h: RESERVED_PIDS).
const leastMaxPid = 301

// maxPid limits the processes and threads of this namespace by the largest
// number that one may have. Before Linux 6.14 that number was the machine's.
func maxPid(n int) error {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return err
	}
	var major, minor int
	fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor)
	if major < 6 || major == 6 && minor < 14 {
		return errors.New("root's processes can be counted as of Linux 6.14")
	}
	text := strconv.Itoa(max(n, leastMaxPid))
	return os.WriteFile("/proc/sys/kernel/pid_max", []byte(text), 0)
}

// confine takes away from this thread, and from what it starts, what the order
// does not leave it. It returns what the kernel refused.
func confine(o order) []lack {
	var lacks []lack
	try := func(mechanism string, err error) {
		if err != nil {
			lacks = append(lacks, lack{mechanism, err.Error()})
		}
	}
	// rtbook's own are closed by exec; those that it was started with are not.
	try(otherDescriptors, unix.CloseRange(max(3, uint(o.Descriptors)), 1<<31-1, unix.CLOSE_RANGE_CLOEXEC))
	lacks = append(lacks, setLimits(o)...)
	if os.Geteuid() == 0 {
		try(privileges, dropPrivileges())
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		try(privileges, err)
		return lacks // the others need it
	}
	try(fileAccess, landlock(o.Access))
	try(systemCalls, filterCalls(o.Access.Attributes))
	return lacks
}

// dropPrivileges keeps a child that is root, in its namespaces or on the
// machine, from having root's rights.
func dropPrivileges() error {
	// include/uapi/linux/securebits.h; the odd bits lock the even ones.
	const noRoot, noSetuidFixup, noAmbientRaise = 1<<0 | 1<<1, 1<<2 | 1<<3, 1<<6 | 1<<7
	const bits = noRoot | noSetuidFixup | noAmbientRaise
	return unix.Prctl(unix.PR_SET_SECUREBITS, bits, 0, 0, 0)
}

// stackLimit returns how large the stack of a process's first thread may grow,
// in bytes: as much as is usual, or less if less is allowed here. Go's own
// stacks are elsewhere.
func stackLimit() uint64 {
	const usual = 8 << 20
	var now unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_STACK, &now) != nil {
		return usual
	}
	return min(usual, now.Cur)
}

// addresses is how many bytes of addresses a process may have, be there memory
// behind them or not: the tables by which the kernel finds a page are counted as
// nobody's, and take a five-hundredth of what is looked at. A Go program has one
// or two GiB of addresses to begin with, and then as many as it has memory.
const addresses = 64 << 30

// openLimit returns how many files a process may have open at the same time,
// which each take some of the kernel's memory, and of which the machine has only
// so many: more than any program needs, or less if less is allowed here.
func openLimit() uint64 {
	const enough = 1024
	var now unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &now) != nil {
		return enough
	}
	return min(enough, now.Max)
}

// killFirst has the kernel, should the machine run out of memory, end this
// process and what it starts before any other. Without it, nothing but the order
// is lost.
func killFirst() { _ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) }

// setLimits sets this process's limits, which the child inherits.
func setLimits(o order) []lack {
	var lacks []lack
	set := func(mechanism string, resource int, n uint64) {
		if n == 0 {
			return
		}
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			lacks = append(lacks, lack{mechanism, err.Error()})
		}
	}
	l := o.Limits
	set(cpuLimit, unix.RLIMIT_CPU, uint64((l.CPU+time.Second-1)/time.Second))
	set(fileLimit, unix.RLIMIT_FSIZE, uint64(l.Files))
	set(memoryLimit, unix.RLIMIT_STACK, stackLimit()) // which is not part of the data
	if !raceDetector {                                // which maps its shadow of all memory at once
		set(memoryLimit, unix.RLIMIT_DATA, uint64(l.Memory))
		set(memoryLimit, unix.RLIMIT_AS, addresses)
	}
	set(otherDescriptors, unix.RLIMIT_NOFILE, openLimit())
	if o.Namespaces { // else it counts every process of the user
		set(processLimit, unix.RLIMIT_NPROC, uint64(l.Processes))
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		lacks = append(lacks, lack{fileLimit, err.Error()})
	}
	return lacks
}
