package sandbox

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The rights of Landlock, by what they are for. Which the kernel knows depends
// on the version of its interface.
const (
	readFile = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
	readDir  = readFile | unix.LANDLOCK_ACCESS_FS_READ_DIR

	changeFile = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	changeDir  = changeFile |
		unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_SYM | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO |
		unix.LANDLOCK_ACCESS_FS_REFER

	// never is granted nowhere: devices, sockets, and what is behind them.
	never = unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV | unix.LANDLOCK_ACCESS_FS_RESOLVE_UNIX

	handledFiles = readDir | changeDir | never
	handledNet   = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	handledScope = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
)

// Since which version of Landlock's interface there is more than the first
// rights.
var landlockSince = []struct {
	version int
	files   uint64
	net     uint64
	scope   uint64
}{
	{version: 2, files: unix.LANDLOCK_ACCESS_FS_REFER},
	{version: 3, files: unix.LANDLOCK_ACCESS_FS_TRUNCATE},
	{version: 4, net: handledNet},
	{version: 5, files: unix.LANDLOCK_ACCESS_FS_IOCTL_DEV},
	{version: 6, scope: handledScope},
	{version: 9, files: unix.LANDLOCK_ACCESS_FS_RESOLVE_UNIX},
}

// leastLandlock is the first version with which files cannot be truncated by
// who cannot write them: what is less is no protection.
const leastLandlock = 3

// systemFiles are what every Go program may read: what the runtime asks the
// kernel about, the dynamic linker's libraries for a guard that is linked so,
// and the time zones. Not /dev/zero, of which a shared mapping is memory that is
// not counted.
var systemFiles = []string{
	"/proc", "/sys/kernel/mm/transparent_hugepage", "/sys/fs/cgroup", "/sys/devices/system/cpu",
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache",
	"/usr/share/zoneinfo", "/dev/random", "/dev/urandom", "/dev/full",
}

// systemWritable are what every program may also write.
var systemWritable = []string{"/dev/null"}

// landlock limits this thread, and what it starts, to the files of a.
//
// It calls the kernel itself, since only one thread is to be restricted: it is
// the one that starts the child.
func landlock(a Access) error {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return fmt.Errorf("the kernel has no Landlock, or does not use it (%w)", errno)
	}
	if version < leastLandlock {
		return fmt.Errorf("the kernel's Landlock has version %d, and %d is the least that is of use", version, leastLandlock)
	}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: handledFiles, Handled_access_net: handledNet, Scoped: handledScope}
	for _, since := range landlockSince {
		if int(version) < since.version {
			attr.Handled_access_fs &^= since.files
			attr.Handled_access_net &^= since.net
			attr.Scoped &^= since.scope
		}
	}
	// An older kernel takes the part of the structure that it knows, and the
	// rest if that is zero.
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno != 0 {
		return fmt.Errorf("make a Landlock ruleset: %w", errno)
	}
	ruleset := int(fd)
	defer unix.Close(ruleset)
	write := uint64(readDir | changeDir)
	if a.NoLinks {
		write &^= unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	}
	for _, grant := range []struct {
		paths  []string
		access uint64
	}{
		{systemFiles, readDir}, {systemWritable, readFile | changeFile},
		{a.Read, readDir}, {a.Write, write},
	} {
		for _, path := range grant.paths {
			if err := allow(ruleset, path, grant.access&attr.Handled_access_fs); err != nil {
				return err
			}
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(ruleset), 0, 0); errno != 0 {
		return fmt.Errorf("restrict the thread by Landlock: %w", errno)
	}
	return nil
}

// allow grants access to a file, or to a folder with all that is below. What
// does not exist needs no grant.
func allow(ruleset int, path string, access uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EACCES) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("allow access to %s: %w", path, err)
	}
	defer unix.Close(fd)
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return fmt.Errorf("allow access to %s: %w", path, err)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &= readFile | changeFile
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("allow access to %s: %w", path, errno)
	}
	return nil
}
