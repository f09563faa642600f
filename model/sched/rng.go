package sched

import "math/bits"

// rng is the runtime's generator for chance that need not be good
// (runtime/rand.go: cheaprand), one for the machine where the runtime has one
// for each M.
type rng struct{ state uint64 }

// cheaprand returns 32 random bits.
func (r *rng) cheaprand() uint32 {
	r.state += 0xa0761d6478bd642f
	hi, lo := bits.Mul64(r.state, r.state^0xe7037ed1a0b428db)
	return uint32(hi ^ lo)
}

// cheaprandn returns a random number below n (runtime/rand.go: cheaprandn,
// which multiplies where others take a remainder).
func (r *rng) cheaprandn(n uint32) uint32 {
	return uint32(uint64(r.cheaprand()) * uint64(n) >> 32)
}
