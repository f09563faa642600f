package site

import (
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// otherDirection returns the attribute of a list whose text is written from the
// other side than the book's, so that its marks stand there, too; "" for most.
// (Each paragraph is written from the side of its own first letter, by the
// stylesheet; a list has its marks outside of what that can move.)
func (b *body) otherDirection(list ast.Node, source []byte) string {
	dir := textDirection(list, source)
	if dir == "" || (dir == "rtl") == (direction(b.site.lang) == "rtl") {
		return ""
	}
	return ` dir="` + dir + `"`
}

// textDirection returns "rtl" if the first letter of a node's text is of a
// script that is written from the right, "ltr" if it is of another, and "" if
// there is none.
func textDirection(n ast.Node, source []byte) string {
	dir := ""
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		t, ok := n.(*ast.Text)
		if !entering || !ok {
			return ast.WalkContinue, nil
		}
		for _, r := range string(t.Segment.Value(source)) {
			switch {
			case !unicode.IsLetter(r):
				continue
			case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam):
				dir = "rtl"
			default:
				dir = "ltr"
			}
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return dir
}
