package facts

import "testing"

// TestIs is by hand: what a reader would call the same, and what not.
func TestIs(t *testing.T) {
	integer := func(s string) Value { return Value{"int", s} }
	float := func(s string) Value { return Value{"float", s} }
	for _, test := range []struct {
		v     Value
		is    []string
		isNot []string
	}{
		{integer("256"), []string{"256", "0x100", "0b100000000", "0o400", "2^8", "1<<8", "1 << 8", "256 slots", "256-slot", "256 bytes", "256 B", " 256 ", "+256", "256%", "256.0"},
			[]string{"255", "257", "256 KB", "2 56", "25,6", "0256", "256 apples", "256 s", "256 ns2", "", "x", "-256", "256.3", "two", "256,", "256.", "slots", "%", "1 <", "256 -"}},
		{integer("10000"), []string{"10000", "10,000", "10 000", "10\u00a0000", "10\u202f000", "10_000", "1e4", "10 µs", "10 μs", "10 us", "10µs", "0.01 ms", "10,000 ns", "10 thousand", "10 microseconds", "ten thousand", "10000 ns"},
			[]string{"10,00", "100,00", "1,0000", "1,000", "10 ms", "10 s", "10,001", "10 KB", "10 K", "10000 µs", "9.7 KB", "010000", "1 0000"}},
		{integer("8192"), []string{"8192", "8,192", "8 KiB", "8 KB", "8KB", "8K", "8-KB", "eight KB", "2^13", "0x2000", "8.0 KiB", "8192 bytes", "8 kilobytes", "8.192 kB", "8.2 kB", "8.19 µs"},
			[]string{"8 kB", "8000", "8 kilobits", "8 MB", "8", "8 Kb", "8 kib", "8.1 kB", "7.9 KiB", "8 µs"}},
		{integer("8000"), []string{"8000", "8 kB", "8 thousand", "7.8 KB", "7.81 KiB", "7.8125 KiB", "8 µs"}, []string{"8 KB", "8 KiB", "8.0 KiB", "7.9 KB", "8192"}},
		{integer("67108864"), []string{"64 MiB", "64 MB", "64M", "67,108,864", "0x400_0000", "1 << 26", "64<<20", "65,536 KiB", "0.0625 GiB", "0.06 GiB"}, []string{"64 GiB", "64 KB", "64", "67 MB", "0.1 KB"}},
		{integer("10000000"), []string{"10 ms", "10,000 µs", "0.01 s", "10 million", "ten ms", "10 milliseconds"}, []string{"10 s", "10 µs", "0.02 s", "10,000", "10 MB"}},
		{integer("120000000000"), []string{"2 minutes", "two minutes", "2 min", "120 s", "120 seconds"}, []string{"2 s", "2", "1 minute"}},
		{integer("1500"), []string{"1.5 µs", "1.5 kB", "1,500"}, []string{"2 µs", "1 µs", "1.4 µs", "1 kB"}},
		{integer("4"), []string{"4", "four", "Four", "four pages", "four-page", "4 pages"}, []string{"five", "fourth", "for", "fourpages", "4.4"}},
		{integer("0"), []string{"0", "zero", "0 bytes", "0x0", "-0"}, []string{"1", "no", "0.04", "o"}},
		{integer("-1"), []string{"-1", "−1"}, []string{"1", "--1", "-2"}},
		{integer("3"), []string{"3%", "3 percent", "three percent"}, []string{"300%", "0.03"}},
		{integer("1"), []string{"one", "1%"}, []string{"100%"}},
		{integer("1000000000"), []string{"1 s", "1e9", "1 billion", "one second", "1,000 ms"}, []string{"1 GB", "1 minute", "1e8"}},
		{integer("9223372036854775807"), []string{"9,223,372,036,854,775,807", "0x7fffffffffffffff"}, []string{"9,223,372,036,854,775,808", "2^63", "8 EiB"}},
		{float("1/4"), []string{"25%", "25 percent", "0.25", "1/4", "25.0%", "0.3", "0.250"}, []string{"0.25%", "25", "2.5", "24%", "26%", "0.2", "0", "0.24", "1/3", "1/0"}},
		{float("1/3"), []string{"0.333", "0.33", "33%", "33.3%", "1/3", "0.3"}, []string{"0.334", "0.34", "34%", "33.4%", "0", "0%", "1"}},
		{float("45/64"), []string{"0.703125", "0.703", "0.70", "0.7", "70%", "70.3%", "45/64"}, []string{"0.71", "1", "71%", "0.704", "0.702"}},
		{float("1/3000000000000"), []string{"3.33333e-13", "3.3e-13"}, []string{"3.4e-13", "3e-13", "3.3e-12", "0.0"}},
		{float("1523000000"), []string{"1.5e9", "1.52e9", "1.523e9", "1523e6"}, []string{"1.6e9", "2e9", "1.53e9", "1.5e8"}},
		{integer("1523000000"), []string{"1.5e9", "1.5 billion"}, []string{"1e9", "-1.5e9"}},
		{float("1000000000"), []string{"1e9", "1 s", "1,000,000,000"}, []string{"1e8", "2 s"}},
		{float("25"), []string{"25%", "25", "2500%"}, []string{"0.25", "0.25%", "250%"}},
		{float("1"), []string{"100%", "1"}, []string{"1%"}},
		{float("1/1000"), []string{"0.1%", "0.001"}, []string{"0%", "0.0", "0"}},
		{Value{"bool", "true"}, []string{"true", "on", "On"}, []string{"false", "off", "1", "yes", ""}},
		{Value{"bool", "false"}, []string{"false", "off", "Off"}, []string{"true", "on", "0"}},
		{Value{"string", "go1.26"}, []string{"go1.26", `"go1.26"`}, []string{"go1.2", "1.26", "Go1.26"}},
		{Value{"string", "4"}, []string{"4"}, []string{"four", "4.0"}},
		{Value{}, nil, []string{"", "0"}},
	} {
		for _, text := range test.is {
			if !test.v.Is(text) {
				t.Errorf("%s %s is not %q", test.v.Kind, test.v.Text, text)
			}
		}
		for _, text := range test.isNot {
			if test.v.Is(text) {
				t.Errorf("%s %s is %q", test.v.Kind, test.v.Text, text)
			}
		}
	}
}

