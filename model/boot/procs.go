package boot

import (
	"math"
	"strconv"
)

// DefaultGOMAXPROCS returns the number of Ps that a program gets when nobody
// sets GOMAXPROCS. cpus is the number of logical CPUs in the process's
// affinity mask. quota is the CPU limit of its cgroup in CPUs (quota divided by
// period, 2.5 for 250 ms in every 100 ms), and 0 without a limit or with
// GODEBUG=containermaxprocs=0.
//
// A limit is rounded up, and raised to 2 if it is less. It only ever lowers the
// number of CPUs, so one CPU stays one P. (runtime/cgroup_linux.go:
// defaultGOMAXPROCS, adjustCgroupGOMAXPROCS.)
func DefaultGOMAXPROCS(cpus int, quota float64) int {
	if cpus < 1 {
		cpus = 1 // runtime/os_linux.go: getCPUCount never says less
	}
	if quota <= 0 {
		return cpus
	}
	limit := max(math.Ceil(quota), 2)
	if limit < float64(cpus) {
		return int(limit)
	}
	return cpus
}

// GOMAXPROCS returns the number of Ps that schedinit makes: the value of the
// environment variable if it is a positive decimal number that fits 32 bits,
// else the default. What does not parse is ignored without a word.
// (runtime/proc.go: schedinit.)
func GOMAXPROCS(env string, cpus int, quota float64) int {
	if n, err := strconv.ParseInt(env, 10, 32); err == nil && n > 0 {
		return int(n)
	}
	return DefaultGOMAXPROCS(cpus, quota)
}
