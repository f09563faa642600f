package pipeline

import (
	"path"

	"rtbook/internal/finding"
)

// names is how people name the files of a book. The zero value names them by
// their paths in its root.
type names struct {
	prefix string // from the file system of the book to the paths that people see
	flags  string // that commands need to find the book, each after a blank
}

func namesFor(opt Options, o *opened) names {
	n := names{prefix: o.prefix}
	if opt.Root != "" {
		n.flags += " -C " + opt.Root
	}
	if opt.Src != "" {
		n.flags += " --src " + opt.Src
	}
	return n
}

// file is the name of a file of the book.
func (n names) file(name string) string { return path.Join(n.prefix, name) }

// command is a command about a chapter or cell, to be copied from a hint.
func (n names) command(verb, ref string) string { return "rtbook " + verb + n.flags + " " + ref }

// rename gives the places of findings the names that people know.
func (n names) rename(fs []finding.Finding) {
	if n.prefix == "" {
		return
	}
	for i := range fs {
		fs[i].File = n.file(fs[i].File)
		for j := range fs[i].Notes {
			if note := &fs[i].Notes[j]; note.File != "" {
				note.File = n.file(note.File)
			}
		}
	}
}
