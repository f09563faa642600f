package site

import (
	"testing"

	"rtbook/runner/show"
)

// A curve's outline begins and ends at the axis, and says each step once.
func TestPixelPath(t *testing.T) {
	for _, tc := range []struct {
		points []show.Point
		want   string
	}{
		{nil, "M0 220H1000z"},
		{[]show.Point{{X: 0, Y: 28}, {X: 67, Y: 56}, {X: 67, Y: 20}, {X: 90, Y: 2}, {X: 1000, Y: 2}}, "M0 220V28l67 28V20l23-18H1000V220z"},
		{[]show.Point{{X: 0, Y: 220}, {X: 1000, Y: 220}}, "M0 220H1000z"},
	} {
		if got := pixelPath(tc.points); got != tc.want {
			t.Errorf("pixelPath(%v) = %q, want %q", tc.points, got, tc.want)
		}
	}
}
