package box

import (
	"fmt"
	"strconv"
)

// The functions of this file check the operands of index and slice expressions
// and panic with the texts of package runtime (error.go: boundsError). Operands
// are ints; unsigned has a bit for each, the first in the lowest, that says that
// it was unsigned, so that what is negative here is greater than any int.

// operand writes an operand.
func operand(n, unsigned, bit int) string {
	if unsigned>>bit&1 != 0 {
		return strconv.FormatUint(uint64(n), 10)
	}
	return strconv.Itoa(n)
}

// above reports whether an operand is greater than limit.
func above(n, unsigned, bit, limit int) bool {
	if n < 0 {
		return unsigned>>bit&1 != 0
	}
	return n > limit
}

func outOfRange(what, format string, args ...any) {
	panic(RuntimeError(what + " out of range " + fmt.Sprintf(format, args...)))
}

// most is the greatest size of an allocation, in bytes (runtime/malloc.go:
// maxAlloc).
const most = 1 << 48

// Length returns n, the length of a slice that is made of elements of so many
// bytes, or panics as make does.
func Length(n, size int) int {
	if n < 0 || size > 0 && n > most/size {
		panic(RuntimeError("makeslice: len out of range"))
	}
	return n
}

// Capacity returns n, the capacity of a slice that is made, or panics as make
// does.
func Capacity(n, size int) int {
	if n < 0 || size > 0 && n > most/size {
		panic(RuntimeError("makeslice: cap out of range"))
	}
	return n
}

// Index returns i, an index of something of length n, or panics as the index
// expression does.
func Index(i, n, unsigned int) int {
	if 0 <= i && i < n {
		return i
	}
	switch text := operand(i, unsigned, 0); {
	case above(i, unsigned, 0, n-1):
		outOfRange("index", "[%s] with length %d", text, n)
	case i < 0:
		outOfRange("index", "[%s]", text)
	}
	return i
}

// Slice returns high, of an expression x[low:high], or panics as that does.
// limit is what high may be at most: the length or capacity of x, as word says.
func Slice(low, high, limit int, word string, unsigned int) int {
	if 0 <= low && low <= high && high <= limit {
		return high
	}
	l, h := operand(low, unsigned, 0), operand(high, unsigned, 1)
	switch {
	case above(high, unsigned, 1, limit):
		outOfRange("slice bounds", "[:%s] with %s %d", h, word, limit)
	case high < 0:
		outOfRange("slice bounds", "[:%s]", h)
	case above(low, unsigned, 0, high):
		outOfRange("slice bounds", "[%s:%s]", l, h)
	case low < 0:
		outOfRange("slice bounds", "[%s:]", l)
	}
	return high
}

// Slice3 returns max, of an expression x[low:high:max], or panics as that does.
func Slice3(low, high, max, limit int, word string, unsigned int) int {
	if 0 <= low && low <= high && high <= max && max <= limit {
		return max
	}
	l, h, m := operand(low, unsigned, 0), operand(high, unsigned, 1), operand(max, unsigned, 2)
	switch {
	case above(max, unsigned, 2, limit):
		outOfRange("slice bounds", "[::%s] with %s %d", m, word, limit)
	case max < 0:
		outOfRange("slice bounds", "[::%s]", m)
	case above(high, unsigned, 1, max):
		outOfRange("slice bounds", "[:%s:%s]", h, m)
	case high < 0:
		outOfRange("slice bounds", "[:%s:]", h)
	case above(low, unsigned, 0, high):
		outOfRange("slice bounds", "[%s:%s:]", l, h)
	case low < 0:
		outOfRange("slice bounds", "[%s::]", l)
	}
	return max
}
