package view

import (
	"rtbook/model/alloc"
	"rtbook/runner/show"
)

// rulerMax is where the size ruler ends: a little beyond the largest small
// object.
const rulerMax = 33_000

// SizeRuler says of every size from 1 to 33,000 bytes what a request gets, with
// pointers and without: the kind of request, its class and slot, where the
// collector finds what is a pointer, the bytes that nobody can use, and what
// its span is like. It is alloc.FitOf and alloc.Classes, number by number.
func SizeRuler() show.Ruler {
	r := show.Ruler{
		Title:       "What a request of n bytes gets",
		Description: "Sizes from 1 to 33,000 bytes, for objects without pointers and with pointers: the size class, the slot, and the bytes of it that nobody can use.",
		Number:      "bytes asked for",
		Min:         1, Max: rulerMax, Start: 50,
		Fields: []string{"kind", "class", "slot", "pointers are found by", "wasted", "slots a span", "pages a span"},
	}
	classes := alloc.Classes()
	for _, c := range []struct {
		name   string
		noscan bool
	}{{"without pointers", true}, {"with pointers", false}} {
		r.Choices = append(r.Choices, show.Choice{Name: c.name, Ranges: rulerRanges(classes, c.noscan)})
	}
	return r
}

// rulerRanges returns the ranges of sizes that get the same.
func rulerRanges(classes []alloc.Class, noscan bool) []show.Range {
	var all []show.Range
	var last fitKind
	for n := 1; n <= rulerMax; n++ {
		f := alloc.FitOf(n, noscan)
		kind := fitKind{sizeKind(f), f.Class, f.Slot, f.Header}
		if n == 1 || kind != last {
			all = append(all, show.Range{From: int64(n), Values: rulerValues(classes, f, kind.kind)})
			last = kind
		}
		all[len(all)-1].To = int64(n)
	}
	return all
}

// fitKind is what is the same of all sizes in a range.
type fitKind struct {
	kind                string
	class, slot, header int
}

// sizeKind names the way that a request takes (runtime/malloc.go: mallocgc).
func sizeKind(f alloc.Fit) string {
	switch {
	case f.Class == 0:
		return "large"
	case f.Noscan && f.Size < 16: // runtime/malloc.go: maxTinySize
		return "tiny"
	case f.Header > 0:
		return "small, with a header"
	}
	return "small"
}

func rulerValues(classes []alloc.Class, f alloc.Fit, kind string) []show.Value {
	c := classes[f.Class]
	class, slots, pages := itoa(f.Class), c.Scan, c.Pages
	if f.Noscan {
		slots = c.Noscan
	}
	if f.Class == 0 {
		class, slots, pages = "none: whole pages", 1, f.Slot/pageSize
	}
	return []show.Value{
		{Text: kind},
		{Text: class},
		{Number: true, A: int64(f.Slot), Text: "bytes"},
		{Text: pointersBy(f)},
		{Number: true, A: int64(f.Slot - f.Header), B: -1, Text: "bytes"},
		{Number: true, A: int64(slots)},
		{Number: true, A: int64(pages)},
	}
}

// pointersBy says where the collector finds which words of an object are
// pointers (runtime/mbitmap.go: heapBitsInSpan, heapSetTypeSmallHeader,
// heapSetTypeLarge).
func pointersBy(f alloc.Fit) string {
	switch {
	case f.Noscan:
		return "nothing"
	case f.Class == 0:
		return "the type that the span notes"
	case f.Header > 0:
		return "a header of 8 bytes"
	}
	return "a bitmap in the span"
}
