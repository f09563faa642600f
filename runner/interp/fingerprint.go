package interp

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Fingerprint returns a hash of what a result of the engine depends on besides
// the program: the running executable, since it is the worker too. The model
// that cells see is the one linked into it, and not the source on the disk.
func Fingerprint() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the interpreter's executable: %w", err)
	}
	return fingerprint(path)
}

// fingerprint hashes the build ID of an executable, which the go command made
// from all that it is built of (cmd/go/internal/work/buildid.go). What has no
// such ID is hashed whole, which takes a thousand times as long.
func fingerprint(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the interpreter's executable: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if id := buildID(f); id != "" {
		h.Write([]byte("build ID " + id))
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read the interpreter's executable: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// buildID returns the build ID that the go command gave an executable, "" if it
// has none, or one that somebody chose.
func buildID(f io.ReaderAt) string {
	id, err := noteID(f)
	if errors.As(err, new(*elf.FormatError)) {
		id, err = markedID(f)
	}
	// The action and the content of the link, and of what it began with.
	if parts := strings.Split(id, "/"); err != nil || len(parts) != 4 || len(parts[3]) != 20 {
		return ""
	}
	return id
}

// noteID returns the build ID of an ELF file, which is the only note in a section.
func noteID(f io.ReaderAt) (string, error) {
	exe, err := elf.NewFile(f)
	if err != nil {
		return "", err
	}
	section := exe.Section(".note.go.buildid")
	if section == nil {
		return "", nil
	}
	note, err := section.Data()
	if err != nil {
		return "", err
	}
	const head = 16 // the sizes of the name and the ID, the kind, and the name: Go and two zeros
	if len(note) < head || string(note[12:head]) != "Go\x00\x00" {
		return "", nil
	}
	size := exe.ByteOrder.Uint32(note[4:])
	if uint64(size) > uint64(len(note)-head) {
		return "", nil
	}
	return string(note[head : head+size]), nil
}

// markedID returns the build ID that stands, between marks, where the code of
// other executables begins.
func markedID(f io.ReaderAt) (string, error) {
	start := make([]byte, 64<<10)
	n, err := f.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return "", err
	}
	_, rest, _ := bytes.Cut(start[:n], []byte("\xff Go build ID: \""))
	id, _, ok := bytes.Cut(rest, []byte("\"\n \xff"))
	if !ok {
		return "", nil
	}
	return string(id), nil
}
