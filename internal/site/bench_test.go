package site

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rtbook/internal/book"
)

// writePlainPages makes a folder of Markdown with n pages full of Go, in
// nested folders of a hundred each, that link to each other.
func writePlainPages(t testing.TB, dir string, n int) {
	for i := range n {
		name := filepath.Join(dir, fmt.Sprintf("part-%02d", i/100), fmt.Sprintf("page-%04d.md", i))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		fmt.Fprintf(&b, "# Page %d\n\nThis page has *code*, and a [neighbour](page-%04d.md#section-1).\n", i, i/100*100+(i+1)%100)
		for section := range 8 {
			fmt.Fprintf(&b, "\n## Section %d\n\nIt calls `work%d`, which does nothing of use, in a few lines.\n", section, i)
			fmt.Fprintf(&b, plainCode, i, section, i, section)
		}
		if err := os.WriteFile(name, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

const plainCode = "\n```go\n" + `package page%d

import (
	"fmt"
	"strings"
)

// work%d adds up what the parts of s hold, and says so.
func work%d(s string, limit int) (total int, err error) {
	for i, part := range strings.Split(s, ",") {
		if i >= limit {
			return total, fmt.Errorf("more than %%d parts in %%q", limit, s)
		}
		total += len(part) * %d << 1 // twice
	}
	switch {
	case total > 0x100:
		return 1.5e3, nil
	case total == 'x':
		break
	}
	return total, nil
}
` + "```\n"

// BenchmarkBuildPlain parses, renders and writes 1,000 plain pages. The aim on
// two processors is one second.
func BenchmarkBuildPlain(b *testing.B) {
	const pages = 1000
	dir := b.TempDir()
	writePlainPages(b, dir, pages)
	out := b.TempDir()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		fsys := os.DirFS(dir)
		bk, findings := book.Parse(fsys, ".")
		if len(findings) > 0 {
			b.Fatalf("findings: %v", findings)
		}
		files, err := Render(Input{Book: bk, Assets: fsys})
		if err != nil {
			b.Fatal(err)
		}
		if len(files.Findings) > 0 {
			b.Fatalf("findings: %v", files.Findings)
		}
		stats, err := Write(files, filepath.Join(out, fmt.Sprint(n)))
		if err != nil || stats.Written < pages {
			b.Fatalf("wrote %+v, %v", stats, err)
		}
	}
	b.ReportMetric(float64(pages*n)/b.Elapsed().Seconds(), "pages/s")
}

// BenchmarkHighlight compares the two ways to colour Go.
func BenchmarkHighlight(b *testing.B) {
	code := []byte(strings.Repeat(strings.Trim(fmt.Sprintf(plainCode, 1, 2, 3, 4), "`go\n"), 10))
	w := &discard{}
	b.Run("scanner", func(b *testing.B) {
		b.SetBytes(int64(len(code)))
		for b.Loop() {
			if !writeGo(w, code) {
				b.Fatal("left to chroma")
			}
		}
	})
	b.Run("chroma", func(b *testing.B) {
		h := newHighlighter()
		b.SetBytes(int64(len(code)))
		for b.Loop() {
			h.writeChroma(w, "go", code)
		}
	})
}

// discard is a writer that writes nothing.
type discard struct{}

func (discard) Write(p []byte) (int, error)       { return len(p), nil }
func (discard) WriteString(s string) (int, error) { return len(s), nil }
func (discard) WriteByte(byte) error              { return nil }
func (discard) WriteRune(rune) (int, error)       { return 0, nil }
func (discard) Available() int                    { return 0 }
func (discard) Buffered() int                     { return 0 }
func (discard) Flush() error                      { return nil }

var _ io.Writer = discard{}
