package boot

import "testing"

// TestDefaultGOMAXPROCS has the cases of runtime/cgroup_linux_test.go with the
// results that it wants: a limit of 3 CPUs, none, one above the CPUs, the
// rounding table, the variable, and an affinity mask of 2 under a limit of 3.
func TestDefaultGOMAXPROCS(t *testing.T) {
	for _, tc := range []struct {
		test  string
		env   string
		cpus  int
		quota float64
		want  int
	}{
		{"TestCgroupGOMAXPROCS", "", 8, 3, 3},
		{"TestCgroupGOMAXPROCS, containermaxprocs=0", "", 8, 0, 8},
		{"TestCgroupGOMAXPROCSNoLimit", "", 8, 0, 8},
		{"TestCgroupGOMAXPROCSHigherThanNumCPU", "", 8, 16, 8},
		{"TestCgroupGOMAXPROCSRound", "", 8, 2.00001, 3},
		{"TestCgroupGOMAXPROCSRound", "", 8, 2.5, 3},
		{"TestCgroupGOMAXPROCSRound", "", 8, 2.99999, 3},
		{"TestCgroupGOMAXPROCSRound", "", 8, 0.5, 2},
		{"TestCgroupGOMAXPROCSRound", "", 8, 1, 2},
		{"TestCgroupGOMAXPROCSRound", "", 8, 1.5, 2},
		{"TestCgroupGOMAXPROCSEnvironment", "3", 8, 2, 3},
		{"TestCgroupGOMAXPROCSSchedAffinity", "", 2, 3, 2},
		// By hand, from adjustCgroupGOMAXPROCS: the limit only lowers.
		{"one CPU", "", 1, 0.5, 1},
		{"one CPU", "", 1, 4, 1},
		{"exactly the CPUs", "", 4, 4, 4},
		{"one below the CPUs", "", 4, 3, 3},
		{"one below the CPUs, rounded up", "", 4, 2.1, 3},
		{"no CPU is known", "", 0, 0, 1},
		// By hand, from schedinit: n > 0 and 32 bits, else as if unset.
		{"more than the CPUs", "64", 2, 1, 64},
		{"zero", "0", 8, 3, 3},
		{"negative", "-2", 8, 3, 3},
		{"not a number", "many", 8, 3, 3},
		{"a blank", " 4", 8, 3, 3},
		{"too large", "2147483648", 8, 3, 3},
	} {
		if got := GOMAXPROCS(tc.env, tc.cpus, tc.quota); got != tc.want {
			t.Errorf("%s: GOMAXPROCS(%q, %d, %v) = %d, want %d", tc.test, tc.env, tc.cpus, tc.quota, got, tc.want)
		}
	}
}

// TestProcsOfMachine: what the rule says is what procresize makes.
func TestProcsOfMachine(t *testing.T) {
	for _, tc := range []struct {
		config Config
		want   int
	}{
		{Config{}, 1},
		{Config{CPUs: 16, Quota: 2.5}, 3},
		{Config{CPUs: 16, Quota: 2.5, GOMAXPROCS: "5"}, 5},
	} {
		m := New(tc.config)
		m.RunTo("procresize")
		if got := m.Snapshot().Procs; got != tc.want {
			t.Errorf("%+v: %d Ps, want %d", tc.config, got, tc.want)
		}
	}
}
