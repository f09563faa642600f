package box_test

import (
	"errors"
	"fmt"
	"testing"

	"rtbook/runner/interp/worker/box"
)

// table has main.A, of kind int with a method String; main.E, an error of kind
// struct; and interface{ String() string }.
const table = `[{"Name":"main.A","Kind":2,"Methods":[{"Name":"String","Type":"func() string"}]},
{"Name":"main.E","Kind":25,"Fields":[{"Name":"code","Type":1}],"Methods":[{"Name":"Error","Type":"func() string"},{"Name":"Is","Type":"func(error) bool"}]},
{"Name":"main.I","Kind":20,"Methods":[{"Name":"String","Type":"func() string"}]},
{"Name":"main.B","Kind":2}]`

type e struct{ Code int }

func types() *box.Types {
	t := box.Setup(table)
	t.Method(1, "String", func(x any) string { return fmt.Sprintf("A%d", x) })
	t.Method(2, "Error", func(x any) string { return fmt.Sprintf("E%d", x.(e).Code) })
	t.Method(2, "Is", func(x any, target error) bool { return target.Error() == "same" })
	return t
}

func TestIdentity(t *testing.T) {
	ts := types()
	a := ts.New(1, 5)
	if !ts.Is(a, 1) || ts.Is(a, 4) || !ts.Is(a, 3) || ts.Is(5, 1) || ts.Is(nil, 3) {
		t.Error("a box has another type than its own")
	}
	if !box.Equal(a, ts.New(1, 5)) || box.Equal(a, ts.New(4, 5)) || box.Equal(a, 5) {
		t.Error("boxes are compared by something else than type and value")
	}
	if m := map[any]int{a: 1}; m[ts.New(1, 5)] != 1 || m[ts.New(4, 5)] != 0 {
		t.Error("a box is not the key that its value is")
	}
	var n int
	if box.Get(a, &n); n != 5 {
		t.Errorf("got %d from a box of 5", n)
	}
}

// TestFormat has what package fmt prints for type A int with a method String,
// and for type E struct{ code A } with a method Error.
func TestFormat(t *testing.T) {
	ts := types()
	for _, c := range []struct {
		got, want string
	}{
		{fmt.Sprint(ts.New(1, 5)), "A5"},
		{fmt.Sprintf("%d|%4d|%s|%q|%#v|%x", ts.New(1, 5), ts.New(1, 5), ts.New(1, 5), ts.New(1, 5), ts.New(1, 5), ts.New(1, 5)), `5|   5|A5|"A5"|5|4135`},
		{fmt.Sprint([]any{ts.New(1, 5), 1}), "[A5 1]"},
		{fmt.Sprintf("%v %+v", ts.New(2, e{3}), ts.New(2, e{3})), "E3 E3"},
		{fmt.Sprintf("%#v %d", ts.New(2, e{3}), ts.New(2, e{3})), "main.E{code:3} {3}"},
		{box.Sprintf("%T %v %T", ts.New(1, 5), 1, 2), "main.A 1 int"},
		{fmt.Sprintf("%t", ts.New(4, 5)), "%!t(main.B=5)"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

// TestFormatPanics has what package fmt prints for methods that panic, of a value
// and of a nil pointer.
func TestFormatPanics(t *testing.T) {
	ts := box.Setup(`[{"Name":"main.P","Kind":22},{"Name":"main.W","Kind":25,"Fields":[{"Name":"P","Type":1,"Exported":true},{"Name":"N","Type":0,"Exported":true}]}]`)
	type w struct {
		P *int
		N int
	}
	ts.Method(1, "String", func(x any) string { panic(fmt.Sprint(*x.(*int))) })
	for _, c := range []struct{ got, want string }{
		{fmt.Sprint(ts.New(2, w{nil, 1})), "{<nil> 1}"},
		{fmt.Sprintf("%+v", ts.New(2, w{nil, 1})), "{P:<nil> N:1}"},
		{fmt.Sprint(ts.New(2, w{new(int), 1})), "{%!v(PANIC=String method: 0) 1}"},
		{fmt.Sprintf("%s", ts.New(1, (*int)(nil))), "<nil>"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	ts := types()
	err := fmt.Errorf("wrapped: %w", ts.NewError(2, e{7}))
	var found e
	if !ts.As(err, &found, 2) || found.Code != 7 {
		t.Errorf("As found %v", found)
	}
	if !errors.Is(err, errors.New("same")) || errors.Is(err, errors.New("other")) {
		t.Error("errors.Is does not ask the method Is")
	}
}

func TestAssert(t *testing.T) {
	ts := types()
	for _, c := range []struct {
		x    any
		n    int
		want string
	}{
		{ts.New(4, 5), 1, "interface conversion: interface {} is main.B, not main.A"},
		{ts.New(4, 5), 3, "interface conversion: main.B is not main.I: missing method String"},
		{nil, 1, "interface conversion: interface {} is nil, not main.A"},
		{nil, 3, "interface conversion: interface is nil, not main.I"},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}()
			ts.Assert(c.x, c.n, "interface {}")
		}()
	}
}
