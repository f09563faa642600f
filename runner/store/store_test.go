package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// put stores data under a key made of name, which it returns.
func put(t *testing.T, s *Store, name, data string) string {
	t.Helper()
	key := Key(name)
	if err := s.Put(Results, key, []byte(data)); err != nil {
		t.Fatal(err)
	}
	return key
}

func wantEntry(t *testing.T, s *Store, key, want string) {
	t.Helper()
	if got, ok := s.Get(Results, key); !ok || string(got) != want {
		t.Errorf("entry is %q, %v, want %q", got, ok, want)
	}
}

func wantAbsent(t *testing.T, s *Store, key, why string) {
	t.Helper()
	if got, ok := s.Get(Results, key); ok {
		t.Errorf("%s: entry is %.50q, want none", why, got)
	}
}

func (s *Store) path(key string) string { return filepath.Join(s.Dir, file(Results, key)) }

func TestStore(t *testing.T) {
	s := &Store{Dir: filepath.Join(t.TempDir(), "new", "cache")}
	wantAbsent(t, s, Key("a"), "no folder")
	for _, data := range []string{"", "a", "\n", "rtbook 1 results\n", string([]byte{0, 255, '\n', 13}), strings.Repeat("long\n", 1e5)} {
		key := put(t, s, "a", data)
		wantEntry(t, s, key, data)
		wantEntry(t, &Store{Dir: s.Dir}, key, data)
	}
	if _, ok := s.Get(Imports, Key("a")); ok {
		t.Error("an entry of one kind is one of another")
	}
	if err := s.Put(Results, "../../escape", nil); err == nil {
		t.Error("stored under what is no key")
	}
	var none *Store
	if err := none.Put(Results, Key("a"), nil); err != nil {
		t.Error(err)
	}
	wantAbsent(t, none, Key("a"), "no store")
	if err := none.Settle(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Join(s.Dir, tmpDir)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestKey(t *testing.T) {
	seen := make(map[string]bool)
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"a"}, {"a", ""}, {"ab"}, {"a", "b"}, {"1:a"}, {"a1:b"}} {
		k := Key(parts...)
		if seen[k] || !isKey(k) {
			t.Errorf("Key(%q) = %s, which is another's or none", parts, k)
		}
		seen[k] = true
	}
}

// TestDamaged changes every byte of an entry, cuts it short everywhere, and
// puts other things in its place: none of it is believed, and all of it is
// replaced.
func TestDamaged(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	key, other := put(t, s, "a", "the output\n"), put(t, s, "b", "another output\n")
	whole, err := os.ReadFile(s.path(key))
	if err != nil {
		t.Fatal(err)
	}
	swapped, err := os.ReadFile(s.path(other))
	if err != nil {
		t.Fatal(err)
	}
	write := func(text []byte) func() error {
		return func() error { return os.WriteFile(s.path(key), text, 0o666) }
	}
	damage := map[string]func() error{
		"another's entry": write(swapped),
		"longer":          write(append(bytes.Clone(whole), '\n')),
		"twice":           write(append(bytes.Clone(whole), whole...)),
		"another format":  write(bytes.Replace(whole, []byte("rtbook 1"), []byte("rtbook 2"), 1)),
		"another kind":    write(bytes.Replace(whole, []byte("results"), []byte("imports"), 1)),
		"a huge size":     write(bytes.Replace(whole, []byte(" 11 "), []byte(" 9223372036854775807 "), 1)),
		"a negative size": write(bytes.Replace(whole, []byte(" 11 "), []byte(" -11 "), 1)),
		"a file of holes": func() error { return errors.Join(write(whole)(), os.Truncate(s.path(key), 1<<40)) },
		"no newline":      write(bytes.Repeat([]byte("x"), 1<<20)),
		"a folder": func() error {
			return errors.Join(os.Remove(s.path(key)), os.MkdirAll(filepath.Join(s.path(key), "below"), 0o777))
		},
		"a link to it": func() error {
			moved := filepath.Join(t.TempDir(), "moved")
			return errors.Join(os.Rename(s.path(key), moved), os.Symlink(moved, s.path(key)))
		},
		"a link to nothing": func() error {
			return errors.Join(os.Remove(s.path(key)), os.Symlink("nothing", s.path(key)))
		},
		"a file for its folder": func() error {
			return errors.Join(os.RemoveAll(filepath.Dir(s.path(key))), os.WriteFile(filepath.Dir(s.path(key)), nil, 0o666))
		},
		"a file for its kind": func() error {
			dir := filepath.Join(s.Dir, string(Results))
			return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o666))
		},
		"a file for temporary ones": func() error {
			return errors.Join(os.Remove(s.path(key)), os.RemoveAll(filepath.Join(s.Dir, tmpDir)), os.WriteFile(filepath.Join(s.Dir, tmpDir), nil, 0o666))
		},
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 1
		damage[fmt.Sprintf("byte %d changed", i)] = write(changed)
		damage[fmt.Sprintf("cut short at %d", i)] = write(whole[:i])
	}
	if runtime.GOOS != "windows" && os.Getuid() != 0 { // root reads everything
		damage["unreadable"] = func() error { return os.Chmod(s.path(key), 0) }
	}
	for why, do := range damage {
		put(t, s, "a", "the output\n")
		if err := do(); err != nil {
			t.Errorf("%s: %v", why, err)
			continue
		}
		wantAbsent(t, s, key, why)
		put(t, s, "a", "the output\n")
		wantEntry(t, s, key, "the output\n")
	}
}

