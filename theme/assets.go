package theme

import (
	"bytes"
	"strings"
)

// parts are what the theme's files are made of: embedded files, one after the
// other.
func parts() map[string][]string {
	return map[string][]string{
		StylesheetName:        {"style.css", "reader.css", "search.css", "code.css"},
		ExploreStylesheetName: {"display.css", "sweep.css", "question.css"},
		ScriptName:            {"base.js", "reader.js", "search.js"},
		ExploreName:           {"display.js", "open.js"},
		SweepName:             {"sweep.js"},
		StepperName:           {"stepper.js"},
		FinderName:            {"minisearch.js", "finder.js"},
	}
}

// assemble returns the theme's files by name, without what browsers skip.
func assemble() (map[string][]byte, error) {
	all := map[string][]byte{}
	for name, from := range parts() {
		var b bytes.Buffer
		for _, part := range from {
			text, err := files.ReadFile(part)
			if err != nil {
				return nil, err
			}
			if strings.HasSuffix(name, ".css") {
				text = shortenCSS(text)
			} else {
				text = shortenJS(text)
			}
			b.Write(text)
		}
		all[name] = b.Bytes()
	}
	return all, nil
}

// shortenCSS drops the comments of a stylesheet of the theme, and the blanks that
// say nothing. A string of the theme is on one line and has no quote in it.
func shortenCSS(css []byte) []byte {
	var b bytes.Buffer
	for len(css) > 0 {
		code, rest, comment := bytes.Cut(css, []byte("/*"))
		for line := range bytes.Lines(code) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				for i, part := range strings.Split(string(line), `"`) {
					if i%2 == 0 {
						part = blanksCSS.Replace(part)
					}
					if i > 0 {
						b.WriteByte('"')
					}
					b.WriteString(part)
				}
				if !bytes.ContainsRune([]byte("{};,"), rune(line[len(line)-1])) {
					b.WriteByte('\n')
				}
			}
		}
		if !comment {
			break
		}
		_, css, _ = bytes.Cut(rest, []byte("*/"))
	}
	return b.Bytes()
}

// blanksCSS drops blanks beside what ends a name or a value.
var blanksCSS = strings.NewReplacer("; }", "}", " }", "}", " { ", "{", " {", "{", "{ ", "{", "; ", ";", ": ", ":", ", ", ",")

// shortenJS drops the lines of a script of the theme that are comments, and its
// indentation. The theme's scripts have no string of several lines.
func shortenJS(js []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(js) {
		if line = bytes.TrimLeft(line, "\t"); !bytes.HasPrefix(line, []byte("//")) {
			b.Write(line)
		}
	}
	return b.Bytes()
}

// NeedsExploreStyle reports whether the body of a page has something that
// [ExploreStylesheetName] is for: displays, sweeps and questions, by the classes
// of their outermost elements.
func NeedsExploreStyle(body string) bool {
	for _, class := range []string{"display", "sweep", "question", "predict", "choice", "problem"} {
		if strings.Contains(body, `class="`+class) {
			return true
		}
	}
	return false
}
