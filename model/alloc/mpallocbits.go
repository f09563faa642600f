package alloc

import "math/bits"

// pageBits is one bit for each page of a chunk (runtime/mpallocbits.go:
// pageBits).
type pageBits [pallocChunkPages / 64]uint64

// onesBelow returns a word whose lowest n bits are set, n <= 64.
func onesBelow(n uint) uint64 {
	if n >= 64 {
		return ^uint64(0)
	}
	return 1<<n - 1
}

// words calls f for each word that has some of the n bits from i on, with a
// mask of those.
func (b *pageBits) words(i, n uint, f func(w *uint64, mask uint64)) {
	for end := i + n; i < end; {
		in := min(end-i, 64-i%64)
		f(&b[i/64], onesBelow(in)<<(i%64))
		i += in
	}
}

// setRange sets n bits from i on.
func (b *pageBits) setRange(i, n uint) {
	b.words(i, n, func(w *uint64, mask uint64) { *w |= mask })
}

// clearRange clears n bits from i on.
func (b *pageBits) clearRange(i, n uint) {
	b.words(i, n, func(w *uint64, mask uint64) { *w &^= mask })
}

// popcntRange counts the set ones of n bits from i on.
func (b *pageBits) popcntRange(i, n uint) uint {
	count := 0
	b.words(i, n, func(w *uint64, mask uint64) { count += bits.OnesCount64(*w & mask) })
	return uint(count)
}

// pallocBits is a chunk's bitmap of pages in use (mpallocbits.go: pallocBits).
type pallocBits = pageBits

// summarize returns the free runs of the chunk that matter to who looks for one
// (mpallocbits.go: summarize, which shifts whole words instead of visiting each
// run).
func (b *pallocBits) summarize() pallocSum {
	const unset = ^uint(0)
	start, most, run := unset, uint(0), uint(0)
	for _, w := range b {
		for at := uint(0); at < 64; {
			// The next free pages, and then the next ones in use.
			free := min(uint(bits.TrailingZeros64(w>>at)), 64-at)
			run += free
			at += free
			if at == 64 {
				break
			}
			if start == unset {
				start = run
			}
			most = max(most, run)
			run = 0
			at += uint(bits.TrailingZeros64(^(w >> at)))
		}
	}
	if start == unset {
		start = run
	}
	return packPallocSum(start, max(most, run), run)
}

// notFound is the answer of find when there is no such page.
const notFound = ^uint(0)

// find returns where the first run of npages free pages begins, and the first
// free page that was seen on the way. It begins with the word that searchIdx is
// in, not with the bit (mpallocbits.go: find1, findSmallN, findLargeN: three
// fast forms of this one rule).
func (b *pallocBits) find(npages uint64, searchIdx uint) (start, first uint) {
	first = notFound
	run := uint64(0)
	for i := searchIdx &^ 63; i < pallocChunkPages; {
		w := b[i/64] >> (i % 64)
		free := min(uint(bits.TrailingZeros64(w)), 64-i%64)
		if free > 0 {
			if first == notFound {
				first = i
			}
			run += uint64(free)
			i += free
			if run >= npages {
				return i - uint(run), first
			}
			if i%64 == 0 {
				continue // the run may go on in the next word
			}
			w >>= free
		}
		run = 0
		i += min(uint(bits.TrailingZeros64(^w)), 64-i%64)
	}
	return notFound, first
}

// findBitRange64 returns where the first run of n set bits in c begins, 64 if
// there is none (mpallocbits.go: findBitRange64).
func findBitRange64(c uint64, n uint) uint {
	for removed := uint(0); removed < n-1; {
		// A bit stays if the ones above it are set: after each round, for as
		// many as were asked for so far, at most doubling.
		by := min(removed+1, n-1-removed)
		c &= c >> by
		removed += by
	}
	return uint(bits.TrailingZeros64(c))
}

// pallocData is what is known about a chunk: which pages are in use, and which
// free ones have no memory behind them (mpallocbits.go: pallocData).
type pallocData struct {
	pallocBits
	scavenged pageBits
	scav      scavChunkData // pageAlloc.scav.index.chunks
}

// take marks n pages in use, and returns how many had no memory behind them:
// they are to be had from the system now (mpallocbits.go:
// pallocData.allocRange).
func (m *pallocData) take(i, n uint) uint {
	scav := m.scavenged.popcntRange(i, n)
	m.pallocBits.setRange(i, n)
	m.scavenged.clearRange(i, n)
	return scav
}
