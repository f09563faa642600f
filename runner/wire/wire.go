// Package wire is what a running program tells the runner, and how.
//
// A program has one pipe for standard output and standard error, so that what
// it prints stays in the order in which it was printed. The only bytes in that
// pipe that are not the program's own are markers: before cell i runs, the
// program's main writes, in one write of fewer than 512 bytes (which POSIX
// keeps whole in a pipe),
//
//	NUL "rtbook " nonce " " i NUL
//
// and after the last of n cells the same with i = n. The nonce is fresh for
// each run, so that no ordinary printing, no partial line and no binary is
// mistaken for a marker; a program that hunts for it can falsify only itself.
// [Mark] writes a marker and [Decoder] takes them out again.
//
// Everything else goes over descriptor 3, in lines. Three things are told apart
// by a line's first byte: reports, JSON after a record separator ([Report],
// [WriteReport]); frames, JSON after a group separator; and the Go runtime's
// crash report, which [Attach] has the runtime copy there. Frames are those that
// Mark writes, and the displays that follow them:
//
//	{"cell":2}
//	{"kind":"table","data":{…},"text":"…"}
//	{"kind":"stepper","fault":"why it cannot be shown","text":"…"}
//
// Displays are written by package rtbook/runner/show, which is compiled into
// programs that know nothing of this package. An [Inbox] separates all this
// again, and bounds what it keeps. A line that is none of these, or is broken, is
// dropped, or counts as a display that did not arrive: only a program that
// writes to the descriptor itself, or ends while it does, can make one.
//
// Package wire imports none of rtbook's packages. Some of its files are also
// compiled into every program that the go engine builds (see [Sources]), and
// import nothing there that an ordinary program would not have.
package wire

import (
	"embed"
	"io/fs"
)

//go:embed *.go
var files embed.FS

// Sources returns the files, by name, that make up the program's end of the
// wire: a package of their own which imports only the standard library.
func Sources() map[string][]byte {
	sources := make(map[string][]byte)
	for _, name := range []string{"mark.go", "child.go", "exec_unix.go", "exec_other.go"} {
		text, err := files.ReadFile(name)
		if err != nil {
			continue // the files are embedded, so there is no such case
		}
		sources[name] = text
	}
	return sources
}

// Files returns the package's own source, which is part of every cache key.
func Files() fs.FS { return files }
