package site

import (
	"fmt"
	"html"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// element is a start tag.
type element struct {
	name  string
	attrs map[string]string
}

var (
	tagPattern  = regexp.MustCompile(`^<(/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-zA-Z0-9-]*(?:="[^"<]*")?)*)\s*>`)
	attrPattern = regexp.MustCompile(`([a-z][a-zA-Z0-9-]*)(?:="([^"]*)")?`)
)

// elements returns the start tags of a page, and what is wrong with its form:
// tags that are not closed or not opened, attributes given twice, a bare "<"
// or "&".
func elements(page string) (list []element, faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	rest, ok := strings.CutPrefix(page, "<!doctype html>\n")
	if !ok {
		fault("it does not begin with a doctype")
	}
	var open []string
	for rest != "" {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			i = len(rest)
		}
		text := rest[:i]
		if bare := regexp.MustCompile(`&([^a-zA-Z#]|$)`).FindString(text); bare != "" {
			fault("a bare & in %q", text)
		}
		if rest = rest[i:]; rest == "" {
			break
		}
		m := tagPattern.FindStringSubmatch(rest)
		if m == nil {
			fault("not a tag: %.40q", rest)
			break
		}
		rest = rest[len(m[0]):]
		if m[1] == "/" {
			if len(open) == 0 || open[len(open)-1] != m[2] {
				fault("</%s> closes %v", m[2], open)
				break
			}
			open = open[:len(open)-1]
			continue
		}
		e := element{m[2], map[string]string{}}
		for _, a := range attrPattern.FindAllStringSubmatch(m[3], -1) {
			if _, twice := e.attrs[a[1]]; twice {
				fault("<%s> has %s twice", e.name, a[1])
			}
			e.attrs[a[1]] = html.UnescapeString(a[2])
		}
		list = append(list, e)
		switch {
		case slices.Contains([]string{"meta", "link", "img", "hr", "br", "input"}, e.name):
		case e.name == "style":
			_, rest, _ = strings.Cut(rest, "</style>")
		case e.name == "p" && slices.Contains(open, "p"):
			fault("a <p> in a <p>")
			open = append(open, e.name)
		default:
			open = append(open, e.name)
		}
	}
	if len(open) > 0 {
		fault("not closed: %v", open)
	}
	return list, faults
}

// checkSite checks the form of every page of a site, that ids are unique, that
// every address in it leads to a file and an anchor of the site, and that
// nothing is loaded from elsewhere. dangling are the addresses that need not.
func checkSite(t *testing.T, pages map[string]string, base string, dangling ...string) {
	t.Helper()
	ids := map[string]map[string]bool{}
	all := map[string][]element{}
	for name, page := range pages {
		if path.Ext(name) != ".html" {
			continue
		}
		list, faults := elements(page)
		for _, f := range faults {
			t.Errorf("%s: %s", name, f)
		}
		all[name], ids[name] = list, map[string]bool{}
		for _, e := range list {
			if id, ok := e.attrs["id"]; ok {
				if ids[name][id] || id == "" || strings.ContainsAny(id, " \t\n") {
					t.Errorf("%s: id %q is not unique, or no id", name, id)
				}
				ids[name][id] = true
			}
		}
	}
	for name, list := range all {
		for _, e := range list {
			for _, attr := range []string{"href", "src", "popovertarget", "aria-labelledby"} {
				dest, ok := e.attrs[attr]
				if !ok || slices.Contains(dangling, dest) {
					continue
				}
				if attr == "popovertarget" || attr == "aria-labelledby" {
					dest = "#" + dest
				}
				checkAddress(t, pages, ids, name, base, e, dest)
			}
		}
	}
}

