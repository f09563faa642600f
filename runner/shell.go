package runner

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// shellMax is the size in bytes of the longest shell cell. The parser recurses,
// so that a bound on its text is a bound on its stack.
const shellMax = 64 << 10

// ParseShell returns the commands of a shell cell. No shell is needed to run
// them, and none ever sees the cell: what a shell would do besides starting
// simple commands is a [Problem]. If there is any, there are no commands.
//
// # What a shell cell is made of
//
// Simple commands, separated by newlines, semicolons or &&; comments; quotes
// and backslashes; assignments before a command. Standard output and error go
// to the cell's output in the order in which they are written, or by >, >>, 2>
// and 2>> to a file of the folder, or together by 2>&1. Nothing is expanded: a
// character that would begin an expansion has to be quoted.
//
// # What a command may be
//
// The go command with one of the subcommands build, run, test, vet, list, tool,
// version, env and doc; or ./name, a program of the folder, which go commands
// above it built. No argument may be a path that leads out of the folder, but
// for /dev/null, nor have the go command start another program (-toolexec,
// -exec, -vettool, -ldflags=-extld and such) or take files for others
// (-overlay, -modfile), nor build one of Go's own commands, which would do all
// that anew (cmd/…). The values of flags that are patterns, such as -run, are
// not looked at.
//
// # What may be assigned
//
// For both kinds of command GODEBUG, GOGC, GOMEMLIMIT, GOMAXPROCS, GOTRACEBACK,
// GOOS, GOARCH, GOAMD64, GOEXPERIMENT and CGO_ENABLED=0. For a built program,
// also any variable that begins with neither GO, CGO, LD_ nor DYLD_, and is not
// one of those that every program is given, such as PATH and HOME.
func ParseShell(c Cell) ([]Command, []Problem) {
	c.Source = strings.ReplaceAll(c.Source, "\r\n", "\n")
	p := &shellParser{source: newSource(&c, 0, 0)}
	if p.readable() {
		p.parse()
	}
	if len(p.problems) > 0 {
		slices.SortStableFunc(p.problems, func(a, b Problem) int { return a.Pos.compare(b.Pos) })
		return nil, p.problems
	}
	return p.commands, nil
}

func (p Pos) compare(q Pos) int {
	if p.Line != q.Line {
		return p.Line - q.Line
	}
	return p.Col - q.Col
}

type shellParser struct {
	source   *source
	commands []Command
	problems []Problem
}

// refuse adds a problem at an offset into the cell's source.
func (p *shellParser) refuse(off int, message, hint string) {
	p.problems = append(p.problems, Problem{Pos: p.source.pos(off), Message: message, Hint: hint})
}

// without refuses what a shell could do.
func (p *shellParser) without(at syntax.Pos, what, hint string) {
	p.refuse(offset(at), "sh cells have no "+what, hint)
}

// offset is what counts of a position: the parser's lines and columns end at
// some thousands.
func offset(at syntax.Pos) int { return int(at.Offset()) }

// readable refuses text that the parser would leave bytes out of, or that does
// not come through JSON whole.
func (p *shellParser) readable() bool {
	text := p.source.Source
	if len(text) > shellMax {
		p.refuse(0, fmt.Sprintf("the cell has more than %d bytes", shellMax), "a shell cell is a few commands: make several of it")
		return false
	}
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			p.refuse(i, "the cell is not UTF-8 here", "remove the byte, or write what it stands for")
			return false
		case r < ' ' && r != '\n' && r != '\t' || r == 0x7f:
			p.refuse(i, fmt.Sprintf("the cell has the control character %U", r), "remove it")
			return false
		}
	}
	return true
}

func (p *shellParser) parse() {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(p.source.Source), "")
	if err != nil {
		p.syntaxError(err)
		return
	}
	for _, st := range file.Stmts {
		p.statement(st, false)
	}
}

func (p *shellParser) syntaxError(err error) {
	const hint = "quote what is not meant for a shell"
	var parse syntax.ParseError
	var lang syntax.LangError
	switch {
	case errors.As(err, &parse):
		p.refuse(offset(parse.Pos), parse.Text, hint)
	case errors.As(err, &lang):
		p.without(lang.Pos, lang.Feature, hint)
	default:
		p.refuse(0, err.Error(), hint)
	}
}

func (p *shellParser) statement(st *syntax.Stmt, onOK bool) {
	switch {
	case st.Negated:
		p.without(st.Pos(), "!", "say with expect= that the cell must fail")
		return
	case st.Background, st.Coprocess, st.Disown:
		p.without(st.Semicolon, "background commands", "remove the &: each command ends before the next begins")
		return
	}
	switch cmd := st.Cmd.(type) {
	case *syntax.CallExpr:
		p.call(st, cmd, onOK)
	case *syntax.BinaryCmd:
		if cmd.Op == syntax.AndStmt {
			p.statement(cmd.X, onOK)
			p.statement(cmd.Y, true)
			return
		}
		what, hint := operator(cmd.Op)
		p.without(cmd.OpPos, what, hint)
	case nil:
		p.without(st.Pos(), "redirections without a command", "write the command whose output it is before it")
	default:
		what, hint := construct(cmd)
		p.without(st.Pos(), what, hint)
	}
}

func operator(op syntax.BinCmdOperator) (what, hint string) {
	if op == syntax.OrStmt {
		return "||", "a command that fails ends the cell: say with expect= that it must"
	}
	return "pipes", "write the output to a file with >, or show all of it"
}

