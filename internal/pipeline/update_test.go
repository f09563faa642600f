package pipeline

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeBook writes a book of one chapter, and returns its root and the
// chapter's file.
func writeBook(t *testing.T, chapter string) (root, file string) {
	t.Helper()
	root = t.TempDir()
	file = filepath.Join(root, "notes", "01-t.md")
	if err := os.Mkdir(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "notes", "book.yaml"), "title: T\n")
	write(t, file, chapter)
	return root, file
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const printsOne = "# T\n\n```go {cell=one}\nprintln(1)\n```\n"

// TestUpdateKeepsEdits edits a chapter while its cells run: what the author
// wrote stays, and that nothing was recorded is said.
func TestUpdateKeepsEdits(t *testing.T) {
	root, file := writeBook(t, printsOne)
	edited := printsOne + "\nWritten while the cell ran.\n"
	r, changes, err := Update(context.Background(), Options{Root: root, Engine: "yaegi", Progress: func(done, total int) {
		if done > 0 {
			write(t, file, edited)
		}
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, file); got != edited {
		t.Errorf("the chapter is now %q", got)
	}
	if len(changes) != 0 {
		t.Errorf("changes %v, and none was written", changes)
	}
	if len(r.Findings) == 0 || r.Findings[0].String() != "notes/01-t.md: the chapter was changed while its cells ran: nothing is recorded in it" {
		t.Errorf("findings %v", r.Findings)
	}
}

// TestUpdateFollowsLinks updates a chapter that is a symbolic link.
func TestUpdateFollowsLinks(t *testing.T) {
	root, file := writeBook(t, printsOne)
	target := filepath.Join(root, "one.md")
	if err := os.Rename(file, target); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("..", "one.md"), file); err != nil {
		t.Skip(err)
	}
	if _, _, err := Update(context.Background(), Options{Root: root, Engine: "yaegi"}, nil); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(file); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if want := printsOne + "\n```text {output}\n1\n```\n"; read(t, target) != want {
		t.Errorf("the chapter is now %q", read(t, target))
	}
}

// TestUpdateChangesOnlyFences updates documents that an editor would not
// leave alone, and then finds nothing to do.
func TestUpdateChangesOnlyFences(t *testing.T) {
	const before = "# T\t \n\n\ttabs\tand trailing blanks  \n\n  ```go {cell=one}\n  println(1)\n  println(\"```\")\n  ```\n\nbetween\n\n   ~~~text {output}\n   1\n  old\n   ~~~\n\n```go {cell=two}\nprintln(\"\\ttwo\")\n```\n\n\n\nend"
	const after = "# T\t \n\n\ttabs\tand trailing blanks  \n\n  ```go {cell=one}\n  println(1)\n  println(\"```\")\n  ```\n\nbetween\n\n   ~~~text {output}\n   1\n   ```\n   ~~~\n\n```go {cell=two}\nprintln(\"\\ttwo\")\n```\n\n```text {output}\n\ttwo\n```\n\n\n\nend"
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	for _, tc := range []struct {
		name   string
		mangle func(string) string
	}{
		{"as it is", func(s string) string { return s }},
		{"CRLF", crlf},
		{"a byte order mark", func(s string) string { return "\ufeff" + s }},
		{"both, after front matter", func(s string) string { return "\ufeff" + crlf("---\ntitle:   T\n---\n"+s) }},
		{"a last newline", func(s string) string { return s + "\n" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root, file := writeBook(t, tc.mangle(before))
			opt := Options{Root: root, Engine: "yaegi"}
			r, changes, err := Update(context.Background(), opt, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) != 0 || len(changes) != 2 {
				t.Errorf("findings %v, %d changes", r.Findings, len(changes))
			}
			if diff := cmp.Diff(tc.mangle(after), read(t, file)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			r, changes, err = Update(context.Background(), opt, nil)
			if err != nil || len(r.Findings) != 0 || len(changes) != 0 {
				t.Errorf("a second time: %v, findings %v, changes %v", err, r.Findings, changes)
			}
			if r, err := Check(context.Background(), opt); err != nil || r.Failed() {
				t.Errorf("then check: %v, findings %v", err, r.Findings)
			}
		})
	}
}

// TestUpdateSaysWhatItWrote has cells whose fences cannot be written.
func TestUpdateSaysWhatItWrote(t *testing.T) {
	for _, tc := range []struct{ name, chapter, want string }{
		{"in a list", "# T\n\n- ```go {cell=one}\n  println(1)\n  ```\n", "notes/01-t.md:3:3: cell fence inside another block"},
		{"not closed", "# T\n\n```go {cell=one}\nprintln(1)\n", "notes/01-t.md:3:1: code fence is not closed"},
		{"output not closed", printsOne + "\n```text {output}\n2\n", "notes/01-t.md:7:1: code fence is not closed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root, file := writeBook(t, tc.chapter)
			r, changes, err := Update(context.Background(), Options{Root: root, Engine: "yaegi"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range r.Findings {
				got = append(got, f.String())
			}
			if strings.Join(got, "\n") != tc.want {
				t.Errorf("findings\n%s\nwant\n%s", strings.Join(got, "\n"), tc.want)
			}
			if len(changes) != 0 || read(t, file) != tc.chapter {
				t.Errorf("changes %v, chapter %q", changes, read(t, file))
			}
		})
	}
}

// TestProgressEnds ends a run early: whoever shows its progress is told.
func TestProgressEnds(t *testing.T) {
	root, _ := writeBook(t, printsOne)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var calls [][2]int
	_, err := Check(ctx, Options{Root: root, Engine: "yaegi", Progress: func(done, total int) { calls = append(calls, [2]int{done, total}) }})
	if err == nil {
		t.Error("no error")
	}
	if len(calls) == 0 || calls[len(calls)-1] != [2]int{} {
		t.Errorf("progress %v, want it to end with 0, 0", calls)
	}
}

// TestFindingsKeepTheirLines writes the findings of a finished check: the
// lines that they are about are not all of chapters.
func TestFindingsKeepTheirLines(t *testing.T) {
	root, file := writeBook(t, "# T\n\nCaf\xe9\n")
	write(t, filepath.Join(filepath.Dir(file), "book.yaml"), "title: T\ntitel: T\n")
	r, err := Check(context.Background(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if n, err := r.WriteFindings(&b); n != 2 || err != nil {
		t.Errorf("%d findings, %v", n, err)
	}
	for _, want := range []string{"    3 | Caf\\xe9\n", "    2 | titel: T\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no line %q in\n%s", want, b.String())
		}
	}
}
