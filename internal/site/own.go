package site

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"rtbook/internal/finding"
	"rtbook/theme"
)

// ownTheme is what a book adds to the theme. The zero value adds nothing.
type ownTheme struct {
	style      string // file of the site, "" if there is none
	head, foot *theme.Part
}

// surveyTheme reads the book's own theme. What cannot be read is a finding, and
// left out.
func (s *site) surveyTheme(files *Files, assets fs.FS) {
	dir := s.book.Theme
	if dir == "" || assets == nil {
		return
	}
	report := func(pos finding.Pos, hint, format string, args ...any) {
		files.Findings = append(files.Findings, finding.Finding{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	found := false
	read := func(name string) []byte {
		data, err := fs.ReadFile(assets, path.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			report(finding.Pos{File: path.Join(dir, name)}, "", "%v", err)
		}
		found = found || err == nil
		return data
	}
	faulty := func(name string, err error) {
		pos := finding.Pos{File: path.Join(dir, name)}
		text := err.Error()
		if e := (*theme.SyntaxError)(nil); errors.As(err, &e) {
			pos.Line, pos.Col, text = e.Line, 1, e.Msg
		}
		report(pos, "mend it, or leave the file out: the pages are whole without it", "%s", text)
	}
	if css := read(theme.OwnStyle); css != nil {
		s.own.style = strings.TrimPrefix(path.Join(dir, theme.OwnStyle), folderPrefix(s.book.Dir))
		refs, err := theme.CheckStylesheet(css)
		if err != nil {
			faulty(theme.OwnStyle, err)
		}
		for _, ref := range refs {
			s.checkStyleRef(dir, ref, report)
		}
	}
	for name, part := range map[string]**theme.Part{theme.OwnHead: &s.own.head, theme.OwnFoot: &s.own.foot} {
		text := read(name)
		if text == nil {
			continue
		}
		p, err := theme.ParsePart(bytes.TrimPrefix(text, []byte("\ufeff")))
		if err != nil {
			faulty(name, err)
			continue
		}
		for _, ref := range p.Refs {
			report(finding.Pos{File: path.Join(dir, name), Line: ref.Line, Col: 1}, "put the file beside the chapters, and name it by {{.Root}} and its path",
				"%q is not of this book, and readers offline do not reach it", ref.Href)
		}
		*part = p
	}
	if !found {
		report(s.book.ThemePos, "put one of "+theme.OwnStyle+", "+theme.OwnHead+" and "+theme.OwnFoot+" into it, or leave theme out",
			"%s has nothing of a theme", dir)
	}
}

// checkStyleRef reports what a stylesheet of the book refers to without need or
// in vain.
func (s *site) checkStyleRef(dir string, ref theme.Ref, report func(pos finding.Pos, hint, format string, args ...any)) {
	pos := finding.Pos{File: path.Join(dir, theme.OwnStyle), Line: ref.Line, Col: 1}
	u, err := url.Parse(ref.Href)
	switch {
	case err == nil && (u.Scheme == "data" || u.Path == "" && u.Host == ""):
	case err != nil || u.Host != "" || u.Scheme != "" || strings.HasPrefix(u.Path, "/"):
		report(pos, "put the file into "+dir+", and name it from there", "%q is not of this book, and readers offline do not reach it", ref.Href)
	case s.assets[path.Join(dir, u.Path)] == "":
		report(pos, "", "there is no file %q in %s", ref.Href, dir)
	}
}

// isThemePart reports whether an asset is a part of the book's own theme that is
// in the pages themselves.
func (s *site) isThemePart(asset string) bool {
	return s.book.Theme != "" && path.Dir(asset) == s.book.Theme &&
		(path.Base(asset) == theme.OwnHead || path.Base(asset) == theme.OwnFoot)
}

// addOwn adds the book's own theme to a page, which is otherwise whole.
func (s *site) addOwn(t *theme.Page) error {
	if s.own.style != "" {
		t.Styles = append(t.Styles, t.Root+(&url.URL{Path: s.own.style}).String())
	}
	var err error
	if s.own.head != nil {
		if t.Head, err = s.own.head.Execute(t); err != nil {
			return fmt.Errorf("%s: %w", path.Join(s.book.Theme, theme.OwnHead), err)
		}
	}
	if s.own.foot != nil {
		if t.Foot, err = s.own.foot.Execute(t); err != nil {
			return fmt.Errorf("%s: %w", path.Join(s.book.Theme, theme.OwnFoot), err)
		}
	}
	return nil
}

// writePage writes a page with the theme and what the book adds to it.
func (s *site) writePage(b *bytes.Buffer, t *theme.Page) error {
	t.Dir = direction(s.lang)
	t.Repository = s.book.Repository
	if theme.NeedsExploreStyle(string(t.Body)) {
		t.Styles = append(t.Styles, t.Root+theme.ExploreStylesheetName)
	}
	if err := s.addOwn(t); err != nil {
		return err
	}
	return s.theme.Page(b, t)
}

// direction returns "rtl" for languages that are written from the right.
func direction(lang string) string {
	first, _, _ := strings.Cut(strings.ToLower(lang), "-")
	switch first {
	case "ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi":
		return "rtl"
	}
	return ""
}

// reportAddress returns where to report a fault of something, such as
// "notes/02-allocator.md#fifty"; "" if the book does not say.
func (s *site) reportAddress(what string) string {
	switch {
	case s.book.Issues != "":
		return strings.ReplaceAll(s.book.Issues, "{cell}", url.QueryEscape(what))
	case s.book.Repository != "":
		return strings.TrimSuffix(s.book.Repository, "/") + "/issues/new?title=" + url.QueryEscape(what)
	}
	return ""
}
