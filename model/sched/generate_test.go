package sched_test

import (
	"math/rand/v2"
	"slices"
)

// A builder makes a random program.
type builder struct {
	*program
	r *rand.Rand
}

// randomProgram makes a program of one of some kinds: small and wide ones
// whose sends and receives come in pairs but in any order, so that deadlocks
// are part of what is compared; calm ones, which always end, and of these some
// that lock threads, that read pipes, and that sleep; and mixed ones, in which
// anything meets anything.
func randomProgram(seed uint64) *program {
	r := rand.New(rand.NewPCG(seed, 0))
	b := builder{&program{Seed: seed}, r}
	gors := 2 + r.IntN(12)
	switch r.IntN(12) {
	case 0, 1:
		b.Kind, gors = "wide", 200+r.IntN(500)
	case 2, 3, 4:
		b.Kind = "small"
	case 5:
		b.Kind = "locked"
	case 6:
		b.Kind = "pipes"
	case 7:
		b.Kind = "sleepy"
	case 8:
		return b.mixed()
	default:
		b.Kind, gors = "calm", 2+r.IntN(60)
	}
	b.Gors = make([][][]any, gors)
	switch b.Kind {
	case "small", "wide":
		b.wild()
		b.selects()
		b.once()
	case "sleepy":
		b.sleepy()
	case "locked":
		b.calm()
		b.locked()
	case "pipes":
		b.calm()
		b.piped()
	default:
		b.calm()
		b.once()
	}
	b.odd()
	b.shared()
	if b.Kind != "wide" { // where waits would last for 1 ms and be handed over
		for mu := range r.IntN(3) {
			b.Mutexes = mu + 1
			for range gors {
				b.critical(mu)
			}
		}
	}
	for g := 1; g < gors; g++ {
		parent := 0
		if r.IntN(3) == 0 {
			parent = r.IntN(g)
		}
		b.Gors[parent] = slices.Insert(b.Gors[parent], 0, []any{"go", g})
	}
	for g := 1; g < gors; g++ {
		if r.IntN(8) == 0 {
			b.append(g, "goexit")
		}
	}
	b.append(0, "join")
	return b.program
}

// anyProgram is a random program with operations whose order on the real runtime
// depends on the time too.
func anyProgram(seed uint64) *program {
	b := builder{randomProgram(seed), rand.New(rand.NewPCG(seed, 1))}
	ops := []string{"usyscall", "ublock", "uwork", "usleep", "ticker", "call", "goyield", "procs"}
	for range b.r.IntN(1 + min(len(b.Gors), 30)) {
		name := ops[b.r.IntN(len(ops))]
		n := 1 + b.r.IntN(100)
		switch {
		case name == "procs":
			n = 1 + b.r.IntN(6)
		case name == "call":
			n *= 1 + b.r.IntN(200)
		case b.r.IntN(6) == 0:
			n *= 300 // past a time slice
		}
		b.insert(b.anyone(), name, n)
	}
	return b.program
}

// mixed has all features in one program, at any place: locks are held over
// sends, sleeps and system calls, channels are closed while others send and
// wait in selects, and goroutines start each other.
func (b builder) mixed() *program {
	b.Kind = "mixed"
	b.Gors = make([][][]any, 3+b.r.IntN(10))
	for range 1 + b.r.IntN(4) {
		b.Chans = append(b.Chans, max(0, b.r.IntN(6)-2))
	}
	b.Mutexes, b.RWs, b.Onces, b.Conds = 1+b.r.IntN(2), 1+b.r.IntN(2), 1, 1+b.r.IntN(2)
	b.Wgs = []int{1 + b.r.IntN(3)}
	for range b.Wgs[0] {
		b.insert(b.anyone(), "wgdone", 0)
	}
	// No two sums of these times, in milliseconds, are alike, so that the order
	// in which sleepers wake is certain.
	times := []int{5, 10, 20, 40}[:b.r.IntN(5)]
	wait := func(add func(int, ...any), g int) {
		if len(times) > 0 {
			add(g, []string{"sleep", "sleep", "after", "syscall"}[b.r.IntN(4)], times[0])
			times = times[1:]
		}
	}
	for range len(b.Gors) * (2 + b.r.IntN(5)) {
		g, c := b.anyone(), b.r.IntN(len(b.Chans))
		switch b.r.IntN(16) {
		case 0, 1, 2:
			b.insert(g, "send", c, 1+b.r.IntN(100))
			b.insert(b.anyone(), "recv", c)
		case 3:
			b.insert(g, "trysend", c, 1+b.r.IntN(100))
			b.insert(b.anyone(), "tryrecv", c)
		case 4, 5:
			b.insert(g, "yield")
		case 6, 7, 8:
			b.guarded(g, c, wait)
		case 9:
			b.insert(g, "condwait", b.r.IntN(b.Conds))
			b.insert(b.anyone(), []string{"signal", "signal", "broadcast"}[b.r.IntN(3)], b.r.IntN(b.Conds))
		case 10:
			b.insert(g, []string{"once", "wgwait"}[b.r.IntN(2)], 0)
		case 11:
			b.insert(g, "lockthread")
		case 12:
			b.append(g, "unlockthread")
		case 13:
			if p := b.r.Perm(len(b.Chans)); len(p) > 1 {
				b.insert(g, "select", b.r.IntN(2), b.r.IntN(2)*50, p[0], b.r.IntN(2)*60, p[1])
			}
		case 14:
			wait(b.insert, g)
		case 15:
			b.insert(g, "closep", c)
			b.insert(b.anyone(), "sendp", c, 9)
		}
	}
	for g := 1; g < len(b.Gors); g++ {
		b.insert(b.r.IntN(g), "go", g)
	}
	if b.r.IntN(3) > 0 {
		b.append(0, "join")
	}
	return b.program
}

