package view

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rtbook/model/alloc"
	"rtbook/model/gc"
	"rtbook/model/sched"
	"rtbook/runner/show"
)

// display is what every display can do.
type display interface {
	Check() error
	Text() string
}

// checkAll fails the test unless each display can be shown, is readable on a
// phone if it is a drawing, and is the same when it is made again.
func checkAll(t *testing.T, make func() []display) {
	t.Helper()
	all, again := make(), make()
	for i, d := range all {
		if err := d.Check(); err != nil {
			t.Errorf("%T %d: %v", d, i, err)
		}
		if f, ok := d.(show.Figure); ok && f.Width > 340 {
			t.Errorf("figure %q is %v wide", f.Title, f.Width)
		}
		if !reflect.DeepEqual(d, again[i]) {
			t.Errorf("%T %d is another one when it is made again", d, i)
		}
	}
}

// Whatever a heap has been through, its displays can be shown.
func TestDisplaysOfRandomHeaps(t *testing.T) {
	r := seedOf(t)
	for range 8 {
		d := &driver{h: alloc.New(alloc.Config{Procs: 1 + r.IntN(3), Record: true}), r: rand.New(rand.NewPCG(r.Uint64(), 0))}
		for range 1 + r.IntN(300) {
			d.step()
		}
		checkAll(t, func() []display {
			snap := d.h.Snapshot()
			all := []display{HeapMap(snap), RequestPath(d.h), RequestTable(d.h), LocksTable(d.h), AllocSteps(d.h)}
			for _, s := range snap.Spans[:min(len(snap.Spans), 20)] {
				all = append(all, SpanSlots(s))
			}
			return all
		})
	}
}

// Whatever a scheduler has been through, its displays can be shown, at any time.
func TestDisplaysOfRandomPrograms(t *testing.T) {
	r := seedOf(t)
	for run := range 12 {
		cfg := randomConfig(r)
		cfg.SchedTrace, cfg.SchedDetail = int64(r.IntN(3)), r.IntN(2) == 0
		m := sched.New(cfg)
		randomProgram(m, r.Uint64(), run%10 == 0)
		for range r.IntN(2000) {
			if !tryStep(m) {
				break
			}
		}
		checkAll(t, func() []display {
			all := []display{Timeline(m), QueuesOverTime(m), SchedSteps(m), SchedTrace(m)}
			for g := range int64(10) {
				all = append(all, Life(m, g), LifeTable(m, g))
			}
			return all
		})
		if m.Err() == nil {
			m.Close()
		}
	}
}

// Whatever a collector has been through, its displays can be shown.
func TestDisplaysOfRandomCollections(t *testing.T) {
	r := seedOf(t)
	for range 60 {
		p := newMutator(gc.Config{
			Record: true, CheckMark: r.IntN(2) == 0, NoDeletionBarrier: r.IntN(2) == 0, NoInsertionBarrier: r.IntN(4) == 0,
		}, r.Uint64())
		for range r.IntN(400) {
			p.step()
		}
		checkCollection(t, p.m)
	}
}

// A program that has lost an object dies, and is shown up to there. Half a write
// barrier loses one in few programs, so they are tried until one does.
func TestDisplaysOfALostObject(t *testing.T) {
	r := seedOf(t)
	for range 5000 {
		p := newMutator(gc.Config{Record: true, CheckMark: true, NoDeletionBarrier: true, NoInsertionBarrier: true}, r.Uint64())
		for n := 0; n < 400 && p.m.Err() == nil; n++ {
			p.step()
		}
		if p.m.Err() != nil {
			checkCollection(t, p.m)
			return
		}
	}
	t.Error("no program died")
}

func checkCollection(t *testing.T, m *gc.Machine) {
	t.Helper()
	checkAll(t, func() []display { return []display{ObjectGraph(m.Snapshot()), GCSteps(m), Cycles(m)} })
	want := ""
	if err := m.Err(); err != nil {
		want = err.Error()
	}
	if s := GCSteps(m); s.Stopped != want {
		t.Errorf("stopped %q, want %q", s.Stopped, want)
	}
}

