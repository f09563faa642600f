package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"rtbook/internal/book"
	"rtbook/runner"
)

// staleBook has a program for each way in which results depend on things: the
// chapter's own, one on packages of the book's module, one on a module that
// go.mod replaces, and one of commands.
const staleBook = `
-- go.mod --
module example.org/book

go 1.26

require example.org/other v0.0.0

replace example.org/other => ./other
-- fib/fib.go --
package fib

import (
	_ "embed"

	"example.org/book/internal/deep"
)

//go:embed data/word.txt
var word string

func Word() string { return word + deep.Mark }
-- fib/data/word.txt --
word
-- internal/deep/deep.go --
package deep

const Mark = "!"
-- unrelated/unrelated.go --
// Package unrelated is seen by commands.
package unrelated
-- other/go.mod --
module example.org/other

go 1.24
-- other/other.go --
package other

func Say() string { return "other" }
-- notes/book.yaml --
title: Stale
-- notes/01-a.md --
# First

Some prose.

~~~go {cell=own}
import "fmt"

fmt.Println("own")
~~~

~~~text {output}
own
~~~

~~~go {cell=pkg env=pkg engine=go}
import "example.org/book/fib"

print(fib.Word())
~~~

~~~text {output}
word
!
~~~

~~~go {cell=rep env=rep engine=go}
import "example.org/other"

println(other.Say())
~~~

~~~text {output}
other
~~~

~~~go {file=main.go env=sh}
package main

func main() { println("main") }
~~~

~~~sh {cell=sh env=sh}
go build -o app main.go && ./app
~~~

~~~text {output}
main
~~~

~~~go {file=main.go env=doc}
package main

import _ "example.org/book/fib"
~~~

~~~sh {cell=doc env=doc}
go doc example.org/book/unrelated
~~~

~~~text {output}
package unrelated // import "example.org/book/unrelated"

Package unrelated is seen by commands.

~~~
-- notes/02-b.md --
# Second

~~~go {cell=b}
println("b")
~~~

~~~text {output}
b
~~~
`

