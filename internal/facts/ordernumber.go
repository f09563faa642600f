package facts

import (
	"fmt"
	"go/constant"
	"go/scanner"
	"go/token"
	"go/types"
	"math/big"
	"regexp"
	"strings"
	"sync"
)

// The numbers in the text of an order's link stand in one of its steps, as in
// [up to 10 ms](<go:runtime sysmon: delay = 10 * 1000>). A step does not say
// its unit, so that any will do in which the number with its unit can be
// counted: 20 µs is 20 or 20 * 1000, and 64 KiB is 65536 or 64.

// orderNumber matches a number or a word of an order's text, with the word after
// it, or a release. Numbers in words count before a unit only: one is a pronoun,
// too. It is compiled when it is needed: letters of all scripts take a while,
// which each start of the command would spend.
var orderNumber = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([Gg]o ?\d+(?:\.\d+)+` +
		`|(0[xX][0-9a-fA-F_]+|\d+(?:[,_]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[\pL_][\pL\pN_]*)` +
		`(?:[ -]?(%|\pL+))?)`)
})

// compareOrder holds the numbers in an order's text to those in its steps.
func compareOrder(ref Ref, ans *Answer) {
	var steps []*big.Rat
	for _, step := range ref.Steps {
		steps = append(steps, numbersOf(step)...)
	}
	text := plainBlanks(ref.Want)
	for at := 0; ; {
		m := orderNumber().FindStringSubmatchIndex(text[at:])
		if m == nil {
			return
		}
		if m[4] < 0 { // a release
			at += m[1]
			continue
		}
		said, unit := text[at+m[2]:at+m[3]], ""
		if m[6] >= 0 {
			unit = text[at+m[6] : at+m[7]]
		}
		q, ok := parseQuantity(text[at+m[4]:at+m[5]] + " " + unit)
		at += m[5] // the word after it may be a number, too
		if !ok || !startsWithDigit(said) && unitFactor(unit) <= 1 && !percent(unit) {
			continue
		}
		if unitFactor(unit) == 0 && !percent(unit) {
			said, q.unit = strings.TrimRight(strings.TrimSuffix(said, unit), " -"), ""
		}
		if !q.inSteps(steps) {
			ans.Problem = &Problem{
				Rule: "order-value", Offset: -1,
				Message: fmt.Sprintf("the text says %s, which is in no step of the order", said),
				Hint:    "a number in the text of an order stands in one of its steps, as in go:runtime schedinit: sched.maxmcount = 10000",
			}
			for _, step := range ans.Steps {
				place := ans.Place
				place.Line = step.Line
				ans.Problem.Notes = append(ans.Problem.Notes, Note{place, step.Text + ": " + step.Code})
			}
			return
		}
	}
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// inSteps says whether one of the numbers is the quantity, counted in some unit.
func (q quantity) inSteps(numbers []*big.Rat) bool {
	in := []int64{1}
	switch f := unitFactor(q.unit); {
	case percent(q.unit):
		in = []int64{1, 100}
	case timeUnit(q.unit):
		in = []int64{1, 1e3, 1e6, 1e9, 60e9, 3600e9}
	case f > 1:
		in = []int64{1, 1000, 1 << 10, 1 << 20, 1 << 30, 1 << 40}
	}
	whole := new(big.Rat).Set(q.n)
	if f := unitFactor(q.unit); f > 1 {
		whole.Mul(whole, big.NewRat(f, 1))
	}
	for _, number := range numbers {
		for _, factor := range in {
			if number.Cmp(new(big.Rat).Quo(whole, big.NewRat(factor, 1))) == 0 {
				return true
			}
		}
	}
	return false
}

// timeUnit says whether a unit is one of time.
func timeUnit(unit string) bool {
	switch unitFactor(unit) {
	case 1:
		return strings.HasPrefix(unit, "n") && !counted(unit)
	case 1e3:
		return unit != "kB" && unit != "thousand"
	case 1e6, 1e9:
		return !strings.HasSuffix(unit, "illion")
	}
	return unitFactor(unit) >= 60e9 && unitFactor(unit)%60e9 == 0
}

// numbersOf returns the numbers in a step: literals, those that are multiplied,
// divided or shifted together, 10 * 1000, as the one number that they make.
func numbersOf(step string) []*big.Rat {
	var all []*big.Rat
	run := "" // literals so far, with what is between them
	end := func() {
		if n, ok := evaluate(run); ok {
			all = append(all, n)
		}
		run = ""
	}
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", -1, len(step)), []byte(step), func(token.Position, string) {}, 0)
	for between := ""; ; {
		_, tok, lit := s.Scan()
		switch tok {
		case token.INT, token.FLOAT:
			if run == "" || between == "" {
				end()
				run = lit
			} else {
				run += between + lit
			}
			between = ""
		case token.MUL, token.QUO, token.SHL:
			between = tok.String()
		default:
			between = ""
			end()
		}
		if tok == token.EOF {
			return all
		}
	}
}

// evaluate returns the value of a constant expression.
func evaluate(expr string) (*big.Rat, bool) {
	if expr == "" {
		return nil, false
	}
	tv, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expr)
	if err != nil || tv.Value == nil || tv.Value.Kind() != constant.Int && tv.Value.Kind() != constant.Float {
		return nil, false
	}
	return new(big.Rat).SetString(tv.Value.ExactString())
}
