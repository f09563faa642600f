package site

import (
	"encoding/xml"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// imageLimit is the size in bytes above which an image is a finding: a whole
// site of chapters without one is smaller.
const imageLimit = 1 << 20

// paragraph writes a paragraph; one that is nothing but an image with a title is
// a figure, which has the title as its caption.
func (b *body) paragraph(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	img := figureOf(n)
	switch {
	case img == nil && entering:
		_, _ = w.WriteString("<p>")
	case img == nil:
		_, _ = w.WriteString("</p>\n")
	case entering:
		_, _ = w.WriteString(`<figure class="figure">`)
	default:
		b.figures++
		_, _ = w.WriteString(`<figcaption><span class="number">Figure ` + strconv.Itoa(b.figures) + `:</span> `)
		html.DefaultWriter.Write(w, b.site.quotes.in(img.Title, 0, len(img.Title)))
		_, _ = w.WriteString("</figcaption></figure>\n")
	}
	return ast.WalkContinue, nil
}

// figureOf returns the image that a node has and nothing else, if that has a
// title; nil otherwise.
func figureOf(n ast.Node) *ast.Image {
	if n == nil || n.Kind() != ast.KindParagraph || n.ChildCount() != 1 {
		return nil
	}
	img, ok := n.FirstChild().(*ast.Image)
	if !ok || len(img.Title) == 0 || isChecked(string(img.Destination)) || html.IsDangerousURL(img.Destination) {
		return nil
	}
	return img
}

// imageSize writes the attributes that keep a place for an image of the book
// before it is there, if its file says how large it is. An image that takes long
// to load is a finding.
func (b *body) imageSize(w util.BufWriter, n *ast.Image) {
	dest := string(unescape(n.Destination))
	u, err := url.Parse(dest)
	if err != nil || b.site.files == nil {
		return
	}
	name := path.Join(path.Dir(b.page.chapter.Path), u.Path)
	if b.site.assets[name] == "" {
		return // of another site, or missing, which is said elsewhere
	}
	f, err := b.site.files.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > imageLimit {
		b.finding(n, fmt.Sprintf("image %q has %.1f MiB, for which readers wait", dest, float64(info.Size())/(1<<20)),
			"make it smaller than 1 MiB: a photograph as JPEG, a drawing as SVG")
	}
	if width, height := measure(name, f); width > 0 && height > 0 {
		_, _ = w.WriteString(` width="` + strconv.Itoa(width) + `" height="` + strconv.Itoa(height) + `"`)
	}
}

// measure returns the size of an image in pixels; zeros if its file does not
// say.
func measure(name string, f fs.File) (width, height int) {
	if strings.EqualFold(path.Ext(name), ".svg") {
		return measureSVG(f)
	}
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		return 0, 0
	}
	return c.Width, c.Height
}

// measureSVG returns the size that the root element of an SVG gives itself.
func measureSVG(r io.Reader) (width, height int) {
	d := xml.NewDecoder(io.LimitReader(r, 64<<10))
	for {
		t, err := d.Token()
		if err != nil {
			return 0, 0
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		size := map[string]float64{}
		var box []string
		for _, a := range e.Attr {
			switch a.Name.Local {
			case "width", "height":
				size[a.Name.Local], _ = strconv.ParseFloat(strings.TrimSuffix(a.Value, "px"), 64)
			case "viewBox":
				box = strings.FieldsFunc(a.Value, func(r rune) bool { return r == ' ' || r == ',' })
			}
		}
		if len(box) == 4 && size["width"] == 0 && size["height"] == 0 {
			size["width"], _ = strconv.ParseFloat(box[2], 64)
			size["height"], _ = strconv.ParseFloat(box[3], 64)
		}
		return int(size["width"]), int(size["height"])
	}
}
