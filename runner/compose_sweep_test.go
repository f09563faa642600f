package runner

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// sweepOf returns constants to be swept, as "gogc:25|50 scan:true|false" names
// them: a part of what an attribute can say.
func sweepOf(text string) []SweepConst {
	var all []SweepConst
	for _, word := range strings.Fields(text) {
		name, list, _ := strings.Cut(word, ":")
		c := SweepConst{Name: name}
		for _, v := range strings.Split(list, "|") {
			bare := strings.Trim(v, "'")
			c.Values = append(c.Values, SweepValue{Text: bare, Quoted: bare != v})
		}
		all = append(all, c)
	}
	return all
}

// swept composes cells, the last of which is swept.
func swept(sweep string, sources ...string) *Composition {
	cells := page(sources...)
	cells[len(cells)-1].Sweep = sweepOf(sweep)
	return Compose(cells, shared.load)
}

func TestSweep(t *testing.T) {
	c := swept("size:8|50|512 scan:true|false",
		"import \"fmt\"\n\nfunc twice(n int) int { return 2 * n }\n",
		"const (\n\tsize = 50 // bytes of the request\n\tscan = false\n)\n\nfmt.Println(twice(size), scan)\n")
	if len(c.Problems) > 0 || len(c.Sweeps) != 1 {
		t.Fatalf("%s, %d sweeps", render(c.Problems), len(c.Sweeps))
	}
	s := c.Sweeps[0]
	if got := fmt.Sprint(s.Controls); got != "[{size bytes of the request [8 50 512] 1 true} {scan  [true false] 1 false}]" {
		t.Errorf("controls %s", got)
	}
	if len(s.Runs) != 6 || s.Default() != 3 || s.Runs[3] != nil {
		t.Fatalf("%d runs, the text's own is %d", len(s.Runs), s.Default())
	}
	if got := s.Values(4); got != "size=512, scan=true" {
		t.Errorf("run 4 is %s", got)
	}
	p := s.Runs[4]
	if !strings.Contains(p.Source, "\tsize = 512 // bytes of the request\n\tscan = true\n") {
		t.Errorf("run 4 is of\n%s", p.Source)
	}
	if got := fmt.Sprint(p.Swept, p.Name()); got != "[{size 512} {scan true}]"+p.Chapter+"#cell-2 size=512 scan=true" {
		t.Errorf("run 4 is called %s", got)
	}
	if p.Shared == nil {
		t.Fatalf("the runs share nothing")
	}
	for _, want := range []string{"fmt.Println(twice(rtbook_swept1), rtbook_swept2)", "\nvar rtbook_swept1 int\n", "\nvar rtbook_swept2 bool\n"} {
		if !strings.Contains(p.Shared.Source, want) {
			t.Errorf("no %q in\n%s", want, p.Shared.Source)
		}
	}
	if got := fmt.Sprint(p.Shared.Sets); got != "[{rtbook_swept1 512} {rtbook_swept2 true}]" {
		t.Errorf("run 4 sets %s", got)
	}
	// What stands behind a variable is where it was.
	at := strings.LastIndex(p.Shared.Source, ", rtbook_swept2)")
	want, _ := c.Programs[0].Pos(strings.LastIndex(c.Programs[0].Source, ", scan)"))
	got, _ := (&Program{Source: p.Shared.Source, Map: p.Shared.Map}).Pos(at)
	if got != want || got.Line == 0 {
		t.Errorf("what is at %v is said to be at %v", want, got)
	}
}

