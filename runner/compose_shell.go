package runner

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// composeShell makes the program of the environment's cells of commands: the
// folder in which they run, and what they are. main is the program of its Go
// cells, nil if it has none; without mainOK those have problems, and so there
// is no folder.
func (env *environment) composeShell(main *Program, mainOK bool) {
	p := &Program{Chapter: env.chapter, Env: env.name, GoOnly: true, Shell: &Shell{}}
	sound := mainOK
	for _, s := range env.shell {
		commands, problems := ParseShell(*s.Cell)
		for _, prob := range problems {
			env.problems.add(s, prob)
		}
		sound = sound && len(problems) == 0
		if s.Mode != Execute {
			continue
		}
		p.Cells = append(p.Cells, s.unit())
		p.Shell.Cells = append(p.Shell.Cells, commands)
	}
	if len(p.Cells) == 0 && len(env.files) > 0 {
		s := env.files[0]
		env.problems.add(s, Problem{
			Pos:     s.pos(0),
			Attr:    "file",
			Message: fmt.Sprintf("no sh cell uses the file %s", s.Path),
			Hint:    "a file is for the sh cells of its environment: give the file and the sh cell the same env",
		})
	}
	if !env.checkFiles() || !sound || len(p.Cells) == 0 {
		return
	}
	if main != nil {
		p.Shell.Files = append(p.Shell.Files, File{Path: mainFile, Text: main.Export()})
	}
	for _, s := range env.files {
		p.Shell.Files = append(p.Shell.Files, File{Path: s.Path, Text: s.Source, Pos: s.pos(0)})
	}
	env.programs = append(env.programs, p)
}

// mainFile is the file of a folder that has its environment's Go cells.
const mainFile = "main.go"

// unit returns what engines need to know of a cell.
func (s *source) unit() Unit {
	u := Unit{ID: s.ID, Pos: s.pos(0), Timeout: s.Timeout, Limit: DefaultOutputLimit, Expect: s.Expect}
	if u.Timeout == 0 {
		u.Timeout = DefaultTimeout
	}
	return u
}

// checkFiles reports files that cannot be in the environment's folder, and
// whether there are none.
func (env *environment) checkFiles() bool {
	folder := folder{files: make(map[string]*source), folders: make(map[string]*source)}
	for _, s := range env.cells {
		if s.runs() {
			folder.files[mainFile] = s
			break
		}
	}
	ok := true
	for _, s := range env.files {
		if p, bad := folder.put(s); bad {
			env.problems.add(s, p)
			ok = false
		}
		ok = s.parseFile(env) && !s.refused && ok
	}
	return ok
}

// folder is what a folder has, and by which cell.
type folder struct{ files, folders map[string]*source }

// put adds a file, or tells why it cannot be added.
func (f folder) put(s *source) (p Problem, bad bool) {
	name := s.Path
	p = Problem{Pos: s.pos(0), Attr: "file"}
	if !fs.ValidPath(name) || name == "." || !inFolder(name) {
		p.Message = fmt.Sprintf("%s is no file of the environment's folder", strconv.Quote(name))
		p.Hint = "name a file in the folder or below it, as in file=users.go or file=store/store.go"
		return p, true
	}
	other := f.files[name]
	if other == nil {
		other = f.folders[name]
	}
	for dir := path.Dir(name); other == nil && dir != "."; dir = path.Dir(dir) {
		other = f.files[dir]
	}
	switch {
	case other == nil:
		f.files[name] = s
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			f.folders[dir] = s
		}
		return p, false
	case other.Mode != FileOnly:
		p.Message = mainFile + " is the file of the environment's Go cells"
		p.Notes = []ProblemNote{{other.pos(0), "its first Go cell is here"}}
		p.Hint = "choose another name, or give the file and its sh cells an env without Go cells"
	default:
		p.Message = fmt.Sprintf("the environment's folder cannot have both %s and %s", other.Path, name)
		if other.Path == name {
			p.Message = fmt.Sprintf("the environment's folder has %s already", name)
		}
		p.Notes = []ProblemNote{{other.pos(0), other.Path + " is here"}}
		p.Hint = "choose another name"
	}
	return p, true
}

// parseFile reports a Go file that does not parse.
func (s *source) parseFile(env *environment) bool {
	if !strings.HasSuffix(s.Path, ".go") {
		return true
	}
	_, err := parser.ParseFile(token.NewFileSet(), "", s.Source, parser.SkipObjectResolution)
	list, ok := err.(scanner.ErrorList)
	if !ok || len(list) == 0 {
		return err == nil
	}
	// A line directive does not lead astray: the offset is the text's own.
	env.problems.add(s, Problem{Pos: s.pos(min(list[0].Pos.Offset, len(s.Source))), Message: list[0].Msg})
	return false
}
