package site

import (
	"strings"

	"rtbook/internal/book"
	"rtbook/runner"
)

// join returns the facts that say something.
func join(facts ...string) []string {
	kept := facts[:0:0]
	for _, f := range facts {
		if f != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

// skippedOr says that a fence takes no part, or else something else.
func skippedOr(f *book.Fence, done, otherwise string) string {
	if f.Skipped != "" {
		return "not " + done + " here: " + f.Skipped
	}
	return otherwise
}

// envFolder returns what the reader calls the folder of a cell's environment.
func envFolder(c *runner.Cell) string {
	if c.Env == "" {
		return "the page’s own folder"
	}
	return "the folder of env " + c.Env
}

// expected says how a cell must fail; "" if it must not.
func expected(c *runner.Cell) string {
	switch c.Expect {
	case runner.ExpectPanic:
		return "expected to panic"
	case runner.ExpectCompileError:
		return "expected not to compile"
	}
	return ""
}

// compared says how a cell's output is compared, where that is not byte for
// byte.
func compared(f *book.Fence) []string {
	if f.Sample {
		return []string{"not compared: a sample"}
	}
	var facts []string
	if spans := varied(f.Vary); spans != "" {
		facts = append(facts, "compared except for "+spans)
	}
	if f.Unordered {
		facts = append(facts, "lines in any order")
	}
	return facts
}

// varied names the spans of an output that may differ.
func varied(vary []string) string {
	names := map[string]string{"time": "times", "addr": "addresses", "num": "numbers"}
	var spans []string
	for _, v := range vary {
		if name, ok := names[v]; ok {
			spans = append(spans, name)
			continue
		}
		if len(v) > 48 { // bytes that nobody would read
			v = "a pattern"
		}
		spans = append(spans, "what matches "+v)
	}
	return enumerate(spans)
}

// enumerate joins parts as a sentence does.
func enumerate(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
