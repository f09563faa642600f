package sched_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// shrink returns a part of p that still fails, found by leaving out
// operations: in halves of each goroutine, then in smaller pieces. It gives up
// after a minute.
func shrink(p *program, fails func(*program) bool) *program {
	deadline := time.Now().Add(time.Minute)
	for progress := true; progress; {
		progress = false
		for g := range p.Gors {
			for size := len(p.Gors[g]); size > 0; size /= 2 {
				for from := 0; from+size <= len(p.Gors[g]) && time.Now().Before(deadline); {
					q := *p
					q.Gors = slices.Clone(p.Gors)
					q.Gors[g] = slices.Delete(slices.Clone(p.Gors[g]), from, from+size)
					if fails(&q) {
						p, progress = &q, true
					} else {
						from += size
					}
				}
			}
		}
	}
	return p
}

// goSource returns p as a Go program that prints its log.
func (p *program) goSource() string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"runtime\"\n\t\"sync\"\n)\n\nvar (\n")
	for i, size := range p.Chans {
		fmt.Fprintf(&b, "\tc%d = make(chan int, %d)\n", i, size)
	}
	fmt.Fprintf(&b, "\tmu [%d]sync.Mutex\n\trw [%d]sync.RWMutex\n\tonce [%d]sync.Once\n\twg [%d]sync.WaitGroup\n\tall sync.WaitGroup\n",
		p.Mutexes, p.RWs, p.Onces, len(p.Wgs))
	fmt.Fprintf(&b, "\tcond [%d]sync.Cond // with L set to new mutexes\n)\n\nfunc main() {\n\tall.Add(%d)\n", p.Conds, len(p.Gors)-1)
	for i, n := range p.Wgs {
		fmt.Fprintf(&b, "\twg[%d].Add(%d)\n", i, n)
	}
	b.WriteString("\tg0()\n}\n")
	for g, ops := range p.Gors {
		if g > 0 && len(ops) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\nfunc g%d() {\n\tprintln(%d, \"start\")\n", g, g)
		for _, o := range ops {
			fmt.Fprintf(&b, "\t%s\n\tprintln(%d, %q)\n", goStatement(o), g, fmt.Sprint(o...))
		}
		if g > 0 {
			fmt.Fprintf(&b, "\tprintln(%d, \"end\")\n\tall.Done()\n", g)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// statements are the operations in Go; %[1]d and %[2]d are their numbers.
var statements = map[string]string{
	"go": "go g%[1]d()", "yield": "runtime.Gosched()", "send": "c%[1]d <- %[2]d", "recv": "<-c%[1]d",
	"range": "for range c%[1]d {\n\t}", "close": "close(c%[1]d)", "lock": "mu[%[1]d].Lock()", "unlock": "mu[%[1]d].Unlock()",
	"trysend": "select { case c%[1]d <- %[2]d: default: }", "tryrecv": "select { case <-c%[1]d: default: }",
	"wgdone": "wg[%[1]d].Done()", "wgwait": "wg[%[1]d].Wait()", "signal": "cond[%[1]d].Signal()", "broadcast": "cond[%[1]d].Broadcast()",
	"condwait": "cond[%[1]d].L.Lock(); cond[%[1]d].Wait(); cond[%[1]d].L.Unlock()",
	"sel2":     "select { case <-c%[1]d: case <-c%[2]d: }", "join": "all.Wait()",
	"sendp":  "func() { defer func() { recover() }(); c%[1]d <- %[2]d }()",
	"closep": "func() { defer func() { recover() }(); close(c%[1]d) }()", "nilchan": "select { case <-chan int(nil): default: }",
	"trylock": "if mu[%[1]d].TryLock() { mu[%[1]d].Unlock() }", "rlock": "rw[%[1]d].RLock()", "runlock": "rw[%[1]d].RUnlock()",
	"rwlock": "rw[%[1]d].Lock()", "rwunlock": "rw[%[1]d].Unlock()", "once": "once[%[1]d].Do(func() { println(\"first\"); runtime.Gosched() })",
	"goexit": "defer all.Done(); runtime.Goexit()", "lockthread": "runtime.LockOSThread()", "unlockthread": "runtime.UnlockOSThread()",
	"sleep": "time.Sleep(%[1]d * time.Millisecond)", "after": "<-time.After(%[1]d * time.Millisecond)",
	"afterfunc": "time.AfterFunc(%[1]d * time.Millisecond, g%[2]d)",
	"syscall":   "syscall.Nanosleep(&syscall.Timespec{Nsec: %[1]d * 1e6}, nil)",
	"spin":      "for t := time.Now(); time.Since(t) < %[1]d * time.Millisecond; {\n\t}",
	"read":      "r%[1]d.Read(make([]byte, 1))", "write": "w%[1]d.Write(make([]byte, 1))",
}

func goStatement(o []any) string {
	name, a := op(o)
	if name != "select" {
		return strings.Split(fmt.Sprintf(statements[name]+"%[3]s", a[0], a[1], ""), "%!")[0]
	}
	var b strings.Builder
	b.WriteString("select {")
	for k := 1; k < len(a); k += 2 {
		if a[k] != 0 {
			fmt.Fprintf(&b, "\n\tcase c%d <- %d:", a[k+1], a[k])
		} else {
			fmt.Fprintf(&b, "\n\tcase <-c%d:", a[k+1])
		}
	}
	if a[0] == 0 {
		b.WriteString("\n\tdefault:")
	}
	return b.String() + "\n\t}"
}