// A heap that has thrown is shown up to there.
func TestAllocStepsOfAHeapThatThrew(t *testing.T) {
	h := alloc.New(alloc.Config{Record: true})
	o := h.Malloc(0, 48, false)
	func() {
		defer func() { recover() }()
		h.FreeSpan(o.Span)
	}()
	s := AllocSteps(h)
	checkStepper(t, s)
	if !strings.Contains(s.Stopped, "mheap.freeSpanLocked - invalid free") || s.Steps[len(s.Steps)-1].Event != "HeapObjectAlloc" {
		t.Errorf("stopped %q after %+v", s.Stopped, s.Steps[len(s.Steps)-1])
	}
}

// Machines that nobody has used, or that recorded nothing, have displays too.
func TestDisplaysOfNothing(t *testing.T) {
	for _, record := range []bool{false, true} {
		checkAll(t, func() []display {
			h, m, c := alloc.New(alloc.Config{Record: record}), sched.New(sched.Config{Record: record}), gc.New(gc.Config{Record: record})
			none, _ := h.Span(0)
			return []display{
				HeapMap(h.Snapshot()), RequestPath(h), RequestTable(h), LocksTable(h), AllocSteps(h), SpanSlots(none),
				Timeline(m), QueuesOverTime(m), SchedSteps(m), SchedTrace(m), Life(m, 1), LifeTable(m, 1),
				ObjectGraph(c.Snapshot()), GCSteps(c), Cycles(c), CyclesChart(nil),
			}
		})
	}
}

// Names with markup, and long ones, are names.
func TestDisplaysOfNastyNames(t *testing.T) {
	nasty := `<script>alert("1")</script>` + strings.Repeat("x", 300)
	m := sched.New(sched.Config{Record: true})
	c := m.NewChan(nasty, 0)
	m.Main(func(g *sched.G) {
		g.Go(nasty, func(g *sched.G) { g.Send(c, 1) })
		g.Recv(c)
	})
	m.Run()
	k := gc.New(gc.Config{Record: true})
	k.Global(nasty)
	g := k.Go(nasty)
	g.New(nasty, 64, 2)
	g.SetGlobal(nasty, nasty)
	k.Collect()
	checkAll(t, func() []display {
		return []display{Timeline(m), SchedSteps(m), Life(m, 2), LifeTable(m, 2), ObjectGraph(k.Snapshot()), GCSteps(k)}
	})
	if s := SchedSteps(m); !slices.ContainsFunc(s.Panels[3].Rows, func(row string) bool { return strings.Contains(row, "<script>") }) {
		t.Error("the name of the channel is not what it is")
	}
}

// Heaps and graphs of many kinds of things, and long paths, stay within bounds.
func TestDisplaysOfMany(t *testing.T) {
	h := alloc.New(alloc.Config{Procs: 64, Record: true})
	for size := 1; size < 40000; size += 50 {
		h.Malloc(size%64, size, size%4 == 0)
	}
	h.Collect()
	h.SweepAll()
	m := gc.New(gc.Config{Record: true})
	for i := range 90 {
		g := m.Go(fmt.Sprintf("g%d", i))
		g.New("node", 64, 2)
		g.New("other", 64, 2)
		g.Store("node", 0, "other")
	}
	s := sched.New(sched.Config{Procs: 600, Record: true, Interleave: sched.Random})
	s.Main(func(g *sched.G) {
		for i := range 700 {
			c := s.NewChan(fmt.Sprintf("c%d", i), 0)
			g.Go("waits", func(g *sched.G) { g.Recv(c) })
		}
		g.Sleep(1_000_000)
	})
	s.Run()
	checkAll(t, func() []display {
		return []display{
			HeapMap(h.Snapshot()), AllocSteps(h), RequestPath(h), RequestTable(h), ObjectGraph(m.Snapshot()), GCSteps(m),
			SchedSteps(s), Timeline(s), QueuesOverTime(s),
		}
	})
}

// A heap of many gigabytes is drawn in a bounded figure.
func TestHeapMapOfALargeHeap(t *testing.T) {
	h := alloc.New(alloc.Config{})
	for range 100 {
		h.Malloc(0, 100<<20, true)
		h.Malloc(0, 48, false)
	}
	f := HeapMap(h.Snapshot())
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	if f.Height > 2500 {
		t.Errorf("the map is %v high", f.Height)
	}
}

