package sandbox

import "runtime"

// The mechanisms of isolation, as [Capabilities] names them.
const (
	processLimit     = "processes"
	cpuLimit         = "processor time"
	memoryLimit      = "memory"
	fileLimit        = "file size"
	scratchFS        = "scratch folder"
	fileAccess       = "file access"
	nameSpaces       = "namespaces"
	ownProc          = "process list"
	systemCalls      = "system calls"
	privileges       = "privileges"
	otherDescriptors = "descriptors"
)

// mechanisms are what each does, in the order in which they are listed.
var mechanisms = []struct{ name, does string }{
	{nameSpaces, "no network, and nothing that a cell started outlives it"},
	{fileAccess, "cells read what Go needs and write their own folder (Landlock)"},
	{systemCalls, "no sockets, tracing, mounts, new namespaces, keys, BPF, setting of clocks, memory that is not counted; only go commands change the mode, owner and times of files (seccomp)"},
	{privileges, "no rights of root's, and none to be had"},
	{memoryLimit, "limited for each process (RLIMIT_DATA), and for all of a cell's together as measured"},
	{cpuLimit, "limited for each process (RLIMIT_CPU)"},
	{processLimit, "processes and threads are limited"},
	{fileLimit, "limited for each file (RLIMIT_FSIZE)"},
	{scratchFS, "a cell's files are in memory, of limited size"},
	{ownProc, "/proc shows a cell's own processes"},
	{otherDescriptors, "closed but for the cell's own"},
}

// Capability is a mechanism of isolation on this machine.
type Capability struct {
	Name string
	Does string // what it does for a cell
	Lack string // why it is missing; "" if it is there
}

// probeArg turns a guard into a child that does nothing.
const probeArg = "probe"

// Capabilities finds out which mechanisms this machine has, by starting a
// process that is confined by all of them. Limits of wall-clock time and of
// output are always there.
func Capabilities() []Capability {
	missing := probe()
	all := make([]Capability, len(mechanisms))
	for i, m := range mechanisms {
		all[i] = Capability{Name: m.name, Does: m.does, Lack: missing[m.name]}
		if runtime.GOOS != "linux" && all[i].Lack == "" && m.name != cpuLimit && m.name != fileLimit {
			all[i].Lack = "only on Linux"
		}
	}
	return all
}
