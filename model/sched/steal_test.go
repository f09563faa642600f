package sched

import (
	"slices"
	"testing"

	"rtbook/model/event"
)

// onG0 runs f as the g0 of a machine's first M, where it may emit events, with
// meanwhile (if not nil) after each of them, and returns the events.
func onG0(t *testing.T, s *Machine, f func(mp *m), meanwhile func()) []event.Event {
	t.Helper()
	mp := s.allm[0]
	c := newCoro(func() { f(mp) })
	for done := false; !done; {
		s.co, s.emitted = c, false
		c.resume()
		if done = !s.emitted; !done && meanwhile != nil {
			meanwhile()
		}
	}
	if s.failure != nil {
		t.Fatal(s.failure)
	}
	return s.Events()
}

// TestStealHalf: a thief takes half of the queue, rounded up; it runs the last
// of what it took and queues the others in order.
func TestStealHalf(t *testing.T) {
	for had := 1; had <= runqSize; had++ {
		s := New(Config{Procs: 2})
		victim := s.allp[1]
		for i := range had {
			s.runqput(victim, &g{goid: int64(i + 1)}, false)
		}
		onG0(t, s, func(mp *m) {
			r := s.runqsteal(mp, victim, 1)
			took := (had + 1) / 2
			if r.gp == nil || r.gp.goid != int64(took) || r.batch != took {
				t.Errorf("of %d: runs %v of %d, want the last of %d", had, r.gp, r.batch, took)
			}
		}, nil)
		var got []int64
		for _, pp := range s.allp {
			for gp, _ := s.runqget(pp); gp != nil; gp, _ = s.runqget(pp) {
				got = append(got, gp.goid)
			}
		}
		var want []int64
		for i := 1; i <= had; i++ {
			if i != (had+1)/2 {
				want = append(want, int64(i))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("of %d: left in the queues of thief and victim %v, want %v", had, got, want)
		}
	}
}

// TestStealRunnext: a runnext is taken on the last pass only, after 3 µs, and
// only if it is still there.
func TestStealRunnext(t *testing.T) {
	for _, tc := range []struct {
		name   string
		pass   int
		during func(victim *p) // what the victim does in the 3 µs
		want   int64
	}{
		{"not before the last pass", stealTries - 1, nil, 0},
		{"on the last pass", stealTries, func(*p) {}, 1},
		{"started by its own P meanwhile", stealTries, func(victim *p) { victim.runnext = nil }, 0},
		{"kicked to the queue meanwhile", stealTries, func(victim *p) {
			victim.runq[0], victim.runqtail = victim.runnext, 1
			victim.runnext = &g{goid: 2}
		}, 1},
	} {
		s := New(Config{Procs: 2, Record: true})
		victim := s.allp[1]
		victim.idle, victim.m, victim.status = false, &m{id: 1}, prunning
		s.runqput(victim, &g{goid: 1}, true)
		var r runnable
		events := onG0(t, s, func(mp *m) { r = s.runqsteal(mp, victim, tc.pass) }, func() {
			if tc.during != nil {
				tc.during(victim)
				tc.during = nil
			}
		})
		if got := goidOf(r.gp); got != tc.want {
			t.Errorf("%s: stole goroutine %d, want %d", tc.name, got, tc.want)
		}
		waited := len(events) > 0 && events[0].Kind == event.Runqgrab
		if waited != (tc.pass == stealTries) {
			t.Errorf("%s: waited: %v", tc.name, waited)
		}
	}
}

// TestGlobalBatch: a P takes its share of the global queue and one more, but
// no more than half of a local queue (runtime/proc.go: globrunqgetbatch).
func TestGlobalBatch(t *testing.T) {
	for _, tc := range []struct{ procs, size, want int }{
		{1, 1, 1}, {1, 2, 2}, {1, 128, 128}, {1, 129, 128}, {1, 1000, 128},
		{2, 1, 1}, {2, 2, 2}, {2, 3, 2}, {2, 10, 6}, {2, 254, 128}, {2, 1000, 128},
		{4, 3, 1}, {4, 4, 2}, {4, 100, 26}, {8, 7, 1}, {8, 8, 2},
	} {
		s := New(Config{Procs: tc.procs})
		for i := range tc.size {
			s.runq.pushBack(&g{goid: int64(i + 1)})
		}
		gp, q := s.globrunqgetbatch(runqSize / 2)
		if gp.goid != 1 || 1+q.size != tc.want {
			t.Errorf("%d Ps, %d in the global queue: took %d beginning with %d, want %d beginning with 1",
				tc.procs, tc.size, 1+q.size, gp.goid, tc.want)
		}
	}
}

// TestStealOrder: every order visits every P once (runtime/proc_test.go has
// the same for the real one), and there are as many as starts and steps.
func TestStealOrder(t *testing.T) {
	for n := uint32(1); n <= 16; n++ {
		var ord randomOrder
		ord.reset(n)
		orders := make(map[string]bool)
		for i := range n * n {
			var visit []uint32
			for enum, left := ord.start(i), n; left > 0; left-- {
				visit = append(visit, enum.pos)
				enum.next()
			}
			key := ""
			for _, pos := range visit {
				key += string(rune('A' + pos))
			}
			orders[key] = true
			slices.Sort(visit)
			for want, pos := range visit {
				if pos != uint32(want) {
					t.Fatalf("%d Ps: the order %q is not one of all Ps", n, key)
				}
			}
		}
		if want := int(n) * len(ord.coprimes); n > 2 && len(orders) != want {
			t.Errorf("%d Ps: %d orders, want %d", n, len(orders), want)
		}
	}
}

// TestIdlePs: at the start the Ps but the first are idle, and the last one is
// used first (runtime/proc.go: procresize, pidleput).
func TestIdlePs(t *testing.T) {
	s := New(Config{Procs: 4})
	var got []int32
	for range 3 {
		got = append(got, s.pidlegetSpinning().id)
	}
	if want := []int32{3, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("idle Ps are used in the order %v, want %v", got, want)
	}
	if s.needspinning {
		t.Error("needspinning is set though every request was met")
	}
	if s.pidlegetSpinning() != nil || !s.needspinning {
		t.Error("a request without an idle P must be noted in needspinning")
	}
}

// TestProcresize: the work of a P that goes is put before the global queue, its
// runnext first (runtime/proc.go: (*p).destroy).
func TestProcresize(t *testing.T) {
	s := New(Config{Procs: 3})
	for i := 1; i <= 4; i++ {
		s.runqput(s.allp[1], &g{goid: int64(i)}, i == 4)
	}
	s.runqput(s.allp[2], &g{goid: 5}, false)
	s.runq.pushBack(&g{goid: 9})
	s.pidle = nil
	for _, pp := range s.allp {
		pp.idle, pp.status = false, pgcstop
	}
	if ready := s.procresize(s.allm[0], 1); len(ready) != 0 {
		t.Errorf("%d Ps have work, want none", len(ready))
	}
	if got, want := s.Snapshot().Global, []int64{5, 4, 1, 2, 3, 9}; !slices.Equal(got, want) {
		t.Errorf("global queue %v, want %v", got, want)
	}
	s.procresize(s.allm[0], 4)
	if got, want := s.Snapshot().IdlePs, []int{1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("idle Ps %v, want %v", got, want)
	}
}

// TestInjected: an M that polls gives one goroutine to each idle P, keeps the
// others, and wakes as many Ms (runtime/proc.go: injectglist).
func TestInjected(t *testing.T) {
	s := New(Config{Procs: 3, Record: true})
	var list gList
	for i := 5; i >= 1; i-- {
		list.push(&g{goid: int64(i), status: Waiting})
	}
	events := onG0(t, s, func(mp *m) { s.injectglist(mp, nil, list) }, nil)
	woken := 0
	for _, e := range events {
		if e.Reason == event.WhyInjected {
			woken++
		}
	}
	snap := s.Snapshot()
	if !slices.Equal(snap.Global, []int64{1, 2}) || !slices.Equal(snap.Ps[0].Queue, []int64{3, 4, 5}) || woken != 2 {
		t.Errorf("global queue %v, local queue %v, %d Ms woken", snap.Global, snap.Ps[0].Queue, woken)
	}
}

// TestStackCheck: what the prologue of a function compares: SP with the guard,
// 928 bytes above the end, and for frames over 128 bytes, what they have more
// than that too (cmd/internal/obj/x86: stacksplit, "JLS").
func TestStackCheck(t *testing.T) {
	for _, tc := range []struct {
		left, frame int
		want        bool
	}{
		{929, 0, false}, {928, 0, true}, {929, 128, false}, {928, 128, true},
		{929, 129, true}, {930, 129, false}, {1000, 199, false}, {1000, 200, true},
	} {
		if got := (stack{size: 2048, used: 2048 - tc.left}).overflows(tc.frame); got != tc.want {
			t.Errorf("%d bytes left, a frame of %d: overflows %v, want %v", tc.left, tc.frame, got, tc.want)
		}
	}
}
