package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// keyFormat changes when the meaning of a stored result changes.
const keyFormat = "rtbook result 1"

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
// because a program can print the line it is on.
func (p *Program) Key(id Identity) string {
	h := sha256.New()
	put(h, keyFormat, id.Engine, id.Fingerprint, id.Toolchain, id.Target, id.Packages)
	put(h, p.Source, p.WithLines())
	for _, c := range p.Cells {
		put(h, c.Timeout.String(), fmt.Sprint(c.Limit))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// put writes strings so that no two different lists give the same bytes.
func put(w io.Writer, ss ...string) {
	for _, s := range ss {
		fmt.Fprintf(w, "%d:%s\n", len(s), s)
	}
}
