// Package rt is what lowered programs call for what the interpreter does not do
// right itself (see [rtbook/runner/interp/lower]): deferred calls and recovered
// panics, goroutines that panic, select statements, coroutines, and printing
// without package fmt. It is compiled into the worker; a lowered program that is
// compiled imports it as any package.
//
// A function that defers becomes
//
//	func f() (r int) {
//		d := rt.New()
//		rt.Run(d, func() {
//			rt.Defer(d, func() { … })
//			…
//		})
//		return
//	}
//
// and recover, in a function that f defers, becomes rt.Recover(d).
package rt

import (
	"iter"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"rtbook/runner/interp/worker/box"
)

// Path is the import path of this package.
const Path = "rtbook/runner/interp/worker/rt"

// Go is the go statement of a call of f.
func Go(f func()) { go box.Start(f) }

// Continued panics for an iterator that calls a loop's body where it may not,
// or hides that the body panicked. state is what the body was at, as the runtime
// counts: 0 if it had returned false, 2 if it had panicked or still ran, 3 if the
// loop had ended, and 4 if the iterator hid a panic.
func Continued(state int) {
	text := "range function continued iteration after whole loop exit"
	switch state {
	case 0:
		text = "range function continued iteration after function for loop body returned false"
	case 2:
		text = "range function continued iteration after loop body panic"
	case 4:
		text = "range function recovered a loop body panic and did not resume panicking"
	}
	panic(box.RuntimeError(text))
}

// Defers is the deferred calls of one call of a function, and its panic. Nil
// stands for a function that was not deferred.
type Defers struct {
	calls     []call
	done      bool // the body came to its end
	panicking bool
	value     any
	called    *call // the deferred call that runs now
}

type call struct {
	f     func()
	token bool // what f calls may recover without naming the Defers
}

// New returns the deferred calls of a call that begins.
func New() *Defers { return new(Defers) }

// Defer adds a call.
func Defer(d *Defers, f func()) { d.calls = append(d.calls, call{f: f}) }

// DeferAny adds a call of a function that may call [Called].
func DeferAny(d *Defers, f func()) { d.calls = append(d.calls, call{f: f, token: true}) }

// Run runs the body of a function and then what it deferred, last first, as the
// end of a function does, whether that is a return, a panic or runtime.Goexit.
func Run(d *Defers, body func()) {
	defer d.finish()
	body()
	d.done = true
}

func (d *Defers) finish() {
	settled := func() {}
	if !d.done {
		if v := recover(); v != nil {
			d.panicking, d.value = true, plain(v)
			settled = falls(d)
		}
	}
	d.rest()
	if d.panicking {
		d.panicking = false // it is the caller's
		panic(d.value)
	}
	settled()
}

// falling has, by goroutine, the innermost function that a panic is leaving.
var falling sync.Map

// falls notes that a panic leaves the function of d. The result is called when
// it has been recovered.
func falls(d *Defers) (settled func()) {
	g := goroutine()
	before, _ := falling.Swap(g, d)
	return func() {
		if outer, ok := before.(*Defers); ok && outer.panicking {
			falling.Store(g, outer) // whose deferred call has recovered from its own
			return
		}
		falling.Delete(g)
	}
}

// Settle is called when a cell has come to its end. It gives goroutines that
// panic the time to end the process: what they defer can let the cell go on, and
// a compiled program is gone before that has come to its end. A panic that a
// library has recovered from is waited for in vain.
func Settle() {
	self := goroutine()
	for range 200 {
		others := false
		falling.Range(func(g, _ any) bool { others = g != self; return !others })
		if !others {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// rest makes the calls that are left.
func (d *Defers) rest() {
	for len(d.calls) > 0 {
		last := len(d.calls) - 1
		c := d.calls[last]
		d.calls = d.calls[:last]
		d.make(&c)
	}
}

// make makes one call. Its panic takes the place of the one before.
func (d *Defers) make(c *call) {
	returned := false
	defer func() {
		d.called = nil
		if returned {
			return
		}
		if v := recover(); v != nil {
			d.panicking, d.value = true, plain(v)
			return
		}
		// runtime.Goexit: it ends a panic, and this call does not return to the loop.
		d.panicking, d.value = false, nil
		d.rest()
	}()
	d.called = c
	if c.token && d.panicking {
		defer tokens.Delete(goroutine())
		tokens.Store(goroutine(), d)
	}
	c.f()
	returned = true
}

// Recover is recover in a function that d calls.
func Recover(d *Defers) any {
	if d == nil || !d.panicking || d.called == nil {
		return nil
	}
	v := d.value
	d.panicking, d.value = false, nil
	return v
}

// tokens has, by goroutine, who makes a deferred call at the moment. A sync.Map
// of calls in progress is no state that outlives them.
var tokens sync.Map

// Called is called first by a function that recovers and that anybody may call.
// It returns the Defers that call it, nil if it is called otherwise.
func Called() *Defers {
	d, ok := tokens.LoadAndDelete(goroutine())
	if !ok {
		return nil
	}
	return d.(*Defers)
}

// goroutine returns the number of the running goroutine.
func goroutine() int {
	var buf [64]byte
	text := string(buf[:runtime.Stack(buf[:], false)])
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "goroutine "), " ")
	n, _ := strconv.Atoi(text)
	return n
}

// plain returns the value of a panic of the interpreter, which wraps it.
func plain(v any) any {
	for {
		rv, ok := v.(reflect.Value)
		if !ok {
			return v
		}
		if !rv.IsValid() {
			return nil
		}
		v = rv.Interface()
	}
}

// Pull is iter.Pull of values of any type.
func Pull(seq func(yield func(any) bool)) (next func() (any, bool), stop func()) {
	return iter.Pull(iter.Seq[any](seq))
}

// Case is a case of a select statement.
type Case struct {
	sel reflect.SelectCase
	v   any // where what is received goes, a pointer; nil if nowhere
	ok  any // likewise, whether it was sent
}

// Send is a case that sends what the pointer v points to.
func Send(c, v any) *Case {
	return &Case{sel: reflect.SelectCase{Dir: reflect.SelectSend, Chan: reflect.ValueOf(c), Send: reflect.ValueOf(v).Elem()}}
}

// Recv is a case that receives to where the pointers v and ok point, unless they
// are nil.
func Recv(c, v, ok any) *Case {
	return &Case{sel: reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)}, v: v, ok: ok}
}

