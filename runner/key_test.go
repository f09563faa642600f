package runner

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"
)

func keyedProgram() (*Program, Identity) {
	p := program("a")
	p.Map = []Segment{{0, 3, Pos{"notes/x.md", 10, 1}}}
	return p, Identity{"go", "f", "go1.26.8", "linux/amd64", 2, []Part{{Name: "package p", Value: "1"}}}
}

func keyedShell() (*Program, Identity) {
	p, id := keyedProgram()
	p.Source, p.Map = "", nil
	p.Shell = &Shell{
		Files: []File{{Path: "a.go", Text: "package a\n"}},
		Cells: [][]Command{{{Args: []string{"go", "version"}, Env: []string{"GOGC=1"}}}},
	}
	return p, id
}

func TestKeyCountsEveryPart(t *testing.T) {
	seen := make(map[string]string)
	for name, change := range map[string]func(*Program, *Identity){
		"nothing":     func(*Program, *Identity) {},
		"tail":        func(p *Program, _ *Identity) { p.Tail = true },
		"source":      func(p *Program, _ *Identity) { p.Source += "\n" },
		"timeout":     func(p *Program, _ *Identity) { p.Cells[0].Timeout++ },
		"limit":       func(p *Program, _ *Identity) { p.Cells[0].Limit++ },
		"expectation": func(p *Program, _ *Identity) { p.Cells[0].Expect = ExpectPanic },
		"cells":       func(p *Program, _ *Identity) { p.Cells = append(p.Cells, Unit{}) },
		"position":    func(p *Program, _ *Identity) { p.Map[0].Pos.Line++ },
		"engine":      func(_ *Program, id *Identity) { id.Engine = "yaegi" },
		"fingerprint": func(_ *Program, id *Identity) { id.Fingerprint = "g" },
		"toolchain":   func(_ *Program, id *Identity) { id.Toolchain = "go1.26.9" },
		"target":      func(_ *Program, id *Identity) { id.Target = "linux/arm64" },
		"processors":  func(_ *Program, id *Identity) { id.Processors++ },
		"package":     func(_ *Program, id *Identity) { id.Packages[0].Value = "2" },
		"path":        func(_ *Program, id *Identity) { id.Packages[0].Name = "package q" },
		"packages":    func(_ *Program, id *Identity) { id.Packages = nil },
	} {
		p, id := keyedProgram()
		change(p, &id)
		key := p.Key(id)
		if other, ok := seen[key]; ok {
			t.Errorf("changing %s gives the key of changing %s", name, other)
		}
		seen[key] = name
	}
}

func TestKeyCountsEveryPartOfCommands(t *testing.T) {
	seen := make(map[string]string)
	for name, change := range map[string]func(*Shell){
		"nothing":     func(*Shell) {},
		"no files":    func(s *Shell) { s.Files = nil },
		"file":        func(s *Shell) { s.Files[0].Text += "\n" },
		"file's name": func(s *Shell) { s.Files[0].Path = "b.go" },
		"files":       func(s *Shell) { s.Files = append(s.Files, File{}) },
		"argument":    func(s *Shell) { s.Cells[0][0].Args[1] = "env" },
		"arguments":   func(s *Shell) { s.Cells[0][0].Args = []string{"go version"} },
		"quoting":     func(s *Shell) { s.Cells[0][0].Args = []string{`go" "version`} },
		"assignment":  func(s *Shell) { s.Cells[0][0].Env = nil },
		"redirection": func(s *Shell) { s.Cells[0][0].Stdout = "out" },
		"look-alike":  func(s *Shell) { s.Cells[0][0].Stdout = `out" append=true` },
		"and errors":  func(s *Shell) { s.Cells[0][0].Stderr = "out" },
		"appending":   func(s *Shell) { s.Cells[0][0].Append = true },
		"both":        func(s *Shell) { s.Cells[0][0].Stdout, s.Cells[0][0].Append = "out", true },
		"condition":   func(s *Shell) { s.Cells[0][0].OnOK = true },
		"commands":    func(s *Shell) { s.Cells[0] = append(s.Cells[0], Command{}) },
		"cells":       func(s *Shell) { s.Cells = append(s.Cells, nil) },
	} {
		p, id := keyedShell()
		change(p.Shell)
		key := p.Key(id)
		if other, ok := seen[key]; ok {
			t.Errorf("changing %s gives the key of changing %s", name, other)
		}
		seen[key] = name
	}
}