func TestValueString(t *testing.T) {
	for _, test := range []struct {
		v    Value
		want string
	}{
		{Value{"int", "256"}, "256"},
		{Value{"int", "8192"}, "8192"},
		{Value{"int", "67108864"}, "67,108,864"},
		{Value{"int", "-123456"}, "-123,456"},
		{Value{"float", "45/64"}, "0.703125"},
		{Value{"float", "1/3"}, "0.333333"},
		{Value{"float", "1000000000"}, "1,000,000,000"},
		{Value{"bool", "true"}, "true"},
		{Value{"string", "a b"}, `"a b"`},
		{Value{}, ""},
	} {
		if got := test.v.String(); got != test.want {
			t.Errorf("%v is %q, not %q", test.v, got, test.want)
		}
		if !test.v.Is(test.want) && test.v.Kind != "" && test.want != "0.333333" {
			t.Errorf("%v does not read what it writes: %q", test.v, test.want)
		}
	}
}

func TestLike(t *testing.T) {
	for _, test := range []struct {
		v          Value
		text, want string
	}{
		{Value{"int", "256"}, "255", "256"},
		{Value{"int", "67108864"}, "32 MiB", "64 MiB"},
		{Value{"int", "67108864"}, "32MB", "64MB"},
		{Value{"int", "67108864"}, "64 ms", "67,108,864"},
		{Value{"int", "1500"}, "2 µs", "1.5 µs"},
		{Value{"float", "1/4"}, "30%", "25%"},
		{Value{"int", "256"}, "255 slots", "256 slots"},
		{Value{"int", "256"}, "255 apples", "256"},
		{Value{"bool", "true"}, "off", "on"},
	} {
		if got := test.v.Like(test.text); got != test.want {
			t.Errorf("%v like %q is %q, not %q", test.v, test.text, got, test.want)
		}
	}
}