// Select is a select statement. It returns the number of the case that was
// chosen, -1 for the default.
func Select(hasDefault bool, cases ...*Case) int {
	list := make([]reflect.SelectCase, 0, len(cases)+1)
	for _, c := range cases {
		list = append(list, c.sel)
	}
	if hasDefault {
		list = append(list, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	i, v, ok := reflect.Select(list)
	if i == len(cases) {
		return -1
	}
	if c := cases[i]; c.sel.Dir == reflect.SelectRecv {
		if c.v != nil {
			reflect.ValueOf(c.v).Elem().Set(v)
		}
		if c.ok != nil {
			reflect.ValueOf(c.ok).Elem().SetBool(ok)
		}
	}
	return i
}

// Print is the predeclared print.
func Print(args ...any) {
	for _, a := range args {
		printValue(a)
	}
}

// Println is the predeclared println.
func Println(args ...any) {
	for i, a := range args {
		if i > 0 {
			print(" ")
		}
		printValue(a)
	}
	println()
}

// printValue prints as the kind of the value asks.
func printValue(a any) {
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.Bool:
		print(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		print(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		print(v.Uint())
	case reflect.Float32:
		print(float32(v.Float()))
	case reflect.Float64:
		print(v.Float())
	case reflect.Complex64:
		print(complex64(v.Complex()))
	case reflect.Complex128:
		print(v.Complex())
	case reflect.String:
		print(v.String())
	case reflect.Chan, reflect.Func, reflect.Map, reflect.Pointer, reflect.UnsafePointer:
		print(v.UnsafePointer())
	case reflect.Slice:
		print("[", v.Len(), "/", v.Cap(), "]", v.UnsafePointer())
	default:
		print(a)
	}
}

// Clear empties a map.
func Clear(m any) { reflect.ValueOf(m).Clear() }

// NotNil returns what panic(v) panics with.
func NotNil(v any) any {
	if v == nil {
		return new(runtime.PanicNilError)
	}
	return v
}

// NegativeShift panics as a shift by a negative count does.
func NegativeShift() { print(shift(-1)) }

// Receiver panics as the selection of a method of a nil interface does if x is
// nil.
func Receiver(x any) {
	if x == nil {
		var none error
		_ = none.Error()
	}
}

//go:noinline
func shift(n int) string { return strconv.Itoa(1 << n) }

// Symbols are what the interpreter needs to call this package.
func Symbols() map[string]reflect.Value {
	return map[string]reflect.Value{
		"Defers":    reflect.ValueOf((*Defers)(nil)),
		"New":       reflect.ValueOf(New),
		"Defer":     reflect.ValueOf(Defer),
		"Continued": reflect.ValueOf(Continued),
		"DeferAny":  reflect.ValueOf(DeferAny),
		"Run":       reflect.ValueOf(Run),
		"Recover":   reflect.ValueOf(Recover),
		"Called":    reflect.ValueOf(Called),
		"Go":        reflect.ValueOf(Go),

		"Clear":         reflect.ValueOf(Clear),
		"NegativeShift": reflect.ValueOf(NegativeShift),
		"Receiver":      reflect.ValueOf(Receiver),
		"NotNil":        reflect.ValueOf(NotNil),
		"Hide":          reflect.ValueOf(Hide),
		"Show":          reflect.ValueOf(Show),
		"Hide32":        reflect.ValueOf(Hide32),
		"Show32":        reflect.ValueOf(Show32),
		"HideComplex":   reflect.ValueOf(HideComplex),
		"ShowComplex":   reflect.ValueOf(ShowComplex),
		"HideComplex64": reflect.ValueOf(HideComplex64),
		"ShowComplex64": reflect.ValueOf(ShowComplex64),
		"HideIn":        reflect.ValueOf(HideIn),
		"ShowIn":        reflect.ValueOf(ShowIn),
		"Case":          reflect.ValueOf((*Case)(nil)),
		"Send":          reflect.ValueOf(Send),
		"Recv":          reflect.ValueOf(Recv),
		"Select":        reflect.ValueOf(Select),
		"Print":         reflect.ValueOf(Print),
		"Println":       reflect.ValueOf(Println),
		"Pull":          reflect.ValueOf(Pull),
	}
}
