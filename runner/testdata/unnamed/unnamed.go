// Package unnamed has values whose types cannot be named by others.
package unnamed

import "fmt"

type hidden struct{ n int }

type number = int

type level int

// Struct is of a type with a field that is no other package's.
var Struct struct{ x int }

// Hidden returns a value of an unexported type.
func Hidden() *hidden { return &hidden{1} }

// New is Hidden with a number, and tells when it is called.
func New(n int) *hidden {
	fmt.Println("unnamed.New", n)
	return &hidden{n}
}

// N returns the number.
func (h *hidden) N() int { return h.n }

// Add changes the number.
func (h *hidden) Add(n int) { h.n += n }

// Two returns a value of an unexported type and one of another.
func Two(n int) (*hidden, string) { return New(n), fmt.Sprint("two ", n) }

// Level returns a number of an unexported type.
func Level(n int) level { return level(n) }

// Levels returns a map of them.
func Levels() map[string]level { return map[string]level{"low": 1, "high": 9} }

// Alias returns a value whose type is written with an unexported alias.
func Alias() []number { return nil }

// Func takes an unexported type.
func Func(hidden) {}
