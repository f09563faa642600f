//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What rtbook does to files while it works, and what the tests of this file
// must not find in the end.
const pendingFolder = ".rtbook-pending"

// edition is a version of a small book. Two editions differ in every page, and
// each has pages and files that the other lacks, one of them large.
type edition struct {
	notes    map[string]string // under notes/, with outputs recorded
	blank    map[string]string // the chapters among them without
	site     map[string]string // under public/, from a build that nothing interrupted
	manifest string
}

func newEdition(name string, chapters ...int) *edition {
	e := &edition{
		notes: map[string]string{
			"book.yaml":        "title: The " + name + " edition\n",
			"large.txt":        strings.Repeat(name, 200_000),
			name + "/only.txt": name,
		},
		blank: make(map[string]string),
	}
	for _, n := range chapters {
		file := fmt.Sprintf("%02d-chapter.md", n)
		says := fmt.Sprintf("%s %d", name, n)
		e.blank[file] = fmt.Sprintf("# Chapter %d\n\n```go {cell}\nprintln(%q)\n```\n", n, says)
		e.notes[file] = e.blank[file] + fmt.Sprintf("\n```text {output}\n%s\n```\n", says)
	}
	return e
}

// stand is a folder with a book that rtbook works on.
type stand struct {
	t     *testing.T
	dir   string
	cache string
	temp  string // for temporary files
	bin   string
	env   []string
	rng   *rand.Rand // of tests that draw
}

func newStand(t *testing.T) *stand {
	t.Helper()
	bin, err := exec.LookPath("rtbook")
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{t: t, dir: t.TempDir(), cache: filepath.Join(t.TempDir(), "cache"), temp: t.TempDir(), bin: bin}
	s.env = append(goEnv(t), "PATH="+os.Getenv("PATH"), "TMPDIR="+s.temp, "RTBOOK_CACHE="+s.cache)
	return s
}

// draw begins random numbers.
func (s *stand) draw() {
	seed := rand.Uint64()
	s.t.Logf("seed %d", seed)
	s.rng = rand.New(rand.NewPCG(seed, 0))
}

// command returns a command of rtbook on the book.
func (s *stand) command(args ...string) *exec.Cmd {
	c := exec.Command(s.bin, append(args, "-C", s.dir, "--engine", "yaegi")...)
	c.Env = s.env
	return c
}

