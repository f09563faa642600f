package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/internal/finding"
)

// proseBook writes a pinned book with chapters by name, and returns its root.
func proseBook(t *testing.T, chapters map[string]string) string {
	t.Helper()
	files := map[string][]byte{"notes/book.yaml": []byte("title: T\ntoolchain: go1.26.8\ntarget: linux/amd64\n")}
	for name, text := range chapters {
		files["notes/"+name] = []byte(text)
	}
	return bookOf(t, files)
}

// isSweepDone is runtime.isSweepDone of go1.26.8, which no other test writes.
const isSweepDone = "func isSweepDone() bool {\n\treturn sweep.active.isDone()\n}\n"

// TestUpdateQuotations writes quotations where they are asked for, in the
// order of the chapter, and not one other byte.
func TestUpdateQuotations(t *testing.T) {
	const before = "# T\r\n\r\n```go {quote=runtime.isSweepDone}\r\nold\r\n```\r\n\r\n" +
		"```go {cell=one engine=go}\r\nprintln(1)\r\n```\r\n\r\n[255](<go:runtime len(p{}.runq)>)\r\n"
	crlf := strings.ReplaceAll(isSweepDone, "\n", "\r\n")
	root := proseBook(t, map[string]string{"01-a.md": before, "02-b.md": before})
	opt := Options{Root: root, CacheDir: t.TempDir()}
	update := func(refs ...string) []string {
		t.Helper()
		r, changes, err := Update(context.Background(), opt, refs)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			t.Errorf("finding: %v", f)
		}
		var refsOf []string
		for _, c := range changes {
			refsOf = append(refsOf, c.Ref)
			if c.Diff == "" {
				t.Errorf("%s has no diff", c.Ref)
			}
		}
		return refsOf
	}
	a, b := filepath.Join(root, "notes", "01-a.md"), filepath.Join(root, "notes", "02-b.md")
	const output = "```\r\n\r\n```text {output}\r\n1\r\n```\r\n\r\n["
	withOutput := strings.Replace(before, "```\r\n\r\n[", output, 1)

	// A cell alone is not the chapter.
	if diff := cmp.Diff([]string{"notes/01-a.md#one"}, update("notes/01-a.md#one")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(withOutput, read(t, a)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"runtime.isSweepDone", "notes/02-b.md#one"}, update("notes/02-b.md")); diff != "" {
		t.Error(diff)
	}
	want := strings.Replace(withOutput, "old\r\n", crlf, 1)
	if diff := cmp.Diff(want, read(t, b)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"runtime.isSweepDone"}, update()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, read(t, a)); diff != "" {
		t.Error(diff)
	}
	if again := update(); again != nil {
		t.Errorf("a second time it writes %q", again)
	}
}

