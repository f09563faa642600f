package lower

import "testing"

func TestRecursiveFields(t *testing.T) {
	testRewrites(t, []rewrite{
		{"map with the struct as its key", `type node struct { out map[*node]int; name string }
---
a, b := &node{out: map[*node]int{}, name: "a"}, &node{nil, "b"}
a.out[b] += 2
a.out[a]++
for n, w := range a.out { if n == b { fmt.Println(n.name, w) } }
delete(a.out, a)
fmt.Println(len(a.out), b.out == nil, b.out[a], len(node{}.out))
var x any = a.out
_, ok := x.(map[*node]int)
fmt.Println(ok)
a.out, b.out = b.out, a.out
fmt.Println(a.out == nil, b.out[b])`, `type node struct {
out rtbook_hold1
name string
}`},
		{"functions of the struct", `type bus struct { on map[string][]handler; n, m int; first, last []func(*bus) error }
type handler func(*bus, string)
func list() ([]func(*bus) error, bool) { return []func(*bus) error{func(b *bus) error { b.n += 100; return nil }}, true }
---
b := &bus{on: map[string][]handler{}}
b.on["x"] = append(b.on["x"], func(b *bus, s string) { b.n += len(s) }, func(b *bus, _ string) { b.m = b.n })
for _, h := range b.on["x"] { h(b, "three") }
var ok bool
b.first, ok = list()
fmt.Println(b.n, b.m, ok, b.first[0](b), b.n, b.last == nil)
lists := map[int][]func(*bus) error{1: b.first}
b.last, ok = lists[2]
fmt.Println(b.last == nil, ok)
copied := *b
copied.first = nil
fmt.Println(len(b.first), len(copied.first))`, ""},
		{"channels", `type w struct { jobs chan func(*w); n int }
---
a := w{jobs: make(chan func(*w), 1)}
b := a
a.jobs <- func(v *w) { v.n++ }
(<-b.jobs)(&a)
var none chan func(*w)
fmt.Println(a.n, a.jobs == b.jobs, w{jobs: none} == w{})
close(a.jobs)
_, ok := <-a.jobs
fmt.Println(ok)`, ""},
		{"two ways round", `type element struct { next, prev *element; list *list; v int }
type list struct { root element; len int }
func (l *list) push(v int) *element {
	if l.root.next == nil { l.root.next, l.root.prev = &l.root, &l.root }
	e := &element{l.root.prev, &l.root, l, v}
	e.prev.next, e.next.prev = e, e
	e.list.len++
	return e
}
---
var l list
l.push(1).list.push(2).list.push(3)
for e := l.root.next; e != &l.root; e = e.next { fmt.Print(e.v, e.list == &l, " ") }
fmt.Println(l.len, l.root.list == nil)`, "rtbook_get1(e.list).len++"},
		{"lists with names", `type event struct { at int; do func(*sim) }
type queue []*event
func (q *queue) push(e *event) { *q = append(*q, e) }
type sim struct { q queue; now int }
type pusher interface { push(*event) }
---
s := &sim{}
var p pusher = &s.q
p.push(&event{1, func(s *sim) { s.now = s.q[0].at }})
q := &p
(*q).push(&event{do: s.q[0].do})
for _, e := range s.q { e.do(s) }
fmt.Println(len(s.q), s.now)`, ""},
		{"a list in a circle", `type author struct { name string; books []*book; byTitle map[string]*book }
type book struct { title string; by *author; also []*author }
---
a := &author{name: "a", byTitle: map[string]*book{}}
for _, t := range []string{"x", "y"} { a.books = append(a.books, &book{t, a, nil}) }
list := a.books
a.byTitle["y"] = list[1]
list[1].also = append(list[1].also, a)
m := a.byTitle
others := m["y"].also
fmt.Println(len(list), list[0].by.name, others[0].books[1].title)
p := &a.books
*p = nil
fmt.Println(len(a.books))`, ""},
		{"values both ways", `type A struct { bs []B; n int }
type B struct { as []A; next *B; f func(A) B }
---
b := B{as: []A{{n: 1}, {bs: []B{{}}}}}
b.f = func(a A) B { return B{as: []A{a, a}} }
b.next = &b
fmt.Println(len(b.as), len(b.as[1].bs[0].as), len(b.next.f(A{n: 7}).as), b.f(A{n: 7}).as[1].n)`, ""},
	})
}
