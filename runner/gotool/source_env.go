package gotool

import (
	"context"
	"fmt"
)

// IsPattern says whether the go command would not take p for the import path
// of one package, but for several packages, a folder, a file or a version.
func IsPattern(p string) bool { return pattern(p) }

// Source is where a toolchain's own source is, and what reads it.
type Source struct {
	Root   string   // GOROOT: the folder of src
	Arch   string   // the target's GOARCH
	Dir    string   // where go commands run: the module's root
	Env    []string // what they run with
	Target string   // "linux/amd64"
}

// Source says where the toolchain's source is. The error is that of a
// toolchain that is not on this machine.
func (t *Toolchain) Source(ctx context.Context) (Source, error) {
	cmd, err := t.command(ctx, "list")
	if err != nil {
		return Source{}, err
	}
	env, err := t.settings(ctx)
	if err != nil {
		return Source{}, err
	}
	return Source{
		Root: env.GOROOT, Arch: env.GOARCH, Dir: t.Dir, Env: cmd.Env,
		Target: env.GOOS + "/" + env.GOARCH,
	}, nil
}

// SourceKey names the toolchain and the target, as far as the toolchain's own
// source depends on them, without starting the go command.
func (t *Toolchain) SourceKey() string { return fmt.Sprintf("%s %s", t.identity(), t.target()) }

// Owns says whether an import path is below the book's module.
func (t *Toolchain) Owns(importPath string) bool {
	return len(t.folders(importPath)) > 0
}