// TestSweepProgram sees that a variant is the cells up to the swept one, and that
// the program itself is as if there was no sweep.
func TestSweepProgram(t *testing.T) {
	cells := page("import (\n\t\"fmt\"\n\t\"strings\"\n)\n", "const n = 2\nfmt.Println(n)\n", "fmt.Println(strings.Repeat(\"a\", n))\n")
	plain := Compose(cells, shared.load)
	cells[1].Sweep = sweepOf("n:1|2|3")
	c := Compose(cells, shared.load)
	if len(c.Problems) > 0 || len(c.Sweeps) != 1 || len(c.SweepPrograms()) != 2 {
		t.Fatalf("%s, %d sweeps", render(c.Problems), len(c.Sweeps))
	}
	if c.Programs[0].Source != plain.Programs[0].Source {
		t.Errorf("the program changed to\n%s", c.Programs[0].Source)
	}
	for _, p := range c.SweepPrograms() {
		if len(p.Cells) != 2 || strings.Contains(p.Source, "Repeat") {
			t.Errorf("a variant has %d cells:\n%s", len(p.Cells), p.Source)
		}
	}
}

// TestShared has programs that can be compiled once, and programs that cannot.
func TestShared(t *testing.T) {
	const use = "import \"fmt\"\n"
	for _, tc := range []struct {
		name, sweep, cell string
		want              string // part of the shared program; "" if there is none
	}{
		{"by itself", "n:1|2|3", "const n = 1\nfmt.Println(n)\n", "Println(rtbook_swept1)"},
		{"not used", "n:1|2|3", "const n = 1\nfmt.Println()\n", "Println()"},
		{"division of untyped constants", "n:1|2|3", "const n = 1\nfmt.Println(n / 2.0)\n", "Println(rtbook_swept1)"},
		{"conversion", "n:1|2|3", "const n = 1\nvar f float64 = float64(n) / 3\nfmt.Println(f)\n", "f = rtbook_swept1"},
		{"a constant of it", "n:1|2|3", "const n = 1\nconst half = n / 2.0\nfmt.Println(half)\n", "Println(rtbook_swept1)"},
		{"a constant of a function", "n:1|2|3", "const n = 1\nfunc f() int {\n\tconst k = n * 2\n\treturn k\n}\nfmt.Println(f())\n", "return rtbook_swept1"},
		{"iota", "n:1|2|3", "const n = 1\nconst (\n\ta = iota + n\n\tb\n)\nfmt.Println(a, b)\n", "Println(rtbook_swept1, rtbook_swept2)"},
		{"shift by it", "n:1|2|3", "const n = 1\nvar x uint8 = 1\nfmt.Println(x << n)\n", "x << rtbook_swept1"},
		{"shift of an untyped constant", "n:1|2|3", "const n = 1\nvar f float64 = 1 << n\nfmt.Println(f)\n", "f = rtbook_swept1"},
		{"converted without a word", "n:1|2|3", "const n = 1\nvar x int8 = 3\nfmt.Println(x + n)\n", "x + rtbook_swept1"},
		{"case", "n:1|2|3", "const n = 1\nx := 2\nswitch x {\ncase n:\n\tfmt.Println(\"a\")\n}\n", "case rtbook_swept1:"},
		{"condition", "n:1|2|3", "const n = 1\nif n > 1 {\n\tfmt.Println(\"a\")\n}\n", "if n > 1 {"},
		{"operand of a condition", "n:1|2|3", "const n = 1\nif len(\"a\"[:]) > 0 && (n > 1) {\n\tfmt.Println(n)\n}\n", "(n > 1) {\n\t\tfmt.Println(rtbook_swept1)"},
		{"truth value that decides nothing", "b:true|false n:1|2", "const b, n = true, 1\nfmt.Println(b, any(n))\n", "Println(rtbook_swept1, any(rtbook_swept2))"},
		{"text, some of it converted", "s:a|b n:1|2|3", "const s, n = \"a\", 1\nfmt.Println(n, []byte(s))\n", "Println(rtbook_swept1, []byte(s))"},
		{"named type", "s:a|b|c", "type T string\nconst s T = \"a\"\nfmt.Println(s)\n", "\nvar rtbook_swept1 T\n"},
		{"another package's type", "d:1|2|3", "import \"time\"\nconst d time.Duration = 1\nfmt.Println(d)\n", "\nvar rtbook_swept1 time.Duration\n"},
		{"length of a string", "s:a|bb|ccc", "const s = \"a\"\nfmt.Println(len(s))\n", "Println(rtbook_swept1)"},
		{"range", "n:1|2|3", "const n = 1\nfor i := range n {\n\tfmt.Println(i)\n}\n", "range rtbook_swept1"},
		{"a name that is taken", "n:1|2|3", "const n = 1\nrtbook_swept := 3\nfmt.Println(n, rtbook_swept)\n", "Println(rtbook_swept__1, rtbook_swept_2)"},

		{"array", "n:1|2|3", "const n = 1\nvar a [n]int\nfmt.Println(a)\n", ""},
		{"array in a function", "n:1|2|3", "const n = 1\nfunc f() {\n\ttype t [n]int\n\tfmt.Println(len(t{}))\n}\nf()\n", ""},
		{"index in a literal", "n:1|2|3", "const n = 1\nfmt.Println([]int{n: 5})\n", ""},
		{"index in a literal of an array", "n:1|2|3", "const n = 1\nfmt.Println([9]int{n: 5})\n", ""},
		{"type that has no name outside", "n:1|2|3", "const n = 1\nfunc f() {\n\ttype t int\n\tfmt.Println(t(n))\n}\nf()\n", ""},
		{"complex", "n:1|2|3", "const n = 1\nfmt.Println(n * 1i)\n", ""},
		{"only use of an import", "n:1|2|3", "import \"math\"\nconst n = 1\nfmt.Println(math.Pi * n)\n", ""},
		{"text made bytes", "s:a|b|c", "const s = \"a\"\nfmt.Println([]byte(s + \"!\"))\n", ""},
		{"text made runes of a type", "s:a|b|c", "type runes []rune\nconst s = \"a\"\nfmt.Println(runes(s))\n", ""},
		{"text made what a parameter says", "s:a|b|c", "func conv[T ~[]byte](v T) T {\n\tconst k = s\n\treturn T(k)\n}\nconst s = \"a\"\nfmt.Println(conv([]byte(nil)))\n", ""},
		{"each branch", "b:true|false", "const b = true\nif !b {\n\tfmt.Println()\n}\n", ""},
		{"each side of a loop", "b:true|false", "const b = true\nfor (b) {\n\tfmt.Println()\n\tbreak\n}\n", ""},
		{"tag", "n:1|2|3", "const n = 1\nswitch n {\ncase 2:\n\tfmt.Println()\n}\n", ""},
		{"case of a constant", "n:1|2|3", "const n = 1\nswitch 2 {\ncase n:\n\tfmt.Println()\n}\n", ""},
		{"beginning of a slice", "n:1|2|3", "const n = 1\nfmt.Println(\"abcd\"[n:])\n", ""},
		{"variable whose type cannot be written", "n:1|2|3", "import \"encoding/binary\"\nconst n = 1\norder := binary.LittleEndian\nfmt.Println(order, n)\n", ""},
		{"looks at the runtime", "n:1|2|3", "import \"runtime\"\nconst n = 1\nfmt.Println(make([]int, n), runtime.NumCPU() > 0)\n", ""},
		{"allocations", "n:1|2|3", "import \"testing\"\nconst n = 1\nfmt.Println(testing.AllocsPerRun(n, func() {}))\n", ""},
	} {
		c := swept(tc.sweep, use, tc.cell)
		if len(c.Problems) > 0 {
			t.Errorf("%s: %s", tc.name, render(c.Problems))
			continue
		}
		p := c.SweepPrograms()[0]
		switch {
		case tc.want == "" && p.Shared != nil:
			t.Errorf("%s: shares\n%s", tc.name, p.Shared.Source)
		case tc.want != "" && p.Shared == nil:
			t.Errorf("%s: shares nothing", tc.name)
		case tc.want != "" && !strings.Contains(p.Shared.Source, tc.want):
			t.Errorf("%s: no %q in\n%s", tc.name, tc.want, p.Shared.Source)
		}
	}
}

