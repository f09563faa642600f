package gotool

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"rtbook/runner"
)

func TestMakeFolder(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	p := &runner.Program{Chapter: chapter, Env: "a"}
	make := func(p *runner.Program) *folder {
		t.Helper()
		f, err := makeFolder(p)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	one, two := make(p), make(p)
	other := make(&runner.Program{Chapter: chapter, Env: "b"})
	if len(one.Dir) != len(two.Dir) || one.Dir == two.Dir || other.Dir == one.Dir {
		t.Errorf("folders %s, %s and %s", one.Dir, two.Dir, other.Dir)
	}
	if filepath.Dir(one.dir()) == temp {
		t.Errorf("%s is in the folder for temporary files itself, where go takes no go.mod", one.dir())
	}
	name := one.dir()
	one.remove()
	if again := make(p); again.dir() != name {
		t.Errorf("%s the first time, and then %s", name, again.dir())
	} else {
		again.remove()
	}
	two.remove()
	other.remove()
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	t.Setenv("TMPDIR", filepath.Join(temp, "none"))
	if _, err := makeFolder(p); err == nil || !strings.Contains(err.Error(), chapter) {
		t.Errorf("without a folder for temporary files: %v", err)
	}
}

// TestFolderStays has names and links that lead out.
func TestFolderStays(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	f, err := makeFolder(&runner.Program{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.remove()
	for link, target := range map[string]string{"up": "..", "sh": "/bin/sh", "abs": f.Dir} {
		if err := os.Symlink(target, filepath.Join(f.dir(), link)); err != nil {
			t.Skip(err)
		}
	}
	for _, name := range []string{"../x", "a/../../x", "/x", "up/x", "abs/x", "sh", ""} {
		if err := f.write(name, ""); err == nil {
			t.Errorf("wrote %q", name)
		}
		if file, err := f.create(name, true); err == nil {
			file.Close()
			t.Errorf("created %q", name)
		}
		if _, err := f.program("./" + name); err == nil {
			t.Errorf("would run %q", name)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(f.Dir, "x")); len(left) > 0 {
		t.Errorf("written: %v", left)
	}
	file, err := f.create("/dev/null", false)
	if err != nil {
		t.Errorf("the null file: %v", err)
	}
	file.Close()
	if err := f.write("a/b", "1"); err != nil {
		t.Error(err)
	}
	if err := f.write("a/b/c", "1"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file below a file: %v", err)
	}
}

func TestGoMod(t *testing.T) {
	shell := func(src string) *runner.Shell {
		return &runner.Shell{Files: []runner.File{{Path: "main.go", Text: src}}}
	}
	const uses = "package main\n\nimport _ \"example.org/book/v3/good\"\n"
	const needs = "package main\n\nimport _ \"example.org/dep/x\"\n"
	dir := writeModule(t, `
-- go.mod --
module example.org/book/v3

go 1.25.3

require (
	example.org/dep v1.2.3
	example.org/far v0.1.0 // indirect
)

replace example.org/far => ./far

replace example.org/dep v1.2.3 => example.org/fork v1.0.0

exclude example.org/dep v1.2.2

tool example.org/dep/cmd
-- go.sum --
example.org/fork v1.0.0 h1:x
`)
	tc := open(t, dir, "")
	for _, src := range []string{uses, needs, "package main\n\nimport (\n\t\"fmt\"\n\t\"example.org/book/v3\"\n)\n\nfunc {"} {
		mod, sum, err := tc.goMod(shell(src), "go1.25.8")
		if err != nil {
			t.Fatal(err)
		}
		got, err := modfile.Parse("go.mod", mod, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := `module cells

go 1.25.3

require example.org/book/v3 v3.0.0

replace example.org/book/v3 => ` + dir + `

require (
	example.org/dep v1.2.3
	example.org/far v0.1.0 // indirect
)

exclude example.org/dep v1.2.2

replace example.org/far => ` + filepath.Join(dir, "far") + `

replace example.org/dep v1.2.3 => example.org/fork v1.0.0
`
		wanted, err := modfile.Parse("go.mod", []byte(want), nil)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := flat(got), flat(wanted); a != b {
			t.Errorf("go.mod says\n%s, want\n%s", a, b)
		}
		if string(sum) != "example.org/fork v1.0.0 h1:x\n" {
			t.Errorf("go.sum is %q", sum)
		}
	}
	for _, tt := range []struct{ src, version, want string }{
		{"package main\n\nimport _ \"fmt\"\n", "go1.25.8", "module cells\n\ngo 1.25\n"},
		{"package main\n\nimport _ \"example.org/booking\"\n", "go1.27rc1", "module cells\n\ngo 1.27\n"},
		{"not Go", "devel go1.27-abc", "module cells\n\ngo 1.25\n"},
	} {
		mod, sum, err := tc.goMod(shell(tt.src), tt.version)
		if err != nil || string(mod) != tt.want || sum != nil {
			t.Errorf("%q with %s: %q, %q, %v; want %q", tt.src, tt.version, mod, sum, err, tt.want)
		}
	}
}

// flat writes what a go.mod says, without how.
func flat(f *modfile.File) string {
	var b strings.Builder
	add := func(words ...string) { b.WriteString(strings.Join(words, " ") + "\n") }
	add(f.Module.Mod.Path, f.Go.Version)
	for _, r := range f.Require {
		word := ""
		if r.Indirect {
			word = "indirect"
		}
		add(r.Mod.String(), word)
	}
	for _, r := range f.Replace {
		add(r.Old.String(), "=>", r.New.String())
	}
	for _, x := range f.Exclude {
		add("not", x.Mod.String())
	}
	for _, x := range f.Tool {
		add("tool", x.Path)
	}
	return b.String()
}