// The map of a heap with one small span and one large object has a box for
// each, of as many cells as it has pages, where they are.
func TestHeapMapDrawsSpans(t *testing.T) {
	h := alloc.New(alloc.Config{})
	small, large := h.Malloc(0, 48, false), h.Malloc(0, 20*8192, true)
	f := HeapMap(h.Snapshot())
	boxes := map[string]show.Shape{}
	for _, s := range f.Shapes {
		if s.Kind == show.Box && s.ID != "" {
			boxes[s.ID] = s
		}
	}
	a, b := boxes[spanID(small.Span)], boxes[spanID(large.Span)]
	if a.W != 5 || a.Tone != show.Tone1 || a.X != 10 {
		t.Errorf("a page of slots of 48 bytes is %+v", a)
	}
	// The page cache found nothing to fill it with: the large object comes next.
	if b.W != 100 || b.Tone != show.Tone5 || b.X != 15 || b.Y != a.Y || b.Text != "163840" {
		t.Errorf("20 pages of a large object are %+v", b)
	}
}

// Each slot has its number and address.
func TestSpanSlotsTellWhichIsWhich(t *testing.T) {
	h := alloc.New(alloc.Config{})
	var keep []alloc.Object
	for i := range 10 {
		if o := h.Malloc(0, 48, false); i%2 == 0 {
			keep = append(keep, o)
		}
	}
	h.StartMark()
	for _, o := range keep {
		h.Mark(o.Addr)
	}
	s, _ := h.Span(keep[0].Addr)
	f := SpanSlots(s)
	if n := len(f.Shapes); n != 165 { // of 48 bytes with pointers: MODEL 1.4 and the real table
		t.Fatalf("%d slots", n)
	}
	for i, want := range []struct {
		tone  show.Tone
		state string
	}{{show.Tone2, "in use, marked"}, {show.Tone1, "in use"}} {
		if got := f.Shapes[i]; got.Tone != want.tone || got.Note != fmt.Sprintf("slot %d: %s", i, want.state) {
			t.Errorf("slot %d is %+v, want %+v", i, got, want)
		}
	}
	if f.Shapes[10].Tone != show.Plain || !slices.Contains(f.Lines, "m#m#m#m#m#"+strings.Repeat(".", 54)) {
		t.Errorf("slot 10 is %+v, lines %q", f.Shapes[10], f.Lines)
	}
}

// The first request of a heap goes all the way down; the second one ends at the
// mcache.
func TestRequestPathOfAFirstAndASecondRequest(t *testing.T) {
	h := alloc.New(alloc.Config{Record: true})
	first := h.Malloc(0, 50, false)
	f, table := RequestPath(h), RequestTable(h)
	if !strings.Contains(f.Description, "mcache, mcentral, page allocator, page cache, system, mheap, and takes mheap.lock twice") {
		t.Errorf("the first request: %s", f.Description)
	}
	heap, sets := 0, 0
	for _, row := range table.Rows {
		heap += strings.Count(row[5], "mheap.lock")
		sets += strings.Count(row[5], "a span set's lock")
	}
	if heap != first.HeapLocks || sets != first.CentralLocks {
		t.Errorf("the table has %d and %d locks, the request took %d and %d", heap, sets, first.HeapLocks, first.CentralLocks)
	}
	h.Malloc(0, 50, false)
	if f := RequestPath(h); !strings.Contains(f.Description, "comes to mcache, and takes no lock") {
		t.Errorf("the second request: %s", f.Description)
	}
}

// The table of locks agrees with what each request said that it took.
func TestLocksTableCountsWhatRequestsTook(t *testing.T) {
	r := seedOf(t)
	h := alloc.New(alloc.Config{Record: true, Procs: 2})
	want := map[alloc.Served]lockCount{}
	var live []alloc.Object
	for range 3000 {
		o := h.Malloc(r.IntN(2), r.IntN(3000), r.IntN(2) == 0)
		if r.IntN(100) == 0 {
			add(want, h.Malloc(0, 40000+r.IntN(100000), true))
		}
		add(want, o)
		if r.IntN(2) == 0 && o.Size > 0 {
			live = append(live, o)
		}
		if r.IntN(600) == 0 {
			h.Collect(live...)
		}
	}
	rows, other, _ := countLocks(h)
	for by := alloc.ByNobody; by <= alloc.ByMheap; by++ {
		if rows[by] != want[by] {
			t.Errorf("served by %v: %+v, want %+v", by, rows[by], want[by])
		}
	}
	sum := other.heap
	for _, k := range rows {
		sum += k.heap
	}
	if st := h.Stats(); sum != st.HeapLocks {
		t.Errorf("%d locks of mheap in all, want %d", sum, st.HeapLocks)
	}
}

