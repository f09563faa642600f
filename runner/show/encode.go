package show

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// A display's data is JSON without blanks, of the same bytes that encoding/json
// makes of the structure, but that a list without elements is always [] where
// it is not left out. It can stand in a script as it is: <, >, &, U+2028 and
// U+2029 are escaped. It is written by hand, since a recording must not take
// longer to be sent than to be made, and programs that show something need not
// have encoding/json in them.

// object appends the members of a JSON object, one call each.
type object struct {
	b     []byte
	begun bool
}

func open(b []byte) object { return object{b: append(b, '{')} }

func (o *object) close() []byte { return append(o.b, '}') }

// name begins a member.
func (o *object) name(name string) {
	b := o.b
	if o.begun {
		b = append(b, ',')
	}
	b = append(append(append(b, '"'), name...), '"', ':')
	o.b, o.begun = b, true
}

func (o *object) text(name, s string) {
	o.name(name)
	o.b = appendString(o.b, s)
}

func (o *object) integer(name string, n int64) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, n, 10)
}

func (o *object) float(name string, f float64) {
	o.name(name)
	o.b = appendFloat(o.b, f)
}

// The members of these are left out if they are zero.

func (o *object) textOpt(name, s string) {
	if s != "" {
		o.text(name, s)
	}
}

func (o *object) integerOpt(name string, n int64) {
	if n != 0 {
		o.integer(name, n)
	}
}

func (o *object) floatOpt(name string, f float64) {
	if f != 0 {
		o.float(name, f)
	}
}

func (o *object) trueOpt(name string, is bool) {
	if is {
		o.name(name)
		o.b = append(o.b, "true"...)
	}
}

func (o *object) keysOpt(keys []Key) {
	listOpt(o, "keys", keys, func(b []byte, k Key) []byte {
		m := open(b)
		m.integer("tone", int64(k.Tone))
		m.text("text", k.Text)
		return m.close()
	})
}

func list[T any](o *object, name string, all []T, appendOne func([]byte, T) []byte) {
	o.name(name)
	o.b = appendList(o.b, all, appendOne)
}

func listOpt[T any](o *object, name string, all []T, appendOne func([]byte, T) []byte) {
	if len(all) > 0 {
		list(o, name, all, appendOne)
	}
}

func appendList[T any](b []byte, all []T, appendOne func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendOne(b, all[i])
	}
	return append(b, ']')
}

func appendPoint(b []byte, p Point) []byte {
	o := open(b)
	o.float("x", p.X)
	o.float("y", p.Y)
	return o.close()
}

// appendFloat writes a number as encoding/json does. What JSON has no number
// for becomes 0; such a display is not sent.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, '0')
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	b = strconv.AppendFloat(b, f, format, -1, 64)
	if n := len(b); format == 'e' && n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' {
		b[n-2] = b[n-1] // e-09 to e-9
		b = b[:n-1]
	}
	return b
}

const hexDigits = "0123456789abcdef"

// appendString writes a string as encoding/json does.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
				i++
				continue
			}
			b = appendEscape(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xf])
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
