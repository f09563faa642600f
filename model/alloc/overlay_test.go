package alloc

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// overlayProgram builds a program from testdata/overlay that sees the inside of
// the runtime: with the runtime's own export_test.go and some more of ours
// compiled into it. It imports nothing else, so that only the runtime has to be
// built anew.
func overlayProgram(t *testing.T, name string) string {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the model is of linux/amd64")
	}
	here, err := filepath.Abs("testdata/overlay")
	if err != nil {
		t.Fatal(err)
	}
	inside := filepath.Join(goroot(t), "src/runtime")
	dir := t.TempDir()
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(inside, "zz_export.go"): filepath.Join(inside, "export_test.go"),
		filepath.Join(inside, "zz_linux.go"):  filepath.Join(inside, "export_linux_test.go"),
		filepath.Join(inside, "zz_mmap.go"):   filepath.Join(inside, "export_mmap_test.go"),
		filepath.Join(inside, "zz_model.go"):  filepath.Join(here, "runtime.go.txt"),
		filepath.Join(inside, "zz_heap.go"):   filepath.Join(here, "heap_runtime.go.txt"),
		filepath.Join(dir, "main.go"):         filepath.Join(here, name),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string][]byte{"overlay.json": overlay, "go.mod": []byte("module program\n\ngo 1.26\n")} {
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "build", "-overlay", "overlay.json", "-o", "program", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GOEXPERIMENT=")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	return filepath.Join(dir, "program")
}

// runProgram runs an overlay program and returns the lines that it printed.
func runProgram(t *testing.T, program string, env []string, args ...string) []string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if err == nil && lines[len(lines)-1] != "end" {
		err = errors.New("it did not come to its end")
	}
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, strings.Join(lines[max(0, len(lines)-30):], "\n"))
	}
	return lines
}

// operation is a line that an overlay program printed: a word and numbers.
type operation struct {
	name string
	args []uint64
}

func parseOperation(t *testing.T, line string) operation {
	t.Helper()
	fields := strings.Fields(line)
	op := operation{name: fields[0]}
	for _, f := range fields[1:] {
		switch f {
		case "true":
			f = "1"
		case "false":
			f = "0"
		}
		n, err := strconv.ParseUint(f, 0, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		op.args = append(op.args, n)
	}
	return op
}

// freshSeeds returns as many new seeds as a run of the tests is to try.
func freshSeeds(usual, long int) []uint64 {
	if os.Getenv("RTBOOK_LONG") != "" {
		usual = long
	}
	var seeds []uint64
	for range usual {
		seeds = append(seeds, uint64(time.Now().UnixNano())&(1<<62-1))
		time.Sleep(time.Microsecond)
	}
	return seeds
}
