package lower

import "testing"

func TestBoundsOfCalls(t *testing.T) {
	testRewrites(t, []rewrite{
		{"what a call returns", `type world struct{ rows [][]int; grid [2][2]int }
func (w *world) all() [][]int { fmt.Print("all "); return w.rows }
func (w *world) self() *world { fmt.Print("self "); return w }
func seven() int { fmt.Print("seven "); return 7 }
func try(f func()) { defer func() { fmt.Println(recover()) }(); f() }
---
w, n := &world{rows: [][]int{{1}, {2, 3}}}, 5
try(func() { fmt.Println(strings.Fields("a b")[n]) })
try(func() { fmt.Println(fmt.Sprint(123)[3]) })
try(func() { fmt.Println(w.all()[1][n:], n) })
try(func() { fmt.Println(w.self().grid[n-4][n:]) })
try(func() { w.all()[1][n] = seven() })
try(func() { w.all()[1][1] += seven(); w.all()[1][1]++ })
try(func() { w.self().grid[n-4][n] = seven() })
try(func() { p := &w.self().grid[1][n-4]; *p = 4; fmt.Println(w) })`, `*rtbook_element3(rtbook_element1(&rtbook_t6.grid, rtbook_t7), rtbook_t8) = rtbook_t9`},
	})
}
