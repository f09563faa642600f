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
	"atomic": "sync/atomic", "binary": "encoding/binary", "bits": "math/bits", "bufio": "bufio", "bytes": "bytes",
	"cmp": "cmp", "context": "context", "debug": "runtime/debug", "errors": "errors", "fmt": "fmt", "heap": "container/heap",
	"io": "io", "iter": "iter", "json": "encoding/json", "maps": "maps", "math": "math", "os": "os", "rand": "math/rand/v2",
	"reflect": "reflect", "regexp": "regexp", "runtime": "runtime", "signal": "os/signal", "slices": "slices", "sort": "sort",
	"strconv": "strconv", "strings": "strings", "sync": "sync", "testing": "testing", "time": "time", "trace": "runtime/trace",
	"unicode": "unicode", "unsafe": "unsafe", "utf8": "unicode/utf8", "weak": "weak",
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
