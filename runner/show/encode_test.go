package show

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// TestEncode holds the data of random displays against what encoding/json makes
// of them.
func TestEncode(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, zero := range []display{Table{}, Figure{}, Chart{}, Timeline{}, Ruler{}, Stepper{}} {
		for i := range 200 {
			v := reflect.New(reflect.TypeOf(zero))
			fill(rng, v.Elem(), i%4)
			d := v.Elem().Interface().(display)
			want, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.appendData(nil); !bytes.Equal(got, want) {
				t.Fatalf("%s:\n%s\nwant\n%s", d.Kind(), got, want)
			}
		}
	}
}

// fill sets v to something; lists have at most size elements, and are never nil.
func fill(rng *rand.Rand, v reflect.Value, size int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(rng, v.Field(i), size)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rng.IntN(size+1), size+1))
		for i := range v.Len() {
			fill(rng, v.Index(i), size)
		}
	case reflect.String:
		all := []string{"", "P0", "a \"b\" \\", "</script>&\u2028\u2029", "é\xff\x00\x1f\x7f", "\b\f\n\r\t", "世界"}
		v.SetString(all[rng.IntN(len(all))])
	case reflect.Int, reflect.Int64:
		all := []int64{0, 0, 1, -7, math.MaxInt64, math.MinInt64}
		v.SetInt(all[rng.IntN(len(all))])
	case reflect.Float64:
		all := []float64{0, 1, -1.5, 1e-7, 1e21, 123456789.125, math.MaxFloat64, math.SmallestNonzeroFloat64, rng.NormFloat64()}
		v.SetFloat(all[rng.IntN(len(all))])
	case reflect.Bool:
		v.SetBool(rng.IntN(2) == 0)
	default:
		panic(fmt.Sprintf("a display has a %v", v.Type()))
	}
}

// TestEncodeNil wants a list where there is one, though it was never made.
func TestEncodeNil(t *testing.T) {
	for want, d := range map[string]display{
		`{"title":"","columns":[],"rows":[]}`:                                                          Table{},
		`{"title":"","description":"","width":0,"height":0,"shapes":[],"lines":[]}`:                    Figure{},
		`{"title":"","description":"","x":"","y":"","series":[]}`:                                      Chart{},
		`{"title":"","description":"","unit":"","lanes":[],"spans":[]}`:                                Timeline{},
		`{"title":"","description":"","number":"","min":0,"max":0,"start":0,"fields":[],"choices":[]}`: Ruler{},
		`{"title":"","description":"","panels":[],"steps":[]}`:                                         Stepper{},
	} {
		if got := string(d.appendData(nil)); got != want {
			t.Errorf("%s: %s, want %s", d.Kind(), got, want)
		}
	}
}

// recording returns a run of a scheduler and a heap, with the reasons and the
// changes that such runs have.
func recording(n int) Stepper {
	rng := rand.New(rand.NewPCG(1, 2))
	s := Stepper{Title: "A run", Description: "what ran", Unit: "ns", Panels: []Panel{
		{"run queues", Queues, []string{"global", "P0", "P1", "P2", "P3"}},
		{"running", Lanes, []string{"P0", "P1", "P2", "P3"}},
		{"slots", Cells, []string{"span 1"}},
	}}
	events := []string{"GoCreate", "GoStart", "GoBlock", "GoUnblock", "Steal", "SpanAlloc"}
	whys := []string{"the run queue is empty", "it waits for a value on results", "P0 has more than it needs", "woken by a send on results"}
	queue := make([]int, 5)
	running := make([]bool, 4)
	time := int64(0)
	for i := range n {
		time += 10 + rng.Int64N(400)
		g := fmt.Sprint("g", 1+rng.IntN(20))
		row := rng.IntN(5)
		st := Step{Time: time, Event: events[rng.IntN(len(events))], What: g + " on P" + fmt.Sprint(row), Why: whys[rng.IntN(len(whys))], Focus: []string{g}}
		change := Change{Row: row, At: queue[row], Items: []Item{{Text: g, Tone: Tone(1 + rng.IntN(6)), ID: g}}}
		if queue[row] > 8 {
			change = Change{Row: row, Drop: 1}
		}
		queue[row] += len(change.Items) - change.Drop
		st.Changes = append(st.Changes, change)
		if p := rng.IntN(4); i%2 == 0 {
			drop := 0
			if running[p] {
				drop = 1
			}
			running[p] = true
			st.Changes = append(st.Changes, Change{Panel: 1, Row: p, Drop: drop, Items: []Item{{Text: g, ID: g}}})
		}
		s.Steps = append(s.Steps, st)
	}
	return s
}

// BenchmarkShow is what Show does with a recording of 10,000 steps before it
// writes; it reports how large the page's data is, and compressed.
func BenchmarkShow(b *testing.B) {
	s := recording(10000)
	data, err := encode(nil, s)
	if err != nil {
		b.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(data)
	z.Close()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		encodeFrame(s)
	}
	b.ReportMetric(float64(len(data))/1000, "kB")
	b.ReportMetric(float64(packed.Len())/1000, "kB-gzip")
}

// BenchmarkEncodingJSON is the same with encoding/json.
func BenchmarkEncodingJSON(b *testing.B) {
	s := recording(10000)
	for b.Loop() {
		if _, err := json.Marshal(s); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck is the part of it in which faults are looked for.
func BenchmarkCheck(b *testing.B) {
	s := recording(10000)
	for b.Loop() {
		if err := s.fault(); err != nil {
			b.Fatal(err)
		}
	}
}