func TestForeignFolder(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "letter")
	if err := os.WriteFile(mine, []byte("dear"), 0o666); err != nil {
		t.Fatal(err)
	}
	var foreign *ForeignError
	s := &Store{Dir: dir}
	if err := s.Put(Results, Key("a"), nil); !errors.As(err, &foreign) {
		t.Errorf("Put in a folder of somebody else: %v", err)
	}
	if _, err := s.Clean(); !errors.As(err, &foreign) {
		t.Errorf("Clean in a folder of somebody else: %v", err)
	}
	// The tag of another program is none.
	if err := os.WriteFile(filepath.Join(dir, tagFile), []byte("Signature: 8a477f597d28d172789f06886806bc55\n# made by somebody\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Clean(); !errors.As(err, &foreign) {
		t.Errorf("Clean in the cache of another program: %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("the folder has %v, want what was there", entries)
	}
	if _, err := (&Store{Dir: mine}).Clean(); err == nil || errors.As(err, &foreign) {
		t.Errorf("Clean of a file: %v", err)
	}
	if _, err := (&Store{Dir: filepath.Join(dir, "missing")}).Clean(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Clean of nothing: %v", err)
	}
	if c, err := (&Store{Dir: t.TempDir()}).Clean(); err != nil || len(c.Entries) != 0 {
		t.Errorf("Clean of an empty folder: %v, %v", c, err)
	}
}

// TestLostTag marks a store again that was left without a tag.
func TestLostTag(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	key := put(t, s, "a", "data")
	for _, damage := range []func(string) error{os.Remove, func(f string) error { return os.Truncate(f, 0) }} {
		if err := damage(filepath.Join(s.Dir, tagFile)); err != nil {
			t.Fatal(err)
		}
		again := &Store{Dir: s.Dir}
		put(t, again, "b", "data")
		if ours, err := again.ours(); !ours || err != nil {
			t.Errorf("the folder is no store: %v", err)
		}
		wantEntry(t, again, key, "data")
	}
}

func TestClean(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	put(t, s, "a", strings.Repeat("x", block)) // two blocks, with its first line
	put(t, s, "b", "")
	if err := s.Put(Records, Key("a"), nil); err != nil {
		t.Fatal(err)
	}
	outside := t.TempDir()
	keep := []string{
		filepath.Join(s.Dir, "notes.txt"),
		filepath.Join(s.Dir, "results", "notes.txt"),
		filepath.Join(s.Dir, "results", "ab", "notes.txt"),
		filepath.Join(outside, Key("x")[2:]),
	}
	for _, f := range keep {
		if err := errors.Join(os.MkdirAll(filepath.Dir(f), 0o777), os.WriteFile(f, []byte("mine"), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	// A link, and what is reached through one, is not the store's.
	link := filepath.Join(s.Dir, file(Results, Key("link")))
	if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o777), os.Symlink(keep[0], link)); err != nil {
		t.Skip(err)
	}
	keep = append(keep, link)
	if err := os.Symlink(outside, filepath.Join(s.Dir, "imports")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(outside, filepath.Join(s.Dir, "results", Key("x")[:2])); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	c, err := s.Clean()
	if err != nil {
		t.Fatal(err)
	}
	if c.Entries[Results] != 2 || c.Entries[Records] != 1 || c.Entries[Imports] != 0 || c.Bytes != 4*block {
		t.Errorf("cleaned %+v, want 2 results and a record in 4 blocks", c)
	}
	wantAbsent(t, s, Key("a"), "cleaned")
	for _, f := range keep {
		if _, err := os.Stat(f); err != nil {
			t.Errorf("%v, which rtbook did not make", err)
		}
	}
	put(t, s, "a", "again")
	wantEntry(t, s, Key("a"), "again")
}

// age makes an entry look as if it had been used some time ago.
func age(t *testing.T, s *Store, key string, d time.Duration) {
	t.Helper()
	then := time.Now().Add(-d)
	if err := os.Chtimes(s.path(key), then, then); err != nil {
		t.Fatal(err)
	}
}

func TestGetSetsTheTime(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	key := put(t, s, "a", "data")
	for _, tt := range []struct {
		age time.Duration
		set bool
	}{{50 * time.Minute, false}, {70 * time.Minute, true}, {1000 * time.Hour, true}, {-2 * time.Hour, true}} {
		age(t, s, key, tt.age)
		before, _ := os.Stat(s.path(key))
		wantEntry(t, s, key, "data")
		after, err := os.Stat(s.path(key))
		if err != nil {
			t.Fatal(err)
		}
		if set := !before.ModTime().Equal(after.ModTime()); set != tt.set {
			t.Errorf("used %v ago: time set %v, want %v", tt.age, set, tt.set)
		}
	}
}

// TestTrim has room for ten blocks: of ten entries that take one each and one
// more, those go first that were not used for longest, until nine are left.
func TestTrim(t *testing.T) {
	s := &Store{Dir: t.TempDir(), Limit: 10 * block}
	var keys []string
	for i := range 10 {
		key := put(t, s, fmt.Sprint(i), fmt.Sprint(i))
		age(t, s, key, time.Duration(100-i)*time.Hour)
		keys = append(keys, key)
	}
	if err := s.Settle(); err != nil {
		t.Fatal(err)
	}
	wantEntry(t, s, keys[0], "0") // and so it is used
	keys = append(keys, put(t, s, "10", "10"))
	if err := s.Settle(); err != nil {
		t.Fatal(err)
	}
	for i, key := range keys {
		if gone := i == 1 || i == 2; gone {
			wantAbsent(t, s, key, fmt.Sprintf("entry %d of those not used for longest", i))
		} else {
			wantEntry(t, s, key, fmt.Sprint(i))
		}
	}
	// What is larger than all that may be kept is not stored.
	if wantAbsent(t, s, put(t, s, "large", strings.Repeat("x", 10*block)), "larger than the limit"); t.Failed() {
		return
	}
	// Nine tenths less, for somebody with a smaller limit.
	small := &Store{Dir: s.Dir, Limit: block}
	put(t, small, "11", "11")
	if err := small.Settle(); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		wantAbsent(t, s, key, "a limit of one block")
	}
}

// TestTrimOnceADay writes a wrong count, which is believed for a day.
func TestTrimOnceADay(t *testing.T) {
	s := &Store{Dir: t.TempDir(), Limit: 2 * block}
	for i := range 5 {
		put(t, s, fmt.Sprint(i), "")
	}
	stale := filepath.Join(s.Dir, tmpDir, "entry-1")
	entries := func() int {
		files, _ := filepath.Glob(filepath.Join(s.Dir, "results", "*", "*"))
		return len(files)
	}
	for _, tt := range []struct {
		usage string
		trims bool
	}{
		{fmt.Sprintf("0 %d\n", time.Now().Unix()), false},
		{fmt.Sprintf("0 %d\n", time.Now().Add(-23*time.Hour).Unix()), false},
		{fmt.Sprintf("0 %d\n", time.Now().Add(-25*time.Hour).Unix()), true},
		{fmt.Sprintf("0 %d\n", time.Now().Add(time.Hour).Unix()), true},
		{fmt.Sprintf("-5 %d\n", time.Now().Unix()), true},
		{"", true}, {"0", true}, {"nonsense", true}, {strings.Repeat("0", 100), true},
	} {
		for i := range 5 {
			put(t, s, fmt.Sprint(i), "")
		}
		s.written = 1
		if err := errors.Join(os.WriteFile(stale, nil, 0o666), os.Chtimes(stale, time.Now(), time.Now().Add(-2*time.Hour))); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.Dir, usageFile), []byte(tt.usage), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(); err != nil {
			t.Fatal(err)
		}
		_, err := os.Stat(stale)
		if trimmed := entries() < 5; trimmed != tt.trims || errors.Is(err, fs.ErrNotExist) != tt.trims {
			t.Errorf("usage %q: trimmed %v, left by a killed process: %v; want trimmed %v", tt.usage, trimmed, err, tt.trims)
		}
	}
	// A folder in its place is none.
	usage := filepath.Join(s.Dir, usageFile)
	if err := errors.Join(os.Remove(usage), os.MkdirAll(filepath.Join(usage, "x"), 0o777)); err != nil {
		t.Fatal(err)
	}
	put(t, s, "a", "")
	if err := s.Settle(); err != nil {
		t.Error(err)
	}
}
