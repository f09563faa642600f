package sched_test

import (
	"fmt"
	"testing"

	"rtbook/model/sched"
)

// A scene is a scenario of testdata/chanlog.tsv while it runs.
type scene struct {
	m   *sched.Machine
	log []string
}

func (sc *scene) say(who, format string, args ...any) {
	sc.log = append(sc.log, who+"\t"+fmt.Sprintf(format, args...))
}

func gname(i int) string { return fmt.Sprint("g", i) }

// scenarios are main functions, each on a machine of its own. The log of the
// real runtime for the same program in Go is in testdata/chanlog.tsv.
var scenarios = map[string]func(*scene, *sched.G){
	"pingpong": func(sc *scene, g *sched.G) {
		a, b, done := sc.m.NewChan("a", 0), sc.m.NewChan("b", 0), sc.m.NewChan("done", 0)
		g.Go("ping", func(g *sched.G) {
			for i := range 3 {
				sc.say("ping", "before send")
				g.Send(a, i)
				sc.say("ping", "after send")
				sc.say("ping", "got %d", g.Recv(b))
			}
			g.Close(done)
			sc.say("ping", "end")
		})
		g.Go("pong", func(g *sched.G) {
			for range 3 {
				v := g.Recv(a).(int)
				sc.say("pong", "got %d", v)
				g.Send(b, v*10)
				sc.say("pong", "after send")
			}
			sc.say("pong", "end")
		})
		g.Recv(done)
	},
	"buf2_prodcons":  func(sc *scene, g *sched.G) { sc.prodcons(g, 2, 8) },
	"buf10_prodcons": func(sc *scene, g *sched.G) { sc.prodcons(g, 10, 25) },
	"buf2_prod2cons3": func(sc *scene, g *sched.G) {
		c := sc.m.NewChan("c", 2)
		wg, pw := sc.m.NewWaitGroup("wg"), sc.m.NewWaitGroup("pw")
		for p := range 2 {
			g.Add(pw, 1)
			g.Go("p", func(g *sched.G) {
				for i := range 6 {
					g.Send(c, p*100+i)
					sc.say("p"+gname(p), "sent %d", p*100+i)
				}
				sc.say("p"+gname(p), "end")
				g.Done(pw)
			})
		}
		for k := range 3 {
			g.Add(wg, 1)
			g.Go("c", func(g *sched.G) {
				for v, ok := g.Recv2(c); ok; v, ok = g.Recv2(c) {
					sc.say("c"+gname(k), "got %d", v)
				}
				sc.say("c"+gname(k), "end")
				g.Done(wg)
			})
		}
		g.Wait(pw)
		sc.say("main", "producers done")
		g.Close(c)
		sc.say("main", "closed")
		g.Wait(wg)
	},
	"close_wakes_receivers": func(sc *scene, g *sched.G) {
		c, wg := sc.m.NewChan("c", 0), sc.m.NewWaitGroup("wg")
		for i := range 6 {
			g.Add(wg, 1)
			g.Go(gname(i), func(g *sched.G) {
				sc.say(gname(i), "recv")
				_, ok := g.Recv2(c)
				sc.say(gname(i), "woke ok=%v", ok)
				g.Done(wg)
			})
		}
		g.Gosched()
		sc.say("main", "close")
		g.Close(c)
		sc.say("main", "closed")
		g.Wait(wg)
	},
	"cond_broadcast": func(sc *scene, g *sched.G) {
		mu := sc.m.NewMutex("mu")
		c, wg := sc.m.NewCond("c", mu), sc.m.NewWaitGroup("wg")
		sc.condWaiters(g, 5, mu, c, wg)
		g.Gosched()
		g.Lock(mu)
		g.Broadcast(c)
		sc.say("main", "broadcast")
		g.Unlock(mu)
		g.Wait(wg)
	},
	"cond_signal": func(sc *scene, g *sched.G) {
		mu := sc.m.NewMutex("mu")
		c, wg := sc.m.NewCond("c", mu), sc.m.NewWaitGroup("wg")
		sc.condWaiters(g, 4, mu, c, wg)
		g.Gosched()
		for i := range 4 {
			g.Lock(mu)
			sc.say("main", "signal %d", i)
			g.Signal(c)
			g.Unlock(mu)
			if i%2 == 1 {
				g.Gosched()
			}
		}
		g.Wait(wg)
	},
	"gosched3": func(sc *scene, g *sched.G) {
		wg := sc.m.NewWaitGroup("wg")
		for i := range 3 {
			g.Add(wg, 1)
			g.Go(gname(i), func(g *sched.G) {
				for k := range 4 {
					sc.say(gname(i), "%d", k)
					g.Gosched()
				}
				g.Done(wg)
			})
		}
		for k := range 4 {
			sc.say("main", "%d", k)
			g.Gosched()
		}
		g.Wait(wg)
	},
	"many_senders_one_receiver": func(sc *scene, g *sched.G) {
		c := sc.m.NewChan("c", 0)
		for i := range 5 {
			g.Go(gname(i), func(g *sched.G) {
				sc.say(gname(i), "send")
				g.Send(c, i)
				sc.say(gname(i), "sent")
			})
		}
		for range 5 {
			sc.say("main", "got %d", g.Recv(c))
		}
		g.Gosched()
	},
	"mutex_barging": func(sc *scene, g *sched.G) {
		mu, wg := sc.m.NewMutex("mu"), sc.m.NewWaitGroup("wg")
		for i := range 3 {
			g.Add(wg, 1)
			g.Go(gname(i), func(g *sched.G) {
				for k := range 3 {
					g.Lock(mu)
					sc.say(gname(i), "locked %d", k)
					g.Gosched()
					g.Unlock(mu)
					sc.say(gname(i), "unlocked %d", k)
				}
				g.Done(wg)
			})
		}
		g.Wait(wg)
	},
	"nested_go": func(sc *scene, g *sched.G) {
		wg := sc.m.NewWaitGroup("wg")
		g.Add(wg, 1)
		g.Go("r", func(g *sched.G) { sc.nest(g, "r", 2, wg) })
		g.Wait(wg)
	},
	"once": func(sc *scene, g *sched.G) {
		mu, wg, done := sc.m.NewMutex("once.m"), sc.m.NewWaitGroup("wg"), false
		for i := range 4 {
			g.Add(wg, 1)
			g.Go(gname(i), func(g *sched.G) {
				sc.say(gname(i), "do")
				if !done { // sync/once.go: Do, doSlow
					g.Lock(mu)
					if !done {
						sc.say(gname(i), "in once")
						g.Gosched()
						sc.say(gname(i), "out once")
						done = true
					}
					g.Unlock(mu)
				}
				sc.say(gname(i), "done")
				g.Done(wg)
			})
		}
		g.Wait(wg)
	},
	"waitgroup_many_waiters": func(sc *scene, g *sched.G) {
		a, b := sc.m.NewWaitGroup("a"), sc.m.NewWaitGroup("b")
		g.Add(a, 1)
		for i := range 5 {
			g.Add(b, 1)
			g.Go(gname(i), func(g *sched.G) {
				sc.say(gname(i), "wait")
				g.Wait(a)
				sc.say(gname(i), "woke")
				g.Done(b)
			})
		}
		g.Gosched()
		sc.say("main", "done")
		g.Done(a)
		sc.say("main", "after done")
		g.Wait(b)
	},
}

