package box

import "sync/atomic"

// An atomic.Value takes values of one type only, and to it all boxes of a form
// are of one type. These functions are its methods for values that may be in
// boxes.

func Store(v *atomic.Value, x any) {
	consistent(v.Load(), x, "store of inconsistently typed value into Value")
	v.Store(x)
}

func Swap(v *atomic.Value, x any) any {
	consistent(v.Load(), x, "swap of inconsistently typed value into Value")
	return v.Swap(x)
}

func CompareAndSwap(v *atomic.Value, old, x any) bool {
	consistent(old, x, "compare and swap of inconsistently typed values")
	consistent(v.Load(), x, "compare and swap of inconsistently typed value into Value")
	return v.CompareAndSwap(old, x)
}

// consistent panics if two values are in boxes of different types.
func consistent(x, y any, text string) {
	a, ok := open(x)
	b, both := open(y)
	if ok && both && a.typ != b.typ {
		panic("sync/atomic: " + text)
	}
}