func TestSweepValues(t *testing.T) {
	for _, tc := range []struct{ sweep, decl, want string }{
		{"n:-1|+2|0x10", "n = 2", "-1 0x10"},
		{"f:1|2.5|-3", "f = 2.5", "1.0 -3.0"},
		{"f:1|2.5", "f float32 = 2.5", "1.0"},
		{"s:a|'b c'|1|true", "s = \"a\"", `"b c" "1" "true"`},
		{"b:true|false", "b = true", "false"},
		{"r:a|é", "r = 'a'", "'é'"},
		{"n:1|2", "n uint8 = 2", "1"},
	} {
		// Fields would cut 'b c'.
		sweep := sweepOf(strings.ReplaceAll(tc.sweep, "b c", "b_c"))
		for i := range sweep[0].Values {
			sweep[0].Values[i].Text = strings.ReplaceAll(sweep[0].Values[i].Text, "_", " ")
		}
		cells := page("const " + tc.decl + "\n")
		cells[0].Sweep = sweep
		c := Compose(cells, shared.load)
		var got []string
		for _, p := range c.SweepPrograms() {
			got = append(got, p.Swept[0].Value)
		}
		if strings.Join(got, " ") != tc.want || len(c.Problems) > 0 {
			t.Errorf("%s of %s: %s %s, want %s", tc.sweep, tc.decl, strings.Join(got, " "), render(c.Problems), tc.want)
		}
	}
}

