package book

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"rtbook/internal/finding"
)

// attrSpec says where an attribute may stand and what its value may be.
type attrSpec struct {
	name  string
	on    []Role
	value valueRule
	check func(value string) error // of a value that is there; may be nil
}

type valueRule int

const (
	noValue valueRule = iota
	mayValue
	mustValue
)

// attrSpecs are the attributes there are.
func attrSpecs() [9]attrSpec {
	return [...]attrSpec{
		{"cell", []Role{RoleCell}, mayValue, checkCellID},
		{"output", []Role{RoleOutput}, mayValue, nil},
		{"check", []Role{RoleCheck}, noValue, nil},
		{"sketch", []Role{RoleSketch}, noValue, nil},
		{"env", []Role{RoleCell, RoleCheck}, mustValue, checkName},
		{"engine", []Role{RoleCell}, mustValue, checkEngine},
		{"hide", []Role{RoleCell, RoleCheck}, noValue, nil},
		{"fold", []Role{RoleCell, RoleCheck, RoleSketch}, noValue, nil},
		{"timeout", []Role{RoleCell}, mustValue, checkTimeout},
	}
}

// roleNamed returns the role that an attribute names.
func roleNamed(attr string) (Role, bool) {
	for _, r := range []Role{RoleCell, RoleOutput, RoleCheck, RoleSketch} {
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
			r.at(f.info+a.at, "", "a fence cannot be both %s and %s", first.name, a.name)
		}
	}
	if first == nil {
		if len(f.attrs) > 0 {
			checkStray(f, r)
		}
		return RoleGo, f.Lang == "go"
	}
	if role != RoleOutput && f.Lang != "go" {
		checkLang(f, first, role, r)
		return role, false
	}
	return role, true
}

// checkLang reports a cell, check or sketch that is not Go.
func checkLang(f *Fence, a *attr, role Role, r *reporter) {
	switch f.Lang {
	case "":
		r.at(f.info, "write go {"+a.name+"}", "%s fence without a language", role)
	case "sh", "bash", "shell", "console":
		r.at(f.info+a.at, "leave the attribute out: commands are shown, not run", "%s in %s: only Go is run", a.name, clip(f.Lang))
	default:
		r.at(f.info+a.at, "", "%s in %s: only Go is run and checked", a.name, clip(f.Lang))
	}
}

// checkStray reports the attributes of a fence that has no role.
func checkStray(f *Fence, r *reporter) {
	for i := range f.attrs {
		a := &f.attrs[i]
		if spec := specOf(a.name); spec != nil {
			r.at(f.info+a.at, "", "%s on a fence that is no %s", a.name, roleList(spec.on))
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
	return strings.Join(names, " or ")
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
func checkAttrs(f *Fence, r *reporter) {
	seen := map[string]*attr{}
	for i := range f.attrs {
		a := &f.attrs[i]
		spec := specOf(a.name)
		switch {
		case spec == nil:
			unknownAttr(f, a, r)
		case seen[a.name] != nil:
			r.at(f.info+a.at, "", "attribute %s is given twice", a.name).
				Notes = []finding.Note{{Pos: r.ch.Pos(f.info + seen[a.name].at), Text: "first here"}}
		case !slices.Contains(spec.on, f.Role):
			if _, isRole := roleNamed(a.name); !isRole { // two roles are reported already
				r.at(f.info+a.at, "", "%s belongs on a %s fence, not on %s", a.name, roleList(spec.on), f.Role)
			}
		default:
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
		if err := spec.check(a.value); err != nil {
			r.at(f.info+a.valueAt, "", "%s=%s: %v", a.name, clip(a.value), err)
		}
	}
}

var (
	nameSyntax      = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	anonymousSyntax = regexp.MustCompile(`^cell-[0-9]+$`)
)

func checkName(value string) error {
	if !nameSyntax.MatchString(value) {
		return errors.New(`a name is of lower-case letters, digits and "-", and begins with a letter`)
	}
	return nil
}

func checkCellID(value string) error {
	if anonymousSyntax.MatchString(value) {
		return errors.New("cell- and a number are the name of a cell without one")
	}
	return checkName(value)
}

func checkEngine(value string) error {
	if value != "go" {
		return errors.New("the only engine to be named is go")
	}
	return nil
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
		return 0, errors.New("not a duration such as 2s or 500ms")
	case d <= 0:
		return 0, errors.New("a time limit is more than 0")
	case d > maxTimeout:
		return 0, fmt.Errorf("a time limit is at most %v", shortMinutes(maxTimeout))
	}
	return d, nil
}

func shortMinutes(d time.Duration) string { return fmt.Sprintf("%dm", d/time.Minute) }