// guarded adds a critical section, of a mutex or a reader/writer one, in which
// something may have to wait.
func (b builder) guarded(g, c int, wait func(func(int, ...any), int)) {
	names := [][2]string{{"lock", "unlock"}, {"rlock", "runlock"}, {"rwlock", "rwunlock"}}[b.r.IntN(3)]
	o := b.r.IntN(min(b.Mutexes, b.RWs))
	b.append(g, names[0], o)
	switch b.r.IntN(6) {
	case 0, 1, 2:
		b.append(g, "yield")
	case 3:
		b.append(g, "send", c, 3)
		b.insert(b.anyone(), "recv", c)
	case 4:
		wait(b.append, g)
	}
	b.append(g, names[1], o)
}

// selects adds selects of several cases, with and without default.
func (b builder) selects() {
	for v := range b.r.IntN(1 + min(len(b.Gors), 8)) {
		o := []any{"select", b.r.IntN(2)}
		for _, c := range b.r.Perm(len(b.Chans))[:min(len(b.Chans), 1+b.r.IntN(3))] {
			o = append(o, b.r.IntN(2)*(5000+v), c)
		}
		if len(o) >= 6 {
			b.insert(b.anyone(), o...)
		}
	}
}

// odd adds what is an error in a program, and is recovered, and looks at locks
// without waiting.
func (b builder) odd() {
	if b.r.IntN(2) == 0 {
		c := len(b.Chans)
		b.Chans = append(b.Chans, 3)
		b.insert(b.anyone(), "closep", c)
		for range 1 + b.r.IntN(3) {
			b.insert(b.anyone(), "sendp", c, 77)
			b.insert(b.anyone(), "tryrecv", c)
		}
		b.insert(b.anyone(), "closep", c)
		b.insert(b.anyone(), "nilchan")
	}
	if b.r.IntN(2) == 0 {
		b.Mutexes++
		for range 3 {
			b.insert(b.anyone(), "trylock", 0)
		}
	}
}

// once adds calls of Do, of which the first yields.
func (b builder) once() {
	b.Onces = b.r.IntN(3)
	for o := range b.Onces {
		for range 1 + b.r.IntN(5) {
			b.insert(b.anyone(), "once", o)
		}
	}
}

// shared adds critical sections of readers and writers.
func (b builder) shared() {
	if b.Kind == "wide" {
		return
	}
	b.RWs = b.r.IntN(3)
	for rw := range b.RWs {
		for range len(b.Gors) {
			g := b.anyone()
			lock, unlock := "rlock", "runlock"
			if b.r.IntN(3) == 0 {
				lock, unlock = "rwlock", "rwunlock"
			}
			b.append(g, lock, rw)
			for range b.r.IntN(3) {
				b.append(g, "yield")
			}
			b.append(g, unlock, rw)
		}
	}
}

// locked locks some goroutines to their threads, for good or for a while.
func (b builder) locked() {
	for g := range b.Gors {
		switch b.r.IntN(4) {
		case 0:
			b.insert(g, "lockthread")
		case 1:
			at := b.r.IntN(len(b.Gors[g]) + 1)
			b.Gors[g] = slices.Insert(b.Gors[g], at, []any{"lockthread"})
			b.Gors[g] = slices.Insert(b.Gors[g], at+1+b.r.IntN(len(b.Gors[g])-at), []any{"unlockthread"})
		}
	}
}

