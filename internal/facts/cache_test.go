package facts

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/runner/gotool"
)

// book makes a module with one package, whose constant N is n.
func book(t *testing.T, dir, n string) {
	t.Helper()
	for name, text := range map[string]string{
		"go.mod": "module example.com/book\n\ngo 1.26\n",
		"a/a.go": "package a\n\nconst N = " + n + "\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// openIn returns a source for a book's module.
func openIn(t *testing.T, dir, cache string) *Source {
	t.Helper()
	tool, err := gotool.Open(dir, pin)
	if err != nil {
		t.Fatal(err)
	}
	tool.Target = "linux/amd64"
	s, err := Open(Config{Toolchain: tool, Store: kept(cache)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCache(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	book(t, dir, "1")
	refs := parsed(t, "runtime pageSize => 8 KB", "runtime.schedinit", "runtime main: newm(sysmon) before gcenable", "example.com/book/a N => 1")
	quote, err := ParseQuote("runtime.mcentral", "/type/,/^}/")
	if err != nil {
		t.Fatal(err)
	}
	refs = append(refs, quote)
	cold := resolve(t, openIn(t, dir, cache), refs)
	for i, ans := range cold {
		if ans.Problem != nil {
			t.Fatalf("%s: %+v", refs[i].Text, *ans.Problem)
		}
	}
	path := os.Getenv("PATH")
	t.Setenv("PATH", t.TempDir()) // from here on, no go command can be started

	if diff := cmp.Diff(cold, resolve(t, openIn(t, dir, cache), refs)); diff != "" {
		t.Errorf("what was kept is not what was found:\n%s", diff)
	}
	wrong := refs[0]
	wrong.Want = "4 KB"
	if ans := resolve(t, openIn(t, dir, cache), []Ref{wrong})[0]; ans.Problem == nil || ans.Problem.Hint != "write 8 KB" {
		t.Errorf("a wrong text is not noticed: %+v", ans)
	}
	if _, err := openIn(t, dir, cache).Resolve(t.Context(), parsed(t, "runtime pageShift")); err == nil {
		t.Error("what was not kept is known")
	}
	book(t, dir, "2")
	if _, err := openIn(t, dir, cache).Resolve(t.Context(), refs); err == nil {
		t.Error("the book's source changed, and its answer did not go")
	}

	t.Setenv("PATH", path)
	ans := resolve(t, openIn(t, dir, cache), refs)
	if ans[3].Problem == nil || ans[3].Value.Text != "2" || ans[0].Problem != nil {
		t.Errorf("after the change: %+v %+v", ans[3], ans[0])
	}
	for _, text := range []string{"", "{}", `{"sum":"x","answers":{}}`} {
		files, err := filepath.Glob(filepath.Join(cache, "facts", "*", "*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("the cache has the files %v: %v", files, err)
		}
		if err := os.WriteFile(files[0], []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if ans := resolve(t, openIn(t, dir, cache), refs); ans[0].Problem != nil {
			t.Errorf("with the file %q: %+v", text, *ans[0].Problem)
		}
	}
}

func TestResolveStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, pin, "linux/amd64", "").Resolve(ctx, parsed(t, "runtime.GC")); err == nil {
		t.Error("nothing was said of the context")
	}
	if _, err := open(t, "go1.99.0", "linux/amd64", "").Resolve(t.Context(), parsed(t, "runtime.GC")); err == nil {
		t.Error("a toolchain that does not exist was found")
	}
	if _, err := Open(Config{}); err == nil {
		t.Error("no toolchain was needed")
	}
	if ans, err := open(t, "go1.99.0", "", "").Resolve(t.Context(), nil); err != nil || len(ans) != 0 {
		t.Errorf("no references: %v %v", ans, err)
	}
}
