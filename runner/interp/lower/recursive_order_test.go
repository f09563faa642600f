package lower

import (
	"strings"
	"testing"
)

func TestCircles(t *testing.T) {
	testRewrites(t, []rewrite{
		{"tree", `type Tree struct { root *Node; n int }
type Node struct { tree *Tree; left, right *Node; v int }
---
t := &Tree{n: 7}
t.root = &Node{tree: t, v: 1}
t.root.left = &Node{tree: t, v: 2}
fmt.Println(t.root.left.tree.root.left.v, t.root.tree.n)`, "var rtbook_first1 Node"},
		{"map of pointers", `type A struct { m map[string]*B; n int }
type B struct { parent *A; kids []*B; self *B }
---
a := &A{m: map[string]*B{}, n: 9}
b := &B{parent: a}
a.m["x"], b.self = b, b
b.kids = append(b.kids, b.self)
fmt.Println(a.m["x"].kids[0].self.parent.n)`, "var rtbook_first1 B"},
		{"a value in the circle", `type A struct { b *B; n int }
type B struct { a A; v int }
---
a := &A{b: &B{v: 4}, n: 5}
a.b.a.b = a.b
fmt.Println(a.b.a.b.v)`, "var rtbook_first1 B"},
		{"two circles in one type", `type Outer struct { x *X; y *Y; z []Z }
type X struct { next *X; v int }
type Y struct { next *Y; s string }
type Z struct { kids []Z }
---
o := Outer{x: &X{v: 1}, y: &Y{s: "y"}, z: []Z{{}}}
o.x.next, o.y.next = &X{v: 2}, &Y{s: "yy"}
o.z[0].kids = append(o.z[0].kids, Z{}, Z{kids: []Z{{}}})
fmt.Println(o.x.next.v, o.y.next.s, len(o.z[0].kids[1].kids))`, ""},
	})
	for source, refused := range map[string]string{
		"package main\ntype A struct{ next *A; l *B }\ntype B struct{ root A }\nfunc main() {}\n": "A struct{ next",
		"package main\ntype A struct{ bs []B }\ntype B struct{ a *A; next *B }\nfunc main() {}\n": "A struct{ bs",
		"package main\ntype A struct{ f func(*B) }\ntype B struct{ a A }\nfunc main() {}\n":       "A struct{ f",
		"package main\ntype A struct{ bs []B }\ntype B struct{ a *A }\nfunc main() {}\n":          "",
		"package main\ntype A struct{ m map[string]func(*A) }\nfunc main() {}\n":                  "A struct{ m",
		"package main\ntype F func(*A)\ntype A struct{ fs []F }\nfunc main() {}\n":                "A struct{ fs",
		"package main\ntype A struct{ f func(*A) }\nfunc main() {}\n":                             "",
		"package main\ntype A struct{ fs []func() *A }\nfunc main() {}\n":                         "",
	} {
		_, refusals := lowered(t, source)
		if (refused == "") != (len(refusals) == 0) || refused != "" && !strings.HasPrefix(source[refusals[0].Offset:], refused) {
			t.Errorf("%s\nrefusals %v, want one at %q", source, refusals, refused)
		}
	}
}
