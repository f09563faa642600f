package interp_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// long says that the tests that hold the interpreter against the toolchain may
// take their time.
func long() bool { return os.Getenv("RTBOOK_LONG") != "" }

// TestGoDistribution runs the single-file programs of the Go distribution's
// test folder and of the folders in it, of which the names begin with the
// folder's; not those that run the go command on other files, or read files of the
// distribution's source, which cells cannot. They may
// import unsafe and syscall, as a chapter can allow. Without RTBOOK_LONG it is one
// in ten of them, but for those that come to no end in time.
func TestGoDistribution(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(strings.TrimSpace(string(out)), "test")
	files, _ := filepath.Glob(filepath.Join(folder, "*.go"))
	more, _ := filepath.Glob(filepath.Join(folder, "*", "*.go"))
	var samples []sample
	inFolder := make(map[string]bool)
	for _, f := range slices.Concat(files, more) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if first := firstDirective(string(text)); first == "// run" && strings.Contains(string(text), "\npackage main") && !bytes.Contains(text, []byte(`"os/exec"`)) && filepath.Base(f) != "winbatch.go" {
			rel, _ := filepath.Rel(folder, f)
			name := strings.ReplaceAll(strings.TrimSuffix(filepath.ToSlash(rel), ".go"), "/", "_")
			inFolder[name] = filepath.Dir(rel) != "."
			samples = append(samples, sample{name, string(text)})
		}
	}
	if len(samples) == 0 {
		t.Skip("this Go distribution has no folder ", folder)
	}
	if !long() {
		var some []sample
		for i := 0; i < len(samples); i += 10 {
			if !tooSlow(samples[i].name) {
				some = append(some, samples[i])
			}
		}
		samples = some
	}
	all := newDiffer(t, 30*time.Second).run(samples)
	for i := range all {
		if all[i].verdict == hung && tooSlow(all[i].name) {
			all[i].verdict = slow
		}
	}
	n := report(t, all)
	t.Logf("in the folder itself: %v", count(slices.DeleteFunc(slices.Clone(all), func(o outcome) bool { return inFolder[o.name] })))
	if long() && n[right]*100 < len(all)*80 {
		t.Errorf("%d of %d programs are right: less than 80 %%", n[right], len(all))
	}
}

// tooSlow reports whether a program of the distribution computes so much, from
// a quarter of a second to some seconds when it is compiled, that it cannot come to its
// end in time when it is interpreted.
func tooSlow(name string) bool {
	switch name {
	case "abi_fibish", "abi_fibish_closure", "abi_uglyfib", "copy", "divmod", "fixedbugs_issue13169", "fixedbugs_issue16249",
		"fixedbugs_issue59680", "fixedbugs_issue79186", "fixedbugs_issue80188", "ken_divconst", "ken_modconst":
		return true
	}
	return false
}

// firstDirective returns the line that says what a test program is.
func firstDirective(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//go:build") {
			return line
		}
	}
	return ""
}

// report logs what is not right, fails for what is neither right nor refused,
// and returns the counts.
func report(t *testing.T, all []outcome) map[verdict]int {
	t.Helper()
	for _, o := range all {
		switch o.verdict {
		case right:
		case slow:
			t.Logf("%s: too slow", o.name)
		case refused:
			t.Logf("%s: refused at %d:%d: %s", o.name, o.end.Pos.Line, o.end.Pos.Col, o.end.Message)
		default:
			t.Error(o)
		}
	}
	n := count(all)
	t.Logf("%d programs: %v", len(all), n)
	return n
}
