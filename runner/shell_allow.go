package runner

import (
	"path"
	"slices"
	"strings"
)

// nullFile is the one path outside its folder that a command may name.
const nullFile = "/dev/null"

var (
	// goSubcommands are what the go command may be asked for: what builds,
	// runs and shows, and changes nothing outside the folder.
	goSubcommands = []string{"build", "run", "test", "vet", "list", "tool", "version", "env", "doc"}

	// goTools are the tools that read, write into the folder and print.
	goTools = []string{
		"addr2line", "asm", "buildid", "compile", "covdata", "cover", "link", "nm", "objdump", "pack", "pprof",
		"test2json", "trace", "vet",
	}

	// goFlags are the flags that the go command or a tool may not be given,
	// and why. Those of the linker stand inside -ldflags.
	goFlags = map[string]string{
		"toolexec": startsOther, "exec": startsOther, "vettool": startsOther, "compiler": startsOther, "gccgoflags": startsOther,
		"extld": startsOther, "extldflags": startsOther, "extar": startsOther, "linkmode": startsOther,
		"overlay": takesOther, "modfile": takesOther,
		"http": opensWindow, "web": opensWindow, "weblist": opensWindow, "gv": opensWindow, "evince": opensWindow,
		"eog": opensWindow, "kcachegrind": opensWindow, "html": opensWindow,
	}

	// patternFlags are flags whose values are patterns or templates, by the
	// subcommand or the tool that takes them so: a slash in one begins no path,
	// and a dash no flag.
	patternFlags = map[string][]string{
		"test":    {"run", "bench", "skip", "fuzz", "list", "test.run", "test.bench", "test.skip", "test.fuzz", "test.list"},
		"list":    {"f"},
		"objdump": {"s"},
		"pprof": {
			"list", "focus", "ignore", "show", "show_from", "hide", "peek", "disasm", "tagfocus", "tagignore", "tagshow", "taghide",
		},
	}

	// goVariables say how Go compiles, or how its runtime works.
	goVariables = []string{
		"GODEBUG", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GOTRACEBACK", "GOOS", "GOARCH", "GOAMD64", "GOEXPERIMENT", "CGO_ENABLED",
	}

	// ownVariables are given to each program, and are not for a cell to say.
	ownVariables = []string{"PATH", "HOME", "USERPROFILE", "PWD", "TMPDIR", "TMP", "TEMP"}

	shellBuiltins = []string{
		".", ":", "[", "alias", "bg", "break", "builtin", "cd", "command", "continue", "echo", "eval", "exec", "exit", "false",
		"fg", "getopts", "hash", "history", "jobs", "kill", "popd", "printf", "pushd", "pwd", "read", "return", "set", "shift",
		"shopt", "source", "test", "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset", "wait",
	}
)

const (
	startsOther = "it would have other programs than go's own started"
	takesOther  = "it would have other files taken for those of the folder"
	opensWindow = "it would open a window: print to standard output"

	runsWhat = "sh cells run the go command, and ./name for a program of the folder that it built"
)

// allow refuses a command that is neither the go command nor a program of the
// folder, and what these may not be told.
func (p *shellParser) allow(assigns, args []shellWord) {
	if len(args) == 0 {
		p.refuse(assigns[0].off, "sh cells have no shell variables", "write the assignment before the command that it is for, on its line")
		return
	}
	name := args[0]
	isGo := name.text == "go"
	for _, a := range assigns {
		p.allowVariable(a, isGo)
	}
	switch {
	case isGo:
		p.allowGo(name, args[1:])
	case slices.Contains(shellBuiltins, name.text):
		hint := runsWhat
		if name.text == "cd" {
			hint = "every command runs in the environment's folder; go's flag -C names a folder in it"
		}
		p.refuse(name.off, "sh cells have no builtin commands such as "+name.text, hint)
	case name.text == "$" || name.text == "%":
		p.refuse(name.off, "the command is a prompt, "+quoted(name.text), "leave the prompt out")
	case !strings.Contains(name.text, "/"):
		p.refuse(name.off, quoted(name.text)+" is not a program that sh cells run", runsWhat)
	default:
		p.allowProgram(name, args[1:])
	}
}

