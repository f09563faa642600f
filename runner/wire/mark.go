package wire

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// markerMax is the size below which a write to a pipe is never split
// (POSIX's least PIPE_BUF).
const markerMax = 512

// frameBegins begins a frame on descriptor 3, and nothing else that comes there.
const frameBegins = '\x1d'

// markerEnd ends a marker, and separates it from digits that follow.
const markerEnd = '\x00'

// markerPrefix returns the part of a marker before the number.
func markerPrefix(nonce string) string { return "\x00rtbook " + nonce + " " }

// Mark announces on w that what follows belongs to cell. It writes once. The
// nonce must be the one the runner gave: not empty, short, and free of NUL.
func Mark(w io.Writer, nonce string, cell int) error {
	if nonce == "" || strings.ContainsRune(nonce, markerEnd) {
		return fmt.Errorf("wire: unusable nonce %q", nonce)
	}
	if cell < 0 {
		return fmt.Errorf("wire: cell %d cannot be marked", cell)
	}
	m := markerPrefix(nonce) + strconv.Itoa(cell) + string(rune(markerEnd))
	if len(m) >= markerMax {
		return fmt.Errorf("wire: marker of %d bytes, want fewer than %d", len(m), markerMax)
	}
	_, err := w.Write([]byte(m))
	return err
}