// TestProsePlaces finds links wherever they stand, each at its own place.
func TestProsePlaces(t *testing.T) {
	root := proseBook(t, map[string]string{"01-a.md": "# [1](<go:runtime len(p{}.runq)>)\n\n" +
		"| a |\n|---|\n| [2](<go:runtime len(p{}.runq)>) |\n| [3](<go:runtime 1\\|2\\|512>) |\n\n" +
		"> [!NOTE]\n> [4](<go:runtime len(p{}.runq)>)\n\n" +
		"- x\n  - [5][q]\n\n" +
		"<details>\n<summary>s</summary>\n\nx [`6`](<go:runtime len(p{}.runq)>)[^n]\n\n</details>\n\n" +
		"[^n]: [7](<go:runtime len(p{}.runq)>)\n\n[q]: <go:runtime len(p{}.runq)>\n"})
	r, err := Check(context.Background(), Options{Root: root, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Findings {
		got = append(got, strings.TrimPrefix(f.Pos.String(), "notes/01-a.md:")+" "+strings.Fields(f.Message)[3])
		if len(f.Notes) == 0 && !strings.HasPrefix(f.Message, "the text says 3") {
			t.Errorf("%v has no note with the source's line", f)
		}
	}
	want := []string{"1:4 1,", "5:4 2,", "6:4 3,", "9:4 4,", "12:6 5,", "17:5 6,", "21:8 7,"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestProseSyntax has references that are not written as any.
func TestProseSyntax(t *testing.T) {
	root := proseBook(t, map[string]string{"01-a.md": "# T\n\nA [x](go:runtime.) b.\n\n```go {quote=schedinit}\n```\n\n```go {quote=runtime.mstart lines=\"/a \\\" (/\"}\n```\n\nSee [1](out:02-b.md#x), [](out:x) and [3](out:x).\n\n```go {cell=x}\nprintln(2)\n```\n\n```text {output}\n2\n```\n"})
	r, err := Check(context.Background(), Options{Root: root, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Findings {
		if f.Hint == "" || f.Rule == "" {
			t.Errorf("%v has no hint or no rule", f)
		}
		got = append(got, f.Pos.String())
	}
	want := []string{"notes/01-a.md:3:3", "notes/01-a.md:5:14", "notes/01-a.md:8:37", "notes/01-a.md:11:5", "notes/01-a.md:11:25", "notes/01-a.md:11:40"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s\n%v", diff, r.Findings)
	}
}

// TestProsePreview shows what is wrong with the prose on its page, and the rest
// with its source.
func TestProsePreview(t *testing.T) {
	root := proseBook(t, map[string]string{"01-a.md": "# T\n\nA [255](<go:runtime len(p{}.runq)>) and [256](<go:runtime len(p{}.runq)>).\n\n```go {quote=runtime.isSweepDone}\nfunc no() {}\n```\n"})
	out := t.TempDir()
	if _, err := Build(context.Background(), Options{Root: root, CacheDir: t.TempDir(), Preview: out}); err != nil {
		t.Fatal(err)
	}
	page := read(t, filepath.Join(out, "01-a.html"))
	for _, want := range []string{
		"the text says 255", "A 255 and <span", "https://github.com/golang/go/blob/go1.26.8/src/runtime/runtime2.go#L", "= 256</code>",
		"reads otherwise in the source", `<span class="name">runtime.isSweepDone</span> <strong class="why">This is not, or not yet, what the source has.`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestUnpinned says once a chapter that nothing is checked.
func TestUnpinned(t *testing.T) {
	root := bookOf(t, map[string][]byte{"notes/01-a.md": []byte("# T\n\n[255](<go:runtime len(p{}.runq)>) [x](go:runtime.x)\n\n```go {quote=runtime.x}\nx\n```\n")})
	r, err := Check(context.Background(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || !r.Findings[0].Warning || r.Findings[0].Pos != (finding.Pos{File: "notes/01-a.md", Line: 3, Col: 1}) || r.Failed() {
		t.Errorf("findings: %v", r.Findings)
	}
}

// TestFindOutput has links from one chapter to another's output.
func TestFindOutput(t *testing.T) {
	cell := func(text string) string { return "```go {cell=x}\n```\n\n```text {output}\n" + text + "\n```\n" }
	files := map[string][]byte{"01-a.md": []byte("# A\n\n[64](out:x) [65](out:02-b.md#x) [64](out:02-b.md#x) [1](out:02-c.md#x)\n\n" + cell("64")), "02-b.md": []byte("# B\n\n" + cell("65"))}
	tree := make(map[string][]byte)
	for name, text := range files {
		tree["notes/"+name] = text
	}
	b, found := book.Parse(os.DirFS(bookOf(t, tree)), "notes")
	if len(found) > 0 {
		t.Fatal(found)
	}
	c := b.Chapters[0]
	want := []string{"", "", `"64" is not in the output of cell x`, `no chapter "02-c.md" for out:02-c.md#x`}
	for i, ref := range c.Refs {
		got := ""
		at, fault := findOutput(b, c, ref)
		if fault != nil {
			got = fault.Message
		} else if at.chapter != b.Chapters[i] {
			t.Errorf("%s is found in %s", ref.Dest, at.chapter.Path)
		}
		if got != want[i] {
			t.Errorf("%s: %q, want %q", ref.Dest, got, want[i])
		}
	}
}

// TestBrokenPackage: a fact that depends on what does not type-check says so, and
// is no fault of the reference; other facts of the package hold.
func TestBrokenPackage(t *testing.T) {
	root := bookOf(t, map[string][]byte{
		"go.mod":          []byte("module mybook\n\ngo 1.26\n"),
		"part/part.go":    []byte("package part\n\nconst (\n\tN = none\n\tM = 3\n)\n"),
		"notes/book.yaml": []byte("title: T\ntoolchain: go1.26.8\ntarget: linux/amd64\n"),
		"notes/01-a.md":   []byte("[3](<go:mybook/part M>) [4](<go:mybook/part N+1>)\n"),
	})
	r, err := Check(context.Background(), Options{Root: root, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 {
		t.Fatalf("findings: %s", told(r))
	}
	f := r.Findings[0]
	if want := "N+1 has no value, since package mybook/part does not type-check"; f.Message != want || f.Rule != "package-broken" || f.Col != 25 {
		t.Errorf("%d: %s: %s, want %s", f.Col, f.Rule, f.Message, want)
	}
	if len(f.Notes) != 1 || f.Notes[0].Text != "part/part.go:4: undefined: none" {
		t.Errorf("notes %v, want the place of the fault", f.Notes)
	}
}

// TestModuleWithoutSum: what go.sum lacks is said, without half of the advice.
func TestModuleWithoutSum(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	root := bookOf(t, map[string][]byte{
		"go.mod":          []byte("module mybook\n\ngo 1.26\n\nrequire golang.org/x/mod v0.20.0\n"),
		"notes/book.yaml": []byte("title: T\ntoolchain: go1.26.8\ntarget: linux/amd64\n"),
		"notes/01-a.md":   []byte("[256](<go:runtime len(p{}.runq)>) [v](go:golang.org/x/mod/semver.IsValid)\n"),
	})
	r, err := Check(context.Background(), Options{Root: root, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || r.Findings[0].Rule != "unknown-package" || len(r.Findings[0].Notes) != 1 {
		t.Fatalf("findings: %s", told(r))
	}
	if got, want := r.Findings[0].Notes[0].Text, "missing go.sum entry for module providing package golang.org/x/mod/semver"; got != want {
		t.Errorf("the note is %q, want %q", got, want)
	}
}
