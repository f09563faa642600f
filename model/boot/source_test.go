package boot_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runtimeDir returns the folder of package runtime in the toolchain in use.
func runtimeDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("no go command: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "src", "runtime")
}

// goFile is a parsed file of package runtime.
type goFile struct {
	fset *token.FileSet
	file *ast.File
	text string
}

func parseRuntime(t *testing.T, name string) goFile {
	t.Helper()
	path := filepath.Join(runtimeDir(t), name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return goFile{fset, file, string(text)}
}

// function returns the declaration of a function, with or without the package
// name in front.
func (f goFile) function(t *testing.T, name string) *ast.FuncDecl {
	t.Helper()
	name = strings.TrimPrefix(name, "runtime.")
	for _, d := range f.file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == name {
			return fn
		}
	}
	t.Fatalf("%s has no function %s", f.fset.File(f.file.Pos()).Name(), name)
	return nil
}

// offset returns the byte offset of a place in the file.
func (f goFile) offset(p token.Pos) int { return f.fset.Position(p).Offset }

// source returns the text of a node.
func (f goFile) source(n ast.Node) string { return f.text[f.offset(n.Pos()):f.offset(n.End())] }

// asmFunction returns the lines of a TEXT block of an assembly file up to the
// next one, without comments, blanks squeezed.
func asmFunction(t *testing.T, file, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(runtimeDir(t), file))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	inside := false
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "TEXT ") {
			inside = strings.Contains(line, name+"(SB)")
		}
		if code, _, _ := strings.Cut(line, "//"); inside {
			lines = append(lines, strings.Join(strings.Fields(code), " "))
		}
	}
	if lines == nil {
		t.Fatalf("%s has no TEXT %s", file, name)
	}
	return lines
}
