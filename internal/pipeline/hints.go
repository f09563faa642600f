package pipeline

import (
	"fmt"
	"strings"

	"rtbook/internal/finding"
	"rtbook/runner"
)

// meant is the hint for a name that means nothing: what was probably meant.
func meant(p runner.Problem) string {
	if path := packages[p.Undefined]; path != "" && !p.Member {
		return fmt.Sprintf("import %q above this use", path)
	}
	if near := finding.Nearest(p.Undefined, p.Defined); near != "" {
		return "did you mean " + near + "?"
	}
	if p.Member {
		return "go doc lists the fields and methods that a type has"
	}
	if pkg, _, ok := strings.Cut(p.Undefined, "."); ok {
		return fmt.Sprintf("package %s has no such name; go doc lists those that it has", pkg)
	}
	return fmt.Sprintf("declare %s above, in a cell of the same environment", p.Undefined)
}

// packages are those that are forgotten most: their paths, by name.
var packages = map[string]string{
	"atomic": "sync/atomic", "base64": "encoding/base64", "big": "math/big", "binary": "encoding/binary",
	"bits": "math/bits", "bufio": "bufio", "bytes": "bytes", "cmp": "cmp", "cmplx": "math/cmplx", "context": "context",
	"csv": "encoding/csv", "debug": "runtime/debug", "embed": "embed", "errors": "errors", "exec": "os/exec",
	"filepath": "path/filepath", "flag": "flag", "fmt": "fmt", "fnv": "hash/fnv", "fs": "io/fs", "gob": "encoding/gob",
	"heap": "container/heap", "hex": "encoding/hex", "html": "html", "http": "net/http", "io": "io", "iter": "iter",
	"json": "encoding/json", "list": "container/list", "log": "log", "maphash": "hash/maphash", "maps": "maps",
	"math": "math", "metrics": "runtime/metrics", "os": "os", "path": "path", "pprof": "runtime/pprof",
	"rand": "math/rand/v2", "reflect": "reflect", "regexp": "regexp", "ring": "container/ring", "runtime": "runtime",
	"scanner": "text/scanner", "sha256": "crypto/sha256", "signal": "os/signal", "slices": "slices", "slog": "log/slog",
	"sort": "sort", "strconv": "strconv", "strings": "strings", "sync": "sync", "synctest": "testing/synctest",
	"syscall": "syscall", "tabwriter": "text/tabwriter", "template": "text/template", "testing": "testing",
	"time": "time", "trace": "runtime/trace", "unicode": "unicode", "unique": "unique", "unsafe": "unsafe",
	"url": "net/url", "utf16": "unicode/utf16", "utf8": "unicode/utf8", "weak": "weak",
}

// compileHint is the hint for what the compiler says, which needs no
// explanation to who writes Go, but is about a program that stands in pieces.
func compileHint(message string) string {
	switch {
	case strings.HasPrefix(message, "declared and not used"):
		return "use it or leave it out: only variables of a cell's top level need no use"
	case strings.HasPrefix(message, "could not import"):
		return "cells import the standard library, and packages of the book's module and what its go.mod requires"
	}
	return "the cells of an environment are one Go program, in order; a cell that is meant not to compile says so with expect=compile-error, or is marked {sketch}"
}

// runHint is the hint for a cell that failed as it ran; again is the command
// that runs it.
func runHint(status runner.Status, again string) string {
	again += " runs it again, with the cells above it"
	if status == runner.Panicked {
		return "if the cell is meant to panic, say so with expect=panic; " + again
	}
	return again
}
