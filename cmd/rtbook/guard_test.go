package main

import (
	"os/exec"
	"testing"

	"rtbook/runner"
	"rtbook/runner/sandbox"
)

// BenchmarkGuard is what isolation costs a child: the smallest program, by
// itself and under a guard, which is this whole command as a process.
func BenchmarkGuard(b *testing.B) {
	path, err := exec.LookPath("true")
	if err != nil {
		b.Skip("this machine has no smallest program: ", err)
	}
	dir := b.TempDir()
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			if err := exec.Command(path).Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("guarded", func(b *testing.B) {
		s := sandbox.Spec{
			Path: path, Args: []string{"true"}, Dir: dir, Private: dir,
			Access: sandbox.Access{Read: []string{path}, Write: []string{dir}},
			Limits: sandbox.Limits(new(runner.Program)),
		}
		for b.Loop() {
			p, err := s.Start()
			if err != nil {
				b.Fatal(err)
			}
			if e := p.Wait(); !e.Success() {
				b.Fatal(e)
			}
		}
	})
}
