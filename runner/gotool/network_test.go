package gotool

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"rtbook/runner"
	"rtbook/runner/sandbox"
)

// TestNoNetwork has programs try to reach a server of each kind, and to be one,
// compiled as cells and run by commands.
func TestNoNetwork(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux keeps children from the network")
	}
	for _, c := range sandbox.Capabilities() {
		if (c.Name == "namespaces" || c.Name == "system calls") && c.Lack != "" {
			t.Skipf("this machine does not limit %s: %s", c.Name, c.Lack)
		}
	}
	tcp, udp, unix, heard := servers(t)
	imports := "import \"fmt\"\nimport \"net\"\nimport \"time\"\n"
	cell := fmt.Sprintf(`for _, a := range [][2]string{{"tcp", %q}, {"udp", %q}, {"unix", %q}} {
	c, err := net.DialTimeout(a[0], a[1], time.Second)
	if err == nil { c.Write([]byte("hello")) }
	fmt.Println(err != nil)
}
_, err := net.Listen("tcp", "127.0.0.1:0")
_, unixErr := net.Listen("unix", "socket")
fmt.Println(err != nil, unixErr != nil)
`, tcp, udp, unix)
	want := "true\ntrue\ntrue\ntrue true\n"
	tc := open(t, ".", "")
	asCell := &runner.Program{
		Chapter: chapter, Source: "package main\n\n" + imports + "\nfunc rtbook_cell0() {\n" + cell + "}\n",
		Cells: []runner.Unit{{ID: "a", Pos: runner.Pos{File: chapter, Line: 1, Col: 1}, Timeout: 20 * time.Second}},
	}
	files := "-- main.go --\npackage main\n\n" + imports + "\nfunc main() {\n" + cell + "}\n"
	asCommands := shellProgram(t, "net", files, "go run .", "go build -o app && ./app")
	for _, p := range []*runner.Program{asCell, asCommands} {
		out, end := runCells(t, tc, p)
		for i, got := range out {
			if got != want || end.Status != runner.Done {
				t.Errorf("cell %d printed %q and ended with %+v, want %q", i, got, end, want)
			}
		}
	}
	select {
	case who := <-heard:
		t.Errorf("a program reached the %s server", who)
	case <-time.After(100 * time.Millisecond):
	}
}

// servers listens in three ways, and says who was reached.
func servers(t *testing.T) (tcp, udp, unix string, heard chan string) {
	t.Helper()
	heard = make(chan string, 100)
	dir, err := os.MkdirTemp("", "s") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	unix = filepath.Join(dir, "s")
	listen := func(network, address string) net.Listener {
		l, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				heard <- network
				c.Close()
			}
		}()
		return l
	}
	listen("unix", unix)
	tcp = listen("tcp", "127.0.0.1:0").Addr().String()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { packets.Close() })
	go func() {
		buf := make([]byte, 100)
		for {
			if _, _, err := packets.ReadFrom(buf); err != nil {
				return
			}
			heard <- "udp"
		}
	}()
	return tcp, packets.LocalAddr().String(), unix, heard
}

// TestProgramsOfCommands: what the go command starts cannot write where it
// itself does, nor read the book.
func TestProgramsOfCommands(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux limits which files a process reaches")
	}
	for _, c := range sandbox.Capabilities() {
		if c.Name == "file access" && c.Lack != "" {
			t.Skipf("this machine does not limit %s: %s", c.Name, c.Lack)
		}
	}
	tc := open(t, ".", "")
	env, err := tc.settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`
	_, err := os.ReadDir(%[1]q)
	fmt.Println(err != nil, os.WriteFile(%[1]q+"/rtbook-was-here", nil, 0o666) != nil)
	_, err = os.ReadFile(%[2]q)
	fmt.Println(err != nil, os.WriteFile("../guard.json", nil, 0o666) != nil, os.WriteFile("mine", nil, 0o666))
`, env.GOCACHE, filepath.Join(tc.Dir, "go.mod"))
	files := "-- main.go --\npackage main\n\nimport (\n\"fmt\"\n\"os\"\n)\n\nfunc main() { look() }\n\nfunc look() {" + body + "}\n" +
		"-- main_test.go --\npackage main\n\nimport \"testing\"\n\nfunc TestLook(t *testing.T) { look() }\n"
	out, end := runCells(t, tc, shellProgram(t, "cache", files, "go run .", "go test -v .", "go build -o app && ./app"))
	for i, got := range out {
		if !strings.Contains(got, "true true\ntrue true <nil>\n") || end.Status != runner.Done {
			t.Errorf("cell %d printed %q and ended with %+v", i, got, end)
		}
	}
	if os.Remove(filepath.Join(env.GOCACHE, "rtbook-was-here")) == nil {
		t.Error("a program wrote into the build cache")
	}
}

// TestToolsOfCommands: no tool writes the build cache, by its arguments, by the
// name of a file in a file, or by a link that a program made.
func TestToolsOfCommands(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux limits which files a process reaches")
	}
	for _, c := range sandbox.Capabilities() {
		if c.Name == "file access" && c.Lack != "" {
			t.Skipf("this machine does not limit %s: %s", c.Name, c.Lack)
		}
	}
	tc := open(t, ".", "")
	env, err := tc.settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	victim := filepath.Join(env.GOCACHE, "rtbook-victim") // a name of its own: other tests look for theirs at the same time
	const text = "!<arch>\n"                              // the go command replaces what looks like its own
	files := fmt.Sprintf("-- main.go --\npackage main\n\nimport (\n\"fmt\"\n\"os\"\n)\n\nfunc main() {\n"+
		"fmt.Println(os.Symlink(%q, \"link\") != nil, os.Symlink(%q, \"folder\") != nil)\n}\n"+
		"-- m/m.go --\npackage m\n-- list --\nvars.go\n%s\n-- cfg --\n{\"OutConfig\":%q,\"PkgPath\":\"cells/m\",\"PkgName\":\"m\",\"Granularity\":\"perblock\"}\n",
		victim, env.GOCACHE, victim, victim)
	for _, tt := range []struct{ name, cell string }{
		{"link", "go build -o app && ./app && go build -o link . && go tool compile -o link -p m m/m.go && go build -o folder/rtbook-victim ."},
		{"go run", "go run . && go tool compile -o link -p m m/m.go"},
		{"file", "go tool cover -mode=set -pkgcfg=cfg -var=v -outfilelist=list m/m.go"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := os.WriteFile(victim, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(victim)
			out, end := runCells(t, tc, shellProgram(t, tt.name, files, tt.cell))
			if got, err := os.ReadFile(victim); err != nil || string(got) != text {
				t.Errorf("%v; the cache was written; the cell printed %q and ended with %+v", err, out, end)
			}
			if strings.Contains(out[0], "false") {
				t.Errorf("a program made a link: %q", out)
			}
		})
	}
}
