package book

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTags compares the lists of build tags with those of the toolchain.
func TestTags(t *testing.T) {
	name := filepath.Join(build.Default.GOROOT, "src/internal/syslist/syslist.go")
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		for _, elt := range spec.Values[0].(*ast.CompositeLit).Elts {
			tag, err := strconv.Unquote(elt.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			want[spec.Names[0].Name] = append(want[spec.Names[0].Name], tag)
		}
		return false
	})
	for list, got := range map[string][]string{"KnownOS": systems(), "UnixOS": unixSystems(), "KnownArch": architectures()} {
		slices.Sort(got)
		slices.Sort(want[list])
		if !slices.Equal(got, want[list]) {
			t.Errorf("%s: have %q, the toolchain %q", list, got, want[list])
		}
	}
}

// TestSelection holds tags against go/build, which is what the go command uses.
func TestSelection(t *testing.T) {
	tags := slices.Concat([]string{"unix", "gc", "go1.1", "go1.26", "go1.27", "go1.100"}, systems(), architectures())
	for _, test := range []struct {
		toolchain, target, goos, goarch string
		minor                           int
	}{
		{"go1.26.8", "linux/amd64", "linux", "amd64", 26},
		{"go1.27rc1", "windows/arm64", "windows", "arm64", 27},
		{"go1.9", "android/arm", "android", "arm", 9},
		{"go1.26.0", "illumos/amd64", "illumos", "amd64", 26},
		{"go1.26.0", "ios/arm64", "ios", "arm64", 26},
		{"go1.26.0", "js/wasm", "js", "wasm", 26},
	} {
		ctx := build.Context{GOOS: test.goos, GOARCH: test.goarch, Compiler: "gc"}
		for i := 1; i <= test.minor; i++ {
			ctx.ReleaseTags = append(ctx.ReleaseTags, "go1."+strconv.Itoa(i))
		}
		s := newSelection(test.toolchain, test.target)
		for _, tag := range tags {
			if got, want := s.has(tag), matchTag(t, ctx, tag); got != want {
				t.Errorf("%s %s: %s is %v, want %v", test.toolchain, test.target, tag, got, want)
			}
		}
	}
	host := newSelection("", "")
	for _, tag := range slices.Concat(build.Default.ReleaseTags, []string{build.Default.GOOS, build.Default.GOARCH}) {
		if !host.has(tag) {
			t.Errorf("without a pin, %s is not satisfied", tag)
		}
	}
}

// matchTag asks go/build about a tag, by a file that needs it.
func matchTag(t *testing.T, ctx build.Context, tag string) bool {
	t.Helper()
	ctx.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("//go:build " + tag + "\n\npackage p\n")), nil
	}
	ok, err := ctx.MatchFile("/", "p.go")
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestSelect(t *testing.T) {
	b, found := Parse(files("notes/book.yaml", "title: x\ntoolchain: go1.26.8\ntarget: linux/amd64\n",
		"notes/01-a.md", "```go {cell if=go1.27}\n```\n\n```go {cell}\n```\n\n```go {file=a.go if=windows}\n```\n\n```go {check if=linux}\n```\n"), "notes")
	wantFindings(t, found)
	ids := func() (ids []string) {
		for _, c := range b.Cells() {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if got, want := ids(), []string{"cell-2", "cell-4"}; !slices.Equal(got, want) {
		t.Errorf("for the pin %q, want %q", got, want)
	}
	b.Select("go1.27.1", "windows/amd64")
	if got, want := ids(), []string{"cell-1", "cell-2", "cell-3"}; !slices.Equal(got, want) {
		t.Errorf("for another toolchain %q, want %q", got, want)
	}
}