func (sc *scene) prodcons(g *sched.G, size, n int) {
	c, done := sc.m.NewChan("c", size), sc.m.NewChan("done", 0)
	g.Go("prod", func(g *sched.G) {
		for i := range n {
			g.Send(c, i)
			sc.say("prod", "sent %d", i)
		}
		g.Close(c)
		sc.say("prod", "closed")
	})
	g.Go("cons", func(g *sched.G) {
		for v, ok := g.Recv2(c); ok; v, ok = g.Recv2(c) {
			sc.say("cons", "got %d", v)
		}
		sc.say("cons", "end")
		g.Close(done)
	})
	g.Recv(done)
}

func (sc *scene) condWaiters(g *sched.G, n int, mu *sched.Mutex, c *sched.Cond, wg *sched.WaitGroup) {
	for i := range n {
		g.Add(wg, 1)
		g.Go(gname(i), func(g *sched.G) {
			g.Lock(mu)
			sc.say(gname(i), "wait")
			g.CondWait(c)
			sc.say(gname(i), "woke")
			g.Unlock(mu)
			g.Done(wg)
		})
	}
}

func (sc *scene) nest(g *sched.G, name string, depth int, wg *sched.WaitGroup) {
	sc.say(name, "start")
	if depth > 0 {
		for i := range 3 {
			child := fmt.Sprintf("%s.%d", name, i)
			g.Add(wg, 1)
			g.Go(child, func(g *sched.G) { sc.nest(g, child, depth-1, wg) })
		}
	}
	sc.say(name, "end")
	g.Done(wg)
}

// TestScenarios compares the model's log of each scenario with the runtime's.
func TestScenarios(t *testing.T) {
	want := readLogs(t, "testdata/chanlog.tsv")
	for name, rows := range want {
		t.Run(name, func(t *testing.T) {
			body := scenarios[name]
			if name == "select_one_ready" {
				t.Skip("select over several cases is not modelled")
			}
			if body == nil {
				t.Fatal("no such scenario in scenarios_test.go")
			}
			sc := &scene{m: sched.New(atStart)}
			sc.m.Main(func(g *sched.G) {
				body(sc, g)
				sc.say("main", "end")
			})
			sc.m.Run()
			diffLogs(t, sc.log, rows)
		})
	}
}
