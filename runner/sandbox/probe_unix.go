//go:build unix

package sandbox

import (
	"os"
	"path/filepath"

	"rtbook/runner"
)

// probe returns why mechanisms are missing, by their names.
func probe() map[string]string {
	missing := make(map[string]string)
	nothing := func(err error) map[string]string {
		for _, m := range mechanisms {
			missing[m.name] = err.Error()
		}
		return missing
	}
	self, err := os.Executable()
	if err != nil {
		return nothing(err)
	}
	scratch, err := MakeScratch("probe")
	if err != nil {
		return nothing(err)
	}
	defer scratch.Remove()
	files := filepath.Join(scratch.Dir, "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		return nothing(err)
	}
	p, err := Spec{
		Path: self, Args: []string{"cells", guardArg, probeArg}, Private: files,
		Access: Access{Read: []string{self}, Write: []string{files}}, Limits: Limits(new(runner.Program)),
	}.Start()
	if err != nil {
		return nothing(err)
	}
	for _, l := range p.lacks {
		missing[l.Mechanism] = l.Why
	}
	if p.refusal != nil {
		for _, name := range []string{nameSpaces, scratchFS, ownProc, processLimit} {
			missing[name] = "the kernel refuses namespaces: " + p.refusal.Error()
		}
	}
	p.Wait()
	return missing
}
