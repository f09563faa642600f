package gotool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

const sources = `
-- go.mod --
module example.org/book

go 1.26

require (
	example.org/outside v1.0.0
	example.org/replaced v1.0.0
	example.org/book/nested v1.0.0
)

replace example.org/replaced => ../replaced

replace example.org/both => ../both
-- go.sum --
sum
-- a/a.go --
package a

import (
	"example.org/book/b"
	"fmt"
)
-- a/a_test.go --
package a

import "example.org/book/onlytests"
-- a/asm_amd64.s --
TEXT
-- a/a_windows.go --
package a

import "example.org/book/c"
-- b/b.go --
package b

import _ "embed"

//go:embed data/text
var text string
-- b/data/text --
text
-- c/c.go --
package c
-- onlytests/o.go --
package onlytests
-- unrelated/u.go --
package unrelated
-- usesoutside/u.go --
package usesoutside

import "example.org/outside/x"
-- usesnested/u.go --
package usesnested

import "example.org/book/nested"
-- usesreplaced/u.go --
package usesreplaced

import "example.org/replaced/sub"
-- usesvendored/u.go --
package usesvendored

import "example.org/vendored"
-- vendor/example.org/vendored/v.go --
package vendored
-- usesboth/u.go --
package usesboth

import "example.org/both"
-- vendor/example.org/both/v.go --
package both
-- ../both/v.go --
package both
-- ../replaced/sub/sub.go --
package sub
`

func TestSourceHash(t *testing.T) {
	const m = "example.org/book/"
	tests := []struct {
		imports []string
		file    string // that is changed
		changes bool
	}{
		{[]string{m + "a"}, "a/a.go", true},
		{[]string{m + "a"}, "a/asm_amd64.s", true},
		{[]string{m + "a"}, "a/a_test.go", false},
		{[]string{m + "a"}, "a/new.go", true},
		{[]string{m + "a"}, "b/b.go", true},
		{[]string{m + "a"}, "b/data/text", true},
		{[]string{m + "a"}, "b/data/new", true},
		{[]string{m + "a"}, "c/c.go", true}, // imported on another system only
		{[]string{m + "a"}, "onlytests/o.go", false},
		{[]string{m + "a"}, "unrelated/u.go", false},
		{[]string{m + "a"}, "go.sum", false},
		{[]string{m + "a"}, "go.mod", false},
		{[]string{"fmt"}, "a/a.go", false},
		{[]string{"fmt", m + "unrelated"}, "unrelated/u.go", true},
		{[]string{m + "usesoutside"}, "go.sum", true},
		{[]string{m + "usesoutside"}, "go.mod", true},
		{[]string{m + "usesnested"}, "go.sum", true},
		{[]string{m + "usesreplaced"}, "../replaced/sub/sub.go", true},
		{[]string{m + "usesreplaced"}, "../replaced/go.mod", true},
		{[]string{m + "usesvendored"}, "vendor/example.org/vendored/v.go", true},
		{[]string{m + "usesvendored"}, "vendor/modules.txt", true}, // which has the modules' language versions
		{[]string{m + "usesboth"}, "vendor/example.org/both/v.go", true},
		{[]string{m + "usesboth"}, "../both/v.go", true},
		{[]string{m + "a"}, "b/b_test.go", true}, // b embeds, which a test's file can be
	}
	for _, tt := range tests {
		dir := filepath.Join(t.TempDir(), "book")
		for name, text := range archive(sources) {
			write(t, filepath.Join(dir, name), text)
		}
		before, err := open(t, dir, "").Sources().Parts(tt.imports)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, tt.file)
		old, _ := os.ReadFile(file)
		write(t, file, string(old)+"\n")
		after, err := open(t, dir, "").Sources().Parts(tt.imports)
		if err != nil {
			t.Fatal(err)
		}
		if changed := !slices.Equal(before, after); changed != tt.changes {
			t.Errorf("imports %v, %s changed: hash changed %v, want %v", tt.imports, tt.file, changed, tt.changes)
		}
	}
}

