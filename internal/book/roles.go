package book

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rtbook/internal/finding"
	"rtbook/runner"
)

// attrSpec says where an attribute may stand and what its value may be.
type attrSpec struct {
	name  string
	on    []Role
	value valueRule
	check func(value string) error // of a value that is there; may be nil. A *valueError has a place, and errors.Join has several
}

// valueError is a fault at an offset of an attribute's value.
type valueError struct {
	at        int
	msg, hint string
}

func (e *valueError) Error() string { return e.msg }

type valueRule int

const (
	noValue valueRule = iota
	mayValue
	mustValue
)

// attrSpecs are the attributes there are.
func attrSpecs() []attrSpec {
	cell, part := []Role{RoleCell}, []Role{RoleCell, RoleCheck, RoleFile}
	timed := []Role{RoleCell, RoleChecker}
	return []attrSpec{
		{"cell", cell, mayValue, checkCellID},
		{"output", []Role{RoleOutput}, mayValue, nil},
		{"check", []Role{RoleCheck}, noValue, nil},
		{"sketch", []Role{RoleSketch}, noValue, nil},
		{"file", []Role{RoleFile}, mustValue, checkFileName},
		{"env", part, mustValue, checkEnv},
		{"engine", timed, mustValue, checkEngine},
		{"hide", part, noValue, nil},
		{"fold", []Role{RoleCell, RoleCheck, RoleSketch, RoleFile, RoleQuote}, noValue, nil},
		{"timeout", timed, mustValue, checkTimeout},
		{"expect", cell, mustValue, checkExpect},
		{"vary", cell, mustValue, checkVary},
		{"unordered", cell, noValue, nil},
		{"sample", cell, noValue, nil},
		{"if", part, mustValue, checkConstraint},
		{"quote", []Role{RoleQuote}, mustValue, nil},
		{"lines", []Role{RoleQuote}, mustValue, nil},
		{"sweep", cell, mustValue, checkSweep},
		{"predict", cell, noValue, nil},
		{"problem", []Role{RoleProblem}, mustValue, checkCellID},
		{"checker", []Role{RoleChecker}, mustValue, nil},
		{"answer", []Role{RoleAnswer}, mustValue, nil},
		{"wrong", []Role{RoleAnswer}, noValue, nil},
	}
}

// roleNamed returns the role that an attribute names.
func roleNamed(attr string) (Role, bool) {
	for _, r := range []Role{RoleCell, RoleOutput, RoleCheck, RoleSketch, RoleFile, RoleQuote, RoleProblem, RoleChecker, RoleAnswer} {
		if r.String() == attr {
			return r, true
		}
	}
	return RoleGo, false
}

// String returns the attribute that names a role, and "go" for RoleGo.
func (r Role) String() string {
	switch r {
	case RoleCell:
		return "cell"
	case RoleOutput:
		return "output"
	case RoleCheck:
		return "check"
	case RoleSketch:
		return "sketch"
	case RoleFile:
		return "file"
	case RoleQuote:
		return "quote"
	case RoleProblem:
		return "problem"
	case RoleChecker:
		return "checker"
	case RoleAnswer:
		return "answer"
	}
	return "go"
}

// roleOf returns the role that a fence's attributes name. It reports more than
// one, and a language that does not fit.
func roleOf(f *Fence, r *reporter) (Role, bool) {
	var first *attr
	var role Role
	for i := range f.attrs {
		a := &f.attrs[i]
		named, ok := roleNamed(a.name)
		if !ok {
			continue
		}
		if first == nil {
			first, role = a, named
		} else if first.name != a.name {
			r.at(f.info+a.at, "leave one of the two out", "a fence cannot be both %s and %s", first.name, a.name)
		}
	}
	if first == nil {
		if len(f.attrs) > 0 {
			checkStray(f, r)
		}
		return RoleGo, f.Lang == "go"
	}
	if !speaks(role, f.Lang) {
		checkLang(f, first, role, r)
		return role, false
	}
	return role, true
}

// speaks reports whether a fence of a role may be in a language.
func speaks(role Role, lang string) bool {
	switch role {
	case RoleOutput, RoleFile:
		return true
	case RoleCell:
		return lang == "go" || isShell(lang)
	case RoleQuote:
		return lang == "go" || lang == "asm"
	}
	return lang == "go"
}

// isShell reports whether cells in a language are commands.
func isShell(lang string) bool { return lang == "sh" || lang == "bash" || lang == "shell" }

