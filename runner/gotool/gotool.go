// Package gotool is what rtbook does with the go command: it checks that the
// book's toolchain is there, resolves the imports of cells to export data for
// go/types, says what source the imported packages are made of, and is the
// engine "go", which compiles programs and runs them.
//
// Everything happens inside the book's own module, so that its requirements and
// its internal packages are there, or in an empty one if the book has none.
// Nothing is ever written to it: programs are virtual packages, which the go
// command sees through an overlay. And nothing comes from the network: a
// toolchain or a module that is not on this machine is an error that says so.
package gotool

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/mod/modfile"

	"rtbook/runner/sandbox"
	"rtbook/runner/store"
)

//go:embed *.go
var files embed.FS

// Fingerprint returns a hash of the code that a result of the engine depends
// on, besides the program and the toolchain.
func Fingerprint() string { return sandbox.Fingerprint(files) }

// Toolchain is a Go toolchain at work in a module. Its fields are not changed
// after the first use; its methods may be called concurrently.
type Toolchain struct {
	Dir     string // the module's root, an absolute path
	Version string // the pin, "go1.26.8"; "" is whatever the host has
	Target  string // "linux/amd64"; "" is the host's

	Store     *store.Store // in which Load keeps what it found; nil keeps nothing
	StoreFail func(error)  // it could not be written; what was found stands; may be nil

	module  *modfile.File    // Dir's go.mod
	scratch *sandbox.Scratch // Dir is this one, and is removed by Close; nil if Dir is not ours

	once sync.Once
	env  goEnv
	err  error
}

// Open finds the module that the folder root is in. If there is none, it makes
// an empty one in a temporary folder, which Close removes.
func Open(root, pin string) (*Toolchain, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("find the module of %s: %w", root, err)
	}
	t := &Toolchain{Version: pin}
	for dir := abs; ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			t.Dir = dir
			if t.module, err = modfile.Parse(filepath.Join(dir, "go.mod"), text, nil); err != nil {
				return nil, fmt.Errorf("read the module of %s: %w", root, err)
			}
			if t.module.Module == nil {
				return nil, fmt.Errorf("read the module of %s: go.mod names no module", root)
			}
			return t, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("find the module of %s: %w", root, err)
		}
		if dir == filepath.Dir(dir) {
			return t, t.makeModule()
		}
	}
}

// makeModule gives the toolchain an empty module of its own.
func (t *Toolchain) makeModule() error {
	scratch, err := sandbox.MakeScratch("module")
	if err != nil {
		return fmt.Errorf("make a module for the book: %w", err)
	}
	t.Dir, t.scratch = scratch.Dir, scratch
	v := t.Version
	if v == "" {
		v = runtime.Version()
	}
	text := "module book\n"
	if lang := version.Lang(v); lang != "" {
		text += "\ngo " + strings.TrimPrefix(lang, "go") + "\n"
	}
	t.module, err = modfile.Parse("go.mod", []byte(text), nil)
	if err == nil {
		err = os.WriteFile(filepath.Join(t.Dir, "go.mod"), []byte(text), 0o666)
	}
	if err != nil {
		t.Close()
		return fmt.Errorf("make a module for the book: %w", err)
	}
	return nil
}

// Close removes what Open made.
func (t *Toolchain) Close() error {
	if t.scratch != nil {
		t.scratch.Remove()
	}
	return nil
}

// Module returns the path of the module.
func (t *Toolchain) Module() string { return t.module.Module.Mod.Path }

// Language returns the version of the language that the module's packages are
// written in, in the form that go/types takes, such as "go1.26".
func (t *Toolchain) Language() string {
	if t.module.Go == nil {
		return "go1.16" // what a go.mod without a go line means
	}
	return version.Lang("go" + t.module.Go.Version)
}

// goEnv is what the go command says of itself and of where it keeps things.
type goEnv struct {
	GOVERSION, GOROOT, GOCACHE, GOMODCACHE, GOPATH, GOOS, GOARCH string

	path string // of the go command
}

// settings returns what the go command says of itself, asked once.
func (t *Toolchain) settings(ctx context.Context) (goEnv, error) {
	t.once.Do(func() { t.env, t.err = t.ask(ctx) })
	return t.env, t.err
}

func (t *Toolchain) ask(ctx context.Context) (goEnv, error) {
	var env goEnv
	path, err := exec.LookPath("go")
	if err != nil {
		return env, &MissingError{Want: t.Version}
	}
	cmd := sandbox.Command(ctx, path, "env", "-json", "GOVERSION", "GOROOT", "GOCACHE", "GOMODCACHE", "GOPATH", "GOOS", "GOARCH")
	cmd.Dir = t.Dir
	// The person's own settings count here, since they say where things are.
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOFLAGS=")
	if t.Version != "" {
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+t.Version)
	}
	cmd.Env = append(cmd.Env, t.targetEnv()...)
	out, err := output(cmd)
	if err != nil {
		if ctx.Err() != nil {
			return env, ctx.Err()
		}
		return env, t.missing(ctx, path, err)
	}
	if err := json.Unmarshal(out, &env); err != nil {
		return env, fmt.Errorf("ask the go command for its settings: %w", err)
	}
	if env.GOCACHE == "off" { // what it says without a home; then it builds nothing
		return env, errors.New("the go command has no place for its cache: set HOME, or GOCACHE to a folder")
	}
	env.path = path
	if t.Version != "" && env.GOVERSION != t.Version {
		return env, &MissingError{Want: t.Version, Have: env.GOVERSION}
	}
	return env, nil
}

func (t *Toolchain) targetEnv() []string {
	goos, goarch, ok := strings.Cut(t.Target, "/")
	if !ok {
		return nil
	}
	return []string{"GOOS=" + goos, "GOARCH=" + goarch}
}

// command returns a go command with the environment that every one has: what
// the go command needs to find its own, and nothing of the person's.
func (t *Toolchain) command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	env, err := t.settings(ctx)
	if err != nil {
		return nil, err
	}
	cmd := sandbox.Command(ctx, env.path, args...)
	cmd.Dir = t.Dir
	cmd.Env = []string{
		"CGO_ENABLED=0", "GOWORK=off", "GOENV=off", "GOFLAGS=", "GOPROXY=off", "GOTELEMETRY=off",
		"GOTOOLCHAIN=" + toolchainName(env.GOVERSION),
		"GOCACHE=" + env.GOCACHE, "GOMODCACHE=" + env.GOMODCACHE, "GOPATH=" + env.GOPATH,
	}
	for _, name := range []string{"PATH", "HOME", "USERPROFILE", "TMPDIR", "TMP", "TEMP"} {
		if v, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.Env = append(cmd.Env, t.targetEnv()...)
	return cmd, nil
}

// toolchainName returns the value of GOTOOLCHAIN that selects a version. One
// that was built from a checkout cannot be named.
func toolchainName(v string) string {
	if !version.IsValid(v) {
		return "local"
	}
	return v
}

// output runs cmd and returns its standard output. Its error has what the
// command wrote to standard error.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err == nil {
		return stdout.Bytes(), nil
	}
	if text := strings.TrimSpace(stderr.String()); text != "" {
		err = errors.New(text)
	}
	return stdout.Bytes(), fmt.Errorf("go %s: %w", cmd.Args[1], err)
}
