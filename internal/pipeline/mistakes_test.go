package pipeline

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"rtbook/internal/finding"
)

// mistake is an author's mistake: a file of testdata/mistakes. Its comment says
// what is wrong, then has a line
//
//	want: notes/01-a.md:3:13: the first line of a finding
//
// for every finding that there is to be, each followed by a line
//
//	hint: what its hint holds
//
// The archive holds files of a book, and under mended/ the
// same files after the author did what the hints say.
type mistake struct {
	name   string
	want   []planted
	files  map[string][]byte // by name
	mended map[string][]byte
}

type planted struct{ first, hint string }

// alone reports whether the mistake is about the book itself, so that it needs
// one of its own.
func (m mistake) alone() bool { return m.files["notes/book.yaml"] != nil }

func readMistakes(t *testing.T) []mistake {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "mistakes", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var all []mistake
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m := mistake{
			name:   strings.TrimSuffix(filepath.Base(name), ".txtar"),
			files:  make(map[string][]byte),
			mended: make(map[string][]byte),
		}
		for line := range strings.Lines(string(a.Comment)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch key {
			case "want":
				m.want = append(m.want, planted{first: value})
			case "hint":
				m.want[len(m.want)-1].hint = value
			}
		}
		for _, f := range a.Files {
			if after, ok := strings.CutPrefix(f.Name, "mended/"); ok {
				m.mended[after] = f.Data
			} else {
				m.files[f.Name] = f.Data
			}
		}
		if len(m.want) == 0 || len(m.files) == 0 || len(m.mended) == 0 {
			t.Fatalf("%s lacks a finding, its files or its mended files", name)
		}
		all = append(all, m)
	}
	return all
}

// bookOf writes a book and returns its root. MODULE in its go.mod stands for
// where this module is.
func bookOf(t *testing.T, trees ...map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	module, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if name == "go.mod" {
			text = bytes.ReplaceAll(text, []byte("MODULE"), []byte(module))
		}
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("notes/book.yaml", []byte("title: Mistakes\n"))
	for _, tree := range trees {
		for name, text := range tree {
			write(name, text)
		}
	}
	return root
}

// findingsIn checks a book and returns its findings by the file they are about.
func findingsIn(t *testing.T, root, cache string) map[string][]finding.Finding {
	t.Helper()
	r, err := Check(context.Background(), Options{Root: root, CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	byFile := make(map[string][]finding.Finding)
	for _, f := range r.Findings {
		byFile[f.File] = append(byFile[f.File], f)
	}
	return byFile
}

// TestMistakes plants many mistakes in one book, where each must be found at
// its place, in the words that its file has, and nothing else; after each
// author did what the hints say, there must be nothing to find.
func TestMistakes(t *testing.T) {
	all := readMistakes(t)
	var broken, mended []map[string][]byte
	if len(all) < 30 {
		t.Errorf("only %d mistakes", len(all))
	}
	for _, m := range all {
		if !m.alone() {
			broken, mended = append(broken, m.files), append(mended, m.mended)
		}
	}
	cache := t.TempDir()
	root := bookOf(t, broken...)
	together, after := findingsIn(t, root, cache), findingsIn(t, bookOf(t, mended...), cache)
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			root, before, after := root, together, after
			if m.alone() {
				root = bookOf(t, m.files)
				before, after = findingsIn(t, root, cache), findingsIn(t, bookOf(t, m.mended), cache)
			}
			m.compare(t, root, before)
			for name := range m.mended {
				for _, f := range after[name] {
					t.Errorf("mended, there is still %v", f)
				}
			}
		})
	}
}

// compare holds the findings in a mistake's files against what was planted.
func (m mistake) compare(t *testing.T, root string, byFile map[string][]finding.Finding) {
	t.Helper()
	var got, want []string
	hints := make(map[string]string)
	for name := range m.files {
		for _, f := range byFile[name] {
			got = append(got, f.String())
			hints[f.String()] = strings.Replace(f.Hint, " -C "+root, "", 1)
		}
	}
	for _, p := range m.want {
		want = append(want, p.first)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings: -want +got\n%s", diff)
	}
	for _, p := range m.want {
		hint := hints[p.first]
		if p.hint == "" || !strings.Contains(hint, p.hint) {
			t.Errorf("%s\nhas the hint %q, want %q in it", p.first, hint, p.hint)
		}
	}
}

// TestMistakesUpdate follows the hints that name a command: rtbook update makes
// of the chapter what its author wanted.
func TestMistakesUpdate(t *testing.T) {
	const command = "rtbook update "
	followed, cache := 0, t.TempDir()
	for _, m := range readMistakes(t) {
		if len(m.want) > 1 || !strings.HasPrefix(m.want[0].hint, command) {
			continue
		}
		followed++
		ref, _, _ := strings.Cut(strings.TrimPrefix(m.want[0].hint, command), " ")
		root := bookOf(t, m.files)
		if _, _, err := Update(context.Background(), Options{Root: root, CacheDir: cache}, []string{ref}); err != nil {
			t.Fatal(err)
		}
		for name, want := range m.mended {
			got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: -want +got\n%s", m.name, cmp.Diff(string(want), string(got)))
			}
		}
	}
	if followed == 0 {
		t.Error("no mistake has such a hint")
	}
}
