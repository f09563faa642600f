package rtbook_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readmeCommands are the commands of the README, in order, with what shows
// that they did their work. Those with a reason are not run here: the reason
// says what does run them.
var readmeCommands = []struct {
	command string
	want    string // a regular expression that the output must match
	reason  string
	fresh   bool // the README's own chapter is taken away before it
}{
	{command: "go run ./cmd/rtbook build", want: `(?m)^public: \d+ files`},
	{command: "go test ./...", reason: "is running this test"},
	{command: "go run ./cmd/rtbook run notes/02-allocator.md#fifty", want: `64`},
	{command: "go run ./cmd/rtbook update notes/07-yours.md", want: `(?m)^\+Hello from chapter seven$`},
	{command: "go run ./cmd/rtbook check", want: `(?m)^\d+ cells: \d+ exact`},
	{command: "go run ./cmd/rtbook list notes/07-yours.md", want: `(?m)^notes/07-yours.md#greeting +yaegi\+go +exact `},
	{command: "go run ./cmd/rtbook explain notes/02-allocator.md#fifty", want: `(?m)#fifty on yaegi: cached: nothing changed since it last ran$`},
	{command: "go run ./cmd/rtbook export go notes/07-yours.md --out /tmp/rtbook-go", want: `(?m)^wrote .`},
	{command: "go run ./cmd/rtbook build --src notes --out /tmp/rtbook-site", want: `(?m)\d+ files`},
	{command: "go run ./cmd/rtbook check --toolchains go1.25.1,go1.27.4", reason: "may fetch these releases; cmd/rtbook/testdata/script/toolchains.txtar"},
	{command: "go run ./cmd/rtbook upgrade --to go1.27.4 --dry-run", reason: "needs that release; cmd/rtbook/testdata/script/upgrade.txtar"},
	{command: "go run ./cmd/rtbook check", want: `(?m)^\d+ cells: \d+ exact`, fresh: true},
	{command: "go run ./cmd/rtbook build", want: `(?m)^public: \d+ files`},
	{command: "git diff --exit-code public", want: `^$`},
	{command: "go run ./cmd/rtbook version -v", want: `(?m)^  namespaces +(yes|NO) `},
	{command: "go run ./cmd/rtbook cache dir", want: `\.cache\n$`},
	{command: "go run ./cmd/rtbook clean", want: `(?m)^removed \d+ results`},
}

var shFence = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// TestReadme follows the README word by word in a copy of the tree.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, m := range shFence.FindAllSubmatch(readme, -1) {
		commands = append(commands, strings.Split(strings.TrimSpace(string(m[1])), "\n")...)
	}
	if len(commands) != len(readmeCommands) {
		t.Fatalf("the README has %d commands, this test knows %d:\n%s", len(commands), len(readmeCommands), strings.Join(commands, "\n"))
	}
	dir := cloneTree(t)
	for i, c := range readmeCommands {
		if commands[i] != c.command {
			t.Fatalf("command %d of the README is %q, this test knows %q", i+1, commands[i], c.command)
		}
		if c.reason != "" {
			continue
		}
		if strings.Contains(c.command, "update notes/07-yours.md") {
			writeChapter(t, dir, readme)
		}
		if c.fresh {
			if err := os.Remove(filepath.Join(dir, "notes", "07-yours.md")); err != nil {
				t.Fatal(err)
			}
		}
		// Places outside are the test's own, so that nothing is left behind.
		line := strings.ReplaceAll(c.command, "/tmp/", t.TempDir()+"/")
		args := strings.Fields(line)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CI=", "RTBOOK_CACHE="+filepath.Join(dir, ".cache"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.command, err, out)
		}
		if !regexp.MustCompile(c.want).Match(out) {
			t.Errorf("%s printed\n%s\nwhich does not match %s", c.command, out, c.want)
		}
	}
}

// writeChapter writes the chapter that the README shows.
func writeChapter(t *testing.T, dir string, readme []byte) {
	t.Helper()
	_, rest, ok := bytes.Cut(readme, []byte("````markdown\n"))
	chapter, _, ok2 := bytes.Cut(rest, []byte("````\n"))
	if !ok || !ok2 {
		t.Fatal("the README shows no chapter between ````markdown and ````")
	}
	if err := os.WriteFile(filepath.Join(dir, "notes", "07-yours.md"), chapter, 0o666); err != nil {
		t.Fatal(err)
	}
}

// cloneTree copies the tree, without its history, into a repository of its
// own.
func cloneTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(dir, p), 0o777)
		}
		if strings.HasSuffix(p, "_test.go") || !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, p), data, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", "--all")
	git(t, dir, "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--allow-empty", "--message=copy")
	return dir
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
