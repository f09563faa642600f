package show

import (
	"fmt"
	"reflect"
	"strings"
)

// Recording runs something and shows what was recorded of it: run does what
// there is to see, and result says what that was. If run panics, the stepper is
// shown up to there, Stopped says what the panic was, and the panic goes on with
// the same value. If run ends its goroutine, it is shown, too.
func Recording(run func(), result func() Stepper) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		s := result()
		if v == nil { // runtime.Goexit
			s.Stopped = "the goroutine ended"
			s.Show()
			return
		}
		s.Stopped = panicText(v)
		s.Show()
		panic(v)
	}()
	run()
	returned = true
	result().Show()
}

// panicText is what a panic says, as the runtime prints it, but without what may
// differ from run to run.
func panicText(v any) string {
	s := ""
	switch v.(type) {
	case error, fmt.Stringer, string:
		s = fmt.Sprint(v)
	default:
		switch kind := reflect.TypeOf(v).Kind(); {
		case kind == reflect.String:
			s = fmt.Sprintf("%T(%q)", v, v)
		case kind >= reflect.Bool && kind <= reflect.Complex128:
			s = fmt.Sprintf("%T(%v)", v, v)
		default:
			s = fmt.Sprintf("a panic with a %T", v) // its text may have addresses in it
		}
	}
	if len(s) > MaxText {
		s = strings.ToValidUTF8(s[:MaxText-len("…")], "") + "…"
	}
	return s
}