// TestSourceHashFolder changes what is in a module's folders besides the content
// of its files. The go command says for each change that matters that it cannot
// build the package any more: it embeds no folder that is empty, and no link; it
// cannot read a link to nothing; and below a go.mod there is another module.
func TestSourceHashFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege")
	}
	const m = "example.org/book/"
	link := func(to string) func(string) error {
		return func(name string) error {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return os.Symlink(to, name)
		}
	}
	folder := func(name string) error { return os.Mkdir(name, 0o777) }
	file := func(name string) error { return os.WriteFile(name, []byte("module m\n"), 0o666) }
	for _, tt := range []struct {
		imports string
		name    string
		change  func(name string) error
		changes bool
	}{
		{m + "b", "b/data/folder", folder, true},
		{m + "b", "b/folder", folder, true},
		{m + "b", "b/data/text", link("../b.go"), true}, // has the same content
		{m + "b", "b/data/link", link("nothing"), true},
		{m + "a", "a/folder", folder, false}, // which embeds nothing
		{m + "a", "a/link.go", link("nothing"), true},
		{m + "a", "a/.#a.go", link("somebody@somewhere.1234"), false},
		{m + "in/the/depth", "in/the/go.mod", file, true},
		{m + "in/the/depth", "in/go.mod", file, true},
		{m + "in/the/depth", "in/the/text", file, false},
		{m + "in/the/depth", "b/go.mod", file, false},
	} {
		dir := filepath.Join(t.TempDir(), "book")
		for name, text := range archive(sources) {
			write(t, filepath.Join(dir, name), text)
		}
		write(t, filepath.Join(dir, "b/data/text"), archive(sources)["b/b.go"])
		write(t, filepath.Join(dir, "in/the/depth/d.go"), "package depth\n")
		before, err := open(t, dir, "").Sources().Parts([]string{tt.imports})
		if err != nil {
			t.Fatal(err)
		}
		if err := tt.change(filepath.Join(dir, tt.name)); err != nil {
			t.Fatal(err)
		}
		after, err := open(t, dir, "").Sources().Parts([]string{tt.imports})
		if err != nil {
			t.Fatal(err)
		}
		if changed := !slices.Equal(before, after); changed != tt.changes {
			t.Errorf("imports %s, %s is new: hash changed %v, want %v", tt.imports, tt.name, changed, tt.changes)
		}
	}
}

// TestSourceHashLanguage has what go.mod says of every package: loops mean
// something else before Go 1.22.
func TestSourceHashLanguage(t *testing.T) {
	seen := make(map[string]string)
	for _, mod := range []string{
		"module example.org/book\n\ngo 1.26\n",
		"module example.org/book\n\ngo 1.21\n",
		"module example.org/other\n\ngo 1.26\n", // a program can ask which module it is of
		"module example.org/book\n\ngo 1.26\n\ngodebug panicnil=1\n",
	} {
		parts, err := open(t, writeModule(t, "-- go.mod --\n"+mod), "").Sources().Parts([]string{"fmt"})
		if err != nil {
			t.Fatal(err)
		}
		hash := fmt.Sprint(parts)
		if seen[hash] != "" {
			t.Errorf("the same hash for\n%sand\n%s", mod, seen[hash])
		}
		seen[hash] = mod
	}
}

// TestSourceHashOrder wants a hash of a set.
func TestSourceHashOrder(t *testing.T) {
	tc := open(t, writeModule(t, book), "")
	a, err1 := tc.Sources().Parts([]string{"fmt", "example.org/book/good"})
	b, err2 := tc.Sources().Parts([]string{"example.org/book/good", "fmt"})
	c, err3 := tc.Sources().Parts([]string{"fmt"})
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("parts %v, %v in another order, %v of fewer packages", a, b, c)
	}
}
