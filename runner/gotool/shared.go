package gotool

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rtbook/runner"
)

// units makes a unit of each program, but one of all those that share another,
// as far as that is possible: see [runner.Shared].
func (t *Toolchain) units(ps []*runner.Program) []*unit {
	var all []*unit
	bySource := make(map[string]*unit)
	sources := t.Sources()
	for _, p := range ps {
		if p.Shared == nil {
			all = append(all, &unit{program: p})
			continue
		}
		key := p.Chapter + "\x00" + p.Env + "\x00" + p.Shared.Source
		u := bySource[key]
		if u == nil {
			u = &unit{program: p}
			all = append(all, u)
			if sources.blind(p.Imports) {
				bySource[key] = u
			}
		}
		if bySource[key] != nil {
			u.shared = append(u.shared, p)
		}
	}
	return all
}

// blind reports whether no package outside of the toolchain, of those that a
// program with these imports consists of, can see how the program was compiled.
func (s *Sources) blind(paths []string) bool {
	blind := true
	err := s.walk(paths, func(src source) {
		blind = blind && !src.outside && !slices.ContainsFunc(src.imports, runner.SeesCompilation)
	})
	return err == nil && blind
}

// programs returns the programs that the unit does the work of.
func (u *unit) programs() []*runner.Program {
	if u.shared != nil {
		return u.shared
	}
	return []*runner.Program{u.program}
}

// source returns the cells' file.
func (u *unit) source() string {
	if u.shared == nil {
		return u.program.WithLines()
	}
	p := *u.program
	p.Source, p.Map = p.Shared.Source, p.Shared.Map
	return p.WithLines()
}

// args are the arguments that tell the unit's binary which of its programs it
// is.
func (u *unit) args(i int) []string {
	if u.shared == nil {
		return nil
	}
	return []string{strconv.Itoa(i)}
}

// sharedMainSource is mainSource for programs that share one. Which of them it
// is, the one argument says, which nothing of the program gets to see.
func sharedMainSource(wirePath string, ps []*runner.Program) string {
	var b strings.Builder
	b.WriteString(mainHead)
	fmt.Fprintf(&b, "import (\n\trtbook_os \"os\"\n\n\trtbook_wire %q\n)\n\nfunc main() {\n\tswitch rtbook_os.Args[1] {\n", wirePath)
	for i, p := range ps {
		fmt.Fprintf(&b, "\tcase \"%d\":\n", i)
		for _, s := range p.Shared.Sets {
			fmt.Fprintf(&b, "\t\t%s = %s\n", s.Name, s.Value)
		}
	}
	b.WriteString("\t}\n\trtbook_os.Args = rtbook_os.Args[:1:1]\n")
	writeCells(&b, ps[0])
	return b.String()
}
