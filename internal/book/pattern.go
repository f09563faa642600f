package book

import (
	"regexp"
	"sync"
)

// pattern returns a regular expression that is compiled when it is first
// needed. All of them would take a tenth of the time that the command takes to
// start, and it starts once more for each program that it confines.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
