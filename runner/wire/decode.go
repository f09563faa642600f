package wire

import (
	"bytes"
	"strconv"
)

// maxDigits bounds the number in a marker.
const maxDigits = 9

// Decoder takes the markers out of a program's output. The pieces in which the
// output is written to it do not matter.
type Decoder struct {
	prefix []byte
	mark   func(cell int)
	text   func(text []byte)
	held   []byte // may be the beginning of a marker
}

// NewDecoder returns a decoder that calls mark for each marker with the given
// nonce and text for what the program printed, in order. The text is not
// empty and is valid only during the call.
func NewDecoder(nonce string, mark func(cell int), text func(text []byte)) *Decoder {
	return &Decoder{prefix: []byte(markerPrefix(nonce)), mark: mark, text: text}
}

// Write decodes p. It never fails. Bytes that may be the beginning of a marker
// are held back until it is known whether they are.
func (d *Decoder) Write(p []byte) (int, error) {
	buf := p
	if len(d.held) > 0 {
		buf = append(d.held, p...)
		d.held = nil
	}
	for len(buf) > 0 {
		i := bytes.Index(buf, d.prefix)
		if i < 0 {
			i = len(buf) - d.overlap(buf)
			d.emit(buf[:i])
			d.hold(buf[i:])
			break
		}
		d.emit(buf[:i])
		buf = buf[i:]
		cell, size, more := number(buf[len(d.prefix):])
		switch {
		case more:
			d.hold(buf)
			return len(p), nil
		case size == 0: // only looks like a marker
			d.emit(buf[:1])
			buf = buf[1:]
		default:
			d.mark(cell)
			buf = buf[len(d.prefix)+size:]
		}
	}
	return len(p), nil
}

// Flush ends the stream: what was held back is text.
func (d *Decoder) Flush() {
	d.emit(d.held)
	d.held = nil
}

func (d *Decoder) emit(text []byte) {
	if len(text) > 0 {
		d.text(text)
	}
}

// hold keeps a copy: the caller of Write keeps its slice.
func (d *Decoder) hold(b []byte) { d.held = append([]byte(nil), b...) }

// overlap returns the length of the longest end of buf that begins a marker's
// prefix.
func (d *Decoder) overlap(buf []byte) int {
	for n := min(len(buf), len(d.prefix)-1); n > 0; n-- {
		if bytes.HasPrefix(d.prefix, buf[len(buf)-n:]) {
			return n
		}
	}
	return 0
}

// number reads a marker's number and end from b. It returns the bytes read, 0
// if b does not begin with them, or more if b ends too early to tell.
func number(b []byte) (n, size int, more bool) {
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9' && i < maxDigits:
		case c == markerEnd && i > 0:
			n, _ = strconv.Atoi(string(b[:i])) // at most maxDigits digits
			return n, i + 1, false
		default:
			return 0, 0, false
		}
	}
	return 0, 0, true
}
