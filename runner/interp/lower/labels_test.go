package lower

import "testing"

func TestLabels(t *testing.T) {
	testRewrites(t, []rewrite{
		{"named as a variable", `func last(rows [][]int) (n int) {
rows:
	for _, row := range rows {
		for _, x := range row {
			if x == 2 { continue rows }
			n = x
		}
	}
	return n
}
---
fmt.Println(last([][]int{{1}, {2, 3}, {4, 2, 5}}))`, `func last(rows [][]int) (n int) {
	n = 0
	rtbook_rows1:
	for _, row := range rows {
		for _, x := range row {
			if x == 2 {
				continue rtbook_rows1
			}
			n = x
		}
	}
	return n
}`},
		{"named as a function", `func loop(n int) int { return n + 1 }
---
loop:
for i := 0; ; i = loop(i) {
	switch { case i == 1: continue loop; case i > 3: break loop }
	fmt.Println(i)
}`, ""},
		{"named as its own variable", `n := 0
i:
for i := range 4 {
	for { if i == 2 { break i }; n += i; continue i }
}
fmt.Println(n)`, ""},
	})
}
