// Package unnamed has values whose types cannot be named by others.
package unnamed

type hidden struct{ n int }

type number = int

// Struct is of a type with a field that is no other package's.
var Struct struct{ x int }

// Hidden returns a value of an unexported type.
func Hidden() *hidden { return &hidden{1} }

// Alias returns a value whose type is written with an unexported alias.
func Alias() []number { return nil }

// Func takes an unexported type.
func Func(hidden) {}
