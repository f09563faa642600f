package sched_test

import (
	"fmt"
	"testing"
)

// spawn is main's part of a program: it starts all others and waits for them.
func spawn(n int) [][]any {
	var ops [][]any
	for g := range n {
		ops = append(ops, []any{"go", g + 1})
	}
	return append(ops, []any{"join"})
}

// TestRealTime: system calls, long work and sleeps, where the order follows
// from durations that lie far apart.
func TestRealTime(t *testing.T) {
	child := buildChild(t)
	for _, tc := range []struct {
		name  string
		chans []int
		gors  [][][]any
	}{
		// sysmon sees the call at one look and takes the P at another, since
		// others wait; the caller finds the P idle when it comes back.
		{"syscall", []int{0}, [][][]any{
			{{"syscall", 60}, {"send", 0, 1}},
			{{"recv", 0}},
			{{"yield"}, {"yield"}},
		}},
		// Two calls: the P is handed on from one to the other.
		{"syscalls", nil, [][][]any{
			{{"syscall", 60}},
			{{"yield"}, {"syscall", 120}},
			{{"yield"}, {"yield"}, {"yield"}},
		}},
		// The P is busy when the call is over: the caller queues behind all.
		{"syscall-busy", nil, [][][]any{
			{{"yield"}, {"yield"}},
			{{"spin", 120}},
			{{"syscall", 50}},
		}},
		// Nothing else is there: the P stays, or is taken and found idle.
		{"syscall-alone", nil, [][][]any{{{"syscall", 40}, {"yield"}}}},
		{"syscall-locked", []int{0}, [][][]any{
			{{"lockthread"}, {"syscall", 60}, {"send", 0, 1}},
			{{"recv", 0}, {"yield"}},
			{{"yield"}, {"yield"}},
		}},
		// A loop is preempted for the others, which all run then.
		{"loop", nil, [][][]any{
			{{"yield"}, {"yield"}},
			{{"yield"}},
			{{"spin", 60}},
		}},
		// Who sleeps for less than a time slice waits for its end.
		{"loop-sleep", nil, [][][]any{
			{{"sleep", 2}, {"yield"}},
			{{"sleep", 3}},
			{{"spin", 60}},
		}},
		{"afterfunc", nil, [][][]any{
			{{"afterfunc", 30, 3}, {"afterfunc", 15, 2}, {"sleep", 50}},
			nil, nil,
		}},
	} {
		p := &program{Kind: tc.name, Chans: tc.chans, Gors: append([][][]any{spawn(len(tc.gors))}, tc.gors...)}
		if tc.name == "afterfunc" {
			p.Gors[0] = [][]any{{"go", 1}, {"join"}}
		}
		child.compare(t, p, p.run(atStart))
	}
	t.Logf("%d runs repeated", child.repeated)
}

// TestRealDeath: programs that die do so with the same message, and after the
// same operations.
func TestRealDeath(t *testing.T) {
	child := buildChild(t)
	for i, ops := range [][][]any{
		{{"unlock", 0}}, {{"lock", 0}, {"lock", 0}}, {{"runlock", 0}}, {{"rwunlock", 0}},
		{{"rlock", 0}, {"rwunlock", 0}}, {{"rwlock", 0}, {"runlock", 0}}, {{"rlock", 0}, {"rwlock", 0}},
		{{"wgdone", 0}, {"wgdone", 0}}, {{"close", 0}, {"close", 0}}, {{"close", 0}, {"send", 0, 1}},
		{{"close", 0}, {"select", 1, 5, 0, 0, 1}}, {{"recv", 1}}, {{"sel2", 1, 1}}, {{"goexit"}},
		{{"lockthread"}, {"recv", 1}}, {{"lockthread"}, {"goexit"}}, {{"lockthread"}, {"sleep", 3}, {"yield"}, {"unlock", 0}},
	} {
		for _, inMain := range []bool{true, false} {
			p := &program{Kind: fmt.Sprint("death-", i), Chans: []int{1, 0}, Mutexes: 1, RWs: 1, Wgs: []int{1}}
			p.Gors = [][][]any{append([][]any{{"go", 1}}, ops...), {{"yield"}}}
			if !inMain {
				p.Gors = [][][]any{{{"go", 1}, {"join"}}, append([][]any{{"yield"}}, ops...)}
			}
			child.compare(t, p, p.run(atStart))
		}
	}
}
