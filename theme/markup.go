package theme

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	// A comment, or a tag: whether it ends something, its name, its attributes.
	tagSyntax  = regexp.MustCompile(`(?s)<!--.*?-->|<(/?)([A-Za-z][A-Za-z0-9-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>`)
	attrSyntax = regexp.MustCompile(`(?s)([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)
)

// checkMarkup returns what keeps HTML from standing within a page: an element
// that it does not close, or one that it closes without having opened it. refs
// are the addresses on other sites that a browser asks for at once.
func checkMarkup(html string) (refs []Ref, err error) {
	type element struct {
		name string
		line int
	}
	var open []element
	line, at := 1, 0
	for at < len(html) {
		m := tagSyntax.FindStringSubmatchIndex(html[at:])
		if m == nil {
			break
		}
		line += strings.Count(html[at:at+m[0]], "\n")
		here := line
		tag := html[at+m[0] : at+m[1]]
		line += strings.Count(tag, "\n")
		if m[4] < 0 { // a comment
			at += m[1]
			continue
		}
		ends, name, attrs := m[2] < m[3], strings.ToLower(html[at+m[4]:at+m[5]]), html[at+m[6]:at+m[7]]
		at += m[1]
		switch {
		case isVoid(name) || strings.HasSuffix(attrs, "/"): // of SVG
		case !ends:
			open = append(open, element{name, here})
			if name == "script" || name == "style" || name == "textarea" || name == "title" { // there are no tags in it
				end := max(strings.Index(strings.ToLower(html[at:]), "</"+name), 0)
				line += strings.Count(html[at:at+end], "\n")
				at += end
			}
		default:
			for len(open) > 0 && open[len(open)-1].name != name && endsItself(open[len(open)-1].name) {
				open = open[:len(open)-1]
			}
			switch last := len(open) - 1; {
			case last >= 0 && open[last].name == name:
				open = open[:last]
			case slices.ContainsFunc(open, func(e element) bool { return e.name == name }):
				return refs, &SyntaxError{here, fmt.Sprintf("</%s> stands in a <%s> that is not closed", name, open[last].name)}
			default:
				return refs, &SyntaxError{here, fmt.Sprintf("</%s> closes nothing", name)}
			}
		}
		if !ends {
			refs = append(refs, asked(name, attrs, here)...)
		}
	}
	for _, e := range slices.Backward(open) {
		if !endsItself(e.name) {
			return refs, &SyntaxError{e.line, fmt.Sprintf("<%s> is not closed", e.name)}
		}
	}
	return refs, nil
}

// isVoid reports whether an element has no end.
func isVoid(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr":
		return true
	}
	return false
}

// endsItself reports whether an element ends where the one around it does.
func endsItself(name string) bool {
	switch name {
	case "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "caption":
		return true
	}
	return false
}

// isAskedFor reports whether a browser asks for what a link of a kind leads to.
func isAskedFor(rel string) bool {
	switch rel {
	case "stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "manifest":
		return true
	}
	return false
}

// asked returns the addresses on other sites that a tag makes a browser ask for.
func asked(name, attrs string, line int) (refs []Ref) {
	values := map[string]string{}
	for _, m := range attrSyntax.FindAllStringSubmatch(attrs, -1) {
		values[strings.ToLower(m[1])] = m[2] + m[3] + m[4]
	}
	attr := "src"
	switch name {
	case "script", "img", "iframe", "embed", "source", "track", "audio", "video", "input":
	case "object":
		attr = "data"
	case "link":
		attr = "href"
		if !slices.ContainsFunc(strings.Fields(strings.ToLower(values["rel"])), isAskedFor) {
			return nil // an address to know, as of the next page
		}
	default:
		return nil
	}
	if u, err := url.Parse(strings.TrimSpace(values[attr])); err == nil && u.Host != "" {
		refs = append(refs, Ref{values[attr], line})
	}
	return refs
}
