package lower

import "testing"

func TestNegations(t *testing.T) {
	testRewrites(t, []rewrite{
		{"float", `zero, one := 0.0, 1.0
n := -zero
fmt.Println(1/n, -one, 1/-n, -2.5, -(-one))`, "n := zero * -1.0"},
		{"named", `type F float32
---
var f F
fmt.Println(1/(-f), -F(2))`, ""},
		{"complex", `c, d := complex(0, 1), complex64(2)
n := -c
fmt.Println(1/real(n), imag(n), -d)`, "n := rtbook_negated1(rtbook_rt1.HideComplex(c))"},
		{"integer", `n := 3
fmt.Println(-n)`, "fmt.Println(-n)"},
	})
}
