package lower

import "testing"

func TestPointers(t *testing.T) {
	testRewrites(t, []rewrite{
		{"to arrays", `a := [3]int{1, 2, 3}
p := &a
q := &p[1]
*q = 5
s := p[:2]
s[0] = 9
p[2]++
b := []byte("abcdefgh")
fmt.Println(a, len(p), &(*[8]byte)(b)[0] == &b[0])`, `q := &(*p)[1]`},
		{"sliced in a literal", `a, s := [3]int{1, 2, 3}, []int{4, 5}
p, q := &a, &s
all := [][]int{p[:], (*p)[1:2:2], a[:1], (*q)[1:]}
all[0][1]++
fmt.Println(all, a)`, `all := [][]int{p[:], p[1:2:2], a[:1], ([]int)((*q)[1:])}`},
		{"length alone", `func none() *[3]int { return nil }
---
var p *[4]int
fmt.Println(p == nil, len(p), cap(none()), len(none()))
for i := range *p { fmt.Print(i) }
func() {
	defer func() { fmt.Println(recover() != nil) }()
	fmt.Println(len(*none()))
}()`, "fmt.Println(p == nil, 4, cap(rtbook_array1(none())), len(rtbook_array1(none())))"},
	})
}
