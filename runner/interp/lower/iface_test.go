package lower

import (
	"slices"
	"strings"
	"testing"

	"rtbook/runner"
)

// TestInterfacesBefore holds what the pass writes against what is expected of
// it. That the program then does what the compiled one does is tested with the
// engine (runner/interp: TestConstructs, TestRandomPrograms).
func TestInterfacesBefore(t *testing.T) {
	for _, c := range []rewrite{
		{"conversion", "type A int\n---\nvar x any = A(1)\nfmt.Println(x)", "var x any = rtbook_types1.New(1, A(1))"},
		{"library's types stay", "type A int\n---\nvar x any = 1\nfmt.Println(x, A(2) > 1)", "var x any = 1"},
		{"error", "type E struct{}\nfunc (E) Error() string { return \"\" }\nfunc f() error {\nreturn E{}\n}\n---\nfmt.Println(f())", "return rtbook_types1.NewError(1, E{})"},
		{"method", "type I interface{ M() int }\ntype A int\nfunc (a A) M() int { return int(a) }\n---\nvar i I = A(1)\nfmt.Println(i.M())", "fmt.Println(rtbook_call1(i))"},
		{"comparison", "type A int\n---\nvar x any = A(1)\nfmt.Println(x == A(1))", "fmt.Println(rtbook_box1.Equal(x, rtbook_types1.New(1, A(1))))"},
		{"assertion", "type A int\n---\nvar x any = A(1)\nfmt.Println(x.(A) > 0)", "fmt.Println(rtbook_to1(x) > 0)"},
		{"verb T", "type A int\n\n---\nfmt.Printf(\"%T\\n\", A(1))", "rtbook_box1.Printf(\"%T\\n\", rtbook_types1.New(1, A(1)))"},
		{"index in a program that recovers", "func f(s []int, i int) int { defer func() { recover() }(); return s[i] }\n---\nfmt.Println(f(nil, 1))", "return s[rtbook_box1.Index(i, len(s), 0)]"},
		{"index that is unsigned", "func f(s []int, i uint) int { defer func() { recover() }(); return s[i] }\n---\nfmt.Println(f(nil, 1))", "return s[rtbook_box1.Index(int(i), len(s), 1)]"},
		{"index of what has an effect", "func f() int { return 0 }\nfunc g(s [][]int) int { defer func() { recover() }(); return s[f()][1] }\n---\nfmt.Println(g(nil))", "return rtbook_indexed1(s[rtbook_box1.Index(f(), len(s), 0)], 1)"},
		{"index in another program", "func f(s []int, i int) int { return s[i] }\n---\nfmt.Println(f(nil, 1))", "return s[i]"},
		{"key", "m := map[any]int{}\nk := []int{}\nm[k] = 1\nfmt.Println(m)", "m[rtbook_box1.Key(k)] = 1"},
		{"key that is looked for", "m := map[any]int{}\nk := []int{}\nfunc() { defer func() { recover() }(); fmt.Println(m[k]) }()", "m[rtbook_box1.KeyIn(k, len(m))]"},
		{"operands without verbs", "type A int\n\n---\nfmt.Printf(\"%d\\n\", A(1), A(2))", "rtbook_box1.Printf(\"%d\\n\","},
		{"operands with verbs", "type A int\n\n---\nfmt.Printf(\"%d %d\\n\", A(1), A(2))", "fmt.Printf(\"%d %d\\n\","},
		{"comparison with a type without a name", "type A [2]any\n---\na, b := A{1}, [2]any{1}\nfmt.Println(a == b, b != a)", "a == (A)(b), (A)(b) != a"},
		{"nothing but a library's value", "type I interface{ Unwrap() error }\nfunc f() I { return nil }\n---\ndefer func() { fmt.Println(recover() != nil) }()\nf().Unwrap()", "func rtbook_call1("},
		{"nil as a key", "m := map[*int]int{}\nm[nil] = 1\nfmt.Println(m)", "m[*new(*int)] = 1"},
		{"nil in a switch", "var s []int\nswitch s {\ncase nil:\nfmt.Println(s)\n}", "case rtbook_x1 == nil:"},
		{"library's interface through an embedded one", "type s struct{ sort.Interface }\nfunc (s) Less(i, j int) bool { return false }\n---\nsort.Sort(s{sort.IntSlice{2, 1}})\nfmt.Println()", "sort.Sort(rtbook_carry1(s{"},
		{"json into any", "type T struct{ A int }\n---\nvar x any\nfmt.Println(json.Unmarshal([]byte(\"[1]\"), &x), x, T{1})", "rtbook_types1.Unmarshal([]byte(\"[1]\"), &x, 1)"},
		{"json into a type of the program", "type T struct{ A int }\n---\nvar t T\nfmt.Println(json.Unmarshal([]byte(\"[1]\"), &t))", "rtbook_types1.Unmarshal([]byte(\"[1]\"), &t, 1)"},
		{"json through a decoder", "type T struct{ A int }\n---\nvar t T\nfmt.Println(json.NewDecoder(os.Stdin).Decode(&t))", "rtbook_types1.Decode(json.NewDecoder(os.Stdin), &t, 1)"},
		{"json of what can contain itself", "type T struct{ Next *T }\n---\n_, err := json.Marshal(&T{})\nfmt.Println(err)", "rtbook_types1.Marshal(&T{}, 1)"},
		{"json of what cannot", "type T struct{ A []int }\n---\n_, err := json.Marshal(&T{})\nfmt.Println(err)", "json.Marshal(&T{})"},
		{"json of any", "var x any = []any{1, \"a\"}\nb, _ := json.Marshal(x)\nfmt.Println(string(b))", "rtbook_types1.Marshal(x, 1)"},
		{"json of fields that are not exported", "type T struct{ a, B int; c string `k:\"v\"` }\n---\nb, _ := json.Marshal(T{1, 2, \"\"})\nfmt.Println(string(b))", "a int `json:\"-\"`\n\tB int\n\tc string `json:\"-\"`"},
		{"json of a lock", "type T struct{ sync.Mutex; A int }\n---\nb, _ := json.Marshal(&T{A: 1})\nfmt.Println(string(b))", "Mutex sync.Mutex `json:\"-\"`"},
		{"fields without json", "type T struct{ a int }\n---\nfmt.Println(T{1})", "a int\n"},
		{"embedded library's type", "type T struct{ time.Duration }\n---\nfmt.Println(T{1}, T{2}.Seconds())", "Duration time.Duration\n"},
		{"embedded alias of a library's type", "type R = io.Reader\ntype T struct{ R }\n---\nt := T{strings.NewReader(\"a\")}\nb, err := io.ReadAll(t.R)\nfmt.Println(string(b), err)", "R R\n"},
		{"method through a library's type", "type T struct{ *strings.Builder }\n---\nt := T{new(strings.Builder)}\nfmt.Fprint(t, 1)\nfmt.Println(t.Len())", "fmt.Fprint(rtbook_carry1(t), 1)"},
		{"library's interfaces in a slice", "type R struct{}\nfunc (R) Read([]byte) (int, error) { return 0, io.EOF }\n---\nfmt.Printf(\"%+v\\n\", []io.Reader{R{}})", "New(2, []io.Reader{"},
		{"function that is a writer", "type W func([]byte) (int, error)\nfunc (w W) Write(p []byte) (int, error) { return w(p) }\n---\nn, err := io.Copy(W(func(p []byte) (int, error) { return len(p), nil }), strings.NewReader(\"ab\"))\nfmt.Println(n, err)", "io.Copy(rtbook_carry1("},
		{"what comes back from a library", "type L struct{ n int }\nfunc (l *L) Lock() { l.n++ }\nfunc (l *L) Unlock() { l.n-- }\n---\nl := &L{}\nc := sync.NewCond(l)\n_, ok := c.L.(*L)\nfmt.Println(ok, c.L == sync.Locker(l))", "sync.NewCond(rtbook_carry1(l))"},
		{"strings side by side", "type S string\n\n---\nfmt.Print(S(\"a\"), S(\"b\"), \"\\n\")", "rtbook_box1.Print("},
		{"no strings side by side", "type N int\n\n---\nfmt.Print(N(1), N(2), \"\\n\")", "\tfmt.Print("},
		{"width in a box", "type W int\n\n---\nfmt.Printf(\"%*d\\n\", W(4), 1)", "rtbook_box1.Printf("},
		{"verb w without an error", "type T struct{}\n\n---\nfmt.Println(fmt.Errorf(\"%w\", any(T{})))", "rtbook_box1.Errorf("},
		{"verb w", "type E struct{}\nfunc (E) Error() string { return \"\" }\n---\nfmt.Println(fmt.Errorf(\"%w\", E{}))", "\tfmt.Println(fmt.Errorf("},
		{"atomic value", "type A int\n---\nvar v atomic.Value\nv.Store(A(1))\nfmt.Println(v.Load())", "rtbook_box1.Store(&v, rtbook_types1.New(1, A(1)))"},
		{"functions of a template", "m := template.FuncMap{}\nm[\"f\"] = func() int { return 1 }\nfmt.Println(len(m))", "m[\"f\"] = func() int"},
		{"scanned through any", "type I int\n---\nvar i I\nvar p any = &i\nfmt.Sscan(\"1\", p)\nfmt.Println(i)", "fmt.Sscan(\"1\", rtbook_box1.Value(p))"},
		{"reflect of any without the program's types", "func f(x any) string { return reflect.TypeOf(x).String() }\n---\nfmt.Println(f(1))", "reflect.TypeOf(x)"},
		{"goroutine of a library", "var wg sync.WaitGroup\nwg.Go(func() { fmt.Println(1) })\nwg.Wait()", "wg.Go(rtbook_box1.Started(func() {"},

		{"json through an encoder", "type T struct{ A int }\n---\nfmt.Println(json.NewEncoder(os.Stdout).Encode(T{1}))", "Encode(T{1})"},
		{"template of a map", "t := template.Must(template.New(\"t\").Parse(\"{{.a}}\"))\nfmt.Println(t.Execute(os.Stdout, map[string]any{\"a\": 1}))", "t.Execute(os.Stdout, map[string]any{\"a\": 1})"},
		{"function as a value", "func g() {}\nfunc f() func() { return g }\n---\nf()()\nfmt.Println()", "return func() {\n\t\tg()\n\t}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			low, refusals := boxed(t, c.program())
			if len(refusals) > 0 {
				t.Fatalf("refused: %+v", refusals)
			}
			if !strings.Contains(low, c.after) {
				t.Errorf("lowered:\n%s\nwant in it: %s", low, c.after)
			}
		})
	}
}

