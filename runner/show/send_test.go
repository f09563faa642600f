package show

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rtbook/runner/wire"
)

// TestMain is also the program that shows something: its argument is what.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && strings.HasPrefix(os.Args[1], "show:") {
		defer func() {
			if v := recover(); v != nil {
				fmt.Printf("panic: %v\n", v)
			}
		}()
		programs[os.Args[1]]()
		return
	}
	os.Exit(m.Run())
}

var errBroken = errors.New("broken <here>")

// recorded records a step, and what run does.
func recorded(run func()) {
	var all []Step
	Recording(func() {
		all = append(all, Step{Event: "Begin"})
		run()
		all = append(all, Step{Event: "End"})
	}, func() Stepper { return Stepper{Title: "R", Steps: all} })
}

type level int

var programs = map[string]func(){
	"show:table": func() {
		Table{Title: "T", Columns: []Column{{Name: "a"}}, Rows: [][]string{{"<"}}}.Show()
	},
	"show:fault": func() { Table{Title: "T"}.Show() },
	"show:all": func() {
		for _, d := range []Display{Table{}, Figure{}, Chart{}, Timeline{}, Ruler{}, Stepper{}} {
			d.Show()
		}
	},
	"show:run":   func() { recorded(func() {}) },
	"show:panic": func() { recorded(func() { panic(errBroken) }) },
	"show:same": func() {
		defer func() { fmt.Println("the same:", recover() == any(errBroken)) }()
		recorded(func() { panic(errBroken) })
	},
	"show:goexit": func() {
		done := make(chan bool)
		go func() {
			defer close(done)
			recorded(func() {
				defer fmt.Println("deferred")
				runtime.Goexit()
			})
			fmt.Println("not reached")
		}()
		<-done
	},
	"show:level": func() { recorded(func() { panic(level(3)) }) },
	"show:long":  func() { recorded(func() { panic(strings.Repeat("é", MaxText)) }) },
}

const (
	run   = "R\nstep  event\n----  -----\n   1  Begin\n"
	frame = "\x1d{\"kind\":\"stepper\",\"data\":{\"title\":\"R\",\"description\":\"\",\"panels\":[],\"steps\":[{\"event\":\"Begin\"}%s},\"text\":\"R\\nstep  event\\n----  -----\\n   1  Begin\\n%s\"}\n"
)

func stoppedFrame(text string) string {
	return fmt.Sprintf(frame, "],\"stopped\":\""+text+"\"", "stopped: "+text+"\\n")
}

// TestShow runs programs by hand, where they print, and under a runner, where
// they print the same and tell it.
func TestShow(t *testing.T) {
	long := strings.Repeat("é", (MaxText-3)/2) + "…"
	tests := map[string]struct{ output, told string }{
		"show:table":  {"T\na\n-\n<\n", "\x1d" + `{"kind":"table","data":{"title":"T","columns":[{"name":"a"}],"rows":[["\u003c"]]},"text":"T\na\n-\n\u003c\n"}` + "\n"},
		"show:fault":  {"[T: a table that cannot be shown: it has no columns]\n", "\x1d" + `{"kind":"table","fault":"it has no columns","text":"[T: a table that cannot be shown: it has no columns]\n"}` + "\n"},
		"show:run":    {run + "   2  End\n", fmt.Sprintf(frame, `,{"event":"End"}]`, `   2  End\n`)},
		"show:panic":  {run + "stopped: broken <here>\npanic: broken <here>\n", stoppedFrame(`broken \u003chere\u003e`)},
		"show:same":   {run + "stopped: broken <here>\nthe same: true\n", stoppedFrame(`broken \u003chere\u003e`)},
		"show:goexit": {"deferred\n" + run + "stopped: the goroutine ended\n", stoppedFrame("the goroutine ended")},
		"show:level":  {run + "stopped: show.level(3)\npanic: 3\n", stoppedFrame("show.level(3)")},
		"show:long":   {run + "stopped: " + long + "\npanic: " + strings.Repeat("é", MaxText) + "\n", stoppedFrame(long)},
	}
	for name, tt := range tests {
		if output, _ := runProgram(t, name, ""); output != tt.output {
			t.Errorf("%s, by hand, printed %q, want %q", name, output, tt.output)
		}
		for _, by := range []string{"3", filepath.Join(t.TempDir(), "reports")} {
			if output, told := runProgram(t, name, by); output != tt.output || told != tt.told {
				t.Errorf("%s printed %q and told %q\nwant %q and %q", name, output, told, tt.output, tt.told)
			}
		}
	}
	// Without a title nothing can be shown, and each says what it is.
	output, told := runProgram(t, "show:all", "3")
	for _, kind := range []string{"table", "figure", "chart", "timeline", "ruler", "stepper"} {
		if !strings.Contains(output, "[a "+kind+" that cannot be shown: it has no title]\n") || !strings.Contains(told, `{"kind":"`+kind+`","fault":`) {
			t.Errorf("%s: printed %q, told %q", kind, output, told)
		}
	}
}

// runProgram runs a program and returns what it printed and what it told, by a
// descriptor or in a file; without either nobody listens.
func runProgram(t *testing.T, name, by string) (output, told string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], name)
	cmd.Env = os.Environ()
	var r *os.File
	switch by {
	case "":
	case "3":
		var w *os.File
		var err error
		if r, w, err = os.Pipe(); err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		cmd.ExtraFiles = []*os.File{w}
		cmd.Env = append(cmd.Env, wire.ReportsEnv+"=3")
	default:
		if err := os.WriteFile(by, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, wire.ReportsEnv+"="+by)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	switch {
	case r != nil:
		cmd.ExtraFiles[0].Close()
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		told = string(text)
	case by != "":
		text, err := os.ReadFile(by)
		if err != nil {
			t.Fatal(err)
		}
		told = string(text)
	}
	return string(out), told
}

// TestUnreachable has a page that is not there: a program runs all the same.
func TestUnreachable(t *testing.T) {
	cmd := exec.Command(os.Args[0], "show:table")
	cmd.Env = append(os.Environ(), wire.ReportsEnv+"="+filepath.Join(t.TempDir(), "none"))
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "T\na\n-\n<\n" {
		t.Errorf("%q, %v", out, err)
	}
}

// TestWire wants what is sent here to be what the runner reads.
func TestWire(t *testing.T) {
	in := wire.NewInbox(1)
	line, form := encodeFrame(recording(3))
	in.Write(line)
	if len(in.Shown) != 1 || in.Shown[0].Kind != "stepper" || in.Shown[0].Fault != "" || in.Shown[0].Text != string(form) || string(in.Shown[0].Data) != string(recording(3).appendData(nil)) {
		t.Errorf("the runner reads %+v of %s", in.Shown, line)
	}
	if pageEnv != wire.ReportsEnv {
		t.Errorf("the descriptor is looked for in %s, and is in %s", pageEnv, wire.ReportsEnv)
	}
}