// allowProgram refuses a program that is not of the folder.
func (p *shellParser) allowProgram(name shellWord, args []shellWord) {
	clean := "./" + path.Clean(name.text)
	switch {
	case !inFolder(strings.TrimPrefix(name.text, "./")) || name.text == nullFile:
		p.refuse(name.off, "the program "+quoted(name.text)+" is not in the environment's folder", runsWhat)
	case name.text != clean:
		p.refuse(name.off, "the program "+quoted(name.text)+" is not named ./name", "write "+clean)
	}
	for _, a := range args {
		if outside(a.text, "=") {
			p.leaves(a)
		}
	}
}

func (p *shellParser) leaves(w shellWord) {
	p.refuse(w.off, quoted(w.text)+" leads out of the environment's folder", "name what is in the folder, which is where the command runs")
}

// allowGo refuses what the go command may not be asked for.
func (p *shellParser) allowGo(name shellWord, args []shellWord) {
	can := "it may be " + strings.Join(goSubcommands, ", ")
	if len(args) == 0 {
		p.refuse(name.off, "the go command has no subcommand", can)
		return
	}
	sub := args[0]
	if !slices.Contains(goSubcommands, sub.text) {
		switch {
		case strings.HasPrefix(sub.text, "-"):
			can = "begin with the subcommand"
		case slices.Contains([]string{"get", "mod", "install", "work"}, sub.text):
			can = "what the folder's programs need stands in its go.mod, which a fence with file=go.mod can be"
		}
		p.refuse(sub.off, "sh cells have no go "+sub.text, can)
		return
	}
	args = args[1:]
	if sub.text == "tool" && !p.allowTool(args) {
		return
	}
	takes := sub.text // what the flags are for
	if tool := toolOf(args); sub.text == "tool" && tool >= 0 {
		takes = args[tool].text
	}
	before := len(p.problems)
	for i, a := range args {
		if i > 0 && patternFollows(takes, args[i-1].text) {
			continue
		}
		p.allowGoArgument(sub.text, takes, a)
	}
	if takes == "pprof" && len(p.problems) == before {
		p.allowProfiles(args)
	}
}

// toolOf returns which of the arguments of go tool names the tool, or -1.
func toolOf(args []shellWord) int {
	return slices.IndexFunc(args, func(w shellWord) bool { return !strings.HasPrefix(w.text, "-") })
}

// patternFlag says whether an argument of a subcommand or a tool is a flag,
// with a value or without, that stands for a pattern.
func patternFlag(takes, arg string) bool {
	flag, _, _ := strings.Cut(arg, "=")
	return strings.HasPrefix(flag, "-") && slices.Contains(patternFlags[takes], strings.TrimLeft(flag, "-"))
}

// patternFollows says whether the value of such a flag is the next argument.
func patternFollows(takes, arg string) bool {
	return patternFlag(takes, arg) && !strings.Contains(arg, "=")
}

