package runner

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"rtbook/runner/store"
)

// keyFormat changes when the meaning of a stored result changes.
const keyFormat = "rtbook result 4"

// Identity is what an engine's results depend on besides the program.
type Identity struct {
	Engine      string // Engine.Name
	Fingerprint string // the engine's own code and what it is built with
	Toolchain   string // the pin, "go1.26.8"
	Target      string // the pin, "linux/amd64"
	Processors  int    // that this process may use: a program sees them (runtime.NumCPU, GOMAXPROCS)
	Packages    []Part // what the program imports from outside the toolchain
}

// Part is one of the things that a result depends on.
type Part struct {
	Name  string `json:"name"`           // what it is: "toolchain", "package example.org/book/fib"
	Value string `json:"value"`          // it, or a hash of it
	Text  bool   `json:"text,omitempty"` // Value is text of several lines: how it changed is seen by its lines
}

// Parts returns everything that can change p's result on an engine, and
// nothing else: the key is a hash of these. Names are unique.
//
// Every field of the program counts unless notInKey says why it does not, so
// that a field added to it is not forgotten. Positions count, as the compiler
// gets them, because a program can print the line it is on; but not those of
// commands and their files, which run in a folder that has no chapter. How a
// cell is called changes nothing: it is in the names of parts only as its
// number.
func (p *Program) Parts(id Identity) []Part {
	all := []Part{
		{Name: "format", Value: keyFormat},
		{Name: "engine", Value: id.Engine},
		{Name: "engine's code", Value: id.Fingerprint},
		{Name: "toolchain", Value: id.Toolchain},
		{Name: "target", Value: id.Target},
		{Name: "processors", Value: strconv.Itoa(id.Processors)},
	}
	if p.Shell == nil {
		all = append(all, Part{Name: "code", Value: p.Source, Text: true}, Part{Name: "places", Value: store.Key(p.WithLines())})
	}
	if p.Shared != nil && id.Engine == "go" {
		all = append(all, Part{Name: "compiled as", Value: p.Shared.hash()})
	}
	all = append(all, fields("", *p)...)
	for i, u := range p.Cells {
		all = append(all, Part{Name: fmt.Sprintf("cell %d", i+1), Value: line(fields("", u))})
	}
	if p.Shell != nil {
		all = append(all, p.Shell.parts()...)
	}
	return append(all, id.Packages...)
}

func (s *Shell) parts() []Part {
	all := fields("folder: ", *s)
	for _, f := range s.Files {
		all = append(all, Part{Name: "file " + f.Path, Value: f.Text, Text: true})
		all = append(all, fields("file "+f.Path+": ", f)...)
	}
	for i, commands := range s.Cells {
		var b strings.Builder
		for _, c := range commands {
			b.WriteString(line(fields("", c)) + "\n")
		}
		all = append(all, Part{Name: fmt.Sprintf("commands of cell %d", i+1), Value: b.String(), Text: true})
	}
	return all
}

// line writes parts on one line.
func line(parts []Part) string {
	var words []string
	for _, p := range parts {
		words = append(words, p.Name+"="+p.Value)
	}
	return strings.Join(words, " ")
}

// notInKey are the fields of programs that fields leaves out: those that have
// parts of their own, and those that cannot change a result.
func notInKey(structure string) []string {
	switch structure {
	case "Program":
		return []string{
			"Source", "Map", "Cells", "Shell", // have parts of their own
			"Shared",  // likewise
			"Imports", // are in Source, and have parts as packages
			"GoOnly",  // says which engines run it, not what it does on one
		}
	case "Unit":
		return []string{"ID", "Pos"} // how it is called, and where it is
	case "Shell":
		return []string{"Files", "Cells"} // have parts of their own
	case "File":
		return []string{"Path", "Text", "Pos"} // parts of their own, and where it is
	case "Command":
		return []string{"Pos"} // where it is
	case "Unwritable":
		return []string{"Pos"} // in the places
	}
	return nil
}

// fields returns the fields of a structure as parts, but for those that
// notInKey names and those that are zero: a field that is new and not used
// changes no key.
func fields(prefix string, structure any) []Part {
	v := reflect.ValueOf(structure)
	t := v.Type()
	except := notInKey(t.Name())
	var all []Part
	for i := range t.NumField() {
		if name := t.Field(i).Name; !slices.Contains(except, name) && !v.Field(i).IsZero() {
			all = append(all, Part{Name: prefix + strings.ToLower(name), Value: valueText(v.Field(i).Interface())})
		}
	}
	return all
}

// valueText writes the value of a field so that no two values of its type give
// the same text.
func valueText(v any) string {
	switch v := v.(type) {
	case time.Duration:
		return v.String()
	case []string:
		return fmt.Sprintf("%q", v)
	}
	r := reflect.ValueOf(v)
	switch {
	case r.Kind() == reflect.String:
		return strconv.Quote(r.String()) // JSON would change what is not UTF-8
	case r.Kind() == reflect.Struct:
		return line(fields("", v))
	case r.Kind() == reflect.Slice && r.Type().Elem().Kind() == reflect.Struct:
		var all []string
		for i := range r.Len() {
			all = append(all, line(fields("", r.Index(i).Interface())))
		}
		return fmt.Sprintf("%q", all)
	}
	text, err := json.Marshal(v)
	if err != nil { // a program is plain data; this would be none
		return fmt.Sprintf("%#v", v)
	}
	return string(text)
}

// Key returns the content address of p's result on an engine: a hash of its
// parts.
func (p *Program) Key(id Identity) string { return partsKey(p.Parts(id)) }

func partsKey(parts []Part) string {
	texts := make([]string, 0, 2*len(parts))
	for _, part := range parts {
		texts = append(texts, part.Name, part.Value)
	}
	return store.Key(texts...)
}
