package alloc

import "fmt"

const (
	pageSize            = 1 << pageShift // go:runtime.pageSize
	pagesPerArena       = 8192           // go:runtime.pagesPerArena
	heapArenaBytes      = 64 << 20       // go:runtime.heapArenaBytes
	numSpanClasses      = 136            // go:runtime.numSpanClasses
	maxTinySize         = tinySize       // go:runtime.maxTinySize
	mallocHeaderSize    = 8              // go:runtime.mallocHeaderSize
	minSizeForHeader    = 512            // go:runtime.minSizeForMallocHeader
	maxAlloc            = 1 << 48        // go:runtime.maxAlloc
	inlineMarkBytes     = 128            // go:runtime unsafe.Sizeof(spanInlineMarkBits{})
	reclaimerChunk      = 512            // go:runtime.pagesPerReclaimerChunk
	spanSetBlockEntries = 512            // go:runtime.spanSetBlockEntries
	spanRecords         = 128            // go:runtime len(p{}.mspancache.buf)
	maxSmallRequest     = maxSmallSize - mallocHeaderSize

	// heapBase is the first address that mallocinit asks for, which the
	// runtime randomises since Go 1.26 (runtime/malloc.go: randomizeHeapBase).
	heapBase = 0xc000000000
	// userAddressSpace is what Linux gives a process on amd64.
	userAddressSpace = 1 << 47

	// ZeroBase is the address of every object of size zero: a variable of the
	// runtime, outside the heap (runtime/malloc.go: zerobase). Its value here
	// stands for wherever the linker puts it.
	ZeroBase = 0x5a0000
)

// spanClass is a size class and whether its objects are free of pointers
// (runtime/mheap.go: spanClass).
type spanClass uint8

func makeSpanClass(class int, noscan bool) spanClass {
	spc := spanClass(class << 1)
	if noscan {
		spc |= 1
	}
	return spc
}

func (spc spanClass) class() int   { return int(spc >> 1) }
func (spc spanClass) noscan() bool { return spc&1 != 0 }

const tinySpanClass = spanClass(tinySizeClass<<1 | 1) // go:runtime.tinySpanClass

func divRoundUp(n, by uint64) uint64 { return (n + by - 1) / by }
func alignUp(n, to uint64) uint64    { return (n + to - 1) &^ (to - 1) }

// classFor returns the smallest class whose slots hold n bytes, 0 < n <= 32768
// (runtime/malloc.go: mallocgcSmallNoscan).
func classFor(n uint64) int {
	if n <= smallSizeMax-8 {
		return int(sizeToClass8[divRoundUp(n, smallSizeDiv)])
	}
	return int(sizeToClass128[divRoundUp(n-smallSizeMax, largeSizeDiv)])
}

// heapBitsInSpan reports whether the pointer bitmap of objects of this size is
// kept in their span, rather than a type pointer in front of each object
// (runtime/mbitmap.go: heapBitsInSpan).
func heapBitsInSpan(size uint64) bool { return size <= minSizeForHeader }

// usesInlineMarkBits reports whether the mark bits of a span of such slots lie
// in its own page (runtime/mgcmark_greenteagc.go: gcUsesSpanInlineMarkBits).
func usesInlineMarkBits(slot uint64) bool { return heapBitsInSpan(slot) && slot >= 16 }

// slotsIn returns how many slots a span of a small class has: what remains of
// its pages after the inline mark bits and the pointer bitmap, divided by the
// slot size (runtime/mheap.go: initSpan).
func slotsIn(spc spanClass) int {
	size := uint64(classToSize[spc.class()])
	if size == 0 {
		return 1
	}
	bytes := uint64(classToPages[spc.class()]) * pageSize
	reserve := uint64(0)
	if usesInlineMarkBits(size) {
		reserve += inlineMarkBytes
	}
	if heapBitsInSpan(size) && !spc.noscan() {
		reserve += bytes / 8 / 8 // one bit a word
	}
	return int((bytes - reserve) / size)
}

// Class is one row of the table of size classes.
type Class struct {
	ID       int
	Size     int     // bytes of a slot; 0 for class 0, large objects
	Pages    int     // pages of a span
	Noscan   int     // slots of a span of objects without pointers
	Scan     int     // slots of a span of objects with pointers
	Nominal  int     // slots if nothing but objects were in the span
	TailLoss int     // bytes at the end of the span that the nominal slots leave
	MaxWaste float64 // worst share of the nominal span that no object uses, in percent
}

