package box

import "reflect"

// Equal is x == y.
func Equal(x, y any) (same bool) {
	x, y = Plain(x), Plain(y)
	a, ok := open(x)
	b, both := open(y)
	if ok && both && a.typ == b.typ && a.typ.Loose {
		panic(uncomparable(a.typ.Name))
	}
	// The runtime takes boxes that cannot be compared for values of one type,
	// whatever is in them, and panics with the name of that: then it is all done
	// once more, by steps.
	defer func() {
		switch {
		case recover() == nil:
		case ok && both:
			same = equalBoxes(reflect.ValueOf(a), reflect.ValueOf(b))
		default:
			same = equal(reflect.ValueOf(&x).Elem(), reflect.ValueOf(&y).Elem())
		}
	}()
	if ok && both {
		return a == b
	}
	return x == y
}

// equal compares values of one type. A box in them is what is in it.
func equal(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Interface:
		return equalElems(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if a.Type().Field(i).Name != "_" && !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Array:
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// equalElems compares the values of two interfaces.
func equalElems(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() {
		return a.IsValid() == b.IsValid()
	}
	x, ok := boxOf(a)
	y, both := boxOf(b)
	switch {
	case ok && both:
		return equalBoxes(x, y)
	case ok || both || a.Type() != b.Type():
		return false
	case !a.Type().Comparable():
		panic(uncomparable(a.Type().String()))
	}
	return equal(a, b)
}

// equalBoxes compares values of type [Box].
func equalBoxes(a, b reflect.Value) bool {
	t := a.FieldByName("typ")
	if t.Pointer() != b.FieldByName("typ").Pointer() {
		return false
	}
	x, y := a.FieldByName("value"), b.FieldByName("value")
	if t = t.Elem(); t.FieldByName("Loose").Bool() || x.Elem().IsValid() && !x.Elem().Type().Comparable() {
		panic(uncomparable(t.FieldByName("Name").String()))
	}
	return equal(x, y)
}

// boxOf returns the [Box] that a value is in some form. The value may be of a
// field that is not exported, so that no method of it can be called.
func boxOf(v reflect.Value) (reflect.Value, bool) {
	box := reflect.TypeFor[Box]()
	if v.Type() == box {
		return v, true
	}
	if v.Kind() != reflect.Struct || v.Type().PkgPath() != box.PkgPath() {
		return reflect.Value{}, false
	}
	f, ok := v.Type().FieldByName("Box")
	if !ok || f.Type != box {
		return reflect.Value{}, false
	}
	return v.FieldByIndex(f.Index), true
}

func uncomparable(name string) error { return RuntimeError("comparing uncomparable type " + name) }