func checkAddress(t *testing.T, pages map[string]string, ids map[string]map[string]bool, name, base string, e element, dest string) {
	t.Helper()
	u, err := url.Parse(dest)
	if err != nil {
		t.Errorf("%s: <%s> leads to %q: %v", name, e.name, dest, err)
		return
	}
	if u.Scheme == "data" || e.attrs["rel"] == "canonical" {
		return
	}
	if u.IsAbs() || u.Host != "" {
		if e.name != "a" {
			t.Errorf("%s: <%s> loads %s", name, e.name, dest)
		}
		return
	}
	target := path.Join(path.Dir(name), u.Path)
	if strings.HasPrefix(u.Path, "/") { // only 404.html has such links
		target = strings.TrimPrefix(u.Path, base)
	}
	if u.Path == "" {
		target = name
	}
	if _, ok := pages[target]; !ok {
		t.Errorf("%s: <%s> leads to %q, which the site does not have", name, e.name, dest)
	} else if u.Fragment != "" && !ids[target][u.Fragment] {
		t.Errorf("%s: <%s> leads to %q, and %s has no such id", name, e.name, dest, target)
	}
}

func TestElements(t *testing.T) {
	for page, want := range map[string]int{
		"<p>a</p>":                                    1, // no doctype
		"<!doctype html>\n<p>a":                       1,
		"<!doctype html>\n<p>a</b>":                   2,
		"<!doctype html>\n<p>a & b</p>":               1,
		"<!doctype html>\n<p>a < b</p>":               2,
		"<!doctype html>\n<p a a>b</p>":               1,
		"<!doctype html>\n<p><p></p></p>":             1,
		"<!doctype html>\n<p a=\"b\">&amp;<br></p>\n": 0,
	} {
		if _, faults := elements(page); len(faults) != want {
			t.Errorf("%q has faults %q, want %d", page, faults, want)
		}
	}
}

func TestSmallBookIsValid(t *testing.T) {
	files, err := Render(smallBook(t))
	if err != nil {
		t.Fatal(err)
	}
	checkSite(t, contents(t, files), "/small/", "99-none.md")
}

// TestPlainIsValid has a plain folder with names and titles that need care.
func TestPlainIsValid(t *testing.T) {
	files := map[string]string{
		"README.md":               "# Home & \"more\"\n\n[a](a/) [b](a/b%20c/d%23e.md#%E4%B8%96%E7%95%8C) [c](/a/README.md) ![i](a/pic%20ture.png)\n",
		"a/README.md":             "# A\n\n[up](../README.md) [down](<b c/d%23e.md>) [file](data.tar.gz) [self](README.md#a)\n",
		"a/b c/d#e.md":            "# D\n\n## 世界\n\n## 世界\n\n[up](../../README.md#home--more) [here](#世界-1) [root](/README.md)\n",
		"a/b c/colon:x.md":        "# Colon\n\n[d](d%23e.md)\n",
		"a/pic ture.png":          "png",
		"a/data.tar.gz":           "gz",
		"z/deep/er/still/page.md": "# Deep\n\n[home](../../../../README.md)\n\n<div>\nx\n\n<details>\n<summary>S & T</summary>\n\nText\n\n</details>\n\n| a |\n|---|\n| b |\n",
	}
	pages, findings := render(t, files, ".", nil)
	for _, f := range findings {
		t.Errorf("finding: %+v", f)
	}
	checkSite(t, pages, "/")
	if got := pages["a/data.tar.gz"]; got != "gz" {
		t.Errorf("the asset is %q", got)
	}
}

// TestLargePlainIsValid has more pages than the list of chapters shows.
func TestLargePlainIsValid(t *testing.T) {
	pages, findings := render(t, largePlain(), ".", nil)
	for _, f := range findings {
		t.Errorf("finding: %+v", f)
	}
	checkSite(t, pages, "/")
}

// largePlain returns a folder with 130 pages in one folder and 20 in others.
func largePlain() map[string]string {
	files := map[string]string{"README.md": "# Home\n"}
	for i := range 130 {
		files[fmt.Sprintf("many/p%03d.md", i)] = fmt.Sprintf("# Page %d\n", i)
	}
	for i := range 10 {
		files[fmt.Sprintf("parts/s%d/README.md", i)] = fmt.Sprintf("# Part %d\n", i)
		files[fmt.Sprintf("parts/s%d/x.md", i)] = fmt.Sprintf("# X of %d\n", i)
	}
	return files
}