// checkLang reports a cell, check or sketch in a language that it cannot be in.
func checkLang(f *Fence, a *attr, role Role, r *reporter) {
	switch {
	case f.Lang == "":
		r.at(f.info, "write go {"+a.name+"}", "%s fence without a language", role)
	case role == RoleQuote:
		r.at(f.info+a.at, "write go {quote=…}, or asm {quote=…} for assembly", "quote in %s: only Go source is quoted", clip(f.Lang))
	case role != RoleCell:
		r.at(f.info+a.at, "leave the attribute out", "%s in %s: only Go is %s", a.name, clip(f.Lang), map[Role]string{
			RoleCheck: "compiled", RoleSketch: "parsed", RoleProblem: "compiled", RoleChecker: "run", RoleAnswer: "run",
		}[role])
	case slices.Contains([]string{"console", "shell-session", "sh-session", "zsh", "fish", "powershell"}, f.Lang):
		r.at(f.info+a.at, "write sh {cell}, and the commands without prompts and output", "cell in %s: only go and sh run", f.Lang)
	default:
		r.at(f.info+a.at, "write go {cell} or sh {cell}, or leave the attribute out: other languages are only shown", "cell in %s: only go and sh run", clip(f.Lang))
	}
}

// checkStray reports the attributes of a fence that has no role.
func checkStray(f *Fence, r *reporter) {
	for i := range f.attrs {
		a := &f.attrs[i]
		if spec := specOf(a.name); spec != nil {
			r.at(f.info+a.at, "leave it out, or say what the fence is: "+spec.on[0].String(), "%s on a fence that is no %s", a.name, roleList(spec.on))
		} else {
			unknownAttr(f, a, r)
		}
	}
}

func specOf(name string) *attrSpec {
	for _, s := range attrSpecs() {
		if s.name == name {
			return &s
		}
	}
	return nil
}

