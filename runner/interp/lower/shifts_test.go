package lower

import "testing"

func TestShifts(t *testing.T) {
	testRewrites(t, []rewrite{
		{"counts", `func f(x int) int { return 1 << (1 << (1 << uint(x))) }
---
i, j, x := 3, int8(-1), 1
x <<= i
fmt.Println(1 << i, x >> 1.0, f(2), uint8(200) << (i - 2), int64(-8) >> i)
func() { defer func() { fmt.Println(recover()) }(); fmt.Println(1 << j) }()`, `x <<= rtbook_count1(i)`},
		{"of a constant that is divided by", `i := 3
fmt.Println(100 / (9 << uint(i)), uint8(i) / (1 << uint(i)), i % ((9 << uint(i)) + 1), i / -(1 << uint(i)))`, `fmt.Println(100 / (int(9) << uint(i)), uint8(i) / (uint8(1) << uint(i)), i % ((int(9) << uint(i)) + 1), i / -(int(1) << uint(i)))`},
	})
}
