package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// keyFormat changes when the meaning of a stored result changes.
const keyFormat = "rtbook result 2"

// Identity is what an engine's results depend on besides the program.
type Identity struct {
	Engine      string // Engine.Name
	Fingerprint string // the engine's own code and what it is built with
	Toolchain   string // the pin, "go1.26.8"
	Target      string // the pin, "linux/amd64"
	Packages    string // hash of the source of the packages that the program imports
}

// Key returns the content address of p's result on an engine: a hash of every
// byte that can change it. Positions count too, as the compiler gets them,
// because a program can print the line it is on; but not those of commands and
// their files, which run in a folder that has no chapter.
func (p *Program) Key(id Identity) string {
	h := sha256.New()
	put(h, keyFormat, id.Engine, id.Fingerprint, id.Toolchain, id.Target, id.Packages)
	put(h, p.Source, p.WithLines(), fmt.Sprint(p.Tail))
	for _, c := range p.Cells {
		put(h, c.Timeout.String(), fmt.Sprint(c.Limit), string(c.Expect))
	}
	if p.Shell != nil {
		put(h, "shell")
		for _, f := range p.Shell.Files {
			put(h, "file", f.Path, f.Text)
		}
		for _, cell := range p.Shell.Cells {
			put(h, "cell")
			for _, c := range cell {
				put(h, fmt.Sprintf("%q %q %q %q %t %t", c.Env, c.Args, c.Stdout, c.Stderr, c.Append, c.OnOK))
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// put writes strings so that no two different lists give the same bytes.
func put(w io.Writer, ss ...string) {
	for _, s := range ss {
		fmt.Fprintf(w, "%d:%s\n", len(s), s)
	}
}
