package view

import (
	"strings"
	"testing"

	"rtbook/model/alloc"
)

// At every number the ruler says what FitOf says, and of a span what a heap
// makes.
func TestSizeRulerAtEveryNumber(t *testing.T) {
	r := SizeRuler()
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	classes := alloc.Classes()
	for i, noscan := range []bool{true, false} {
		at := 0
		for n := 1; n <= 33000; n++ {
			ranges := r.Choices[i].Ranges
			for int64(n) > ranges[at].To {
				at++
			}
			rg := ranges[at]
			if int64(n) < rg.From {
				t.Fatalf("no range holds %d", n)
			}
			value := func(field string) (string, int64) {
				for k, f := range r.Fields {
					if f == field {
						v := rg.Values[k]
						return v.Text, v.A + v.B*int64(n)
					}
				}
				t.Fatalf("no field %q", field)
				return "", 0
			}
			f := alloc.FitOf(n, noscan)
			_, slot := value("slot")
			_, waste := value("wasted")
			class, _ := value("class")
			kind, _ := value("kind")
			by, _ := value("pointers are found by")
			_, slots := value("slots a span")
			_, pages := value("pages a span")
			wantKind, wantClass := "small", itoa(f.Class)
			wantSlots, wantPages := classes[f.Class].Scan, classes[f.Class].Pages
			if noscan {
				wantSlots = classes[f.Class].Noscan
			}
			switch {
			case n > 32760:
				wantKind, wantClass, wantSlots, wantPages = "large", "none", 1, (n+8191)/8192
			case noscan && n <= 15:
				wantKind = "tiny"
			case !noscan && n > 512:
				wantKind = "small, with a header"
			}
			if int(slot) != f.Slot || int(waste) != f.Waste || !strings.HasPrefix(class, wantClass) || kind != wantKind ||
				int(slots) != wantSlots || int(pages) != wantPages {
				t.Fatalf("%d bytes, noscan %v: %s, %s, slot %d, waste %d, %d slots, %d pages; want %s, %+v, %d slots, %d pages",
					n, noscan, kind, class, slot, waste, slots, pages, wantKind, f, wantSlots, wantPages)
			}
			wantBy := "nothing"
			switch {
			case noscan:
			case n > 32760:
				wantBy = "the type"
			case n > 512:
				wantBy = "a header of 8"
			default:
				wantBy = "a bitmap"
			}
			if !strings.HasPrefix(by, wantBy) || (f.Header == 8) != (wantBy == "a header of 8") {
				t.Fatalf("%d bytes, noscan %v: pointers are found by %q, header %d", n, noscan, by, f.Header)
			}
		}
	}
}

// The span of the ruler is the one that a heap makes, for a size of each range.
func TestSizeRulerIsWhatAHeapDoes(t *testing.T) {
	r := SizeRuler()
	for i, noscan := range []bool{true, false} {
		h := alloc.New(alloc.Config{})
		for _, rg := range r.Choices[i].Ranges {
			o := h.Malloc(0, int(rg.To), noscan)
			s, _ := h.Span(o.Addr)
			if got := []int64{rg.Values[2].A, rg.Values[5].A, rg.Values[6].A}; got[0] != int64(s.SlotSize) || got[1] != int64(s.Slots) || got[2] != int64(s.Pages) {
				t.Errorf("%d bytes, noscan %v: slot, slots and pages %v, and the heap makes %v", rg.To, noscan, got, s)
			}
		}
	}
}
