package sched

// rng is a splitmix64 generator: small, seeded, and good enough for the few
// places where the scheduler asks for chance.
type rng struct{ state uint64 }

// cheaprand returns 32 random bits (runtime/rand.go: cheaprand).
func (r *rng) cheaprand() uint32 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return uint32(z ^ z>>31)
}

// cheaprandn returns a random number below n (runtime/rand.go: cheaprandn,
// which multiplies where others take a remainder).
func (r *rng) cheaprandn(n uint32) uint32 {
	return uint32(uint64(r.cheaprand()) * uint64(n) >> 32)
}
