//go:build race

package alloc

// raceEnabled: the race detector gives every tiny object a block of its own.
const raceEnabled = true
