package gotool

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSource(t *testing.T) {
	tool, err := Open(".", "")
	if err != nil {
		t.Fatal(err)
	}
	tool.Target = "linux/386"
	src, err := tool.Source(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(src.Root, "src", "runtime", "proc.go")); err != nil {
		t.Errorf("no source of the toolchain: %v", err)
	}
	if src.Target != "linux/386" || src.Arch != "386" || src.Dir != tool.Dir {
		t.Errorf("the source is for %s, %s, in %s", src.Target, src.Arch, src.Dir)
	}
	for _, v := range []string{"GOARCH=386", "CGO_ENABLED=0", "GOPROXY=off", "GOFLAGS="} {
		if !slices.Contains(src.Env, v) {
			t.Errorf("%s is not in the environment", v)
		}
	}
	other := Toolchain{Version: tool.Version, Target: "linux/amd64"}
	if tool.SourceKey() == other.SourceKey() {
		t.Errorf("two targets have the key %q", tool.SourceKey())
	}
}

func TestOwns(t *testing.T) {
	tool, err := Open(".", "")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"rtbook": true, "rtbook/model/sched": true, "rtbooks": false, "runtime": false, "golang.org/x/mod/modfile": false,
	} {
		if got := tool.Owns(path); got != want {
			t.Errorf("the module owns %s: %t", path, got)
		}
	}
}

func TestIsPattern(t *testing.T) {
	for path, want := range map[string]bool{"runtime": false, "a/b.c": false, "std": true, "./a": true, "a/...": true, "a@v1": true, "x.go": true} {
		if got := IsPattern(path); got != want {
			t.Errorf("%s is a pattern: %t", path, got)
		}
	}
}
