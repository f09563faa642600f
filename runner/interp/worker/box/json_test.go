package box_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"rtbook/runner/interp/worker/box"
)

// jsonTable describes *T, T, U and []U, of
//
//	type T struct { A int; B U `json:"b"`; C []U }
//	type U struct { D N }
//	type N int
const jsonTable = `[{"Name":"*main.T","Kind":22,"Elem":2},
{"Name":"main.T","Kind":25,"Fields":[{"Name":"A","Type":0,"Exported":true},{"Name":"B","Type":3,"Exported":true},{"Name":"C","Type":4,"Exported":true}]},
{"Name":"main.U","Kind":25,"Fields":[{"Name":"D","Type":5,"Exported":true}]},
{"Name":"[]main.U","Kind":23,"Elem":3},
{"Name":"main.N","Kind":2}]`

// TestUnmarshal has the errors that package json returns for these types.
func TestUnmarshal(t *testing.T) {
	ts := box.Setup(jsonTable)
	for _, c := range []struct{ text, message, structure, typ string }{
		{`{"A":"x"}`, "json: cannot unmarshal string into Go struct field T.A of type int", "T", "int"},
		{`{"b":[]}`, "json: cannot unmarshal array into Go struct field T.b of type main.U", "T", "main.U"},
		{`{"b":{"D":"x"}}`, "json: cannot unmarshal string into Go struct field U.b.D of type main.N", "U", "main.N"},
		{`{"C":[{"D":1.5}]}`, "json: cannot unmarshal number 1.5 into Go struct field U.C.D of type main.N", "U", "main.N"},
		{`{"C":[1]}`, "json: cannot unmarshal number into Go struct field T.C of type main.U", "T", "main.U"},
		{`{"C":1}`, "json: cannot unmarshal number into Go struct field T.C of type []main.U", "T", "[]main.U"},
		{`3`, "json: cannot unmarshal number into Go value of type main.T", "", "main.T"},
	} {
		var target struct {
			A int
			B struct{ D int } `json:"b"`
			C []struct{ D int }
		}
		for _, err := range []error{
			ts.Unmarshal([]byte(c.text), &target, 1),
			ts.Decode(json.NewDecoder(strings.NewReader(c.text)), &target, 1),
		} {
			var e *json.UnmarshalTypeError
			if !errors.As(err, &e) || err.Error() != c.message || e.Struct != c.structure || e.Type.String() != c.typ {
				t.Errorf("%s: %v, of struct %q and type %v\nwant %s", c.text, err, e.Struct, e.Type, c.message)
			}
		}
	}
	if err := ts.Unmarshal([]byte("3"), struct{}{}, 2); err == nil || err.Error() != "json: Unmarshal(non-pointer main.T)" {
		t.Errorf("no pointer: %v", err)
	}
}