func add(to map[alloc.Served]lockCount, o alloc.Object) {
	k := to[o.Served]
	to[o.Served] = lockCount{k.requests + 1, k.heap + o.HeapLocks, k.sets + o.CentralLocks}
}

// A timeline has the work of a goroutine where it did it, a mark where it was
// made, and a system call for what it is.
func TestTimelineOfWorkAndASystemCall(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	m.Main(func(g *sched.G) {
		g.Go("worker", func(g *sched.G) { g.Work(1000); g.Syscall(5000) })
		g.Sleep(1_000_000)
	})
	m.Run()
	tl := Timeline(m)
	if err := tl.Check(); err != nil {
		t.Fatal(err)
	}
	var works, call bool
	for _, s := range tl.Spans {
		if s.Text == "G2 worker" {
			works = works || s.Tone == show.Tone1 && s.To-s.From >= 1000
			call = call || s.Tone == show.Tone2 && s.To-s.From == 5000
		}
	}
	made := slices.ContainsFunc(tl.Marks, func(k show.Mark) bool { return k.Text == "GoCreate G2" && k.ID == "G2" })
	if !works || !call || !made {
		t.Errorf("works %v, system call %v, made %v: %+v", works, call, made, tl)
	}
}

// The life of a goroutine that waits to receive.
func TestLifeOfAReceiver(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	results := m.NewChan("results", 0)
	m.Main(func(g *sched.G) {
		g.Go("worker", func(g *sched.G) { g.Recv(results) })
		g.Gosched()
		g.Send(results, 1)
		g.Gosched()
	})
	m.Run()
	var got []string
	for _, row := range LifeTable(m, 2).Rows {
		got = append(got, row[2]+" "+row[3]+" "+row[4])
	}
	want := []string{
		"runnable  GoCreate, by G1 main on P0", "runs P0, M0 GoStart", "waits chan receive: results GoBlock on results",
		"runnable  GoUnblock, by G1 main on P0", "runs P0, M0 GoStart",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every part of a life is where the one before it ended.
func TestLifeHasNoGaps(t *testing.T) {
	r := seedOf(t)
	m := sched.New(randomConfig(r))
	randomProgram(m, r.Uint64(), false)
	m.TryRun()
	for g := int64(1); g < 20; g++ {
		parts := livesOf(m, g)
		for i := 1; i < len(parts); i++ {
			if parts[i].from != parts[i-1].to {
				t.Errorf("goroutine %d: %+v begins after %+v", g, parts[i], parts[i-1])
			}
		}
	}
}

// The queues over time end as they are.
func TestQueuesOverTimeEndAsTheyAre(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	m.Main(func(g *sched.G) {
		for range 300 {
			g.Go("child", func(g *sched.G) {})
		}
	})
	for range 301 {
		m.Step()
	}
	snap := m.Snapshot()
	c := QueuesOverTime(m)
	last := func(i int) int { p := c.Series[i].Points; return int(p[len(p)-1].Y) }
	if got, want := last(0), len(snap.Global); got != want || want == 0 {
		t.Errorf("global queue %d, want %d", got, want)
	}
	if got, want := last(2), len(snap.Ps[0].Queue)+1; got != want {
		t.Errorf("queue of P0 %d, want %d with its runnext", got, want)
	}
	m.Close()
}

// The rows of schedtrace are its lines.
func TestSchedTraceRows(t *testing.T) {
	m := sched.New(sched.Config{Procs: 2, SchedTrace: 1})
	m.Main(func(g *sched.G) { g.Work(5_000_000) })
	m.Run()
	table := SchedTrace(m)
	lines := strings.Split(strings.TrimSpace(m.SchedTrace()), "\n")
	if len(table.Rows) != len(lines) || len(lines) < 3 {
		t.Fatalf("%d rows of %d lines", len(table.Rows), len(lines))
	}
	for i, row := range table.Rows {
		again := fmt.Sprintf("SCHED %s: gomaxprocs=%s idleprocs=%s threads=%s spinningthreads=%s needspinning=%s idlethreads=%s runqueue=%s [ %s ] schedticks=[ %s ]",
			row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9])
		if again != lines[i] {
			t.Errorf("row %q is of line %q", again, lines[i])
		}
	}
}

// Objects stand below what points to them, garbage at the bottom, in the tones
// of their colors.
func TestObjectGraphLayers(t *testing.T) {
	m := gc.New(gc.Config{})
	m.Global("root")
	g := m.Go("main")
	for _, name := range []string{"A", "B", "lost"} {
		g.New(name, 64, 2)
	}
	g.SetGlobal("root", "A")
	g.Store("A", 0, "B")
	for _, name := range []string{"A", "B", "lost"} {
		g.Drop(name)
	}
	m.StartMark()
	m.StepUntil("A", gc.Black)
	f := ObjectGraph(m.Snapshot())
	at := map[string]show.Shape{}
	arrows := 0
	for _, s := range f.Shapes {
		if s.Kind == show.Arrow {
			arrows++
		} else {
			at[s.Text] = s
		}
	}
	if !(at["globals"].Y < at["A"].Y && at["A"].Y < at["B"].Y && at["B"].Y < at["lost"].Y) {
		t.Errorf("from the top: globals %v, A %v, B %v, lost %v", at["globals"].Y, at["A"].Y, at["B"].Y, at["lost"].Y)
	}
	if at["A"].Tone != show.Strong || at["B"].Tone != show.Quiet || at["lost"].Tone != show.Plain || arrows != 2 {
		t.Errorf("tones of A, B, lost: %v %v %v; %d arrows", at["A"].Tone, at["B"].Tone, at["lost"].Tone, arrows)
	}
}

// The curves of a machine are what its events say: by hand, with GOGC at 100 and
// the minimum of 4 MiB.
func TestCyclesOfASmallHeap(t *testing.T) {
	m := gc.New(gc.Config{Record: true})
	g := m.Go("main")
	g.New("A", 1<<20, 0)
	m.Collect()
	m.Collect()
	c := Cycles(m)
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1024, 1024, 4096} {
		if p := c.Series[i].Points; len(p) != 2 || p[1] != (show.Point{X: 2, Y: want}) {
			t.Errorf("%s: %v, want %v KiB at cycle 2", c.Series[i].Name, p, want)
		}
	}
}