// run runs a command that must succeed.
func (s *stand) run(args ...string) {
	s.t.Helper()
	if out, err := s.command(args...).CombinedOutput(); err != nil {
		s.t.Fatalf("rtbook %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// put makes the book's notes be these files, and no others.
func (s *stand) put(files ...map[string]string) {
	s.t.Helper()
	notes := filepath.Join(s.dir, "notes")
	if err := os.RemoveAll(notes); err != nil {
		s.t.Fatal(err)
	}
	for _, tree := range files {
		for name, text := range tree {
			file := filepath.Join(notes, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
				s.t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// read returns the files of a folder of the book, with their names in it.
func (s *stand) read(dir string) map[string]string {
	s.t.Helper()
	got := make(map[string]string)
	root := os.DirFS(filepath.Join(s.dir, dir))
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == pendingFolder:
			got[name] = "" // what is in it may be anything
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		data, err := fs.ReadFile(root, name)
		got[name] = string(data)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return got
}

// editions returns the two, built where nothing interrupts.
func (s *stand) editions() [2]*edition {
	s.t.Helper()
	both := [2]*edition{newEdition("first", 1, 2, 3), newEdition("second", 2, 3, 4, 5)}
	for i, e := range both {
		s.put(e.notes)
		if err := os.RemoveAll(filepath.Join(s.dir, "public")); err != nil {
			s.t.Fatal(err)
		}
		s.run("build")
		e.site = s.read("public")
		e.manifest = e.site[".rtbook-files"]
		delete(e.site, ".rtbook-files")
		if page := e.site["02-chapter.html"]; !strings.Contains(page, []string{"first 2", "second 2"}[i]) {
			s.t.Fatalf("the page of edition %d is %q", i, page)
		}
	}
	return both
}

// whole checks that every file of the site is the one or the other edition's,
// that the manifest knows it, so that the next build can remove it, and that
// none is missing that both editions have.
func (s *stand) whole(editions [2]*edition) {
	s.t.Helper()
	got := s.read("public")
	manifest := "\n" + got[".rtbook-files"]
	for name, text := range got {
		first, inFirst := editions[0].site[name]
		second, inSecond := editions[1].site[name]
		switch {
		case name == ".rtbook-files", name == pendingFolder:
		case !(inFirst && text == first || inSecond && text == second):
			s.t.Errorf("%s is neither old nor new: %d bytes", name, len(text))
		case !strings.Contains(manifest, "\n"+name+"\n"):
			s.t.Errorf("%s is not in the manifest", name)
		}
	}
	for name := range editions[0].site {
		_, both := editions[1].site[name]
		if _, ok := got[name]; both && !ok {
			s.t.Errorf("%s is missing", name)
		}
	}
}

// finish checks that a build makes the site what an edition's is.
func (s *stand) finish(e *edition) {
	s.t.Helper()
	s.run("build")
	got := s.read("public")
	if got[".rtbook-files"] != e.manifest {
		s.t.Errorf("the manifest after a whole build: -want +got\n%s", cmp.Diff(e.manifest, got[".rtbook-files"]))
	}
	delete(got, ".rtbook-files")
	if diff := cmp.Diff(e.site, got); diff != "" {
		s.t.Errorf("the site after a whole build: -want +got\n%s", diff)
	}
}

// end starts a command and sends it a signal at any moment of the time that it
// takes, or soon after it began to write in a folder of the book. It returns how
// the command ended, and what it printed.
func (s *stand) end(signal os.Signal, writes string, args ...string) (*os.ProcessState, string) {
	s.t.Helper()
	pending := filepath.Join(s.dir, writes, pendingFolder)
	c := s.command(args...)
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	c.WaitDelay = time.Minute // for who holds its output beyond its end
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	wait := time.After(time.Duration(s.rng.Int64N(int64(150 * time.Millisecond))))
	if s.rng.IntN(2) == 0 { // most moments of a command are dull
		for i := 0; i < 10_000; i++ {
			if _, err := os.Lstat(pending); err == nil || len(ended) > 0 {
				break
			}
			time.Sleep(100 * time.Microsecond)
		}
		wait = time.After(time.Duration(s.rng.Int64N(int64(5 * time.Millisecond))))
	}
	<-wait
	_ = c.Process.Signal(signal)
	<-ended
	return c.ProcessState, out.String()
}

// kill is end by what cannot be caught. It reports whether the command had not
// ended before.
func (s *stand) kill(writes string, args ...string) bool {
	s.t.Helper()
	state, _ := s.end(os.Kill, writes, args...)
	return state.ExitCode() < 0
}

// rounds is how often a test kills: a hundred times if RTBOOK_LONG is set.
func rounds(t *testing.T) int {
	switch {
	case os.Getenv("RTBOOK_LONG") != "":
		return 100
	case testing.Short():
		return 2
	}
	return 8
}

// TestKillBuild kills builds that make of one edition's site the other's. Each
// time all files are whole. The next build, sometimes after several that were
// killed, leaves the site that it should, and nothing else.
func TestKillBuild(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.draw()
	editions := s.editions()
	killed, torn := 0, 0
	for n := range rounds(t) {
		e := editions[s.rng.IntN(2)]
		s.put(e.notes)
		if s.rng.IntN(8) == 0 { // the cells run again, and the cache is written
			if err := os.RemoveAll(s.cache); err != nil {
				t.Fatal(err)
			}
		}
		if s.kill("public", "build") {
			killed++
		}
		if _, err := os.Lstat(filepath.Join(s.dir, "public", pendingFolder)); err == nil {
			torn++
		}
		s.whole(editions)
		if s.rng.IntN(3) == 0 {
			s.finish(e)
		}
		if t.Failed() {
			t.Fatalf("in round %d", n)
		}
	}
	t.Logf("%d builds were killed, %d of them as they wrote", killed, torn)
	s.put(editions[0].notes)
	s.finish(editions[0])
}

// TestInterrupt ends builds and updates as Ctrl-C and a supervisor do: then
// nothing is left behind, in the book or in the folder for temporary files.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.draw()
	editions := s.editions()
	interrupted := 0
	for n := range rounds(t) {
		e := editions[s.rng.IntN(2)]
		command, writes := "build", "public"
		s.put(e.notes)
		if s.rng.IntN(2) == 0 {
			command, writes = "update", "notes"
			s.put(e.notes, e.blank)
		}
		if s.rng.IntN(2) == 0 { // the cells run again
			if err := os.RemoveAll(s.cache); err != nil {
				t.Fatal(err)
			}
		}
		state, out := s.end([]os.Signal{os.Interrupt, syscall.SIGTERM}[s.rng.IntN(2)], writes, command)
		switch state.ExitCode() {
		case 0:
		case 3:
			interrupted++
			if out != "rtbook: interrupted; nothing was left half-written\n" {
				t.Errorf("an interrupted %s says %q", command, out)
			}
		default:
			if s := state.Sys().(syscall.WaitStatus); !s.Signaled() { // it came before anybody listened
				t.Errorf("an interrupted %s has %v:\n%s", command, state, out)
			}
		}
		s.whole(editions)
		for name, text := range s.read("notes") {
			if text != e.notes[name] && text != e.blank[name] {
				t.Errorf("%s is neither old nor new: %q", name, text)
			}
		}
		left, err := os.ReadDir(s.temp)
		if _, pending := s.read("public")[pendingFolder]; pending || len(left) > 0 || err != nil {
			t.Errorf("%s left behind %v, %v: %s, %s", command, left, err, state, out)
		}
		if t.Failed() {
			t.Fatalf("in round %d", n)
		}
	}
	t.Logf("%d commands were interrupted", interrupted)
}

// TestKillUpdate kills updates: each chapter has its output or has it not, and
// the next update records what is missing and leaves nothing else.
func TestKillUpdate(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.draw()
	editions := s.editions()
	killed, between := 0, 0
	for n := range rounds(t) {
		e := editions[s.rng.IntN(2)]
		s.put(e.notes, e.blank)
		if s.kill("notes", "update") {
			killed++
		}
		recorded := 0
		for name, text := range s.read("notes") {
			switch blank, chapter := e.blank[name]; {
			case name == pendingFolder, chapter && text == blank:
			case text != e.notes[name]:
				t.Errorf("%s is neither old nor new: %q", name, text)
			case chapter:
				recorded++
			}
		}
		if recorded > 0 && recorded < len(e.blank) {
			between++
		}
		s.run("update")
		if diff := cmp.Diff(e.notes, s.read("notes")); diff != "" {
			t.Errorf("the notes after a whole update: -want +got\n%s", diff)
		}
		if t.Failed() {
			t.Fatalf("in round %d", n)
		}
	}
	t.Logf("%d updates were killed, %d of them between two chapters", killed, between)
}

// TestTogether builds one book four times at once into one folder, updates it
// four times at once, and builds four books at once with one cache.
func TestTogether(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	editions := s.editions()
	e := editions[1]
	s.put(e.notes, e.blank)
	s.together("update", "update", "update", "update")
	if diff := cmp.Diff(e.notes, s.read("notes")); diff != "" {
		t.Errorf("the notes: -want +got\n%s", diff)
	}
	s.put(editions[0].notes)
	s.run("build")
	s.put(e.notes)
	s.together("build", "build", "build", "build")
	s.finish(e)

	if err := os.RemoveAll(s.cache); err != nil {
		t.Fatal(err)
	}
	var books []*stand
	var commands []*exec.Cmd
	for i := range 4 {
		b := *s
		b.dir = t.TempDir()
		b.put(editions[i%2].notes)
		books = append(books, &b)
		commands = append(commands, b.command("build"))
	}
	s.all(commands)
	for i, b := range books {
		b.finish(editions[i%2])
	}
}

// together runs commands at the same time, each of which must succeed.
func (s *stand) together(names ...string) {
	s.t.Helper()
	var commands []*exec.Cmd
	for _, name := range names {
		commands = append(commands, s.command(name))
	}
	s.all(commands)
}

func (s *stand) all(commands []*exec.Cmd) {
	s.t.Helper()
	outputs := make([]strings.Builder, len(commands))
	for i, c := range commands {
		c.Stdout, c.Stderr = &outputs[i], &outputs[i]
		if err := c.Start(); err != nil {
			s.t.Fatal(err)
		}
	}
	for i, c := range commands {
		if err := c.Wait(); err != nil {
			s.t.Errorf("%v: %v\n%s", c.Args[1:], err, outputs[i].String())
		}
	}
}