// Classes returns the 68 size classes, class 0 first.
func Classes() []Class {
	all := make([]Class, numSizeClasses)
	for id := 1; id < numSizeClasses; id++ {
		size, pages := int(classToSize[id]), int(classToPages[id])
		bytes := pages * pageSize
		c := Class{
			ID: id, Size: size, Pages: pages,
			Noscan:  slotsIn(makeSpanClass(id, true)),
			Scan:    slotsIn(makeSpanClass(id, false)),
			Nominal: bytes / size,
		}
		c.TailLoss = bytes - c.Nominal*size
		smallest := int(classToSize[id-1]) + 1
		c.MaxWaste = 100 * float64((size-smallest)*c.Nominal+c.TailLoss) / float64(bytes)
		all[id] = c
	}
	return all
}

// String returns the class as a line of a table.
func (c Class) String() string {
	return fmt.Sprintf("%2d  %5d B  %2d pages  %4d noscan  %4d scan  %5.2f%% worst waste",
		c.ID, c.Size, c.Pages, c.Noscan, c.Scan, c.MaxWaste)
}

// RoundUp returns how many bytes a request of size bytes can use of the memory
// it gets: the slot without its header, or whole pages
// (runtime/msize.go: roundupsize). It is the capacity that append gives.
func RoundUp(size int, noscan bool) int {
	if size <= 0 {
		return 0
	}
	n := uint64(size)
	if n <= maxSmallRequest {
		header := headerOf(n, noscan)
		return int(uint64(classToSize[classFor(n+header)]) - header)
	}
	return int(alignUp(n, pageSize))
}

// GrowCap returns the capacity that append gives a slice of capacity oldCap that
// has to hold newLen elements, newLen > oldCap, of elemSize bytes each: twice the
// old one, from 256 elements on less and less until it is a quarter more, and
// then as many as fit into the memory that so many get (runtime/slice.go:
// growslice, nextslicecap). 0 means that Go would panic: len out of range.
func GrowCap(oldCap, newLen, elemSize int, noscan bool) int {
	if newLen < 0 {
		return 0
	}
	if elemSize == 0 {
		return newLen
	}
	newcap := nextSliceCap(newLen, oldCap)
	if uint64(newcap) > maxAlloc/uint64(elemSize) {
		return 0
	}
	return RoundUp(newcap*elemSize, noscan) / elemSize
}

func nextSliceCap(newLen, oldCap int) int {
	const threshold = 256
	if newLen > 2*oldCap {
		return newLen
	}
	if oldCap < threshold {
		return 2 * oldCap
	}
	newcap := oldCap
	for newcap < newLen {
		newcap += (newcap + 3*threshold) >> 2
	}
	return newcap
}

// headerOf returns the bytes that a small request needs for its type pointer.
func headerOf(size uint64, noscan bool) uint64 {
	if !noscan && !heapBitsInSpan(size) {
		return mallocHeaderSize
	}
	return 0
}

// Fit is how a request of some size fits into memory.
type Fit struct {
	Size   int
	Noscan bool
	Class  int // size class; 0 for a large object, and for size 0
	Header int // bytes in front of the object, 0 or 8
	Slot   int // bytes taken: the slot, or whole pages
	Waste  int // Slot minus Header minus Size: bytes that nobody can use
}

// FitOf returns how a request fits, without making one. A tiny request is
// shown as if it were alone in its block of 16 bytes.
func FitOf(size int, noscan bool) Fit {
	f := Fit{Size: size, Noscan: noscan}
	if size <= 0 {
		return f
	}
	n := uint64(size)
	if n > maxSmallRequest {
		f.Slot = int(alignUp(n, pageSize))
	} else {
		f.Header = int(headerOf(n, noscan))
		f.Class = classFor(n + uint64(f.Header))
		if noscan && n < maxTinySize {
			f.Class = tinySizeClass
		}
		f.Slot = int(classToSize[f.Class])
	}
	f.Waste = f.Slot - f.Header - size
	return f
}

// Percent returns the wasted share of the slot.
func (f Fit) Percent() float64 {
	if f.Slot == 0 {
		return 0
	}
	return 100 * float64(f.Waste) / float64(f.Slot)
}

// String returns the fit on one line.
func (f Fit) String() string {
	where := fmt.Sprintf("class %2d", f.Class)
	if f.Class == 0 {
		where = "pages   "
	}
	return fmt.Sprintf("%6d bytes  %s  slot %6d  header %d  waste %5d (%4.1f%%)",
		f.Size, where, f.Slot, f.Header, f.Waste, f.Percent())
}
