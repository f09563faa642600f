package theme

import (
	"html"
	"html/template"
	"strings"
)

// NavList returns Nav as nested lists. It is on every page and has up to a
// hundred entries, for which a template would take longer than for all else.
func (p *Page) NavList() template.HTML {
	var b strings.Builder
	writeNav(&b, p.Nav)
	return template.HTML(b.String())
}

func writeNav(b *strings.Builder, items []NavItem) {
	b.WriteString("<ol>\n")
	for _, item := range items {
		title := html.EscapeString(item.Title)
		b.WriteString("<li>")
		if item.Href == "" {
			b.WriteString("<span>" + title + "</span>")
		} else {
			b.WriteString(`<a href="` + html.EscapeString(item.Href) + `"`)
			if item.Current {
				b.WriteString(` aria-current="page"`)
			}
			b.WriteString(">" + title + "</a>")
		}
		if len(item.Children) > 0 {
			b.WriteByte('\n')
			writeNav(b, item.Children)
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ol>\n")
}
