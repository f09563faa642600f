package show

import (
	"fmt"
	"math"
)

// Limits of a display. What is larger is too large to be shown: a page is for
// reading.
const (
	MaxData   = 8 << 20 // bytes of its data as JSON
	MaxText   = 2000    // bytes of each text in it
	MaxRows   = 2000    // rows of a table
	MaxShapes = 5000    // shapes of a figure
	MaxSide   = 10000   // the width and height of a figure
	MaxPoints = 20000   // points of a chart, or of the lines of a figure, in all
	MaxSpans  = 20000   // spans and marks of a timeline, in all
	MaxRanges = 5000    // ranges of each choice of a ruler
	MaxSteps  = 20000   // steps of a stepper
	MaxItems  = 20000   // items that a stepper shows at the same time

	// MaxParts is for what the page names one by one: columns, series, lanes,
	// fields, choices, panels and keys, and the rows of a stepper in all.
	MaxParts = 500
)

// far is how far from 0 a coordinate can be drawn: the difference of any two is
// a number.
const far = 1e300

// exact is the largest integer up to which a page counts exactly: its numbers
// are float64.
const exact = 1 << 53

// checker finds what is wrong with a display: the first thing counts.
type checker struct{ err error }

// fail says what is wrong.
func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// begin checks what all displays have.
func (c *checker) begin(title, description string, keys []Key) {
	if title == "" {
		c.fail("it has no title")
	}
	c.text("the title", title)
	c.text("the description", description)
	c.count(len(keys), MaxParts, "keys")
	for i, k := range keys {
		c.tone("key", i, k.Tone)
		c.textOf("key", i, k.Text)
	}
}

func (c *checker) count(n, most int, of string) {
	if n > most {
		c.fail("it has %d %s, and may have %d", n, of, most)
	}
}

func (c *checker) some(n int, of string) {
	if n == 0 {
		c.fail("it has no %s", of)
	}
}

func (c *checker) text(what, s string) {
	if len(s) > MaxText {
		c.fail("%s is %d bytes long, and may be %d", what, len(s), MaxText)
	}
}

// textOf checks texts of the i-th thing of a kind; the first is number 1.
func (c *checker) textOf(kind string, i int, texts ...string) {
	for _, s := range texts {
		if len(s) > MaxText {
			c.fail("a text of %s %d is %d bytes long, and may be %d", kind, i+1, len(s), MaxText)
		}
	}
}

func (c *checker) texts(kind string, texts []string) {
	for i, s := range texts {
		c.textOf(kind, i, s)
	}
}

func (c *checker) tone(kind string, i int, t Tone) {
	if t < Plain || t > Strong {
		c.fail("%s %d has tone %d, which there is not", kind, i+1, int(t))
	}
}

func (c *checker) index(kind string, i int, of string, n, have int) {
	if n < 0 || n >= have {
		c.fail("%s %d refers to %s %d of %d, counted from 0", kind, i+1, of, n, have)
	}
}

func (c *checker) finite(kind string, i int, values ...float64) {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			c.fail("%s %d has a coordinate that is not a number: %v", kind, i+1, v)
		}
		if math.Abs(v) > far {
			c.fail("%s %d has the coordinate %v: at most %v can be drawn", kind, i+1, v, far)
		}
	}
}

func (c *checker) integer(kind string, i int, values ...int64) {
	for _, v := range values {
		if v < -exact || v > exact {
			c.fail("%s %d has the number %d: a page counts exactly only up to 2^53", kind, i+1, v)
		}
	}
}

// errLarge is the fault of a display whose data is too large, though it has no
// more of anything than it may.
func errLarge(n int) error {
	return fmt.Errorf("its data is %d bytes, and may be %d", n, MaxData)
}
