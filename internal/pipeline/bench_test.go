package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"rtbook/runner/interp/worker"
	"rtbook/runner/sandbox"
)

// TestMain lets the interpreter start this test binary as its child.
func TestMain(m *testing.M) {
	if sandbox.Requested(os.Args) {
		sandbox.Main()
	}
	if worker.Requested(os.Args) {
		worker.Main()
		return
	}
	os.Exit(m.Run())
}

// BenchmarkBuildBook builds this repository's book: with nothing in rtbook's
// cache but a warm build cache of the go command, and with nothing changed.
func BenchmarkBuildBook(b *testing.B) {
	build := func(b *testing.B, cache, out string) {
		r, err := Build(context.Background(), Options{Root: filepath.Join("..", ".."), Out: out, CacheDir: cache})
		if err != nil {
			b.Fatal(err)
		}
		if r.Failed() {
			b.Fatalf("the book has findings: %v", r.Findings)
		}
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			build(b, b.TempDir(), b.TempDir())
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		cache, out := b.TempDir(), b.TempDir()
		build(b, cache, out)
		for b.Loop() {
			build(b, cache, out)
		}
	})
}

// BenchmarkCheckBook checks this repository's book with nothing changed, which
// the command does in little more.
func BenchmarkCheckBook(b *testing.B) {
	opt := Options{Root: filepath.Join("..", ".."), CacheDir: b.TempDir()}
	check := func() {
		r, err := Check(context.Background(), opt)
		if err != nil {
			b.Fatal(err)
		}
		if r.Failed() {
			b.Fatalf("the book has findings: %v", r.Findings)
		}
	}
	check()
	for b.Loop() {
		check()
	}
}
