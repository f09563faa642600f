package alloc

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestGeneratedSizeClasses runs the generator on the toolchain in use.
func TestGeneratedSizeClasses(t *testing.T) {
	cmd := exec.Command("go", "run", "gen.go")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	want, err := cmd.Output()
	if err != nil {
		t.Fatalf("go run gen.go: %v\n%s", err, stderr.Bytes())
	}
	got, err := os.ReadFile("sizeclasses.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("sizeclasses.go is not what gen.go makes of this toolchain; run go generate")
	}
}

type sizeClass struct{ size, npages int }

// makeClasses is the algorithm that chose the size classes
// (runtime/_mkmalloc/mksizeclasses.go), written again.
func makeClasses() []sizeClass {
	classes := []sizeClass{{}}
	align := 8
	for size := align; size <= 32768; size += align {
		if size&(size-1) == 0 {
			switch {
			case size >= 2048:
				align = 256
			case size >= 128:
				align = size / 8
			case size >= 32:
				align = 16
			}
		}
		bytes := 8192
		for bytes%size > bytes/8 { // at most an eighth is lost at the end
			bytes += 8192
		}
		if last := &classes[len(classes)-1]; len(classes) > 1 && bytes/8192 == last.npages &&
			bytes/size == last.npages*8192/last.size {
			last.size = size // as many objects in as many pages: one class will do
			continue
		}
		classes = append(classes, sizeClass{size, bytes / 8192})
	}
	for i := range classes[1:] {
		c := &classes[i+1]
		span := c.npages * 8192
		c.size = max(c.size, span/(span/c.size)&^127)
	}
	return classes
}

func TestSizeClassesAreTheAlgorithms(t *testing.T) {
	want := makeClasses()
	if len(want) != numSizeClasses {
		t.Fatalf("the algorithm makes %d classes, the source says %d", len(want), numSizeClasses)
	}
	for id, c := range Classes() {
		if c.Size != want[id].size || c.Pages != want[id].npages {
			t.Errorf("class %d: %d bytes in %d pages, the algorithm has %v", id, c.Size, c.Pages, want[id])
		}
	}
}

// TestLookupFindsTheSmallestClass looks for the class of every small size.
func TestLookupFindsTheSmallestClass(t *testing.T) {
	classes := makeClasses()
	id := 1
	for n := 1; n <= 32768; n++ {
		for classes[id].size < n {
			id++
		}
		if got := classFor(uint64(n)); got != id {
			t.Fatalf("classFor(%d) = %d, want %d", n, got, id)
		}
	}
}

// TestClassTable compares the columns that the source has as comments.
func TestClassTable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(goroot(t), "src/internal/runtime/gc/sizeclasses.go"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^// +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +([\d.]+)% +\d+$`)
	rows := row.FindAllStringSubmatch(string(text), -1)
	if len(rows) != numSizeClasses-1 {
		t.Fatalf("found %d rows in the source's comment, want %d", len(rows), numSizeClasses-1)
	}
	classes := Classes()
	for _, r := range rows {
		id, _ := strconv.Atoi(r[1])
		c := classes[id]
		got := []string{strconv.Itoa(c.Size), strconv.Itoa(c.Pages * pageSize), strconv.Itoa(c.Nominal),
			strconv.Itoa(c.TailLoss), strconv.FormatFloat(c.MaxWaste, 'f', 2, 64)}
		if strings.Join(got, " ") != strings.Join(r[2:7], " ") {
			t.Errorf("class %d: %v, the source says %v", id, got, r[2:7])
		}
	}
}

// readTSV returns the rows of a vector file below its header.
func readTSV(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		rows = append(rows, strings.Split(line, "\t"))
	}
	return rows
}

// TestSlots compares slots, limits and layouts with those of the real spans.
func TestSlots(t *testing.T) {
	atoi := func(s string) int { n, _ := strconv.Atoi(s); return n }
	rows := readTSV(t, "nelems.tsv")
	if len(rows) != 135 { // 67 classes with and without pointers, and the size of the mark bits
		t.Fatalf("nelems.tsv has %d rows", len(rows))
	}
	for _, r := range rows {
		class, kind, size, npages, nelems, limit := atoi(r[0]), r[1], atoi(r[2]), atoi(r[3]), atoi(r[5]), atoi(r[6])
		used, offset := atoi(r[9]), atoi(r[10])
		if kind == "spanInlineMarkBits" {
			if size != inlineMarkBytes {
				t.Errorf("inline mark bits take %d bytes, want %d", inlineMarkBytes, size)
			}
			continue
		}
		noscan := kind != "scan"
		h := New(Config{})
		o := h.Malloc(0, used, noscan)
		switch kind {
		case "tiny8->class2": // 8 bytes without pointers are tiny
			class = tinySizeClass
		case "noscan->class0": // 32768 bytes are above the limit, and large
			class = 0
		}
		s, _ := h.Span(o.Addr)
		if o.Class != class || o.Slot != size || s.Pages != npages || s.Slots != nelems || s.Limit-s.Base != uint64(limit) {
			t.Errorf("class %d %s: got class %d, slot %d, %d pages, %d slots, limit %d; want %d, %d, %d, %d",
				class, kind, o.Class, o.Slot, s.Pages, s.Slots, s.Limit-s.Base, size, npages, nelems, limit)
		}
		if got := int(o.Addr-s.Base) % size; got != offset {
			t.Errorf("class %d %s: object %d bytes into its slot, want %d", class, kind, got, offset)
		}
		if got := heapBitsInSpan(uint64(size)); !noscan && strconv.FormatBool(got) != r[7] {
			t.Errorf("class %d %s: bitmap in span %v, want %s", class, kind, got, r[7])
		}
		if got := usesInlineMarkBits(uint64(size)); strconv.FormatBool(got) != r[8] {
			t.Errorf("class %d %s: inline mark bits %v, want %s", class, kind, got, r[8])
		}
	}
}

func TestFit(t *testing.T) {
	for _, tc := range []struct {
		size   int
		noscan bool
		want   Fit
	}{
		{0, true, Fit{Noscan: true}},
		{1, true, Fit{1, true, 2, 0, 16, 15}},
		{50, true, Fit{50, true, 6, 0, 64, 14}},
		{512, false, Fit{512, false, 26, 0, 512, 0}},
		{513, false, Fit{513, false, 27, 8, 576, 55}},
		{32760, false, Fit{32760, false, 67, 8, 32768, 0}},
		{32760, true, Fit{32760, true, 67, 0, 32768, 8}},
		{32761, true, Fit{32761, true, 0, 0, 40960 - 8192, 7}},
		{32769, true, Fit{32769, true, 0, 0, 40960, 8191}},
	} {
		if got := FitOf(tc.size, tc.noscan); got != tc.want {
			t.Errorf("FitOf(%d, %v) = %+v, want %+v", tc.size, tc.noscan, got, tc.want)
		}
		if tc.size == 0 {
			continue
		}
		// What FitOf says must be what a request gets.
		if o := New(Config{}).Malloc(0, tc.size, tc.noscan); o.Slot != tc.want.Slot || o.Class != tc.want.Class || o.Header != (tc.want.Header != 0) {
			t.Errorf("Malloc(%d, %v) = %v, FitOf says %v", tc.size, tc.noscan, o, tc.want)
		}
	}
}
