package sandbox

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"rtbook/runner/wire"
)

//go:embed *.go
var files embed.FS

// Fingerprint returns a hash of the source of the sandbox, of the wire, and of
// an engine's own packages, tests left out: what a result depends on besides
// what ran.
func Fingerprint(engine ...fs.FS) string {
	h := sha256.New()
	for _, fsys := range append([]fs.FS{wire.Files(), files}, engine...) {
		hashSource(h, fsys)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hashSource writes the Go files of fsys to w, with their names and sizes. The
// files are embedded, so that reading them cannot fail.
func hashSource(w io.Writer, fsys fs.FS) {
	fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(fsys, path)
		fmt.Fprintf(w, "%s %d\n%s", path, len(text), text)
		return err
	})
}
