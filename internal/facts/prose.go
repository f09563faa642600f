package facts

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// quantity is a number in prose with its unit.
type quantity struct {
	n      *big.Rat
	places int    // digits after the point; -1 without one
	exp    int    // of 1.5e3, 3: what the point is moved by
	gap    string // between number and unit
	unit   string // "" is none
}

// numeral matches a number and what follows it.
var numeral = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(-|\+)?(?:` +
		`(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+)` +
		`|((?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+|\d[\d_]*)(?:\.(\d+))?)(?:[eE]([-+]?\d{1,3}))?` +
		`)(?: ?(<<|\^|/) ?(\d{1,5}))?([ -]?)(.*)$`)
})

// parseQuantity reads a number and its unit.
func parseQuantity(text string) (quantity, bool) {
	if first, rest, _ := strings.Cut(strings.ReplaceAll(text, "-", " "), " "); first != "" {
		if n, ok := numberWord(strings.ToLower(first)); ok {
			return quantity{n: big.NewRat(n, 1), places: -1, gap: " ", unit: rest}, true
		}
	}
	m := numeral().FindStringSubmatch(text)
	if m == nil {
		return quantity{}, false
	}
	sign, based, decimal, frac, exp, op, operand := m[1], m[2], m[3], m[4], m[5], m[6], m[7]
	q := quantity{places: -1, gap: m[8], unit: m[9]}
	if based != "" {
		i, ok := new(big.Int).SetString(based, 0)
		if !ok {
			return quantity{}, false
		}
		q.n = new(big.Rat).SetInt(i)
	} else if !q.setDecimal(decimal, frac, exp) {
		return quantity{}, false
	}
	if op != "" && !q.apply(op, operand) {
		return quantity{}, false
	}
	if sign == "-" {
		q.n.Neg(q.n)
	}
	return q, true
}

// setDecimal sets n to a decimal number with separators.
func (q *quantity) setDecimal(decimal, frac, exp string) bool {
	digits := strings.NewReplacer(",", "", " ", "", "_", "").Replace(decimal)
	if len(digits) > 1 && digits[0] == '0' && digits[1] != '.' { // octal, or a code
		return false
	}
	if frac != "" {
		q.places = len(frac)
	}
	if exp != "" {
		digits += "e" + exp
		q.exp, _ = strconv.Atoi(exp) // at most three digits
	}
	var ok bool
	q.n, ok = new(big.Rat).SetString(digits)
	return ok
}

// apply makes n a power, a shifted number or a fraction.
func (q *quantity) apply(op, operand string) bool {
	k, err := strconv.Atoi(operand)
	if err != nil || q.places >= 0 || !q.n.IsInt() {
		return false
	}
	switch {
	case op == "<<" && k < 1024:
		q.n.SetInt(new(big.Int).Lsh(q.n.Num(), uint(k)))
	case op == "^" && k < 1024 && q.n.Num().BitLen() < 64:
		q.n.SetInt(new(big.Int).Exp(q.n.Num(), big.NewInt(int64(k)), nil))
	case op == "/" && k > 0:
		q.n.Quo(q.n, big.NewRat(int64(k), 1))
	default:
		return false
	}
	return true
}

// says says whether the quantity is v, under any reading of its unit.
func (q quantity) says(v Value) bool {
	n, ok := v.number()
	if !ok {
		return false
	}
	point, _ := new(big.Rat).SetString(fmt.Sprintf("1e%d", q.exp))
	mantissa := new(big.Rat).Quo(q.n, point)
	for _, factor := range q.factors(v) {
		in := new(big.Rat).Quo(n, factor)
		if in.Cmp(q.n) == 0 {
			return true
		}
		places := q.places
		if places < 0 && percent(q.unit) && v.Kind == "float" {
			places = 0
		}
		if places < 0 || q.n.Sign() == 0 {
			continue
		}
		shown, _ := new(big.Rat).SetString(in.Quo(in, point).FloatString(places)) // half away from zero
		if shown.Cmp(mantissa) == 0 {
			return true
		}
	}
	return false
}

func percent(unit string) bool { return unit == "%" || unit == "percent" }

// factors returns what one of the unit can be, in the unit of v: none if the
// unit is unknown.
func (q quantity) factors(v Value) []*big.Rat {
	if percent(q.unit) {
		part := big.NewRat(1, 100)
		n, _ := v.number()
		switch {
		case v.Kind == "int":
			return []*big.Rat{big.NewRat(1, 1)}
		case n != nil && n.IsInt() && n.Sign() != 0 && n.Cmp(big.NewRat(1, 1)) != 0:
			return []*big.Rat{part, big.NewRat(1, 1)}
		}
		return []*big.Rat{part}
	}
	if f := unitFactor(q.unit); f != 0 {
		return []*big.Rat{big.NewRat(f, 1)}
	}
	return nil
}

// unitFactor returns how many of what is counted, bytes or nanoseconds a unit
// is, or 0 if it is none.
func unitFactor(unit string) int64 {
	switch unit {
	case "thousand", "kB":
		return 1000
	case "million":
		return 1e6
	case "billion":
		return 1e9
	case "K", "KB", "KiB", "kilobytes", "kilobyte", "kibibytes", "kibibyte":
		return 1 << 10
	case "M", "MB", "MiB", "megabytes", "megabyte", "mebibytes", "mebibyte":
		return 1 << 20
	case "G", "GB", "GiB", "gigabytes", "gigabyte", "gibibytes", "gibibyte":
		return 1 << 30
	case "T", "TB", "TiB", "terabytes", "terabyte", "tebibytes", "tebibyte":
		return 1 << 40
	case "ns", "nanosecond", "nanoseconds":
		return 1
	case "µs", "μs", "us", "microsecond", "microseconds":
		return 1e3
	case "ms", "millisecond", "milliseconds":
		return 1e6
	case "s", "second", "seconds":
		return 1e9
	case "min", "minute", "minutes":
		return 60e9
	case "h", "hour", "hours":
		return 3600e9
	}
	if counted(unit) {
		return 1
	}
	return 0
}

// counted says whether a word, in the singular or plural, is one for what is
// counted, or there is none.
func counted(unit string) bool {
	for _, end := range [...][2]string{{"", ""}, {"s", ""}, {"es", ""}, {"ies", "y"}} {
		word, ok := strings.CutSuffix(unit, end[0])
		if !ok {
			continue
		}
		switch word + end[1] {
		case "B", "byte", "bit", "word", "page", "slot", "span", "object", "arena", "chunk", "block", "list",
			"class", "size class", "span class", "entry", "element", "item",
			"goroutine", "thread", "processor", "CPU", "core", "G", "M", "P", "worker",
			"time", "try", "round", "pass", "step", "tick", "cycle", "phase", "state", "level", "line",
			"pointer", "field", "value", "argument", "bucket", "group", "buffer", "queue", "cell", "digit":
			return true
		}
	}
	return unit == ""
}

// numberWord returns the number that a word stands for.
func numberWord(word string) (int64, bool) {
	for n, w := range [...]string{
		"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
		"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
	} {
		if w == word {
			return int64(n), true
		}
	}
	return 0, false
}
