package runner

import (
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Imports returns the import paths in the folder's Go files, tests included,
// sorted: what the folder's programs need besides the folder. A file that does
// not parse that far has none, and the go command will say so.
func (s *Shell) Imports() []string {
	var paths []string
	for _, f := range s.Files {
		if !strings.HasSuffix(f.Path, ".go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Text, parser.ImportsOnly)
		if file == nil || err != nil && len(file.Imports) == 0 {
			continue
		}
		for _, spec := range file.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil {
				paths = append(paths, p)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
