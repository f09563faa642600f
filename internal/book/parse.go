package book

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark"

	"rtbook/internal/finding"
)

// Parse reads the folder dir of a file system, as the package comment says.
// The findings are all that there are, in order of file and place; the book is
// never nil, and holds what could be read. Files and folders named by skip, as
// paths in fsys, are left out: a folder of output that lies inside dir.
func Parse(fsys fs.FS, dir string, skip ...string) (*Book, []finding.Finding) {
	dir = path.Clean(dir)
	b := &Book{Dir: dir, Lang: "en"}
	if f := checkDir(fsys, dir); f != nil {
		return b, []finding.Finding{*f}
	}
	config := path.Join(dir, "book.yaml")
	t, findings := readTree(fsys, dir, append(skip, config))
	src, err := fs.ReadFile(fsys, config)
	switch {
	case err == nil:
		findings = append(findings, readConfig(b, config, src)...)
		findings = append(findings, bookChapters(b, t)...)
	case errors.Is(err, fs.ErrNotExist) && !isLink(fsys, config):
		b.Plain = true
		findings = append(findings, plainChapters(b, t)...)
	default:
		findings = append(findings, unreadable(config, err))
	}
	b.Assets = t.assets
	if !b.Plain {
		recorded := []string{b.LedgerPath, path.Join(dir, ToolchainsName)}
		b.Assets = slices.DeleteFunc(b.Assets, func(name string) bool { return slices.Contains(recorded, name) })
	}
	findings = append(findings, parseAll(b, t)...)
	b.Select(b.Toolchain, b.Target)
	finding.Sort(findings)
	return b, findings
}

// ParseFile reads one file as a book of one chapter, without a pin: what stands
// in no book, such as a note of one's own or standard input.
func ParseFile(name string, src []byte) (*Book, []finding.Finding) {
	b := &Book{Dir: path.Dir(name), Lang: "en"}
	ch := &Chapter{Path: name, Slug: strings.TrimSuffix(path.Base(name), path.Ext(name)), Source: src}
	found, ok := parseChapter(ch, Markdown(), false)
	if ok {
		b.Chapters = []*Chapter{ch}
		b.Title = ch.Title
	}
	b.Select("", "")
	finding.Sort(found)
	return b, found
}

// isLink reports whether name is a symbolic link, wherever it leads. A
// book.yaml that leads nowhere makes no plain folder: its cells would silently
// not run.
func isLink(fsys fs.FS, name string) bool {
	info, err := fs.Lstat(fsys, name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// checkDir returns a finding if there is no folder dir.
func checkDir(fsys fs.FS, dir string) *finding.Finding {
	info, err := fs.Stat(fsys, dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &finding.Finding{
			Pos:     finding.Pos{File: dir},
			Message: "there is no such folder",
			Hint:    "run rtbook in the folder that holds the book, or name it with -C DIR; build --src DIR renders any folder of Markdown",
		}
	case err != nil:
		f := unreadable(dir, err)
		return &f
	case !info.IsDir():
		return &finding.Finding{Pos: finding.Pos{File: dir}, Message: "not a folder"}
	}
	return nil
}

// bookChapters fills b.Chapters with the chapters of a book, not yet parsed.
func bookChapters(b *Book, t *tree) []finding.Finding {
	var findings []finding.Finding
	numbers := map[*Chapter]string{}
	for _, name := range t.pages {
		ch := &Chapter{Path: name, Slug: strings.TrimSuffix(path.Base(name), ".md")}
		if path.Dir(name) != b.Dir {
			findings = append(findings, finding.Finding{
				Pos:     finding.Pos{File: name},
				Message: "Markdown in a nested folder is no chapter",
				Hint:    "chapters are " + path.Join(b.Dir, "NN-name.md"),
			})
			continue
		}
		if ch.Slug != "index" && ch.Slug != GlossarySlug {
			number, err := chapterNumber(path.Base(name))
			if err != nil {
				findings = append(findings, finding.Finding{
					Pos:     finding.Pos{File: name},
					Message: err.Error(),
					Hint:    "chapters are NN-name.md, and index.md is the opening page",
				})
				continue
			}
			numbers[ch] = number
		}
		b.Chapters = append(b.Chapters, ch)
	}
	slices.SortStableFunc(b.Chapters, func(p, q *Chapter) int {
		return cmp.Or(isGlossary(p)-isGlossary(q), compareNumbers(numbers[p], numbers[q]), cmp.Compare(p.Path, q.Path))
	})
	for i, ch := range b.Chapters[min(1, len(b.Chapters)):] {
		if before := b.Chapters[i]; numbers[ch] == numbers[before] && numbers[ch] != "" {
			findings = append(findings, finding.Finding{
				Pos:     finding.Pos{File: ch.Path},
				Message: fmt.Sprintf("chapter number %s is taken by %s", numbers[ch], path.Base(before.Path)),
				Hint:    "give each chapter a number of its own: it is the order of the book",
			})
		}
	}
	if len(b.Chapters) == 0 && len(findings) == 0 {
		findings = append(findings, finding.Finding{
			Pos:     finding.Pos{File: b.Dir},
			Message: "the book has no chapters",
			Hint:    "chapters are " + path.Join(b.Dir, "NN-name.md"),
		})
	}
	return findings
}

// isGlossary returns 1 for the glossary, which comes last, and 0 for others.
func isGlossary(ch *Chapter) int {
	if ch.Slug == GlossarySlug {
		return 1
	}
	return 0
}

// compareNumbers compares decimal numbers without leading zeros; "" is the
// opening page, before all others.
func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// parseAll parses the chapters of b, several at a time, and takes out of it
// those that are not text.
func parseAll(b *Book, t *tree) []finding.Finding {
	results := make([][]finding.Finding, len(b.Chapters))
	texts := make([]bool, len(b.Chapters))
	md := Markdown()
	parallel(len(b.Chapters), func(i int) {
		results[i], texts[i] = loadChapter(b.Chapters[i], t.fsys, md, b.Plain)
	})
	kept := b.Chapters[:0]
	for i, ch := range b.Chapters {
		if texts[i] {
			kept = append(kept, ch)
		}
	}
	b.Chapters = kept
	return slices.Concat(results...)
}

// loadChapter reads and parses a chapter; ok is false if it has no tree.
func loadChapter(ch *Chapter, fsys fs.FS, md goldmark.Markdown, plain bool) (fs_ []finding.Finding, ok bool) {
	src, err := fs.ReadFile(fsys, ch.Path)
	if err != nil {
		return []finding.Finding{unreadable(ch.Path, err)}, false
	}
	ch.Source = src
	listed := ch.Title
	ch.Title = ""
	fs_, ok = parseChapter(ch, md, plain)
	if ch.Title == "" {
		ch.Title = cmp.Or(listed, titleOfFile(ch.Path))
	}
	return fs_, ok
}
