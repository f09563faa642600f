package book

import (
	"go/scanner"
	"go/token"
	"slices"
	"strings"

	"rtbook/internal/finding"
)

// ownComment begins the comments that are for rtbook, and hideComment is the
// only one.
const (
	ownComment  = "//rtbook:"
	hideComment = ownComment + "hide"
)

// hideLines fills f.Hidden, and reports comments that look like ones for
// rtbook and are none.
func hideLines(ch *Chapter, f *Fence, r *reporter) {
	if f.Lang != "go" || f.Role == RoleOutput || !strings.Contains(f.Content, "rtbook:") {
		return
	}
	for _, c := range commentsOf(f) {
		text := strings.TrimRight(c.text, " \t\r")
		word, own := strings.CutPrefix(text, ownComment)
		at := ch.lines[f.Pos.Line+c.line] + indentOf(f, c.line) + c.col
		switch {
		case text == hideComment:
			f.Hidden = append(f.Hidden, c.line)
		case own:
			hint := hideComment + " at the end of a line keeps that line off the page"
			if first, _, _ := strings.Cut(strings.TrimSpace(word), " "); first == "hide" || finding.Nearest(first, []string{"hide"}) != "" {
				hint = "write " + hideComment + ", and nothing after it"
			}
			r.at(at, hint, "unknown comment %s%s", ownComment, clip(word))
		case strings.Trim(text, "/* \t") == strings.TrimPrefix(hideComment, "//"):
			r.at(at, "write "+hideComment+", without blanks", "comment that hides nothing")
		}
	}
	f.Hidden = slices.Compact(f.Hidden)
	if len(f.Hidden) > 0 && f.Role != RoleSketch && strings.TrimSpace(f.Shown()) == "" {
		r.at(ch.offset(f.Pos), "hide the "+f.Role.String()+" with the attribute hide", "every line is hidden")
	}
}

func indentOf(f *Fence, line int) int {
	if line < len(f.indent) {
		return f.indent[line]
	}
	return 0
}

// Shown returns the fence's content without the lines that are hidden.
func (f *Fence) Shown() string {
	if len(f.Hidden) == 0 {
		return f.Content
	}
	var b strings.Builder
	n := 0
	for line := range strings.Lines(f.Content) {
		if _, hidden := slices.BinarySearch(f.Hidden, n); !hidden {
			b.WriteString(line)
		}
		n++
	}
	return b.String()
}

// comment is a comment that ends at the end of its line.
type comment struct {
	line, col int // from 0
	text      string
}

// commentsOf returns the line comments of a fence. Sketches need not be Go,
// and an apostrophe in one begins no literal: there, what looks like one of our
// comments is one.
func commentsOf(f *Fence) []comment {
	var found []comment
	if f.Role == RoleSketch {
		for i, line := range strings.Split(f.Content, "\n") {
			if at := strings.LastIndex(line, ownComment); at >= 0 {
				found = append(found, comment{i, at, line[at:]})
			}
		}
		return found
	}
	file := token.NewFileSet().AddFile("", -1, len(f.Content))
	var s scanner.Scanner
	s.Init(file, []byte(f.Content), func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return found
		}
		if tok == token.COMMENT {
			// Not file.Position, which follows //line directives.
			at := file.PositionFor(pos, false)
			found = append(found, comment{at.Line - 1, at.Column - 1, lit})
		}
	}
}
