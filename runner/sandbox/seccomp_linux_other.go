//go:build linux && !amd64

package sandbox

// oldAttributeCalls are those of attributeCalls that newer processors never had.
var oldAttributeCalls []uint32