// allowGoArgument refuses flags that an argument is or holds, as -ldflags does,
// and paths that do not stay in the folder.
func (p *shellParser) allowGoArgument(sub, takes string, a shellWord) {
	if patternFlag(takes, a.text) {
		return
	}
	const apart = " \t\n=,:;'\""
	for _, part := range strings.FieldsFunc(a.text, func(r rune) bool { return strings.ContainsRune(apart, r) }) {
		flag := strings.TrimLeft(part, "-")
		if flag == part {
			continue
		}
		if why, ok := goFlags[flag]; ok {
			p.refuse(a.off, "sh cells have no go "+sub+" -"+flag, why)
			return
		}
		if sub == "env" && (flag == "w" || flag == "u") {
			p.refuse(a.off, "sh cells have no go env -"+flag, "it would change the settings of this machine: write NAME=value before a command")
			return
		}
	}
	switch {
	case outside(a.text, apart):
		p.leaves(a)
	case (a.text == "cmd" || strings.HasPrefix(a.text, "cmd/")) && slices.Contains([]string{"build", "run", "test"}, sub):
		p.refuse(a.off, quoted(a.text)+" is one of Go's own commands", "go tool runs those that a page may show; a command of the folder is named ./cmd/…")
	case !strings.HasPrefix(a.text, "-") && strings.Contains(a.text, "@"):
		p.refuse(a.off, quoted(a.text)+" names a version of a module", "require it in the folder's go.mod, and leave the @ out")
	}
}

// allowTool refuses tools that are not for a page, and says whether the rest
// of the arguments is worth looking at.
func (p *shellParser) allowTool(args []shellWord) bool {
	i := toolOf(args)
	if i < 0 {
		return true
	}
	tool := args[i]
	switch {
	case !slices.Contains(goTools, tool.text):
		p.refuse(tool.off, "sh cells have no go tool "+quoted(tool.text), "it may be "+strings.Join(goTools, ", "))
		return false
	case tool.text == "trace" && !slices.ContainsFunc(args, func(w shellWord) bool {
		return strings.HasPrefix(w.text, "-d") || strings.HasPrefix(w.text, "-pprof")
	}):
		p.refuse(tool.off, "go tool trace would open a window", "print with -d=parsed, or with -pprof=net and such")
		return false
	}
	return true
}

// allowProfiles refuses profiles that pprof would ask a server for, as it does
// if there is no file of the name host:port.
func (p *shellParser) allowProfiles(args []shellWord) {
	for i, a := range args {
		flag, _, _ := strings.Cut(strings.TrimLeft(a.text, "-"), "=")
		switch {
		case !strings.Contains(a.text, ":"):
		case strings.HasPrefix(a.text, "-") && flag != "base" && flag != "diff_base":
		case i > 0 && patternFollows("pprof", args[i-1].text):
		default:
			p.refuse(a.off, quoted(a.text)+" may be a profile of a server", "name a profile that a command above wrote, by a name without a colon")
		}
	}
}

// allowVariable refuses an assignment that could change what the go command
// is, or where it and a program have their files.
func (p *shellParser) allowVariable(a shellWord, isGo bool) {
	name, value, _ := strings.Cut(a.text, "=")
	switch {
	case name == "CGO_ENABLED" && value != "0":
		p.refuse(a.off, "sh cells have no cgo", "leave CGO_ENABLED out: it is 0")
	case slices.Contains(goVariables, name):
	case isGo || strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "CGO"):
		p.refuse(a.off, name+" may not be assigned here", "for the go command these may be: "+strings.Join(goVariables, ", "))
	case strings.HasPrefix(name, "LD_") || strings.HasPrefix(name, "DYLD_") || slices.Contains(ownVariables, name):
		p.refuse(a.off, name+" may not be assigned here", "give the program what it needs by another name, or by an argument")
	}
}

// inFolder says whether a path names a file of the folder that it is relative
// to, or the null file.
func inFolder(name string) bool {
	if name == nullFile {
		return true
	}
	return name != "" && !outside(name, "") && !strings.HasSuffix(name, "/") && path.Clean(name) != "." &&
		!strings.ContainsAny(name, "\\\n")
}

// outside says whether text, or a part of it between separators, is a path
// that leads out of a folder, on any system.
func outside(text, separators string) bool {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if part == nullFile {
			continue
		}
		part = strings.ReplaceAll(part, `\`, "/")
		drive := len(part) > 2 && part[1] == ':' && part[2] == '/'
		if strings.HasPrefix(part, "/") || drive || slices.Contains(strings.Split(part, "/"), "..") {
			return true
		}
	}
	return false
}
