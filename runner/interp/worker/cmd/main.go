// Cmd is the worker as a program of its own, for where rtbook cannot start
// itself: in a browser, as GOOS=js GOARCH=wasm.
package main

import "rtbook/runner/interp/worker"

func main() { worker.Main() }
