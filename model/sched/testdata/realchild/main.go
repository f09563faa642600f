// Realchild runs one goroutine program on the real runtime and writes what it
// did to a file. It is built and started by TestReal with GOMAXPROCS=1 and
// GOGC=off; see ../README.md for the programs and the log.
//
// The log is written into a mapped file: no system call disturbs the
// scheduler, and what was logged survives a fatal deadlock.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

type program struct {
	Chans   []int     `json:"chans"`
	RWs     int       `json:"rws"`
	Onces   int       `json:"onces"`
	Pipes   int       `json:"pipes"`
	Mutexes int       `json:"mutexes"`
	Wgs     []int     `json:"wgs"`
	Conds   int       `json:"conds"`
	Gors    [][][]any `json:"gors"`
}

type op struct {
	name string
	a, b int
	all  []int
}

type pipe struct{ r, w *os.File }

var (
	ops   [][]op
	chans []chan int
	mus   []sync.Mutex
	wgs   []sync.WaitGroup
	conds []*sync.Cond
	rws   []sync.RWMutex
	onces []sync.Once
	pipes []pipe
	all   sync.WaitGroup
	out   []byte // the mapped file
	used  int
)

func main() {
	check(load(os.Args[1]))
	f, err := os.OpenFile(os.Args[2], os.O_RDWR, 0)
	check(err)
	info, err := f.Stat()
	check(err)
	out, err = syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	check(err)
	if runtime.GOMAXPROCS(0) == 1 {
		settle()
	}
	run(0)
	put("-\t-\tEXIT\t0\t0\n")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func load(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var p program
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	for _, size := range p.Chans {
		chans = append(chans, make(chan int, size))
	}
	mus = make([]sync.Mutex, p.Mutexes)
	rws = make([]sync.RWMutex, p.RWs)
	onces = make([]sync.Once, p.Onces)
	for range p.Pipes {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		pipes = append(pipes, pipe{r, w})
	}
	wgs = make([]sync.WaitGroup, len(p.Wgs))
	for i, n := range p.Wgs {
		wgs[i].Add(n)
	}
	for range p.Conds {
		conds = append(conds, sync.NewCond(new(sync.Mutex)))
	}
	all.Add(len(p.Gors) - 1)
	for _, gor := range p.Gors {
		var list []op
		for _, o := range gor {
			x := op{name: o[0].(string)}
			if len(o) > 1 {
				x.a = int(o[1].(float64))
			}
			if len(o) > 2 {
				x.b = int(o[2].(float64))
			}
			for _, v := range o[1:] {
				x.all = append(x.all, int(v.(float64)))
			}
			list = append(list, x)
		}
		ops = append(ops, list)
	}
	return nil
}

// settle leaves main alone on its P with schedtick%61 == 1.
//
// The tick cannot be read, but it shows: main stands in the global queue while
// goroutines run from the local one, and is taken before they are done only
// when the tick is a multiple of 61. From then on every goroutine that begins
// a time slice adds one.
func settle() {
	for range 10 {
		runtime.Gosched() // the runtime's own goroutines have their turns
	}
	const n = 200
	ran := 0
	for range n {
		go func() { ran++ }()
	}
	runtime.Gosched()
	if ran == n {
		panic("the global queue was not looked at within 61 ticks")
	}
	tick := 1
	for ran < n {
		before := ran
		runtime.Gosched()
		tick += ran - before + 1
	}
	for tick%61 != 1 {
		runtime.Gosched()
		tick++
	}
}

func put(s string) { used += copy(out[used:], s) }

func say(id, pc int, name string, r1, r2 int) {
	b := strconv.AppendInt(out[used:used], int64(id), 10)
	b = strconv.AppendInt(append(b, '\t'), int64(pc), 10)
	b = append(append(append(b, '\t'), name...), '\t')
	b = strconv.AppendInt(b, int64(r1), 10)
	b = strconv.AppendInt(append(b, '\t'), int64(r2), 10)
	used += len(append(b, '\n'))
}

func run(id int) {
	say(id, -1, "start", 0, 0)
	for pc, o := range ops[id] {
		do(id, pc, o)
	}
	if id != 0 {
		say(id, -2, "end", 0, 0)
		all.Done()
	}
}

// done ends a goroutine that calls Goexit.
func done(id int) {
	say(id, -2, "end", 0, 0)
	all.Done()
}

// catch turns a panic into the result of an operation.
func catch(r1 *int) {
	if recover() != nil {
		*r1 = 1
	}
}

func do(id, pc int, o op) {
	r1, r2 := 0, 0
	switch o.name {
	case "go":
		go run(o.a)
	case "yield":
		runtime.Gosched()
	case "send":
		chans[o.a] <- o.b
	case "recv":
		v, ok := <-chans[o.a]
		r1, r2 = v, bit(ok)
	case "range":
		for v := range chans[o.a] {
			say(id, pc, o.name, v, 1)
		}
	case "close":
		close(chans[o.a])
	case "lock":
		mus[o.a].Lock()
	case "unlock":
		mus[o.a].Unlock()
	case "trysend":
		select {
		case chans[o.a] <- o.b:
			r1 = 1
		default:
		}
	case "tryrecv":
		select {
		case v, ok := <-chans[o.a]:
			r1, r2 = v, bit(ok)
		default:
			r2 = 2
		}
	case "wgdone":
		wgs[o.a].Done()
	case "wgwait":
		wgs[o.a].Wait()
	case "condwait":
		conds[o.a].L.Lock()
		conds[o.a].Wait()
		conds[o.a].L.Unlock()
	case "signal":
		conds[o.a].Signal()
	case "broadcast":
		conds[o.a].Broadcast()
	case "sel2":
		select {
		case v := <-chans[o.a]:
			r1, r2 = v, 0
		case v := <-chans[o.b]:
			r1, r2 = v, 1
		}
	case "select":
		r1, r2 = choose(o.all)
	case "sendp":
		func() {
			defer catch(&r1)
			chans[o.a] <- o.b
		}()
	case "closep":
		func() {
			defer catch(&r1)
			close(chans[o.a])
		}()
	case "nilchan":
		select {
		case <-chan int(nil):
		default:
		}
	case "trylock":
		if mus[o.a].TryLock() {
			r1 = 1
			mus[o.a].Unlock()
		}
	case "rlock":
		rws[o.a].RLock()
	case "runlock":
		rws[o.a].RUnlock()
	case "rwlock":
		rws[o.a].Lock()
	case "rwunlock":
		rws[o.a].Unlock()
	case "once":
		onces[o.a].Do(func() {
			say(id, pc, "first", 0, 0)
			runtime.Gosched()
		})
	case "goexit":
		defer done(id)
		runtime.Goexit()
	case "lockthread":
		runtime.LockOSThread()
	case "unlockthread":
		runtime.UnlockOSThread()
	case "sleep":
		time.Sleep(time.Duration(o.a) * time.Millisecond)
	case "after":
		<-time.After(time.Duration(o.a) * time.Millisecond)
	case "afterfunc":
		time.AfterFunc(time.Duration(o.a)*time.Millisecond, func() { run(o.b) })
	case "syscall":
		ts := syscall.NsecToTimespec(int64(o.a) * 1e6)
		syscall.Nanosleep(&ts, nil)
	case "spin":
		for end := time.Now().Add(time.Duration(o.a) * time.Millisecond); time.Now().Before(end); {
		}
	case "read":
		var b [1]byte
		pipes[o.a].r.Read(b[:])
	case "write":
		pipes[o.a].w.Write([]byte{1})
	case "join":
		all.Wait()
	default:
		panic("unknown operation " + o.name)
	}
	say(id, pc, o.name, r1, r2)
}

// choose is a select: whether it may block, and for each case the value to
// send, 0 for a receive, and the channel.
func choose(a []int) (v, i int) {
	var cases []reflect.SelectCase
	for k := 1; k < len(a); k += 2 {
		c := reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(chans[a[k+1]])}
		if a[k] != 0 {
			c.Dir, c.Send = reflect.SelectSend, reflect.ValueOf(a[k])
		}
		cases = append(cases, c)
	}
	if a[0] == 0 {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	i, val, ok := reflect.Select(cases)
	if i == len(a)/2 {
		i = -1
	}
	if ok {
		v = int(val.Int())
	}
	return v, i
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
