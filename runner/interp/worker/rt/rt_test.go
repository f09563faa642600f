package rt

import (
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// calls runs body as a lowered function, and returns what it logged and what it
// panicked with.
func calls(body func(d *Defers, log func(...any))) (logged string, value any) {
	var b strings.Builder
	log := func(args ...any) { fmt.Fprint(&b, fmt.Sprint(args...), ";") }
	defer func() { logged, value = b.String(), recover() }()
	d := New()
	Run(d, func() { body(d, log) })
	return
}

func TestDefers(t *testing.T) {
	for name, tt := range map[string]struct {
		body   func(d *Defers, log func(...any))
		logged string
		value  any
	}{
		"last first": {func(d *Defers, log func(...any)) {
			Defer(d, func() { log(1) })
			Defer(d, func() { log(2) })
			log("body")
		}, "body;2;1;", nil},
		"a panic goes on": {func(d *Defers, log func(...any)) {
			Defer(d, func() { log(1) })
			panic("x")
		}, "1;", "x"},
		"recovered": {func(d *Defers, log func(...any)) {
			Defer(d, func() { log(Recover(d)) })
			Defer(d, func() { log(Recover(d)) })
			panic("x")
		}, "x;<nil>;", nil},
		"a panic takes the place of another": {func(d *Defers, log func(...any)) {
			Defer(d, func() { log(Recover(d)) })
			Defer(d, func() { panic("y") })
			panic("x")
		}, "y;", nil},
		"nothing to recover": {func(d *Defers, log func(...any)) {
			Defer(d, func() { log(Recover(d)) })
			log(Recover(d), Recover(nil))
		}, "<nil> <nil>;<nil>;", nil},
		"what the interpreter panics with": {func(d *Defers, log func(...any)) {
			Defer(d, func() { log(Recover(d)) })
			panic(reflect.ValueOf(reflect.ValueOf("x")))
		}, "x;", nil},
		"by anybody": {func(d *Defers, log func(...any)) {
			recovers := func() { log(Recover(Called())) }
			recovers()
			DeferAny(d, recovers)
			DeferAny(d, func() { recovers(); recovers() })
			panic("x")
		}, "<nil>;x;<nil>;<nil>;", nil},
	} {
		logged, value := calls(tt.body)
		if logged != tt.logged || value != tt.value {
			t.Errorf("%s: %q, panic %v, want %q, %v", name, logged, value, tt.logged, tt.value)
		}
	}
	tokens.Range(func(k, v any) bool {
		t.Errorf("goroutine %v left a token", k)
		return true
	})
}

func TestGoexit(t *testing.T) {
	done := make(chan string)
	go func() {
		var log []string
		defer func() { done <- fmt.Sprint(log, recover()) }()
		d := New()
		Run(d, func() {
			Defer(d, func() { log = append(log, "first") })
			Defer(d, func() { log = append(log, "again"); runtime.Goexit() })
			Defer(d, func() { log = append(log, fmt.Sprint(Recover(d))) })
			runtime.Goexit()
		})
		log = append(log, "after")
	}()
	if got := <-done; got != "[<nil> again first] <nil>" {
		t.Error(got)
	}
}

func TestSelect(t *testing.T) {
	c, d := make(chan error, 1), make(chan int)
	var none chan string
	err, n, ok := fmt.Errorf("e"), 0, false
	if i := Select(false, Recv(d, &n, &ok), Send(c, &err), Recv(none, nil, nil)); i != 1 {
		t.Errorf("case %d was chosen, want 1", i)
	}
	var got error
	if i := Select(false, Recv(d, &n, &ok), Recv(c, &got, nil)); i != 1 || got != err {
		t.Errorf("case %d, received %v", i, got)
	}
	if i := Select(true, Recv(d, &n, &ok)); i != -1 {
		t.Errorf("case %d, want the default", i)
	}
	close(d)
	n, ok = 5, true
	if i := Select(true, Recv(d, &n, &ok)); i != 0 || n != 0 || ok {
		t.Errorf("case %d, received %d, %v from a closed channel", i, n, ok)
	}
}

func TestPull(t *testing.T) {
	next, stop := Pull(func(yield func(any) bool) {
		for k := range maps.Keys(map[string]int{"a": 1}) {
			if !yield(k) {
				return
			}
		}
	})
	defer stop()
	if v, ok := next(); v != "a" || !ok {
		t.Error(v, ok)
	}
	if v, ok := next(); v != nil || ok {
		t.Error(v, ok)
	}
}

func TestNegativeShift(t *testing.T) {
	defer func() {
		if err, ok := recover().(runtime.Error); !ok || err.Error() != "runtime error: negative shift amount" {
			t.Errorf("panic %v", err)
		}
	}()
	NegativeShift()
}

// TestSymbols holds the table to the exported functions and types.
func TestSymbols(t *testing.T) {
	for name, v := range Symbols() {
		if !v.IsValid() || v.Kind() == reflect.Func && v.IsNil() {
			t.Errorf("%s is %v", name, v)
		}
	}
}

// TestSettle holds the end of a cell to wait for a goroutine that panics, and not
// for one that has recovered.
func TestSettle(t *testing.T) {
	released, ended := make(chan bool), make(chan bool, 1)
	go func() {
		defer func() {
			_ = recover() // ends the process in a program
			ended <- true
		}()
		d := New()
		Run(d, func() {
			Defer(d, func() {
				inner := New()
				Run(inner, func() {
					Defer(inner, func() { Recover(inner) })
					panic("another")
				})
				close(released)
				time.Sleep(10 * time.Millisecond)
			})
			panic("one")
		})
	}()
	<-released
	Settle()
	select {
	case <-ended:
	default:
		t.Error("a goroutine that panics is not waited for")
	}
}
