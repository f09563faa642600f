package interp

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// built builds a program and returns its file.
func built(t *testing.T, env []string, source string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "program")
	args := append(append([]string{"build", "-o", out}, flags...), filepath.Join(dir, "main.go"))
	c := exec.Command("go", args...)
	c.Env = append(os.Environ(), env...)
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, text)
	}
	return out
}

const empty = "package main\nfunc main() {}\n"

// TestBuildID has what the go command says of the files it made.
func TestBuildID(t *testing.T) {
	tests := []struct {
		name  string
		env   []string
		flags []string
	}{
		{"linux", []string{"GOOS=linux", "GOARCH=amd64"}, nil},
		{"linux, big-endian", []string{"GOOS=linux", "GOARCH=s390x"}, nil},
		{"linux, stripped", []string{"GOOS=linux", "GOARCH=amd64"}, []string{"-ldflags=-s -w"}},
		{"darwin", []string{"GOOS=darwin", "GOARCH=arm64"}, nil},
		{"windows", []string{"GOOS=windows", "GOARCH=amd64"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if testing.Short() && test.name != "linux" {
				t.Skip("builds the runtime for another system")
			}
			path := built(t, append(test.env, "CGO_ENABLED=0"), empty, test.flags...)
			want, err := exec.Command("go", "tool", "buildid", path).Output()
			if err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if got := buildID(f); got == "" || got != strings.TrimSpace(string(want)) {
				t.Errorf("the build ID is %q, the go command says %q", got, want)
			}
		})
	}
}

// TestFingerprintOfWhatDiffers has executables that differ in one number.
func TestFingerprintOfWhatDiffers(t *testing.T) {
	one := built(t, nil, "package main\nfunc main() { println(1) }\n")
	two := built(t, nil, "package main\nfunc main() { println(2) }\n")
	if a, b := mustPrint(t, one), mustPrint(t, two); a == b || len(a) != 64 {
		t.Errorf("the fingerprints are %s and %s", a, b)
	}
}

// TestFingerprintWithoutBuildID has what is hashed whole.
func TestFingerprintWithoutBuildID(t *testing.T) {
	chosen := built(t, nil, empty, "-ldflags=-buildid=redacted")
	none := built(t, nil, empty, "-ldflags=-buildid=")
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(t.TempDir(), "long")
	if err := os.WriteFile(long, bytes.Repeat([]byte("\xff Go build ID: \"a/b"), 10000), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{chosen, none, script, long} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := mustPrint(t, path), fmt.Sprintf("%x", sha256.Sum256(data)); got != want {
			t.Errorf("the fingerprint of %s is %s, want the hash of all of it, %s", filepath.Base(path), got, want)
		}
	}
	if _, err := fingerprint(filepath.Join(t.TempDir(), "nothing")); err == nil {
		t.Error("what is not there has a fingerprint")
	}
}

func mustPrint(t *testing.T, path string) string {
	t.Helper()
	s, err := fingerprint(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func BenchmarkFingerprint(b *testing.B) {
	for b.Loop() {
		if _, err := Fingerprint(); err != nil {
			b.Fatal(err)
		}
	}
}
