package facts

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Value is a constant, exactly. The zero Value is none.
type Value struct {
	// Kind is "int", "float", "string" or "bool", which is of the type, not of
	// the number: 1e9 without a type is a float.
	Kind string

	// Text is an int in decimal, a float as an integer or a fraction ("45/64"),
	// a string as it is, or "true" or "false".
	Text string
}

// Is says whether text, as it stands in prose, says the value.
//
// A number is written in decimal, with commas, blanks or _ between groups of
// three digits or without; with a fraction; in hex, octal or binary; as 1e9,
// 2^20, 512<<20 or 1/4; or as a word up to twenty. It must be the value, with
// these exceptions, which are where prose rounds: a number with a fraction, and
// a percentage of a float, are compared to the digits shown (0.703125 is 0.703,
// 0.70 and 70%; but 8000 is not 8 KB, and 0.7 is not 1). After it may stand
//
//   - a unit of memory: bytes (B); KiB, MiB, GiB, TiB, and KB, MB, GB, TB and K,
//     M, G, T, which in prose about memory are the same; kB is 1000 bytes;
//   - a unit of time: ns, µs, ms, s, minutes, hours, of a value in nanoseconds;
//   - thousand, million or billion;
//   - % or percent: 25% is 0.25; of an integer, and of a float that is one other
//     than 0 and 1, it is the number itself;
//   - a word for what is counted, such as pages, slots, words, bits or CPUs,
//     which changes nothing.
//
// A truth value is true, false, on or off, in any case; a string is itself, in
// quotes or without.
func (v Value) Is(text string) bool {
	text = plainBlanks(text)
	switch v.Kind {
	case "string":
		if s, err := strconv.Unquote(text); err == nil && s == v.Text {
			return true
		}
		return text == strings.TrimSpace(v.Text)
	case "bool":
		switch strings.ToLower(text) {
		case "true", "on":
			return v.Text == "true"
		case "false", "off":
			return v.Text == "false"
		}
		return false
	case "int", "float":
		q, ok := parseQuantity(text)
		return ok && q.says(v)
	}
	return false
}

// number returns the value as a rational number.
func (v Value) number() (*big.Rat, bool) {
	if v.Kind != "int" && v.Kind != "float" {
		return nil, false
	}
	return new(big.Rat).SetString(v.Text)
}

// String returns the value as prose says it: 67,108,864, or 0.703125, or
// 0.333333 of a third.
func (v Value) String() string {
	n, ok := v.number()
	switch {
	case v.Kind == "string":
		return strconv.Quote(v.Text)
	case !ok:
		return v.Text
	case n.IsInt():
		return grouped(n.Num().String())
	}
	digits, exact := n.FloatPrec()
	if !exact || digits > 12 {
		f, _ := n.Float64()
		return strconv.FormatFloat(f, 'g', 6, 64)
	}
	whole, frac, _ := strings.Cut(n.FloatString(digits), ".")
	return grouped(whole) + "." + frac
}

// grouped puts commas between groups of three digits, from 10,000 on.
func grouped(digits string) string {
	sign := ""
	if s, ok := strings.CutPrefix(digits, "-"); ok {
		sign, digits = "-", s
	}
	if len(digits) < 5 {
		return sign + digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// Like returns the value as text would say it: in its unit, if the value has
// at most two decimal places there.
func (v Value) Like(text string) string {
	switch word := strings.ToLower(text); {
	case v.Text == "true" && word == "off":
		return "on"
	case v.Text == "false" && word == "on":
		return "off"
	}
	n, ok := v.number()
	q, isQuantity := parseQuantity(plainBlanks(text))
	if !ok || !isQuantity || q.unit == "" {
		return v.String()
	}
	for _, factor := range q.factors(v) {
		in := new(big.Rat).Quo(n, factor)
		if digits, exact := in.FloatPrec(); exact && digits <= 2 {
			return fmt.Sprintf("%s%s%s", Value{"float", in.RatString()}, q.gap, q.unit)
		}
	}
	return v.String()
}

// plainBlanks returns text with plain single blanks, and a plain minus.
func plainBlanks(text string) string {
	text = strings.ReplaceAll(text, "−", "-")
	return strings.Join(strings.Fields(text), " ") // no-break and thin blanks too
}