// uncounted are the fields that a key must not depend on. Whoever adds a field
// to a program finds it counted, or has to say here why it is not.
var uncounted = []string{
	"Program.GoOnly",  // which engines run it
	"Program.Imports", // in Source, and packages of the Identity
	"Unit.ID", "Unit.Pos",
	"File.Pos", "Command.Pos",
	"Unwritable.Pos", // in the lines of Source
}

// TestKeyCountsEveryField changes each field that there is, however deep, and
// wants another key, but for the uncounted. Map is counted as the lines that
// the compiler is given, which TestKeyCountsEveryPart changes.
func TestKeyCountsEveryField(t *testing.T) {
	full := func() *Program {
		p, _ := keyedProgram()
		fill(reflect.ValueOf(p).Elem())
		p.Source, p.Map = "package main\n", nil
		return p
	}
	_, id := keyedProgram()
	var visited []string
	check := func(p *Program, field string, change func()) {
		visited = append(visited, field)
		before := p.Key(id)
		change()
		if changed, want := p.Key(id) != before, !slices.Contains(uncounted, field); changed != want {
			t.Errorf("%s changed: key changed %v, want %v", field, changed, want)
		}
	}
	for _, shell := range []bool{false, true} {
		p := full()
		if !shell {
			p.Shell = nil
		}
		eachField(reflect.ValueOf(p).Elem(), func(field string, v reflect.Value) {
			if field == "Program.Map" || field == "Program.Source" && shell {
				return
			}
			old := reflect.New(v.Type()).Elem()
			old.Set(v)
			check(p, field, func() { alter(t, field, v) })
			v.Set(old)
		})
	}
	for _, field := range uncounted {
		if !slices.Contains(visited, field) {
			t.Errorf("there is no field %s", field)
		}
	}
	if !slices.Contains(visited, "Command.Args") || !slices.Contains(visited, "Unwritable.Type") {
		t.Errorf("not every field was looked at, only %v", visited)
	}
}

// fill gives every slice and pointer below v one element.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		fill(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	}
}

// eachField calls do with every field of the structures that v consists of
// and that are the runner's to name, Pos left whole.
func eachField(v reflect.Value, do func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			do(v.Type().Name()+"."+v.Type().Field(i).Name, v.Field(i))
			if v.Field(i).Type() != reflect.TypeFor[Pos]() {
				eachField(v.Field(i), do)
			}
		}
	case reflect.Slice, reflect.Pointer:
		if v.Kind() == reflect.Slice && v.Len() > 0 {
			eachField(v.Index(0), do)
		}
		if v.Kind() == reflect.Pointer && !v.IsNil() {
			eachField(v.Elem(), do)
		}
	}
}

// alter gives a field another value.
func alter(t *testing.T, field string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(v.Int() + 1)
	case reflect.Uint, reflect.Uint64, reflect.Uint32:
		v.SetUint(v.Uint() + 1)
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		} else {
			v.SetZero()
		}
	case reflect.Struct:
		changed := false
		for i := range v.NumField() {
			if v.Field(i).CanSet() && !changed {
				alter(t, field, v.Field(i))
				changed = true
			}
		}
	default:
		t.Fatalf("this test cannot change %s, a %s", field, v.Kind())
	}
}

func TestPartsHaveNames(t *testing.T) {
	p, id := keyedShell()
	p.Cells[0].Timeout = 2 * time.Second
	p.Shell.Files = append(p.Shell.Files, File{Path: "b.go"})
	seen := make(map[string]bool)
	for _, part := range p.Parts(id) {
		if part.Name == "" || seen[part.Name] {
			t.Errorf("name %q of %q is empty or not its own", part.Name, part.Value)
		}
		seen[part.Name] = true
		if want := `timeout=2s`; part.Name == "cell 1" && part.Value != want {
			t.Errorf("cell 1 is %q, want %q", part.Value, want)
		}
		if want := `env=["GOGC=1"] args=["go" "version"]` + "\n"; part.Name == "commands of cell 1" && part.Value != want {
			t.Errorf("commands of cell 1 are %q, want %q", part.Value, want)
		}
	}
	if !seen["cell 1"] || !seen["commands of cell 1"] || !seen["file b.go"] || !seen["package p"] {
		t.Errorf("parts %s", fmt.Sprint(seen))
	}
}
