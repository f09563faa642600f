package rt

import (
	"math"
	"reflect"
)

// What a negative zero is while it is an argument: a NaN that nothing computes.
const (
	hidden   = 0x7ff8_7274_626f_6f6b
	hidden32 = 0x7fc0_7274
)

// Hide returns x, and for a negative zero what Show returns one for.
func Hide(x float64) float64 {
	if x == 0 && math.Signbit(x) {
		return math.Float64frombits(hidden)
	}
	return x
}

// Show is the opposite of Hide.
func Show(x float64) float64 {
	if math.Float64bits(x) == hidden {
		return math.Copysign(0, -1)
	}
	return x
}

// Hide32 is Hide for a float32.
func Hide32(x float32) float32 {
	if x == 0 && math.Signbit(float64(x)) {
		return math.Float32frombits(hidden32)
	}
	return x
}

// Show32 is the opposite of Hide32.
func Show32(x float32) float32 {
	if math.Float32bits(x) == hidden32 {
		return float32(math.Copysign(0, -1))
	}
	return x
}

// HideComplex is Hide for the parts of a complex128.
func HideComplex(x complex128) complex128 { return complex(Hide(real(x)), Hide(imag(x))) }

// ShowComplex is Show for the parts of a complex128.
func ShowComplex(x complex128) complex128 { return complex(Show(real(x)), Show(imag(x))) }

// HideComplex64 is Hide for the parts of a complex64.
func HideComplex64(x complex64) complex64 { return complex(Hide32(real(x)), Hide32(imag(x))) }

// ShowComplex64 is Show for the parts of a complex64.
func ShowComplex64(x complex64) complex64 { return complex(Show32(real(x)), Show32(imag(x))) }

// HideIn hides the zeros of the struct or array that p points to, if all of it
// is zero. Compiled programs have fields that cannot be set; they stay.
func HideIn(p any) {
	if v := reflect.ValueOf(p).Elem(); v.IsZero() {
		each(v, Hide, Hide32)
	}
}

// ShowIn is the opposite of HideIn.
func ShowIn(p any) { each(reflect.ValueOf(p).Elem(), Show, Show32) }

// each sets the floats of a value to what functions make of them.
func each(v reflect.Value, f func(float64) float64, f32 func(float32) float32) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			each(v.Field(i), f, f32)
		}
	case reflect.Array:
		for i := range v.Len() {
			each(v.Index(i), f, f32)
		}
	}
	if !v.CanSet() {
		return
	}
	switch p := v.Addr().Convert(pointerTo(v)).Interface().(type) {
	case *float64:
		*p = f(*p)
	case *float32:
		*p = f32(*p)
	case *complex128:
		*p = complex(f(real(*p)), f(imag(*p)))
	case *complex64:
		*p = complex(f32(real(*p)), f32(imag(*p)))
	}
}

// pointerTo returns the type of pointers to the predeclared type that v's is
// made of, if v is a number that has a sign of zero.
func pointerTo(v reflect.Value) reflect.Type {
	switch v.Kind() {
	case reflect.Float64:
		return reflect.TypeFor[*float64]()
	case reflect.Float32:
		return reflect.TypeFor[*float32]()
	case reflect.Complex128:
		return reflect.TypeFor[*complex128]()
	case reflect.Complex64:
		return reflect.TypeFor[*complex64]()
	}
	return v.Addr().Type()
}
