package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"rtbook/runner/interp/worker"
	"rtbook/runner/sandbox"
)

// TestMain lets the scripts run this test binary as the command rtbook, which
// starts itself again as the interpreter's child.
func TestMain(m *testing.M) {
	if sandbox.Requested(os.Args) {
		sandbox.Main()
	}
	if worker.Requested(os.Args) {
		worker.Main()
		return
	}
	testscript.Main(m, map[string]func(){"rtbook": main})
}

// TestScripts runs the commands as their users do: each file in
// testdata/script is a book and a session with it.
func TestScripts(t *testing.T) {
	t.Parallel()
	env := goEnv(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"status": status, "edit": edit},
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, env...)
			path, err := exec.LookPath("rtbook")
			if err != nil {
				return err
			}
			root, err := filepath.Abs(filepath.Join("..", ".."))
			if err != nil {
				return err
			}
			e.Setenv("RTBOOK", path) // for scripts that take PATH away
			e.Setenv("MODULE", root) // rtbook's own, for books that require it
			e.Setenv("RTBOOK_CACHE", filepath.Join(e.WorkDir, ".rtbook-cache"))
			return nil
		},
	})
}

// status is a script command: status N COMMAND ARG... runs a command that must
// exit with status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [arg...]")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("%v", err)
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// edit is a script command: edit FILE OLD NEW replaces the one occurrence of
// OLD in a file. \n and \t in OLD and NEW are a newline and a tab.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit file old new")
	}
	text := ts.ReadFile(args[0])
	escapes := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	old, new := escapes.Replace(args[1]), escapes.Replace(args[2])
	if n := strings.Count(text, old); n != 1 {
		ts.Fatalf("%s has %q %d times, want it once", args[0], old, n)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, old, new, 1)), 0o666))
}

// goEnv is what a script's go commands need of this machine: its caches.
func goEnv(t *testing.T) []string {
	t.Helper()
	names := []string{"GOCACHE", "GOMODCACHE", "GOPATH"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	values := strings.Split(strings.TrimSpace(string(out)), "\n")
	env := []string{"HOME=" + os.Getenv("HOME")}
	for i, name := range names {
		env = append(env, name+"="+values[i])
	}
	return env
}