// piped has goroutines with an odd number write to pipes and the others read
// as much. Writers never wait for readers, so that all reads end.
func (b builder) piped() {
	b.Pipes = 1 + b.r.IntN(3)
	for range 1 + b.r.IntN(3*len(b.Gors)) {
		p := b.r.IntN(b.Pipes)
		writer := 1 + 2*b.r.IntN(len(b.Gors)/2)
		b.append(writer, "write", p)
		if b.r.IntN(3) == 0 {
			b.append(writer, "yield")
		}
		// Two readers of one file would wait for its lock.
		b.append(2*(p%((len(b.Gors)+1)/2)), "read", p)
	}
}

// slot is the time between two ends of sleeps, in milliseconds.
const slot = 10

// sleepy has goroutines sleep, each to times at which no other wakes, and
// communicate between.
func (b builder) sleepy() {
	b.Chans = []int{100, 0}
	last := make([]int, len(b.Gors))
	for s := 1; s <= 2+b.r.IntN(4); s++ {
		g := b.anyone()
		o := []string{"sleep", "sleep", "after"}[b.r.IntN(3)]
		b.append(g, o, slot*(s-last[g]))
		last[g] = s
		for range b.r.IntN(4) {
			b.append(g, "send", 0, s)
			b.append(b.anyone(), "recv", 0)
		}
	}
	if g := 1 + b.r.IntN(len(b.Gors)-1); b.r.IntN(2) == 0 {
		// Others wait for the mutex for longer than 1 ms.
		b.Mutexes = 1
		b.Gors[g] = slices.Insert(b.Gors[g], 0, []any{"lock", 0})
		b.append(g, "unlock", 0)
	}
}

func (b builder) anyone() int { return b.r.IntN(len(b.Gors)) }

func (b builder) append(g int, o ...any) { b.Gors[g] = append(b.Gors[g], o) }

func (b builder) insert(g int, o ...any) {
	b.Gors[g] = slices.Insert(b.Gors[g], b.r.IntN(len(b.Gors[g])+1), o)
}

// calm adds sends that never block, and after them as many receives.
func (b builder) calm() {
	n := len(b.Gors) * (1 + b.r.IntN(4))
	for range 1 + b.r.IntN(3) {
		b.Chans = append(b.Chans, n)
	}
	for v := range n {
		b.append(b.anyone(), "send", v%len(b.Chans), v+1)
		if b.r.IntN(4) == 0 {
			b.append(b.anyone(), "yield")
		}
	}
	for v := range n {
		b.append(b.anyone(), "recv", v%len(b.Chans))
		if b.r.IntN(4) == 0 {
			b.append(b.anyone(), "yield")
		}
	}
}

func (b builder) wild() {
	for range 1 + b.r.IntN(4) {
		b.Chans = append(b.Chans, max(0, b.r.IntN(6)-2))
	}
	for v := range len(b.Gors) * (1 + b.r.IntN(3)) {
		c := b.r.IntN(len(b.Chans))
		switch b.r.IntN(10) {
		case 0:
			b.insert(b.anyone(), "trysend", c, v+1)
		case 1:
			b.insert(b.anyone(), "tryrecv", c)
		case 2, 3:
			b.insert(b.anyone(), "yield")
		default:
			b.insert(b.anyone(), "send", c, v+1)
			b.insert(b.anyone(), "recv", c)
		}
	}
	b.closer()
	b.conditions()
	for w := range b.r.IntN(3) {
		b.Wgs = append(b.Wgs, 1+b.r.IntN(3))
		for range b.Wgs[w] {
			b.insert(b.anyone(), "wgdone", w)
		}
		for range 1 + b.r.IntN(4) {
			b.insert(b.anyone(), "wgwait", w)
		}
	}
}

// closer adds a channel that one goroutine fills and closes and that others
// range over.
func (b builder) closer() {
	c := len(b.Chans)
	b.Chans = append(b.Chans, b.r.IntN(4))
	g := b.anyone()
	for i := range b.r.IntN(6) {
		b.append(g, "send", c, 1000+i)
	}
	b.append(g, "close", c)
	for range 1 + b.r.IntN(4) {
		if other := b.anyone(); other != g {
			b.append(other, "range", c)
		}
	}
}

// conditions adds waits for conditions, and as many signals; now and then a
// broadcast.
func (b builder) conditions() {
	b.Conds = b.r.IntN(3)
	for d := range b.Conds {
		for range 1 + b.r.IntN(6) {
			b.insert(b.anyone(), "condwait", d)
			b.insert(b.anyone(), "signal", d)
		}
		if b.r.IntN(2) == 0 {
			b.insert(b.anyone(), "broadcast", d)
		}
	}
}

// critical adds a critical section to some goroutine.
func (b builder) critical(mu int) {
	g := b.anyone()
	b.append(g, "lock", mu)
	for range b.r.IntN(3) {
		b.append(g, "yield")
	}
	b.append(g, "unlock", mu)
}
