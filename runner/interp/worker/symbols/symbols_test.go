package symbols

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// TestGenerated regenerates the tables of the model and of what shows it, and two of the standard
// library's, and compares. (All take too long: extract type-checks each package
// and what it needs from source.) If it fails, run go generate in this folder.
func TestGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("type-checks packages from source")
	}
	dir := t.TempDir()
	var only []string
	if runtime.Version() == generatedWith {
		only = []string{"errors", "unicode/utf8"}
	}
	only = append(only, modelPackages(t)...)
	cmd := exec.Command("go", append([]string{"run", "gen.go", dir}, only...)...)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("gen.go: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) != len(only) {
		t.Fatalf("generated %d files of %d packages, %v", len(files), len(only), err)
	}
	for _, file := range files {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Base(file))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what gen.go writes: %v", filepath.Base(file), err)
		}
	}
}

// modelPackages returns the import paths of the module's packages that cells can
// import: the model's, and package show.
func modelPackages(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "..")
	cmd := exec.Command("go", "list", "./model/...", "./runner/show")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("list the model's packages: %v", err)
	}
	return strings.Fields(string(out))
}

// TestModel wants every package of the model to be there for cells, and what
// shows it.
func TestModel(t *testing.T) {
	for _, path := range modelPackages(t) {
		if !Has(path) {
			t.Errorf("cells cannot import %s", path)
		}
	}
}

func TestHas(t *testing.T) {
	for path, want := range map[string]bool{"fmt": true, "math/rand/v2": true, "nosuch": false, "": false, "net/http": false} {
		if Has(path) != want {
			t.Errorf("Has(%q) = %v", path, !want)
		}
	}
}

// TestTarget wants the constants of the machine that runs, not of the one on
// which the tables were generated.
func TestTarget(t *testing.T) {
	all := Exports()
	for key, want := range map[[2]string]string{
		{"runtime", "GOOS"}:       `"` + runtime.GOOS + `"`,
		{"runtime", "GOARCH"}:     `"` + runtime.GOARCH + `"`,
		{"math/bits", "UintSize"}: map[bool]string{true: "64", false: "32"}[reflect.TypeFor[uint]().Bits() == 64],
	} {
		key0 := key[0] + "/./" + key[0][strings.LastIndexByte(key[0], '/')+1:]
		v := all[key0][key[1]]
		if !v.IsValid() {
			t.Fatalf("no %s.%s", key[0], key[1])
		}
		if got := v.Interface().(interface{ ExactString() string }).ExactString(); got != want {
			t.Errorf("%s.%s = %s, want %s", key[0], key[1], got, want)
		}
	}
}

// TestRealFunctions wants os.Exit and log.Fatal to be Go's own, which end the
// process, and not yaegi's, which panic.
func TestRealFunctions(t *testing.T) {
	all := Exports()
	if got := all["os/./os"]["Exit"].Pointer(); got != reflect.ValueOf(os.Exit).Pointer() {
		t.Error("os.Exit is another function")
	}
	if typ := all["log/./log"]["Logger"].Type().Elem(); typ.PkgPath() != "log" {
		t.Errorf("log.Logger is %s.%s", typ.PkgPath(), typ.Name())
	}
}

func BenchmarkExports(b *testing.B) {
	for b.Loop() {
		Exports()
	}
}
