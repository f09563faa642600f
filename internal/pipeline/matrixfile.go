package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/internal/site"
)

// toolchainsFile is the path of the recorded matrix.
func (r *Report) toolchainsFile() string { return path.Join(r.Book.Dir, book.ToolchainsName) }

// readMatrix reads the recorded matrix; nil if there is none, or none that can
// be read, which is reported unless quiet.
func (r *Report) readMatrix(o *opened, quiet bool) *matrix {
	file := r.toolchainsFile()
	text, err := fs.ReadFile(o.fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var m matrix
	if err == nil {
		err = checkMatrixLines(string(text))
	}
	if err == nil {
		err = yaml.UnmarshalWithOptions(text, &m, yaml.Strict())
	}
	for _, row := range m.Rows {
		if err == nil && len(row.Said) != len(m.Releases) {
			err = fmt.Errorf("%s has %s, for %s", row.key(), plural(len(row.Said), "answer"), plural(len(m.Releases), "release"))
		}
	}
	if err != nil && quiet {
		return nil
	}
	if err != nil {
		r.Findings = append(r.Findings, finding.Finding{
			Pos: finding.Pos{File: file}, Rule: "toolchains",
			Message: "this is not what update wrote: " + firstLine(pathless(err).Error()),
			Hint:    "rtbook update" + r.names.flags + " --toolchains go1.25.1,go1.27.4 writes it anew, with the releases that you name",
		})
		return nil
	}
	return &m
}

// checkMatrixLines reports a line that encode does not write. The parser of YAML
// takes more than linear time for what is nested.
func checkMatrixLines(text string) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		known := slices.ContainsFunc([]string{"#", "releases: [", "rows:", "  - {kind: "}, func(p string) bool { return strings.HasPrefix(line, p) })
		if (!known || len(line) > maxMatrixLine) && strings.TrimSpace(line) != "" {
			return fmt.Errorf("line %d", n)
		}
	}
	return nil
}

const maxMatrixLine = 4 << 10 // bytes

// recordedMatrix holds the recorded matrix to the book as it is now, without
// asking any other release, and returns it as the site shows it.
func (r *Report) recordedMatrix(opt Options, o *opened, p *prose) *site.Matrix {
	if o.fsys == nil || r.Book.Plain || r.Book.Toolchain == "" {
		return nil
	}
	m := r.readMatrix(o, opt.recording)
	checks := r.matrixChecks(p)
	if m == nil {
		if !opt.recording {
			r.withoutMatrix()
		}
		return nil
	}
	if !opt.recording && !opt.AnyGo {
		r.staleMatrix(m, checks)
	}
	return readable(m.forSite(r.Book.Toolchain, checks))
}

// withoutMatrix reports chapters that are to show a matrix which is not there.
func (r *Report) withoutMatrix() {
	for _, ch := range r.Book.Chapters {
		for _, in := range ch.Inserts {
			if in.Name == book.InsertToolchains {
				r.Findings = append(r.Findings, finding.Finding{
					Pos: in.Pos, Message: "there is no table of releases to show here", Rule: "toolchains",
					Hint: "rtbook update" + r.names.flags + " --toolchains go1.25.1,go1.27.4 asks these releases, or others, and records what they say",
				})
			}
		}
	}
}