// Curves of a heap of 10 MiB and more are in MiB, all of them.
func TestCyclesOfALargeHeap(t *testing.T) {
	for _, of := range []struct {
		live uint64
		unit string
		want float64
	}{{10<<20 - 1<<10, "KiB", 9 << 10}, {10 << 20, "MiB", 9}} {
		c := CyclesChart([]Cycle{{Live: 4 << 20, Marked: 1 << 20}, {Live: of.live, Marked: 9 << 20}})
		if p := c.Series[1].Points[1]; c.Y != of.unit || p.Y != of.want {
			t.Errorf("a heap of %d bytes: %v %s, want %v %s", of.live, p.Y, c.Y, of.want, of.unit)
		}
	}
}

// What the displays know of addresses is what a heap has.
func TestAddresses(t *testing.T) {
	h := alloc.New(alloc.Config{})
	if o := h.Malloc(0, 8, true); o.Span != heapBase {
		t.Errorf("the first span is at %#x, not %#x", o.Span, uint64(heapBase))
	}
	if c := alloc.Classes()[1]; c.Size*c.Nominal != c.Pages*pageSize {
		t.Errorf("a page of %d slots of %d bytes is not %d", c.Nominal, c.Size, pageSize)
	}
	h.Malloc(0, arenaBytes, true)
	if snap := h.Snapshot(); len(snap.Arenas) != 2 || snap.Arenas[1].Base != snap.Arenas[0].Base+arenaBytes {
		t.Errorf("the arenas are %+v", snap.Arenas)
	}
}
