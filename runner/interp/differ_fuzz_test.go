package interp_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRandomPrograms runs random programs on both engines. Each is a list of
// snippets, of which every one prints what it computes; a program on which the
// engines differ is reduced to the snippets that it takes, and printed with its
// seed. RTBOOK_LONG makes many of them, RTBOOK_SEED one.
func TestRandomPrograms(t *testing.T) {
	seed, rounds := rand.Uint64(), 1
	if long() {
		rounds = 25
	}
	if s := os.Getenv("RTBOOK_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	d := newDiffer(t, 20*time.Second)
	total := make(map[verdict]int)
	for round := range rounds {
		programs := make(map[string]*randomProgram)
		var samples []sample
		for i := range 40 {
			p := newRandomProgram(seed+uint64(round*40+i), 6)
			s := sample{fmt.Sprint("seed-", p.seed), p.String()}
			programs[s.name] = p
			samples = append(samples, s)
		}
		for _, o := range d.run(samples) {
			total[o.verdict]++
			if o.verdict == right || o.verdict == refused {
				if o.verdict == refused {
					t.Logf("%s: refused at %v: %s", o.name, o.end.Pos, o.end.Message)
				}
				continue
			}
			small := d.shrink(programs[o.name], o)
			t.Errorf("seed %d:\n%s\n%v", programs[o.name].seed, small.source, small)
			if t.Failed() && !long() {
				break
			}
		}
	}
	t.Logf("seed %d: %v", seed, total)
}

// shrink takes snippets away as long as the engines differ.
func (d *differ) shrink(p *randomProgram, o outcome) outcome {
	for i := 0; i < len(p.snippets); {
		less := *p
		less.snippets = slices.Delete(slices.Clone(p.snippets), i, i+1)
		all := d.run([]sample{{o.name, less.String()}})
		if len(all) == 1 && all[0].verdict != right && all[0].verdict != refused {
			*p, o = less, all[0]
			continue
		}
		i++
	}
	return o
}

// randomProgram is a program made of snippets.
type randomProgram struct {
	seed     uint64
	snippets []snippet
}

// snippet is a function without parameters, and what it needs at package level.
type snippet struct{ decls, body string }

func newRandomProgram(seed uint64, n int) *randomProgram {
	g := &generator{rand: rand.New(rand.NewPCG(seed, 11))}
	p := &randomProgram{seed: seed}
	for range n {
		g.n++
		p.snippets = append(p.snippets, g.snippet())
	}
	return p
}

func (p *randomProgram) String() string {
	var decls, calls strings.Builder
	for i, s := range p.snippets {
		fmt.Fprintf(&decls, "%s\nfunc snippet%d() {\n%s}\n\n", s.decls, i, s.body)
		fmt.Fprintf(&calls, "\tsnippet%d()\n", i)
	}
	text := decls.String()
	var imports string
	for _, path := range []string{"errors", "fmt", "strings"} {
		if path == "fmt" || strings.Contains(text, path+".") {
			imports += fmt.Sprintf("\t%q\n", path)
		}
	}
	return "package main\n\nimport (\n" + imports + ")\n\nvar zero int\n\n" + text + "func main() {\n" + calls.String() + "\tfmt.Println(\"end\")\n}\n"
}

// generator makes snippets. Every choice is the generator's own.
type generator struct {
	rand *rand.Rand
	n    int // of the snippet, for its names
}

func (g *generator) pick(list ...string) string { return list[g.rand.IntN(len(list))] }

func (g *generator) small() int { return 1 + g.rand.IntN(5) }

// integer writes an expression of type int over the variables given.
func (g *generator) integer(depth int, vars ...string) string {
	if depth == 0 || g.rand.IntN(4) == 0 {
		if len(vars) > 0 && g.rand.IntN(3) > 0 {
			return g.pick(vars...)
		}
		return fmt.Sprint(g.rand.IntN(20))
	}
	x, y := g.integer(depth-1, vars...), g.integer(depth-1, vars...)
	switch g.rand.IntN(8) {
	case 0:
		return "(" + x + " / (" + y + "&7 + 1))"
	case 1:
		return "(" + x + " % (" + y + "&7 + 1))"
	case 2:
		return "(" + x + " << (uint(" + y + " + zero) % 5))"
	case 3:
		return "int(" + g.pick("int8", "uint8", "uint16", "int32") + "(" + x + " + zero))"
	case 4:
		return g.pick("min", "max") + "(" + x + ", " + y + ")"
	default:
		return "(" + x + " " + g.pick("+", "-", "*", "^", "&", "|") + " " + y + ")"
	}
}

// snippet makes one of the shapes, filled at random.
func (g *generator) snippet() snippet {
	shapes := []func(*generator) snippet{
		closures, defers, recovers, methodValues, interfaces, maps, slicing, texts,
		switches, labels, selects, generics, structs, errorsOfTypes, formats, iterates, assigns, constants, circles,
	}
	s := shapes[g.rand.IntN(len(shapes))](g)
	n := fmt.Sprint(g.n)
	fill := strings.NewReplacer("N_", n, "E1", "(i ^ "+g.integer(2, "i")+")", "E2", g.integer(2, "i", "x"), "E3", g.integer(3, "x"),
		"K1", fmt.Sprint(g.small()), "K2", fmt.Sprint(g.small()), "K3", fmt.Sprint(g.small()), "V_", g.pick("%v", "%+v", "%#v", "%T", "%d", "%s", "%q", "%x", "%6v|"),
		"W_", g.pick("%v", "%+v", "%#v", "%T"))
	return snippet{fill.Replace(s.decls), fill.Replace(s.body)}
}

func (g *generator) maybe(text string) string {
	if g.rand.IntN(2) == 0 {
		return ""
	}
	return text
}

func closures(g *generator) snippet {
	loop := g.pick("for i := 0; i < K1; i++ {", "for i := range K1 {", "for i, x := range []int{K1, K2, K3} {\n_ = x")
	return snippet{"", "x, i := K2, 0\n_ = i\nvar fs []func() int\nvar ps []*int\n" + loop + "\n_ = i\n" + g.maybe("if i == 1 {\nx++\ncontinue\n}\n") +
		"y := E1\nfs = append(fs, func() int { y += i; x++; return E2 + y })\nps = append(ps, &y)\n" + g.maybe("y++\n") + "}\n" +
		"for _, f := range fs {\nfmt.Print(f(), \" \")\n}\nfor i, p := range ps {\nfmt.Print(i, *p, \" \")\n}\nfmt.Println(x)\n"}
}

func defers(g *generator) snippet {
	return snippet{"func deferN_(x int) (r int) {\n" + g.maybe("defer func() { r *= 2 }()\n") +
		"for i := range K1 {\ndefer func(v int) { r += v + i }(E2)\n}\n" + g.maybe("defer func() { x = 100 }()\n") + g.maybe("defer fmt.Println(\"deferred\", x)\nx++\n") + "return E3\n}\n",
		"fmt.Println(deferN_(K2), deferN_(K3))\n"}
}

func recovers(g *generator) snippet {
	cause := g.pick("panic(fmt.Sprint(\"p\", x))", "panic(codeN_(x))", "var m map[string]int\nm[\"a\"] = x", "var p *int\nfmt.Println(*p)", "s := []int{1, 2}\nfmt.Println(s[x+2])",
		"z := 0\nfmt.Println(x / z)", "var e any = x\nfmt.Println(e.(string))", "panic(errors.New(\"e\"))", "var e any = codeN_(x)\nfmt.Println(e.(int))", "s := \"abc\"\nfmt.Println(s[x:x+4])")
	again := g.maybe("defer func() { fmt.Println(\"outer\", recover()) }()\n")
	rethrow := ""
	if again != "" {
		rethrow = g.maybe("if r != nil {\npanic(fmt.Sprint(\"again \", r))\n}\n")
	}
	return snippet{"type codeN_ int\nfunc (c codeN_) String() string { return fmt.Sprint(\"code\", int(c)) }\n" +
		"func panicsN_(x int) (r int) {\n" + again + "defer func() {\nr := recover()\nif e, ok := r.(error); ok {\nfmt.Println(\"error\", e)\n} else {\nfmt.Println(r)\n}\n" + rethrow + "}()\nr = x\n" + cause + "\nreturn x + 1\n}\n",
		"fmt.Println(panicsN_(K1))\n"}
}

func methodValues(g *generator) snippet {
	recv := g.pick("", "*")
	return snippet{"type countN_ struct{ n, step int }\nfunc (c " + recv + "countN_) add(k int) int { c.n += c.step * k; return c.n }\n",
		"c := countN_{K1, K2}\nf := c.add\nc.n = 50\n" + g.maybe("c.step++\n") + "fmt.Println(f(K3), f(1), c)\ng := (" + "*countN_).add\nfmt.Println(g(&c, 2), c.n)\n"}
}

func interfaces(g *generator) snippet {
	recv := g.pick("", "*")
	value := "squareN_{K1, \"q\"}"
	if recv == "*" {
		value = "&" + value
	}
	str := g.maybe("func (s " + recv + "squareN_) String() string { return fmt.Sprint(\"sq\", s.side) }\n")
	return snippet{"type shapeN_ interface{ area() int }\ntype squareN_ struct { side int; name string }\nfunc (s " + recv + "squareN_) area() int { return s.side * s.side }\n" + str +
		"type unitN_ int\nfunc (u unitN_) area() int { return int(u) }\ntype otherN_ int\n",
		"list := []any{" + value + ", unitN_(K2), otherN_(K2), K2, \"s\", nil, []unitN_{1, 2}, map[unitN_]otherN_{1: 2}}\nfor i, v := range list {\nswitch w := v.(type) {\ncase shapeN_:\nfmt.Println(i, \"shape\", w.area())\ncase int, string:\nfmt.Println(i, \"basic\", w)\ncase otherN_:\nfmt.Println(i, \"other\", w+1)\ncase nil:\nfmt.Println(i, \"nil\")\ndefault:\nfmt.Println(i, \"default\", w)\n}\nif i > 0 {\nfmt.Printf(\"W_\\n\", v)\n}\n}\n" +
			"var s shapeN_ = unitN_(K3)\n_, ok := s.(fmt.Stringer)\nfmt.Println(s == shapeN_(unitN_(K3)), list[1] == list[2], list[1] == any(unitN_(K2)), ok)\n"}
}

func maps(g *generator) snippet {
	key := g.pick("int", "keyN_", "any")
	k := map[string]string{"int": "K1", "keyN_": "keyN_{K1, \"k\"}", "any": "any(keyN_{K1, \"k\"})"}[key]
	return snippet{"type keyN_ struct { a int; b string }\n",
		"m := map[" + key + "][]int{}\nm[" + k + "] = append(m[" + k + "], 1, 2)\nm[" + k + "][0] += K2\nv, ok := m[" + k + "]\nfmt.Println(v, ok, len(m))\nfmt.Printf(\"%v\\n\", m)\ndelete(m, " + k + ")\n_, ok = m[" + k + "]\nfmt.Println(ok, m)\n"}
}

func slicing(g *generator) snippet {
	return snippet{"", "s := make([]int, 0, K3)\nfor i := range K1 + 2 {\ns = append(s, E1)\n}\na := s[1:2]\n" + g.maybe("a = append(a, 77)\n") + "b := append([]int(nil), s...)\nb[0]++\ncopy(s, s[1:])\narr := [3]int{K1, K2, K3}\narr2 := arr\narr2[1] = 9\np := &arr\np[0]++\nfmt.Println(s, a, b, len(a), arr, arr2, arr == arr2)\nclear(b)\nfmt.Println(b, s[len(s)-1:])\n"}
}

func texts(g *generator) snippet {
	text := g.pick(`"héllo"`, `"a\xffb"`, `"日本"`, `""`)
	return snippet{"", "s := " + text + "\nfor i, r := range s {\nfmt.Print(i, \":\", r, string(r), \" \")\n}\nb := []byte(s)\nfmt.Println(len(s), []rune(s), b, strings.ToUpper(s), s+\"x\" > s)\nfmt.Printf(\"%q %x %s\\n\", s, s, b)\n"}
}

func switches(g *generator) snippet {
	return snippet{"", "for i := range 6 {\nswitch x := E1; {\ncase x%K1 == 0:\nfmt.Print(\"a\")\n" + g.maybe("fallthrough\n") + "case x > 5:\nfmt.Print(\"b\")\n" + g.maybe("if i == 2 {\nbreak\n}\n") + "default:\nfmt.Print(\"c\")\n}\nswitch i {\ndefault:\nfmt.Print(\"d\")\n" + g.maybe("fallthrough\n") + "case 1, 2:\nfmt.Print(\"e\")\ncase 3:\nfmt.Print(\"f\")\n}\n}\nfmt.Println()\n"}
}

func labels(g *generator) snippet {
	return snippet{"", "n := 0\nouter:\nfor i := 0; i < 4; i++ {\nfor x := range 4 {\nn += E2\nif n > 1000 {\ncontinue outer\n}\nif (i+x)%K1 == 0 {\n" + g.pick("continue outer", "break outer", "continue", "break") + "\n}\nswitch {\ncase n&3 == K2&3:\n" + g.pick("continue outer", "break", "break outer") + "\n}\n}\n}\nfmt.Println(n)\n"}
}

func selects(g *generator) snippet {
	return snippet{"", "c, done := make(chan int, K1), make(chan bool)\ngo func() {\nfor i := range K2 {\nc <- E1\n}\n" + g.pick("close(c)\n", "close(c)\n") + "done <- true\n}()\nsum := 0\nloop:\nfor {\nselect {\ncase v, ok := <-c:\nif !ok {\nbreak loop\n}\nsum += v\n}\n}\n<-done\nselect {\ncase <-done:\nfmt.Println(\"no\")\ndefault:\nfmt.Println(sum)\n}\n"}
}

func generics(g *generator) snippet {
	return snippet{"type numN_ interface{ ~int | ~float64 }\ntype miN_ int\nfunc foldN_[T numN_](xs []T, f func(T, T) T) (r T) {\nfor _, x := range xs {\nr = f(r, x)\n}\nreturn r\n}\ntype stackN_[T any] struct{ items []T }\nfunc (s *stackN_[T]) push(v T) { s.items = append(s.items, v) }\nfunc (s *stackN_[T]) pop() (v T, ok bool) {\nif len(s.items) == 0 {\nreturn v, false\n}\nv = s.items[len(s.items)-1]\ns.items = s.items[:len(s.items)-1]\nreturn v, true\n}\n",
		"fmt.Println(foldN_([]int{K1, K2}, func(a, b int) int { return a + b }), foldN_([]miN_{K1, 3}, func(a, b miN_) miN_ { return a*2 + b }), foldN_([]float64{K1, 0.5}, func(a, b float64) float64 { return a - b }))\nvar s stackN_[" + g.pick("miN_", "string", "any", "[]int") + "]\nv, ok := s.pop()\nfmt.Printf(\"W_ %v W_\\n\", v, ok, s)\n"}
}

func structs(g *generator) snippet {
	return snippet{"type innerN_ struct { a, B int }\nfunc (i innerN_) sum() int { return i.a + i.B }\nfunc (i *innerN_) inc() { i.a++ }\ntype outN_ struct { innerN_; list [2]innerN_; P *innerN_ }\n",
		"o := outN_{innerN_: innerN_{K1, K2}}\nq := o\nq.inc()\nq.list[1].inc()\no.list = q.list\nq.list[0].B = K3\nm := map[string]innerN_{\"a\": o.innerN_}\nv := m[\"a\"]\nv.a = 99\nfmt.Println(o.sum(), q.sum(), o == q, m, v)\nfmt.Printf(\"W_ W_\\n\", o, q.list)\nfor _, x := range q.list {\nx.inc()\n}\nvar e any = q\nq.a = 1000\nfmt.Println(e.(outN_).a, q.list)\n"}
}

func errorsOfTypes(g *generator) snippet {
	recv := g.pick("", "*")
	amp := ""
	if recv != "" {
		amp = "&"
	}
	return snippet{"type failN_ struct { code int; cause error }\nfunc (f " + recv + "failN_) Error() string { return fmt.Sprint(\"fail\", f.code) }\n" + g.maybe("func (f "+recv+"failN_) Unwrap() error { return f.cause }\n") +
		g.maybe("func (f "+recv+"failN_) Is(target error) bool { return target == baseN_ }\n") + "var baseN_ = errors.New(\"base\")\nfunc tryN_(n int) error {\n" + "switch n {\ncase 0:\nreturn nil\ncase 1:\nreturn " + amp + "failN_{n, baseN_}\ncase 2:\nreturn fmt.Errorf(\"wrapped: %w\", " + amp + "failN_{n, nil})\n}\nvar f *failN_\n_ = f\nreturn " + g.pick("baseN_", "errors.Join(baseN_, "+amp+"failN_{7, nil})") + "\n}\n",
		"for i := range 4 {\nerr := tryN_(i)\nvar f " + recv + "failN_\nok := errors.As(err, &f)\nfmt.Println(err, err == nil, ok, errors.Is(err, baseN_))\nif ok {\nfmt.Println(f.code)\n}\n}\n"}
}

func formats(g *generator) snippet {
	return snippet{"type colorN_ int\n" + g.maybe("func (c colorN_) String() string { return [...]string{\"red\", \"blue\", \"green\"}[c%3] }\n") + "type boxN_ struct { C colorN_; hidden colorN_; s []colorN_; M map[colorN_]string; e error }\n",
		"c := colorN_(K1)\nb := boxN_{C: c, hidden: c, s: []colorN_{0, c}, M: map[colorN_]string{2: \"x\", 1: \"y\"}}\nfmt.Printf(\"V_ W_ W_\\n\", c, b, &b)\nfmt.Printf(\"V_ W_\\n\", []colorN_{1, 2}, []any{c, b.M, nil, K2})\nfmt.Println(c, b, []boxN_{b}[0].M, [2]colorN_{1})\nfmt.Println(fmt.Sprint(c) + fmt.Sprintf(\"%5d|%-5v|%t\", c, c, c > 1))\n"}
}

func iterates(g *generator) snippet {
	return snippet{"func seqN_(n int) func(yield func(int, string) bool) {\nreturn func(yield func(int, string) bool) {\nfor i := range n {\nif !yield(E1, strings.Repeat(\"z\", i)) {\nfmt.Print(\"stopped \")\nreturn\n}\n}\n}\n}\n",
		"func() {\ndefer fmt.Println(\"done\")\nfor i, s := range seqN_(K1 + 2) {\nif i%K2 == 1 {\n" + g.pick("break", "continue", "return") + "\n}\nfmt.Print(i, s, \" \")\n}\nfmt.Print(\"after \")\n}()\n"}
}

func assigns(g *generator) snippet {
	return snippet{"var logN_ []string\nfunc atN_(s string, i int) int {\nlogN_ = append(logN_, s)\nreturn i\n}\n",
		"a := []int{K1, K2, K3, 4, 5, 6}\ni := 0\ni, a[i] = 2, 9\na[atN_(\"l\", 1)], a[atN_(\"m\", 2)] = a[atN_(\"r\", 2)], a[1]\na[0], a[1], a[2] = a[2], a[0], a[1]\nx := K1\nx, y := x+1, x\na[atN_(\"o\", 3)] += atN_(\"p\", x)\nm := map[string]int{}\nm[\"a\"], m[\"b\"] = len(m), m[\"a\"]+1\nfmt.Println(a, i, x, y, m, logN_)\n"}
}

func constants(g *generator) snippet {
	return snippet{"const (\nc0N_ = iota * K1\nc1N_\nc2N_\n_\nc4N_ uint8 = 1 << iota\n)\ntype bitsN_ uint8\nconst (\nb0N_ bitsN_ = 1 << iota\nb1N_\nb2N_\n)\n",
		"const big = 1 << 40\nvar f float64 = c1N_ / 2\nvar u uint32 = 1<<32 - 1\nu += K2\nvar h int8 = 127\nh++\nx := b0N_ | b2N_\nx &^= b0N_\nfmt.Println(c0N_, c1N_, c2N_, c4N_, f, big>>38, u, h, x, ^x, -7/2, -7%3, uint8(zero+200)+100*uint8(zero+K1), 'a'+1, 7.0/2)\nfmt.Printf(\"%T %T V_\\n\", c4N_, x, x)\n"}
}

// circles makes two struct types of which fields lead back to them.
func circles(g *generator) snippet {
	kinds := []struct{ typ, value, read string }{
		{"*S_", "vS_", "F_.n"},
		{"[]*S_", "[]*S_{nil, vS_}", "F_[len(F_)-1].n"},
		{"[]S_", "[]S_{{n: K1}, *vS_}", "len(F_)"},
		{"map[string]S_", "map[string]S_{\"k\": *vS_}", "F_[\"k\"].n"},
		{"map[*S_]int", "map[*S_]int{vS_: K2}", "F_[vS_]"},
		{"func(*S_) int", "func(x *S_) int { x.n++; return x.n }", "F_(vS_)"},
		{"[]func(*S_) *O_", "[]func(*S_) *O_{func(x *S_) *O_ { x.n += K3; return vO_ }}", "F_[0](vS_).n"},
		{"map[int]func() *S_", "map[int]func() *S_{1: func() *S_ { return vS_ }}", "F_[1]().n"},
		{"chan *S_", "func() chan *S_ { c := make(chan *S_, 9); c <- vS_; c <- vS_; return c }()", "(<-F_).n"},
		{"[]struct{ to *S_; w int }", "[]struct{ to *S_; w int }{{vS_, K1}}", "F_[0].to.n"},
		{"listN_", "listN_{vaN_, vaN_}", "F_[1].n"},
	}
	var decls, body strings.Builder
	body.WriteString("vaN_, vbN_ := &aN_{n: K1}, &bN_{n: K2}\n")
	for _, s := range [][2]string{{"aN_", "bN_"}, {"bN_", "aN_"}} {
		fmt.Fprintf(&decls, "type %s struct {\nn int\n", s[0])
		for i := range 1 + g.rand.IntN(3) {
			k := kinds[g.rand.IntN(len(kinds))]
			from, to := g.pick("aN_", "bN_"), "aN_"
			if from == to {
				to = "bN_"
			}
			field := fmt.Sprintf("f%d", i)
			fill := strings.NewReplacer("S_", from, "O_", to, "F_", "v"+s[0]+"."+field)
			fmt.Fprintf(&decls, "%s %s\n", field, fill.Replace(k.typ))
			fmt.Fprintf(&body, "v%s.%s = %s\n%sfmt.Println(%s, v%s.n)\n", s[0], field, fill.Replace(k.value),
				g.maybe(fill.Replace("{\nx := F_\nF_ = nil\nF_ = x\n}\n")), fill.Replace(k.read), s[0])
		}
		decls.WriteString("}\n")
	}
	decls.WriteString("type listN_ []*aN_\n")
	return snippet{decls.String(), body.String() + "var e any = *vaN_\nfmt.Println(e.(aN_).n)\n"}
}