// TestSweepLongConstant replaces a value that has lines of its own.
func TestSweepLongConstant(t *testing.T) {
	cells := page("const s = `a\nb`\n\nprintln(s, `c\nd`)\n")
	cells[0].Sweep = []SweepConst{{Name: "s", Values: []SweepValue{{Text: "a\nb"}, {Text: "x"}}}}
	c := Compose(cells, shared.load)
	if len(c.Problems) > 0 || !strings.Contains(c.SweepPrograms()[0].Source, "println(s, `c\nd`)") || !strings.Contains(c.SweepPrograms()[0].Source, `s = "x"`) {
		t.Errorf("%s\n%s", render(c.Problems), c.SweepPrograms()[0].Source)
	}
}

func TestSweepProblems(t *testing.T) {
	for _, tc := range []struct {
		name, sweep string
		cells       []string
		want        []string
	}{
		{"no such name", "gcgo:1|2", []string{"const gogc = 1\n"}, []string{"1 sweep over gcgo, which is no constant of the cell"}},
		{"a variable", "n:1|2", []string{"n := 1\n_ = n\n"}, []string{"1 sweep over n, which is no constant of the cell (it is a variable)"}},
		{"another cell's", "n:1|2", []string{"const n = 1\n", "const m = 2\n"}, []string{"1 sweep over n, which is no constant of the cell (it is a constant of another cell)"}},
		{"a local one", "n:1|2", []string{"func f() int {\n\tconst n = 1\n\treturn n\n}\n"}, []string{"1 sweep over n, which is no constant of the cell"}},
		{"repeated", "n:1|2", []string{"const (\n\tn = 1 + iota\n\tm\n)\n"}, []string{"1 the constant n shares its value's expression (m repeats it, and would change, too)"}},
		{"another type", "n:1|x", []string{"const n = 1\n"}, []string{"1 x is no value of n, which is a whole number (n is declared here)"}},
		{"a fraction", "n:1|2.0", []string{"const n = 1\n"}, []string{"1 2.0 is no value of n, which is a whole number (n is declared here)"}},
		{"no expression", "n:1|1+1", []string{"const n = 1\n"}, []string{"1 1+1 is no value of n, which is a whole number (n is declared here)"}},
		{"text for a number", "n:1|'2'", []string{"const n = 1\n"}, []string{"1 '2' is no value of n, which is a whole number (n is declared here)"}},
		{"a number for a truth value", "b:true|1", []string{"const b = true\n"}, []string{"1 1 is no value of b, which is true or false (b is declared here)"}},
		{"its own is not there", "n:1|2", []string{"const n = 3\n"}, []string{"1 n is 3 in the text, which is not among its values (here)"}},
		{"twice", "n:1|0x1", []string{"const n = 1\n"}, []string{"1 0x1 is 1 again"}},
		{"repeats an expression", "b:1|2", []string{"const (\n\ta = iota\n\tb\n)\n"}, []string{"1 the constant b has no value of its own (it repeats the expression above it)"}},
		{"a complex constant", "c:1|2", []string{"const c = 1i\n"}, []string{"1 the constant c is no number, text or truth value (it is declared here)"}},
		{"does not compile", "n:0|1|-1", []string{"const n = 1\nprintln(5 / n)\nvar a [n]int\n"}, []string{"0 with n=0: invalid operation: division by zero", "0 with n=-1: invalid array length n (untyped int constant -1)"}},
		{"overflows", "n:1|300|400", []string{"const n uint8 = 1\n"}, []string{"0 with n=300: cannot use 300 (untyped int constant) as uint8 value in constant declaration (overflows)", "0 with n=400: cannot use 400 (untyped int constant) as uint8 value in constant declaration (overflows)"}},
		{"the same fault twice", "n:1|2|3", []string{"const n = 1\nvar x [n]int\nvar y [1]int = x\n_ = y\n"}, []string{"0 with n=2: cannot use x (variable of type [2]int) as [1]int value in variable declaration", "0 with n=3: cannot use x (variable of type [3]int) as [1]int value in variable declaration"}},
		{"two faults", "n:1|x m:1|2", []string{"const n, m = 1, 3\n"}, []string{"1 x is no value of n, which is a whole number (n is declared here)", "1 m is 3 in the text, which is not among its values (here)"}},
	} {
		c := swept(tc.sweep, tc.cells...)
		var got []string
		for _, p := range c.Problems {
			line := fmt.Sprintf("%d %s", p.AttrAt, p.Message)
			for _, n := range p.Notes {
				line += " (" + n.Text + ")"
			}
			got = append(got, line)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s:\n%s\nwant\n%s", tc.name, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
		if len(c.Sweeps) > 0 {
			t.Errorf("%s: there is a sweep", tc.name)
		}
	}
}

// TestSweepNeedsLaterCells has a program that the cells above a sweep are not.
func TestSweepNeedsLaterCells(t *testing.T) {
	cells := page("func f() int { return g() }\n", "const n = 1\nprintln(n)\n", "func g() int { return 1 }\n")
	cells[1].Sweep = sweepOf("n:1|2")
	c := Compose(cells, shared.load)
	want := "cell \"cell-2\" is swept, but it and the cells above it are no program without those below it"
	if len(c.Problems) != 1 || c.Problems[0].Message != want || len(c.Programs) != 1 {
		t.Errorf("%s", render(c.Problems))
	}
}

// TestReplaced keeps track of where text comes from.
func TestReplaced(t *testing.T) {
	src := "abc def ghi"
	from := []Segment{{0, 3, Pos{"f", 1, 1}}, {4, 7, Pos{"f", 2, 5}}}
	got, segments := replaced(src, from, []edit{{1, 1, "XX"}, {6, 3, ""}})
	if got != "aXXc dehi" {
		t.Errorf("%q", got)
	}
	p := Program{Source: got, Map: segments}
	for off, want := range map[int]Pos{0: {"f", 1, 1}, 1: {}, 3: {"f", 1, 3}, 5: {"f", 2, 5}, 7: {"f", 2, 10}} {
		if at, _ := p.Pos(off); at != want {
			t.Errorf("byte %d is from %v, want %v", off, at, want)
		}
	}
}
