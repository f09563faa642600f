package interp_test

import (
	"fmt"
	"math"
	"runtime"
)

// wordLine is what a program on this machine prints of it.
func wordLine() string { return fmt.Sprintln(math.MaxInt, runtime.GOOS, runtime.GOARCH) }
