package pipeline

import "testing"

// TestFindToken has texts and the outputs that they stand in.
func TestFindToken(t *testing.T) {
	tests := []struct {
		output, text string
		whole        bool
		part         string
	}{
		{"64\n", "64", true, ""},
		{"1264 slots, 64\n", "64", true, ""},
		{"126 slots\n", "126", true, ""},
		{"126 slots\n", "126 slots", true, ""},
		{"126 slots\n", "126 slot", false, "126 slots"},
		{"126\n", "12", false, "126"},
		{"126\n", "26", false, "126"},
		{"10ms\n", "10", false, "10ms"},
		{"10 ms.\n", "10 ms", true, ""},
		{"1.5\n", "5", false, "1.5"},
		{"1.5\n", "1", false, "1.5"},
		{"1,024.\n", "024", false, "1,024"},
		{"a 1, 2\n", "1", true, ""},
		{"size:64,\n", "64", true, ""},
		{"0x40\n", "40", false, "0x40"},
		{"-64\n", "64", false, "-64"},
		{"-64\n", "-64", true, ""},
		{"p-64\n", "64", true, ""},
		{"3-64\n", "64", true, ""},
		{"a--64\n", "64", true, ""},
		{"50%\n", "50", true, ""},
		{"50%\n", "50%", true, ""},
		{"class   6\tnoscan\n", "class 6 noscan", true, ""},
		{"one\ntwo\n", "one two", false, ""},
		{"größe\n", "gr", false, "größe"},
		{"größe\n", "größe", true, ""},
		{"gcBgMarkWorker_x\n", "gcBgMarkWorker", false, "gcBgMarkWorker_x"},
		{"", "64", false, ""},
		{"aaa\n", "a", false, "aaa"},
	}
	for _, test := range tests {
		whole, part := findToken(test.output, test.text)
		if whole != test.whole || part != test.part {
			t.Errorf("%q in %q: whole %v, part %q; want %v, %q", test.text, test.output, whole, part, test.whole, test.part)
		}
	}
}
