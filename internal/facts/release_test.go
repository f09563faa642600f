package facts

import (
	"errors"
	"testing"

	"rtbook/runner/gotool"
)

// TestOtherReleases: what is known to differ between releases, and what does
// not. "" is absent.
func TestOtherReleases(t *testing.T) {
	values := map[string]map[string]string{
		"runtime len(p{}.runq)":                  {"go1.24.6": "256", "go1.25.1": "256", "go1.27.4": "256"},
		"runtime forcePreemptNS":                 {"go1.24.6": "10000000", "go1.25.1": "10000000", "go1.27.4": "10000000"},
		"internal/goexperiment GreenTeaGC":       {"go1.24.6": "", "go1.25.1": "false", "go1.27.4": "true"},
		"runtime _Psyscall":                      {"go1.24.6": "2", "go1.25.1": "2", "go1.27.4": ""},
		"runtime unsafe.Sizeof(g{})":             {"go1.24.6": "440", "go1.25.1": "440", "go1.27.4": "456"},
		"internal/runtime/gc NumSizeClasses":     {"go1.24.6": "", "go1.25.1": "68", "go1.27.4": "68"},
		"rtbook/internal/facts maxQuote":         {"go1.24.6": "", "go1.25.1": "", "go1.27.4": "25"}, // this module needs go1.26
		"runtime schedinit: procresize":          {"go1.24.6": "yes", "go1.25.1": "yes", "go1.27.4": "yes"},
		"runtime sysmon: sysmonUpdateGOMAXPROCS": {"go1.24.6": "", "go1.25.1": "yes", "go1.27.4": "yes"},
	}
	for _, release := range []string{"go1.24.6", "go1.25.1", "go1.27.4"} {
		t.Run(release, func(t *testing.T) {
			s := open(t, release, "linux/amd64", "")
			var missing *gotool.MissingError
			if _, err := s.tool.Source(t.Context()); errors.As(err, &missing) {
				t.Skip(err)
			}
			for text, want := range values {
				ref := parsed(t, text)
				ans := resolve(t, s, ref)[0]
				got := ans.Value.Text
				if ans.Problem == nil && ref[0].Kind == Order {
					got = "yes"
				}
				if got != want[release] || (ans.Problem == nil) != (want[release] != "") {
					t.Errorf("%s is %q, not %q: %+v", text, got, want[release], ans.Problem)
				}
			}
		})
	}
}
