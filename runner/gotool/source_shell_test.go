package gotool

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"rtbook/runner"
)

// commandsBook is a module that the folders of commands reach, and one beside it.
const commandsBook = `
-- go.mod --
module example.org/book

go 1.26

require example.org/other v1.0.0

replace example.org/other => ../other
-- go.sum --
-- fib/fib.go --
package fib
-- fib/fib_test.go --
package fib
-- unrelated/u.go --
package unrelated
-- unrelated/data/text --
-- unrelated/u_test.go --
package unrelated

import _ "embed"
-- notes/01-a.md --
-- public/index.html --
-- .git/config.go --
package git
-- ../other/go.mod --
module example.org/other
-- ../other/other.go --
package other
`

// TestShellParts changes a file, and wants commands to be run again if it can
// matter to them.
func TestShellParts(t *testing.T) {
	const imports = "package main\n\nimport _ \"example.org/book/fib\"\n\nfunc main() {}\n"
	const alone = "package main\n\nfunc main() {}\n"
	type change struct {
		file    string
		changes bool
	}
	imported := []change{
		{"fib/fib.go", true}, {"fib/fib_test.go", false}, {"unrelated/u.go", false}, {"../other/other.go", false},
		{"go.sum", true}, {"notes/01-a.md", false},
	}
	all := []change{
		{"fib/fib.go", true}, {"fib/fib_test.go", true}, {"unrelated/u.go", true}, {"unrelated/data/text", true}, {"unrelated/data/new", true},
		{"new/new.go", true}, {"new/go.mod", true}, {"../other/other.go", true}, {"go.sum", true},
		{"notes/01-a.md", false}, {"public/index.html", false}, {".git/config.go", false},
	}
	none := []change{{"fib/fib.go", false}, {"unrelated/u.go", false}, {"go.sum", false}, {"../other/other.go", false}}
	for _, tt := range []struct {
		name, main, mod string
		cells           []string // commands, a line each; a word after > is where the output goes
		want            []change
	}{
		{"its own", imports, "", []string{"go build -o app .\n./app some/arguments"}, imported},
		{"its own, by a pattern", imports, "", []string{"go vet ./..."}, imported},
		{"a package", imports, "", []string{"go run example.org/book/unrelated"}, all},
		{"packages in a flag", imports, "", []string{"go test -coverpkg=example.org/book/... ."}, all},
		{"a pattern", imports, "", []string{"go list example.org/..."}, all},
		{"all", imports, "", []string{"go list all"}, all},
		{"all, in a flag", imports, "", []string{"go test -coverpkg=all ."}, all},
		{"a package's documentation", imports, "", []string{"go doc unrelated"}, all},
		{"what a program may have written", imports, "", []string{"go run .", "go build ."}, all},
		{"what was written", imports, "", []string{"go list -f x . > new.go", "go vet ."}, all},
		{"what a program may have written for nobody", imports, "", []string{"go build -o app .", "./app\ngo tool nm app"}, imported},
		{"without the module", alone, "", []string{"go run example.org/book/unrelated", "go doc unrelated"}, none},
		{"a module of its own", alone, "module cells\n", []string{"go run ."}, none},
		{"a module that leads there", alone, "module cells\n\nreplace example.org/x => ../../book/unrelated\n", []string{"go run example.org/x"}, all},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sh := &runner.Shell{Files: []runner.File{{Path: "main.go", Text: tt.main}}}
			if tt.mod != "" {
				sh.Files = append(sh.Files, runner.File{Path: "go.mod", Text: tt.mod})
			}
			for _, cell := range tt.cells {
				var commands []runner.Command
				for line := range strings.Lines(cell) {
					args, to, _ := strings.Cut(line, ">")
					commands = append(commands, runner.Command{Args: strings.Fields(args), Stdout: strings.TrimSpace(to)})
				}
				sh.Cells = append(sh.Cells, commands)
			}
			for _, c := range tt.want {
				dir := filepath.Join(t.TempDir(), "book")
				for _, f := range txtar.Parse([]byte(commandsBook)).Files {
					write(t, filepath.Join(dir, f.Name), string(f.Data))
				}
				parts := func() []runner.Part {
					parts, err := open(t, dir, "").Sources().ShellParts(sh)
					if err != nil {
						t.Fatal(err)
					}
					return parts
				}
				before := parts()
				file := filepath.Join(dir, c.file)
				old, _ := os.ReadFile(file)
				write(t, file, string(old)+"\n")
				if changed := !slices.Equal(before, parts()); changed != c.changes {
					t.Errorf("%s changed: the parts changed %v, want %v", c.file, changed, c.changes)
				}
			}
		})
	}
}

// TestShellPartsElsewhere has a book that was moved: no part says where it is.
func TestShellPartsElsewhere(t *testing.T) {
	sh := &runner.Shell{
		Files: []runner.File{{Path: "main.go", Text: "package main\n\nimport _ \"example.org/book/fib\"\n"}},
		Cells: [][]runner.Command{{{Args: []string{"go", "list", "all"}}}},
	}
	var all [][]runner.Part
	for range 2 {
		dir := filepath.Join(t.TempDir(), "book")
		for _, f := range txtar.Parse([]byte(commandsBook)).Files {
			write(t, filepath.Join(dir, f.Name), string(f.Data))
		}
		parts, err := open(t, dir, "").Sources().ShellParts(sh)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parts)
	}
	if !slices.Equal(all[0], all[1]) || len(all[0]) < 4 {
		t.Errorf("parts %v in one folder, %v in another", all[0], all[1])
	}
}
