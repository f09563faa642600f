package rt

import (
	"math"
	"math/cmplx"
	"testing"
)

// TestZeros hides negative zeros, sees that what has some is not zero any more,
// and shows them again.
func TestZeros(t *testing.T) {
	type F float32
	type T struct {
		A [2]float64
		F F
		C complex128
		D complex64
		N int
		S struct{ X float64 }
	}
	nz := math.Copysign(0, -1)
	f := F(nz)
	values := map[string]T{
		"array": {A: [2]float64{0, nz}}, "float32": {F: f}, "complex128": {C: complex(nz, 0)},
		"imaginary": {C: complex(0, nz)}, "complex64": {D: complex(0, float32(nz))}, "struct": {S: struct{ X float64 }{nz}},
	}
	signs := func(x T) [7]bool {
		bit := math.Signbit
		return [7]bool{bit(x.A[1]), bit(float64(x.F)), bit(real(x.C)), bit(imag(x.C)), bit(float64(real(x.D))), bit(float64(imag(x.D))), bit(x.S.X)}
	}
	for name, x := range values {
		y := x
		if HideIn(&y); y == (T{}) || y == y {
			t.Errorf("%s: hidden it is %v", name, y)
		}
		if ShowIn(&y); y != (T{}) || signs(y) != signs(x) || signs(y) == signs(T{}) {
			t.Errorf("%s: shown it is %v", name, y)
		}
	}
	x := T{N: 1, F: f}
	if HideIn(&x); x.F != 0 {
		t.Error("a zero is hidden in what is not zero")
	}
	if c := HideComplex(complex(nz, 1)); !cmplx.IsNaN(c) || !math.Signbit(real(ShowComplex(c))) || imag(c) != 1 {
		t.Error(c)
	}
	if c := HideComplex64(complex(1, float32(nz))); !cmplx.IsNaN(complex128(c)) || !math.Signbit(float64(imag(ShowComplex64(c)))) || real(c) != 1 {
		t.Error(c)
	}
	type unexported struct{ x float64 }
	u := unexported{nz}
	if HideIn(&u); u.x != 0 {
		t.Error("a field that cannot be set is hidden")
	}
}