// staleMatrix reports where the recorded matrix is not about the book as it is
// now: its rows are others, or the pin says something else.
func (r *Report) staleMatrix(m *matrix, checks []matrixCheck) {
	file := r.toolchainsFile()
	others := slices.DeleteFunc(slices.Clone(m.Releases), func(v string) bool { return v == r.Book.Toolchain })
	hint := "rtbook update" + r.names.flags + " --toolchains " + strings.Join(others, ",") + " records it anew"
	report := func(pos finding.Pos, format string, args ...any) {
		r.Findings = append(r.Findings, finding.Finding{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint, Rule: "toolchains"})
	}
	at := slices.Index(m.Releases, r.Book.Toolchain)
	if at < 0 {
		report(finding.Pos{File: file}, "the table of releases has %s, but not the book's pin, %s", strings.Join(m.Releases, ", "), r.Book.Toolchain)
		return
	}
	recorded := make(map[string]matrixRow, len(m.Rows))
	for _, row := range m.Rows {
		recorded[row.key()] = row
	}
	var missing []matrixCheck
	for _, c := range checks {
		row, ok := recorded[c.row.key()]
		delete(recorded, c.row.key())
		switch now := c.row.Said[0]; {
		case !ok && now == "" && c.row.Kind != "cell": // it leads nowhere, which is said at its place
		case !ok:
			missing = append(missing, c)
		case now != "" && row.Said[at] != now:
			report(c.pos, "%s has %q for %s in %s, and it is %q", r.names.file(file), row.Said[at], row.Text, r.Book.Toolchain, now)
		}
	}
	if len(missing) > 0 {
		c := missing[0]
		more := ""
		if n := len(missing) - 1; n > 0 {
			more = fmt.Sprintf(", nor for %s further down", plural(n, "reference"))
		}
		report(c.pos, "the table of releases has no row for the %s %s%s", c.row.Kind, c.row.Text, more)
	}
	if len(recorded) > 0 && !r.incomplete() {
		row := m.Rows[slices.IndexFunc(m.Rows, func(row matrixRow) bool { _, ok := recorded[row.key()]; return ok })]
		more := ""
		if n := len(recorded) - 1; n > 0 {
			more = fmt.Sprintf(", and %s more", plural(n, "such row"))
		}
		report(finding.Pos{File: file}, "the table of releases has a row for the %s %s, which the book no longer has%s", row.Kind, row.Text, more)
	}
}

// encode returns the file of the matrix.
func (m *matrix) encode() []byte {
	var b strings.Builder
	b.WriteString("# What other releases of Go say to the book's references and compiled cells.\n")
	b.WriteString("# Written by rtbook update --toolchains; rtbook check holds it to the book.\n")
	fmt.Fprintf(&b, "releases: [%s]\nrows:", strings.Join(m.Releases, ", "))
	if len(m.Rows) == 0 {
		b.WriteString(" []")
	}
	b.WriteString("\n")
	for _, row := range m.Rows {
		answers := make([]string, len(row.Said))
		for i, s := range row.Said {
			answers[i] = quoted(s)
		}
		fmt.Fprintf(&b, "  - {kind: %s, text: %s, said: [%s]}\n", row.Kind, quoted(row.Text), strings.Join(answers, ", "))
	}
	return []byte(b.String())
}

// quoted returns a text as YAML in double quotes, which JSON is.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always can be
	return strings.TrimSuffix(b.String(), "\n")
}

// UpdateToolchains checks the book, asks the releases of opt.Toolchains, and
// records what they say. Of a book with findings nothing is recorded, but for
// those about what was recorded before. It returns the file's name, or "" if it
// is unchanged.
func UpdateToolchains(ctx context.Context, opt Options) (*Report, string, error) {
	opt.recording = true
	if len(opt.Toolchains) == 0 {
		return nil, "", &UsageError{"--toolchains names no release"}
	}
	o, err := open(opt)
	if err != nil {
		return nil, "", err
	}
	defer o.close()
	r, err := check(ctx, opt, o, site.Check)
	if err != nil || r.Failed() {
		return r, "", err
	}
	if len(r.matrix.Releases) < 2 {
		return r, "", &EnvironmentError{errors.New("no other release answered: nothing is recorded")}
	}
	file := filepath.Join(o.abs, filepath.FromSlash(r.toolchainsFile()))
	text := r.matrix.encode()
	old, err := os.ReadFile(file)
	if err == nil && string(old) == string(text) {
		return r, "", nil
	}
	if err := opt.writer(ctx).ReplaceFile(file, old, text); err != nil {
		return r, "", &EnvironmentError{fmt.Errorf("record what the releases say: %w", err)}
	}
	return r, r.names.file(r.toolchainsFile()), nil
}
