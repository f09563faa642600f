package boot

import "strings"

// orderWidth is the number of columns that a line of Order takes at most.
const orderWidth = 72

// Order returns the names of the steps in the order in which they run, under
// the functions of the runtime that contain them, as text to print.
func (m *Machine) Order() string {
	var out strings.Builder
	function, line := "", ""
	flush := func() {
		if line != "" {
			out.WriteString(line + "\n")
		}
		line = ""
	}
	for _, s := range m.steps {
		if s.Func != function {
			flush()
			function = s.Func
			out.WriteString(function + "\n")
		}
		if len(line)+len(s.Name)+2 > orderWidth {
			flush()
		}
		if line == "" {
			line = "    " + s.Name
		} else {
			line += ", " + s.Name
		}
	}
	flush()
	return out.String()
}
