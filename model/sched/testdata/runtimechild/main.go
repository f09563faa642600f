// Runtimechild calls unexported functions of package runtime through a file
// that is added to it (probe.go.txt), as TestRealInternals asks on standard
// input, and prints each result on a line.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"unsafe"
)

type request struct {
	Name string
	N    []int
	Ops  [][4]int64
}

func main() {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1)
	var requests []request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		panic(err)
	}
	for _, r := range requests {
		fmt.Println(answer(r))
	}
}

func answer(r request) string {
	switch r.Name {
	case "steal":
		return fmt.Sprint(runtime.ProbeSteal(r.N[0]))
	case "spill":
		return fmt.Sprint(runtime.ProbeSpill(r.N[0]))
	case "batch":
		return fmt.Sprint(runtime.ProbeBatch(r.N[0], r.N[1]))
	case "free":
		return fmt.Sprint(runtime.ProbeFree(r.N[0]))
	case "start":
		return fmt.Sprint(runtime.ProbeStartStack(uint64(r.N[0]), uint64(r.N[1])))
	case "timers":
		return fmt.Sprint(runtime.ProbeTimers(r.N[0], r.Ops))
	case "select":
		return selectOrders(uint64(r.N[0]), r.N[1], r.N[2:])
	case "stack":
		done := make(chan string)
		go func() { done <- fmt.Sprint(grow(r.N[0], nil)) }()
		return <-done
	}
	panic("unknown request " + r.Name)
}

// block holds channels one after the other, so that the order of their
// addresses is known.
var kept []chan int

// selectOrders makes channels whose addresses are in the order of their
// numbers and runs a select over those in which; -1 is a nil channel.
func selectOrders(seed uint64, nsends int, which []int) string {
	most := 0
	for _, c := range which {
		most = max(most, c+1)
	}
	chans := make([]chan int, most)
	for i := range chans {
		chans[i] = make(chan int)
	}
	for i := range chans { // by address
		for j := range i {
			if address(chans[i]) < address(chans[j]) {
				chans[i], chans[j] = chans[j], chans[i]
			}
		}
	}
	kept = append(kept, chans...)
	cases := make([]unsafe.Pointer, len(which))
	for i, c := range which {
		if c >= 0 {
			cases[i] = address2(chans[c])
		}
	}
	return fmt.Sprint(runtime.ProbeSelect(seed, cases, nsends))
}

func address2(c chan int) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&c)) }

func address(c chan int) uintptr { return uintptr(address2(c)) }

// grow calls itself with a frame of some size and returns, for every depth, the
// size of the stack and what is used of it in that frame.
//
//go:noinline
func grow(depth int, seen []uintptr) []uintptr {
	var frame [600]byte
	size, used := runtime.ProbeStack()
	seen = append(seen, size, used)
	if depth > 0 {
		seen = grow(depth-1, seen)
	}
	frame[depth%len(frame)]++
	use(&frame)
	return seen
}

//go:noinline
func use(*[600]byte) {}
