package facts

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestFactsAgainstCompiler holds the constants of package runtime, the sizes of
// its structs and other facts to the compiler, which has its own type checker
// and its own sizes: a file that is laid over the package compares each
// expression with the value that was found, as a key of a map that already has
// the key false. The last expression is false, so that the compiler has
// something to say, and stops before it writes code.
func TestFactsAgainstCompiler(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles package runtime")
	}
	for _, target := range []string{"linux/amd64", "linux/386"} {
		t.Run(target, func(t *testing.T) {
			s := open(t, pin, target, "")
			exprs := runtimeExprs(t, s)
			exprs = append(exprs, "len(p{}.runq)", "len(mheap{}.central)", "unsafe.Offsetof(g{}.m)",
				"gcBackgroundUtilization", "pallocChunkBytes/pageSize", "goarch.PtrSize", "^uintptr(0)", "maxAlign")
			var refs []Ref
			for _, expr := range exprs {
				refs = append(refs, parsed(t, "runtime "+expr)...)
			}
			var tests []string
			for i, ans := range resolve(t, s, refs) {
				if ans.Problem != nil {
					t.Errorf("%s: %+v", refs[i].Text, *ans.Problem)
					continue
				}
				tests = append(tests, exprs[i]+" == "+literal(ans.Value))
			}
			tests = append(tests, "len(p{}.runq) == 255")
			want := []string{fmt.Sprintf("%d: duplicate key", len(tests))}
			if got, out := compileInRuntime(t, s, tests); !slices.Equal(got, want) {
				t.Errorf("the compiler says %q, want %q\n%s", got, want, out)
			}
		})
	}
}

// runtimeExprs returns the constants of package runtime, and the sizes of its
// struct types.
func runtimeExprs(t *testing.T, s *Source) []string {
	lib, err := load(t.Context(), s.tool, []string{"runtime"})
	if err != nil {
		t.Fatal(err)
	}
	p, prob := lib.find("runtime")
	if prob != nil {
		t.Fatal(prob.Message)
	}
	var exprs []string
	for _, name := range p.names(func(name string) bool { return !strings.Contains(name, ".") }) {
		switch d := p.lookup(name); n := d.node.(type) {
		case *ast.ValueSpec:
			if d.group.Tok == token.CONST {
				exprs = append(exprs, name)
			}
		case *ast.TypeSpec:
			if _, ok := n.Type.(*ast.StructType); ok && n.TypeParams == nil {
				exprs = append(exprs, "unsafe.Sizeof("+name+"{})")
			}
		}
	}
	if len(exprs) < 500 {
		t.Fatalf("only %d constants and types", len(exprs))
	}
	return exprs
}

func literal(v Value) string {
	if v.Kind == "string" {
		return strconv.Quote(v.Text)
	}
	if num, den, ok := strings.Cut(v.Text, "/"); ok {
		return fmt.Sprintf("%s.0/%s.0", num, den)
	}
	return v.Text
}

// compileInRuntime compiles package runtime with expressions that must be true,
// and returns what the compiler says of them, by their numbers, and of anything
// else.
func compileInRuntime(t *testing.T, s *Source, tests []string) (faults []string, all string) {
	src, err := s.tool.Source(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text := "package runtime\n\nimport (\n\t\"internal/goarch\"\n\t\"unsafe\"\n)\n\nconst _ = goarch.PtrSize + unsafe.Sizeof(0)\n"
	for i, test := range tests {
		text += fmt.Sprintf("//line %d:1\nvar _ = map[bool]int{false: 0, %s: 1}\n", i+1, test)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "facts.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(src.Root, "src", "runtime", "zz_facts.go"): file,
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{file: text, filepath.Join(dir, "overlay.json"): string(overlay)} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-e", "-overlay", filepath.Join(dir, "overlay.json"), "runtime")
	cmd.Dir, cmd.Env = src.Dir, src.Env
	out, _ := cmd.CombinedOutput() // it fails: the last expression is false
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if m := compilerSays.FindStringSubmatch(line); m != nil {
			line = m[1] + m[2]
		}
		if !strings.HasPrefix(line, "#") {
			faults = append(faults, line)
		}
	}
	return faults, string(out)
}

var compilerSays = regexp.MustCompile(`^([0-9]+):[0-9]+(: duplicate key) false in map literal$`)