// TestInterfacesRefused holds what is refused to its place.
func TestInterfacesRefused(t *testing.T) {
	for _, c := range []struct{ name, source, at string }{
		{"json of embedded fields", "package main\nimport \"encoding/json\"\ntype B struct{ A int }\ntype T struct{ B }\nfunc main() {\n\t_, err := json.Marshal(T{})\n\tprintln(err != nil)\n}\n", "T{}"},
		{"json of what marshals itself", "package main\nimport \"encoding/json\"\ntype T int\nfunc (T) MarshalText() ([]byte, error) { return nil, nil }\nfunc main() {\n\t_, err := json.Marshal([]T{})\n\tprintln(err != nil)\n}\n", "[]T{}"},
		{"json of what marshals itself in any", "package main\nimport \"encoding/json\"\ntype T int\nfunc (T) MarshalText() ([]byte, error) { return nil, nil }\nfunc main() {\n\tvar x any = T(1)\n\t_, err := json.Marshal(&x)\n\tprintln(err != nil)\n}\n", "&x)"},
		{"json into a pointer in a field", "package main\nimport \"encoding/json\"\ntype T struct{ A any }\nfunc main() {\n\tx := T{&T{}}\n\tjson.Unmarshal([]byte(\"{}\"), &x)\n}\n", "&x)"},
		{"method that libraries ask for", "package main\nimport \"io\"\ntype W struct{}\nfunc (W) Write(p []byte) (int, error) { return 0, nil }\nfunc (W) WriteString(s string) (int, error) { return 0, nil }\nfunc main() { io.WriteString(W{}, \"a\") }\n", "W{}, \"a\""},
		{"method that libraries ask for, of an embedded type", "package main\nimport (\n\"io\"\n\"strings\"\n)\ntype R struct{ *strings.Reader }\nfunc (r R) Read(p []byte) (int, error) { return r.Reader.Read(p) }\nfunc main() { var r io.Reader = R{}; _ = r }\n", "R{}; _"},
		{"method that libraries ask for, through the program's interface", "package main\nimport \"io\"\ntype I interface{ io.Writer }\ntype W struct{}\nfunc (W) Write(p []byte) (int, error) { return 0, nil }\nfunc (W) WriteString(s string) (int, error) { return 0, nil }\nfunc main() { var i I = W{}; io.WriteString(i, \"a\") }\n", "i, \"a\""},
		{"method Scan", "package main\nimport \"fmt\"\ntype T int\nfunc (t *T) Scan(fmt.ScanState, rune) error { return nil }\nfunc main() { var t T; fmt.Sscan(\"1\", &t) }\n", "&t)"},
		{"run-time errors of the runtime's type", "package main\nimport (\n\"errors\"\n\"runtime\"\n)\nfunc main() { var e *runtime.TypeAssertionError; println(errors.As(nil, &e)) }\n", "runtime.TypeAssertionError"},
		{"profile", "package main\nimport \"runtime\"\nfunc main() { println(runtime.MemProfileRate) }\n", "runtime.MemProfileRate"},
		{"json as a string", "package main\nimport \"encoding/json\"\ntype N int\ntype T struct{ A N `json:\"a,string\"` }\nfunc main() {\n\t_, err := json.Marshal(T{})\n\tprintln(err != nil)\n}\n", "T{}"},
		{"binary of what has no fixed size", "package main\nimport (\n\"bytes\"\n\"encoding/binary\"\n)\ntype T struct{ A int }\nfunc main() {\n\tprintln(binary.Write(&bytes.Buffer{}, binary.LittleEndian, T{}) != nil)\n}\n", "T{}"},
		{"json of functions", "package main\nimport \"encoding/json\"\ntype T struct{ F func() }\nfunc main() {\n\t_, err := json.Marshal(T{})\n\tprintln(err != nil)\n}\n", "T{}"},
		{"json of what contains itself", "package main\nimport \"encoding/json\"\ntype T []T\nfunc main() {\n\t_, err := json.Marshal(T{})\n\tprintln(err != nil)\n}\n", "T{}"},
		{"json through the program's interface", "package main\nimport (\n\"encoding/json\"\n\"os\"\n)\ntype I interface{ Decode(any) error }\nfunc main() {\n\tvar x I = json.NewDecoder(os.Stdin)\n\tprintln(x != nil)\n}\n", "json.NewDecoder"},
		{"json into results", "package main\nimport \"encoding/json\"\ntype T struct{ A int }\nfunc f() ([]byte, *T) { return nil, nil }\nfunc main() { println(json.Unmarshal(f()) != nil) }\n", "f())"},
		{"template of a struct", "package main\nimport (\n\"os\"\n\"text/template\"\n)\ntype T struct{ A int }\nfunc main() {\n\tt := template.Must(template.New(\"t\").Parse(\"{{.}}\"))\n\tt.Execute(os.Stdout, T{1})\n}\n", "T{1}"},
		{"named template of a struct", "package main\nimport (\n\"os\"\n\"text/template\"\n)\ntype T struct{ A int }\nfunc main() {\n\tt := template.Must(template.New(\"t\").Parse(\"{{.}}\"))\n\tt.ExecuteTemplate(os.Stdout, \"t\", &T{1})\n}\n", "&T{1}"},
		{"template of a map of structs", "package main\nimport (\n\"os\"\n\"text/template\"\n)\ntype T struct{ A int }\nfunc main() {\n\tt := template.Must(template.New(\"t\").Parse(\"{{.}}\"))\n\tt.Execute(os.Stdout, map[string][]T{\"a\": nil})\n}\n", "map[string][]T{\"a\""},
		{"template of a struct in any", "package main\nimport (\n\"os\"\n\"text/template\"\n)\ntype T struct{ A int }\nfunc main() {\n\tt := template.Must(template.New(\"t\").Parse(\"{{.}}\"))\n\tt.Execute(os.Stdout, map[string]any{\"a\": T{1}})\n}\n", "map[string]any{\"a\""},
		{"template of a function in any", "package main\nimport (\n\"os\"\n\"text/template\"\n)\nfunc main() {\n\tt := template.Must(template.New(\"t\").Parse(\"{{.}}\"))\n\tm := map[string]any{\"f\": func() int { return 1 }}\n\tt.Execute(os.Stdout, m)\n}\n", "m)"},
		{"template of results", "package main\nimport (\n\"os\"\n\"text/template\"\n)\ntype T struct{ A int }\nfunc f() (*os.File, any) { return os.Stdout, T{1} }\nfunc main() {\n\tt := template.Must(template.New(\"t\").Parse(\"{{.}}\"))\n\tt.Execute(f())\n}\n", "f())\n"},
		{"json into the program's interface", "package main\nimport (\n\"encoding/json\"\n)\ntype I interface{ M() }\nfunc main() {\n\tvar x I\n\tprintln(json.Unmarshal([]byte(\"{}\"), &x) != nil)\n}\n", "&x)"},
		{"calls", "package main\nimport \"runtime\"\nfunc main() {\n\t_, _, line, _ := runtime.Caller(0)\n\tprintln(line)\n}\n", "runtime.Caller"},
		{"memory", "package main\nimport \"runtime\"\nfunc main() {\n\tvar m runtime.MemStats\n\truntime.ReadMemStats(&m)\n\tprintln(m.Mallocs)\n}\n", "runtime.ReadMemStats"},
		{"where Go is", "package main\nimport \"runtime\"\nfunc main() { println(runtime.GOROOT()) }\n", "runtime.GOROOT"},
		{"finalizers", "package main\nimport \"runtime\"\nfunc main() {\n\tp := new(int)\n\truntime.SetFinalizer(p, func(*int) {})\n}\n", "runtime.SetFinalizer"},
		{"reflect of any", "package main\nimport \"reflect\"\ntype T struct{ A int }\nfunc f(x any) string { return reflect.TypeOf(x).String() }\nfunc main() { println(f(T{1})) }\n", "x).String"},
		{"reflect", "package main\nimport (\n\"fmt\"\n\"reflect\"\n)\ntype T struct{ A int }\nfunc main() {\n\tfmt.Println(reflect.TypeOf(T{1}).Name())\n}\n", "reflect.TypeOf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, refusals := boxed(t, c.source)
			if len(refusals) != 1 || !strings.HasPrefix(c.source[refusals[0].Offset:], c.at) {
				t.Errorf("got %+v, want one at %q", refusals, c.at)
			}
		})
	}
}

// boxed lowers a program as far as interfaces and bounds.
func boxed(t *testing.T, source string) (string, []Refusal) {
	t.Helper()
	imp, err := testImporter()
	if err != nil {
		t.Fatal(err)
	}
	list := passes()
	last := slices.IndexFunc(list, func(p pass) bool { return p.name == "bounds" })
	out, refusals, err := lowerWith(&runner.Program{Chapter: "x.md", Source: source, Map: identity(source)}, imp, list[:last+1])
	if err != nil {
		t.Fatal(err)
	}
	if out == nil {
		return "", refusals
	}
	return out.Source, nil
}