// construct names what is no simple command.
func construct(cmd syntax.Command) (what, hint string) {
	hint = "write the commands out, one a line"
	switch cmd := cmd.(type) {
	case *syntax.Subshell:
		return "subshells", "remove the parentheses"
	case *syntax.Block:
		return "groups", "remove the braces"
	case *syntax.IfClause:
		return "if", hint
	case *syntax.WhileClause:
		if cmd.Until {
			return "until", hint
		}
		return "while", hint
	case *syntax.ForClause:
		if cmd.Select {
			return "select", hint
		}
		return "for", hint
	case *syntax.CaseClause:
		return "case", hint
	case *syntax.FuncDecl:
		return "functions", hint
	case *syntax.ArithmCmd:
		return "arithmetic", "calculate in Go"
	case *syntax.LetClause:
		return "let", "calculate in Go"
	case *syntax.TestClause:
		return "[[", "test in Go"
	case *syntax.DeclClause:
		return cmd.Variant.Value, "write NAME=value before the command that it is for"
	case *syntax.TimeClause:
		return "time", "measure in Go: go test -bench ."
	case *syntax.CoprocClause:
		return "coproc", hint
	}
	return "such commands", hint
}

// call makes a Command of a simple command.
func (p *shellParser) call(st *syntax.Stmt, call *syntax.CallExpr, onOK bool) {
	before := len(p.problems)
	c := Command{OnOK: onOK, Pos: p.source.pos(offset(st.Pos()))}
	var assigns, args []shellWord
	for _, a := range call.Assigns {
		if w, ok := p.assignment(a); ok {
			assigns = append(assigns, w)
			c.Env = append(c.Env, w.text)
		}
	}
	for _, word := range call.Args {
		w := p.word(word)
		args = append(args, w)
		c.Args = append(c.Args, w.text)
	}
	p.redirect(&c, st.Redirs)
	if len(p.problems) == before { // else a word may not be what it seems
		p.allow(assigns, args)
	}
	p.commands = append(p.commands, c)
}

// redirect follows redirections from left to right, as a shell does.
func (p *shellParser) redirect(c *Command, redirs []*syntax.Redirect) {
	modes := make(map[bool]bool) // whether files are appended to, and whether they are not
	var seen [3]bool
	for _, r := range redirs {
		fd, ok := p.descriptor(r)
		if !ok {
			continue
		}
		if seen[fd] {
			p.without(r.Pos(), "second redirection of the same output", "remove one of them")
			continue
		}
		seen[fd] = true
		w := p.word(r.Word)
		if r.Op == syntax.DplOut {
			if fd != 2 || w.text != "1" {
				p.without(r.Pos(), "duplication of descriptors but 2>&1", "write 2>&1")
			} else if c.Stdout != "" { // else both are the cell's output, now and later
				c.Stderr = "&1"
			}
			continue
		}
		if !inFolder(w.text) {
			p.refuse(w.off, "the output goes to "+quoted(w.text)+", which is no file of the environment's folder",
				"name a file of the folder, or /dev/null")
			continue
		}
		c.Append = r.Op == syntax.AppOut
		if modes[c.Append] = true; len(modes) > 1 {
			p.without(r.Pos(), "commands with both > and >>", "use one of them")
		}
		if fd == 1 {
			c.Stdout = path.Clean(w.text)
		} else {
			c.Stderr = path.Clean(w.text)
		}
		if c.Stdout == c.Stderr && c.Stdout != nullFile {
			p.without(r.Pos(), "two redirections to one file, which would overwrite each other", "write > file 2>&1")
		}
	}
}

// descriptor returns which output is redirected, 1 or 2.
func (p *shellParser) descriptor(r *syntax.Redirect) (int, bool) {
	switch r.Op {
	case syntax.RdrOut, syntax.AppOut, syntax.DplOut:
	case syntax.Hdoc, syntax.DashHdoc:
		p.without(r.OpPos, "here-documents", "standard input is empty: give the program a file of the folder")
		return 0, false
	case syntax.WordHdoc:
		p.without(r.OpPos, "here-strings", "standard input is empty: give the program a file of the folder")
		return 0, false
	case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn:
		p.without(r.OpPos, "redirection of input", "standard input is empty: give the program a file of the folder")
		return 0, false
	case syntax.RdrAll, syntax.AppAll:
		p.without(r.OpPos, r.Op.String(), "write > file 2>&1")
		return 0, false
	default:
		p.without(r.OpPos, r.Op.String(), "write > or >>")
		return 0, false
	}
	switch {
	case r.N == nil || r.N.Value == "1":
		return 1, true
	case r.N.Value == "2":
		return 2, true
	}
	p.without(r.Pos(), "descriptors but 1 and 2", "redirect standard output with > and standard error with 2>")
	return 0, false
}

// assignment returns NAME=value.
func (p *shellParser) assignment(a *syntax.Assign) (shellWord, bool) {
	switch {
	case a.Array != nil || a.Index != nil:
		p.without(a.Pos(), "arrays", "write NAME=value")
		return shellWord{}, false
	case a.Append:
		p.without(a.Pos(), "+=", "write NAME=value")
		return shellWord{}, false
	case a.Naked || a.Name == nil:
		p.without(a.Pos(), "such assignments", "write NAME=value")
		return shellWord{}, false
	}
	w := shellWord{text: a.Name.Value + "=", off: offset(a.Pos())}
	if a.Value != nil {
		w.text += p.word(a.Value).text
	}
	return w, true
}
