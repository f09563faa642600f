package gotool

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"rtbook/runner"
	"rtbook/runner/sandbox"
)

// What the go command may use, and each tool that it starts. It compiles what a
// stranger wrote; but compiling takes memory, and a thread for each processor
// in as many processes at the same time.
const (
	goMemory    = 2 << 30
	goProcesses = 4096
	goFiles     = 1 << 30

	// shellFiles is for all that is in a folder of commands: what they build,
	// and what the go command keeps while it does.
	shellFiles = 256 << 20
)

// goLimits returns what the go command may use, of what a program may use that
// it is there for.
func goLimits(l runner.Limits) runner.Limits {
	l.Memory = max(l.Memory, goMemory)
	l.Processes = max(l.Processes, goProcesses)
	return l
}

// together returns what all processes of a command together may use: of the go
// command, that is a tool on each processor, or a program that it runs.
func (s *session) together(c runner.Command) runner.Limits {
	l := s.limits
	if c.Args[0] == "go" {
		l.Memory = max(l.Memory, goMemory*int64(runtime.GOMAXPROCS(0)))
	}
	return l
}

// shellLimits returns what a program that p builds may use.
func shellLimits(p *runner.Program) runner.Limits {
	l := sandbox.Limits(p)
	if p.Limits.Files == 0 {
		l.Files = shellFiles
	}
	return l
}

// confined returns a go command that can read the toolchain, the modules and
// the book's module, and write the build cache; the folders that it works in
// are for the caller to add.
func (t *Toolchain) confined(ctx context.Context, args []string) (sandbox.Spec, error) {
	cmd, err := t.command(ctx, args...)
	if err != nil {
		return sandbox.Spec{}, err
	}
	s := sandbox.Spec{
		Path: cmd.Path, Args: append([]string{"go"}, args...), Env: cmd.Env, Dir: cmd.Dir,
		Limits: goLimits(runner.Limits{Files: goFiles}),
	}
	env, err := t.settings(ctx)
	if err != nil {
		return sandbox.Spec{}, err
	}
	// It is taken from the toolchain itself where that has one, as it always
	// does: then nothing else is started, be it through PATH.
	if file := binary(filepath.Join(env.GOROOT, "bin"), "go"); fileExists(file) {
		s.Path = file
	}
	s.Access.Read = append([]string{s.Path, env.GOROOT, env.GOMODCACHE, t.Dir}, t.replaced()...)
	s.Access.Write, s.Access.Attributes = []string{env.GOCACHE}, true
	// The folders are made by the first go command that needs them, which must
	// not be this one.
	if err := os.MkdirAll(env.GOCACHE, 0o777); err != nil {
		return sandbox.Spec{}, fmt.Errorf("make the go command's cache: %w: set GOCACHE, or HOME, to a folder that can be written", err)
	}
	return s, nil
}

// replaced returns the folders that the module's go.mod has instead of modules.
func (t *Toolchain) replaced() (dirs []string) {
	for _, r := range t.module.Replace {
		if r.New.Version != "" {
			continue
		}
		dir := filepath.FromSlash(r.New.Path)
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(t.Dir, dir)
		}
		dirs = append(dirs, dir)
	}
	return dirs
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// confined returns a command with all but its output: a go command that can
// also write the folder, or a program that can do nothing else.
func (s *session) confined(ctx context.Context, c runner.Command) (sandbox.Spec, error) {
	var spec sandbox.Spec
	if c.Args[0] == "go" {
		args, err := s.further(uncached(c.Args[1:]))
		if err != nil {
			return spec, err
		}
		if spec, err = s.t.confined(ctx, args); err != nil {
			return spec, err
		}
		if runsTool(args) {
			// Tools write where their arguments say, and files that these name
			// say. What they need of the cache, warm has put there.
			spec.Access.Read = append(spec.Access.Read, spec.Access.Write...)
			spec.Access.Write = nil
		}
		spec.Limits = goLimits(s.limits)
		spec.Env = append(spec.Env, "PATH="+filepath.Dir(spec.Path))
		spec.Access.Read = append(spec.Access.Read, s.exec...)
	} else {
		file, err := s.folder.program(c.Args[0])
		if err != nil {
			return spec, err
		}
		spec = sandbox.Spec{Path: file, Args: c.Args, Limits: s.limits}
	}
	spec.Dir = s.folder.dir()
	// No program may lead a go command out of the folder, which writes the cache.
	spec.Access.NoLinks = true
	spec.Access.Write = append(spec.Access.Write, s.folder.writable()...)
	spec.Env = append(spec.Env, sandbox.Environ(s.folder.home(), s.folder.temp())...)
	spec.Env = append(spec.Env, "PWD="+spec.Dir)
	spec.Env = append(spec.Env, c.Env...)
	return spec, nil
}

// runsTool says whether the go command itself starts a tool, with arguments
// that are the cell's.
func runsTool(args []string) bool {
	return len(args) > 1 && args[0] == "tool" && args[1] != "-n"
}

// further has the go command run programs through a guard of their own: they
// are not to have what it needs, above all not the build cache, from which
// later builds take what they find.
func (s *session) further(args []string) ([]string, error) {
	if len(args) == 0 || args[0] != "run" && args[0] != "test" || len(s.exec) == 0 {
		return args, nil
	}
	words := make([]string, len(s.exec))
	for i, w := range s.exec {
		switch {
		case !strings.ContainsAny(w, " \t\n'\""):
		case !strings.Contains(w, "'"):
			w = "'" + w + "'"
		case !strings.Contains(w, `"`):
			w = `"` + w + `"`
		default:
			return nil, fmt.Errorf("the go command cannot be given the path %s, which has both kinds of quotes in it", w)
		}
		words[i] = w
	}
	return withFlag(args, "-exec="+strings.Join(words, " ")), nil
}

// withFlag adds a flag to the arguments of a go command.
func withFlag(args []string, flag string) []string {
	at := 1
	if len(args) > 2 && (args[1] == "-C" || args[1] == "--C") {
		at = 3 // this flag must be the first
	} else if len(args) > 1 && strings.HasPrefix(strings.TrimLeft(args[1], "-"), "C=") {
		at = 2
	}
	return slices.Insert(slices.Clone(args), at, flag)
}
