package worker

import (
	"errors"
	"regexp"

	"rtbook/runner/interp/worker/box"
	"rtbook/runner/show"
)

// recording is [show.Recording] for interpreted functions: what they panic with
// is the interpreter's, and goes on as it came, but the page says what a
// compiled program would.
func recording(run func(), result func() show.Stepper) {
	var raw any
	defer func() {
		if raw != nil {
			recover()
			panic(raw)
		}
	}()
	show.Recording(func() {
		returned := false
		defer func() {
			if returned {
				return
			}
			if raw = recover(); raw != nil {
				panic(said(box.Panicked(box.Recovered(raw))))
			}
		}()
		run()
		returned = true
	}, result)
}

// addressed is what is said of a panic with a value of a type of the cells' that
// is printed by its address.
var addressed = regexp.MustCompile(`^\((.*)\) 0x[0-9a-f]+$`)

// said returns a value with the text that package show makes of p, which may be
// in a box.
func said(p any) any {
	if err, ok := p.(error); ok {
		if m := addressed.FindStringSubmatch(err.Error()); m != nil {
			return errors.New("a panic with a " + m[1])
		}
	}
	return p
}