func roleList(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.String()
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// article returns a noun with its article.
func article(noun string) string {
	if strings.HasPrefix(noun, "a") || strings.HasPrefix(noun, "o") {
		return "an " + noun
	}
	return "a " + noun
}

func unknownAttr(f *Fence, a *attr, r *reporter) {
	var names []string
	for _, s := range attrSpecs() {
		names = append(names, s.name)
	}
	hint := "attributes are " + strings.Join(names, ", ")
	if near := finding.Nearest(a.name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	r.at(f.info+a.at, hint, "unknown attribute %s", clip(a.name))
}

// checkAttrs reports what is wrong with the attributes of a fence with a role.
// If they are not whole, the last one's value may be cut off.
func checkAttrs(f *Fence, whole bool, r *reporter) {
	seen := map[string]*attr{}
	for i := range f.attrs {
		a := &f.attrs[i]
		spec := specOf(a.name)
		switch {
		case spec == nil:
			unknownAttr(f, a, r)
		case seen[a.name] != nil:
			r.at(f.info+a.at, "leave one of the two out", "attribute %s is given twice", a.name).
				Notes = []finding.Note{{Pos: r.ch.Pos(f.info + seen[a.name].at), Text: "first here"}}
		case !slices.Contains(spec.on, f.Role):
			if _, isRole := roleNamed(a.name); !isRole { // two roles are reported already
				r.at(f.info+a.at, "move it to the "+roleList(spec.on)+", or leave it out", "%s belongs on %s fence, not on %s", a.name, article(roleList(spec.on)), f.Role)
			}
		case a.name == "engine" && isShell(f.Lang):
			r.at(f.info+a.at, "leave it out: a command runs what it names", "engine belongs on a go cell, not on commands")
		case a.name == "sweep" && isShell(f.Lang):
			r.at(f.info+a.at, "leave it out: commands have no constants", "sweep belongs on a go cell, not on commands")
		case whole || i < len(f.attrs)-1:
			checkValue(f, a, spec, r)
		}
		if seen[a.name] == nil {
			seen[a.name] = a
		}
	}
}

func checkValue(f *Fence, a *attr, spec *attrSpec, r *reporter) {
	switch {
	case a.hasValue && spec.value == noValue:
		r.at(f.info+a.valueAt, "write "+a.name, "attribute %s takes no value", a.name)
	case !a.hasValue && spec.value == mustValue:
		r.at(f.info+a.at, "write "+a.name+"=…", "attribute %s needs a value", a.name)
	case a.hasValue && spec.check != nil:
		err := spec.check(a.value)
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, err := range many.Unwrap() {
				reportValue(f, a, err, r)
			}
		} else if err != nil {
			reportValue(f, a, err, r)
		}
	}
}

// reportValue reports a fault of an attribute's value.
func reportValue(f *Fence, a *attr, err error, r *reporter) {
	var ve *valueError
	if !errors.As(err, &ve) {
		r.at(f.info+a.valueAt, "leave "+a.name+"= out, or give it another value", "%s=%s: %v", a.name, clip(a.value), err)
		return
	}
	r.at(valueOffset(r.ch, f, a, ve.at), ve.hint, "%s: %s", a.name, ve.msg)
}

// valueOffset returns where in the source a byte of an attribute's value stands.
func valueOffset(ch *Chapter, f *Fence, a *attr, offset int) int {
	// In quotes, a backslash before a quote or backslash is not in the value.
	at := f.info + a.valueAt
	quoted := ch.Source[at-1] == '"'
	for range offset {
		if quoted && ch.Source[at] == '\\' && (ch.Source[at+1] == '"' || ch.Source[at+1] == '\\') {
			at++
		}
		at++
	}
	return at
}

// checkSample reports attributes that say how an output is compared, on a
// sample, whose output is not.
func checkSample(f *Fence, r *reporter) {
	sample := f.attr("sample")
	if sample == nil {
		return
	}
	for _, name := range []string{"vary", "unordered"} {
		if a := f.attr(name); a != nil {
			r.at(f.info+a.at, "leave one of the two out", "%s on a sample, which is not compared", name).
				Notes = []finding.Note{{Pos: r.ch.Pos(f.info + sample.at), Text: "a sample"}}
		}
	}
}

var (
	nameSyntax      = pattern(`^[a-z][a-z0-9-]{0,63}$`)
	anonymousSyntax = pattern(`^cell-[0-9]+$`)
	solutionSyntax  = pattern(`^solution-[0-9]+$`)
	notInNames      = pattern(`[^a-z0-9]+`)
)

const nameRule = `a name is of at most 64 lower-case letters, digits and "-", and begins with a letter`

func checkName(value string) error {
	if nameSyntax().MatchString(value) {
		return nil
	}
	if name := nameLike(value); name != "" {
		return &valueError{0, fmt.Sprintf("%q is no name", clip(value)), "write " + name + ": " + nameRule}
	}
	return &valueError{0, fmt.Sprintf("%q is no name", clip(value)), nameRule}
}

// nameLike returns a name that is made of what is none; "" if little is left.
func nameLike(value string) string {
	name := strings.Trim(notInNames().ReplaceAllString(strings.ToLower(value), "-"), "-")
	if 2*len(name) < len(value) || !nameSyntax().MatchString(name) || anonymousSyntax().MatchString(name) {
		return ""
	}
	return name
}

func checkCellID(value string) error {
	if anonymousSyntax().MatchString(value) {
		return &valueError{0, fmt.Sprintf("%s is the name of a cell without one", clip(value)), "give the cell another id, or none: write cell"}
	}
	return checkName(value)
}

func checkEnv(value string) error {
	if solutionSyntax().MatchString(value) {
		return &valueError{0, fmt.Sprintf("%s is the environment of a solution", clip(value)), "give the environment another name, or leave it out between the tags of the solution"}
	}
	return checkName(value)
}

func checkEngine(value string) error {
	if value != "go" {
		return &valueError{0, fmt.Sprintf("no engine %q", clip(value)), "write engine=go, or leave it out: both engines run the cell then"}
	}
	return nil
}

func checkExpect(value string) error {
	failures := []string{string(runner.ExpectPanic), string(runner.ExpectCompileError)}
	if slices.Contains(failures, value) {
		return nil
	}
	hint := "a cell can be expected to fail by " + strings.Join(failures, " or ")
	if near := finding.Nearest(value, failures); near != "" {
		hint = "did you mean " + near + "?"
	}
	return &valueError{0, fmt.Sprintf("no failure %q", clip(value)), hint}
}

const maxTimeout = 10 * time.Minute

func checkTimeout(value string) error {
	_, err := parseTimeout(value)
	return err
}

// parseTimeout returns a cell's time limit, 0 with an error.
func parseTimeout(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	switch {
	case err != nil:
		hint := "write a number with its unit, as in 2s or 500ms"
		if _, err := time.ParseDuration(value + "s"); err == nil {
			hint = "a number has its unit: write timeout=" + value + "s"
		}
		return 0, &valueError{0, fmt.Sprintf("%q is no duration", clip(value)), hint}
	case d <= 0:
		return 0, &valueError{0, "a time limit is more than 0", "leave it out: a cell has 10s"}
	case d > maxTimeout:
		return 0, &valueError{0, fmt.Sprintf("a time limit is at most %v", shortMinutes(maxTimeout)), "let the cell do less: a page is checked often"}
	}
	return d, nil
}

func shortMinutes(d time.Duration) string { return fmt.Sprintf("%dm", d/time.Minute) }