// TestNothingStale changes one thing after the other in a book whose results
// are all cached, and wants exactly those programs to run again that the
// change can matter to; and where it does matter, what they print now.
func TestNothingStale(t *testing.T) {
	opt := Options{Root: t.TempDir(), CacheDir: t.TempDir(), AnyGo: true}
	for _, f := range txtar.Parse([]byte(staleBook)).Files {
		writeFile(t, filepath.Join(opt.Root, f.Name), strings.ReplaceAll(string(f.Data), "~~~", "```"))
	}
	if r, err := Check(context.Background(), opt); err != nil || r.Failed() {
		t.Fatalf("the book as it is: %v, %v", err, r)
	}
	all := []string{"own", "pkg", "rep", "sh", "doc"}
	for _, tt := range []struct {
		what, file, old, new string
		runs                 []string // cells that are to run again
		prints               string   // what a finding then says
	}{
		{what: "nothing", file: "go.mod"},
		{what: "code", file: "notes/01-a.md", old: `Println("own")`, new: `Println("new")`, runs: []string{"own"}, prints: "+new"},
		{what: "a blank in the code", file: "notes/01-a.md", old: `Println("own")`, new: `Println( "own")`, runs: []string{"own"}},
		{what: "a cell's time limit", file: "notes/01-a.md", old: "{cell=own}", new: "{cell=own timeout=9s}", runs: []string{"own"}},
		{what: "a command's time limit", file: "notes/01-a.md", old: "{cell=sh", new: "{timeout=9s cell=sh", runs: []string{"sh"}},
		{what: "a command", file: "notes/01-a.md", old: "-o app", new: "-v -o app", runs: []string{"sh"}},
		{what: "a folder's file", file: "notes/01-a.md", old: `println("main")`, new: `println("new")`, runs: []string{"sh"}, prints: "+new"},
		{what: "lines above", file: "notes/01-a.md", old: "Some prose.", new: "Some\nprose.", runs: []string{"own", "pkg", "rep"}},
		{what: "a package", file: "fib/fib.go", old: "word + deep", new: `"new" + word + deep`, runs: []string{"pkg", "doc"}, prints: "+newword"},
		{what: "a package's new file", file: "fib/new.go", new: "package fib\n", runs: []string{"pkg", "doc"}},
		{what: "an embedded file", file: "fib/data/word.txt", old: "word", new: "new", runs: []string{"pkg", "doc"}, prints: "+new"},
		{what: "a package behind it", file: "internal/deep/deep.go", old: "!", new: "new", runs: []string{"pkg", "doc"}, prints: "+new"},
		{what: "a replaced module", file: "other/other.go", old: `"other"`, new: `"new"`, runs: []string{"rep", "doc"}, prints: "+new"},
		{what: "a replaced module's language", file: "other/go.mod", old: "1.24", new: "1.21", runs: []string{"rep", "doc"}},
		{what: "the language", file: "go.mod", old: "go 1.26", new: "go 1.25", runs: all},
		{what: "a setting", file: "go.mod", old: "require", new: "godebug panicnil=1\n\nrequire", runs: all},

		{what: "hide", file: "notes/01-a.md", old: "{cell=own}", new: "{cell=own hide}"},
		{what: "fold", file: "notes/01-a.md", old: "{cell=pkg", new: "{fold cell=pkg"},
		{what: "sample", file: "notes/01-a.md", old: "{cell=pkg", new: "{sample cell=pkg"},
		{what: "prose", file: "notes/01-a.md", old: "Some prose.", new: "Other words."},
		{what: "what is recorded", file: "notes/01-a.md", old: "\nother\n", new: "\nelse\n"},
		{what: "another chapter", file: "notes/02-b.md", old: `println("b")`, new: `println("c")`},
		{what: "the book's title", file: "notes/book.yaml", old: "Stale", new: "Fresh"},
		{what: "an unrelated package", file: "unrelated/unrelated.go", old: "seen by", new: "known to", runs: []string{"doc"}, prints: "+Package unrelated is known to commands."}, // but by a command
		{what: "a test", file: "internal/deep/deep_test.go", new: "package deep\n", runs: []string{"doc"}},
		{what: "a comment in go.mod", file: "go.mod", old: "go 1.26", new: "go 1.26 // as ever", runs: []string{"rep", "doc"}}, // which may be about it
	} {
		file := filepath.Join(opt.Root, tt.file)
		before, err := os.ReadFile(file)
		added := err != nil
		if !added && strings.Count(string(before), tt.old) != 1 && tt.old != "" {
			t.Fatalf("%s: %q is not once in %s", tt.what, tt.old, tt.file)
		}
		writeFile(t, file, strings.Replace(string(before), tt.old, tt.new, 1))
		if got := toRun(t, opt, all); !slices.Equal(got, tt.runs) {
			t.Errorf("%s changed: %q run again, want %q", tt.what, got, tt.runs)
		}
		if tt.prints != "" {
			wantDifference(t, opt, tt.what, tt.prints)
		}
		if added {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			continue
		}
		writeFile(t, file, string(before)) // with another time
		later := time.Now().Add(time.Minute)
		if err := os.Chtimes(file, later, later); err != nil {
			t.Fatal(err)
		}
	}
	if got := toRun(t, opt, all); len(got) > 0 {
		t.Errorf("with everything as it was, %q run again", got)
	}
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// toRun returns which cells of the first chapter have a result on no engine.
func toRun(t *testing.T, opt Options, cells []string) []string {
	t.Helper()
	var run []string
	for _, id := range cells {
		r, xs, err := Explain(context.Background(), opt, "01-a#"+id)
		if err != nil || r.Failed() {
			t.Fatalf("Explain(%s): %v, %v", id, err, r)
		}
		cached := 0
		for _, x := range xs {
			if x.Cached {
				cached++
			}
		}
		switch {
		case cached == 0:
			run = append(run, id)
		case cached < len(xs) && id == "own": // the others are for one engine
			t.Errorf("%s is cached on %d of %d engines", id, cached, len(xs))
		}
	}
	return run
}

// wantDifference checks the book and wants a finding whose diff has a line.
func wantDifference(t *testing.T, opt Options, what, line string) {
	t.Helper()
	r, err := Check(context.Background(), opt)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, f := range r.Findings {
		for _, n := range f.Notes {
			if slices.Contains(strings.Split(n.Text, "\n"), line) {
				return
			}
		}
	}
	t.Errorf("%s changed: no cell prints something else with a line %q: %v", what, line, r.Findings)
}

// TestIdentity has what results depend on besides programs.
func TestIdentity(t *testing.T) {
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "notes", "book.yaml"), "title: T\n")
	opt := Options{Root: root}
	o, err := open(opt)
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	for _, pin := range []string{"go1.26.8", "go1.26.7"} { // neither is asked for anything
		tools, err := engines(context.Background(), opt, o, &book.Book{Toolchain: pin})
		if err != nil {
			t.Fatal(err)
		}
		defer tools.close()
		prints := make(map[string]bool)
		for _, e := range tools.engines {
			id, err := tools.identity(e, &runner.Program{})
			if err != nil {
				t.Fatal(err)
			}
			if id.Engine != e.Name() || id.Toolchain != pin || id.Target == "" || id.Processors < 1 || len(id.Fingerprint) != 64 || prints[id.Fingerprint] {
				t.Errorf("identity of %s with %s: %+v", e.Name(), pin, id)
			}
			prints[id.Fingerprint] = true
		}
	}
}
