package book

import (
	"fmt"
	"strings"
)

const maxFileName = 200 // bytes

var (
	filePart = pattern(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*$`)
	// What Windows takes for a device, whatever the extension.
	deviceName = pattern(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)
)

// checkFileName checks the name of a file in an environment's folder. Such a
// name means the same file on every system, and stays in the folder; nothing in
// it begins with a dot, since tools take orders from such files and folders
// (.git has commands that go build would start).
func checkFileName(name string) error {
	const hint = "a name is a path in the environment's folder, as in users_test.go or cmd/app/main.go"
	fault := func(at int, format string, args ...any) error {
		return &valueError{at, fmt.Sprintf(format, args...), hint}
	}
	switch {
	case name == "":
		return fault(0, "the file has no name")
	case len(name) > maxFileName:
		return fault(0, "a name of more than %d bytes", maxFileName)
	case strings.Contains(name, `\`):
		return fault(strings.IndexByte(name, '\\'), `a backslash in a name: folders end with /`)
	case name[0] == '/':
		return fault(0, "%s is absolute", clip(name))
	}
	at := 0
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "":
			return fault(at, "an empty part of a path")
		case part == "..":
			return fault(at, "%s leads out of the folder", clip(name))
		case part == ".":
			return fault(at, `"." in a path that is not clean`)
		case part[0] == '.':
			return fault(at, "%s is hidden: its name begins with a dot", clip(part))
		case deviceName().MatchString(part):
			return fault(at, "%s is a device on Windows", clip(part))
		case !filePart().MatchString(part):
			return fault(at, `%q: names are of letters, digits and "._+-", and begin with none of these but _`, clip(part))
		case part[len(part)-1] == '.':
			return fault(at, "%s ends with a dot", clip(part))
		}
		at += len(part) + 1
	}
	return nil
}
