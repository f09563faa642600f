package runner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

const shellChapter = "notes/03-shell.md"

// parseAt parses a cell whose first line is line 10 of a chapter.
func parseAt(text string) ([]Command, []Problem) {
	return ParseShell(Cell{Chapter: shellChapter, Source: text, Line: 10, Shell: true})
}

func TestParseShell(t *testing.T) {
	at := func(line, col int) Pos { return Pos{shellChapter, line, col} }
	run := func(line, col int, args ...string) Command { return Command{Args: args, Pos: at(line, col)} }
	with := func(c Command, change func(*Command)) Command { change(&c); return c }
	tests := []struct {
		name, text string
		want       []Command
	}{
		{"nothing", "", nil},
		{"only comments", "# first\n\n  # second\n", nil},
		{"one command", "go build -gcflags=-m\n", []Command{run(10, 1, "go", "build", "-gcflags=-m")}},
		{"no last newline", "go vet", []Command{run(10, 1, "go", "vet")}},
		{"lines", "go vet\n\n  go test ./...\n", []Command{run(10, 1, "go", "vet"), run(12, 3, "go", "test", "./...")}},
		{"semicolons", "go vet; go test;\n", []Command{run(10, 1, "go", "vet"), run(10, 9, "go", "test")}},
		{"and", "go build -o app && ./app 1 &&\n  ./app 2\n", []Command{
			run(10, 1, "go", "build", "-o", "app"),
			with(run(10, 20, "./app", "1"), func(c *Command) { c.OnOK = true }),
			with(run(11, 3, "./app", "2"), func(c *Command) { c.OnOK = true }),
		}},
		{"comments", "go vet # all of it\n# go run .\ngo test #", []Command{run(10, 1, "go", "vet"), run(12, 1, "go", "test")}},
		{"a # inside a word", "./app a#b '#' \\#\n", []Command{run(10, 1, "./app", "a#b", "#", "#")}},
		{"continued", "go test \\\n  -bench . \\\n  -bench\\\nmem\n", []Command{run(10, 1, "go", "test", "-bench", ".", "-benchmem")}},
		{"continued at a word's end and start", "./app a\\\n b \\\nc\n", []Command{run(10, 1, "./app", "a", "b", "c")}},
		{"CRLF", "go test \\\r\n  -v\r\n\r\ngo vet\r\n", []Command{run(10, 1, "go", "test", "-v"), run(13, 1, "go", "vet")}},
		{"single quotes", `./app '$x *"\' ''` + "\n", []Command{run(10, 1, "./app", `$x *"\`, "")}},
		{"double quotes", `./app "a 'b' \"c\" \$d \\e \f *?[{,}~" ""` + "\n", []Command{run(10, 1, "./app", `a 'b' "c" $d \e \f *?[{,}~`, "")}},
		{"a quoted newline", "./app 'a\nb' \"c\\\nd\"\n./app\n", []Command{run(10, 1, "./app", "a\nb", "cd"), run(13, 1, "./app")}},
		{"quotes inside a word", `./app a'b "'c"d '"\ \e` + "\n", []Command{run(10, 1, "./app", `ab "cd ' e`)}},
		{"a quoted command", `"go" 've't` + "\n", []Command{run(10, 1, "go", "vet")}},
		{"a dollar that begins nothing", "go test -run ^TestX$ -v\n", []Command{run(10, 1, "go", "test", "-run", "^TestX$", "-v")}},
		{"braces that expand to nothing", "./app {} {a} a}b a.b,c %{x}\n", []Command{run(10, 1, "./app", "{}", "{a}", "a}b", "a.b,c", "%{x}")}},
		{"a tilde inside a word", "./app a~b\n", []Command{run(10, 1, "./app", "a~b")}},
		{"Unicode", "./app 'größe → 世界' é # ü\n./app\n", []Command{run(10, 1, "./app", "größe → 世界", "é"), run(11, 1, "./app")}},
		{"patterns in a tool's flags", "go tool objdump -s /x app\ngo tool pprof -focus /x -list=/y p\n", []Command{
			run(10, 1, "go", "tool", "objdump", "-s", "/x", "app"), run(11, 1, "go", "tool", "pprof", "-focus", "/x", "-list=/y", "p"),
		}},
		{"patterns in go's flags", "go test -run=/sub -bench '/a|..' -skip '\\w'\n", []Command{run(10, 1, "go", "test", "-run=/sub", "-bench", "/a|..", "-skip", `\w`)}},
		{"a template", "go list -f '{{.Name}} / {{.Dir}}' ./...\n", []Command{run(10, 1, "go", "list", "-f", "{{.Name}} / {{.Dir}}", "./...")}},
		{"the null file", "go build -o /dev/null . > /dev/null\n", []Command{
			with(run(10, 1, "go", "build", "-o", "/dev/null", "."), func(c *Command) { c.Stdout = "/dev/null" }),
		}},
		{"variables", "GODEBUG=gctrace=1,x=2 GOGC='50' X= ./bin/app\n", []Command{
			with(run(10, 1, "./bin/app"), func(c *Command) { c.Env = []string{"GODEBUG=gctrace=1,x=2", "GOGC=50", "X="} }),
		}},
		{"go's variables", "GOOS=js GOARCH=wasm CGO_ENABLED=0 go vet\n", []Command{
			with(run(10, 1, "go", "vet"), func(c *Command) { c.Env = []string{"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0"} }),
		}},
		{"output to a file", "go version > out/v.txt\n", []Command{with(run(10, 1, "go", "version"), func(c *Command) { c.Stdout = "out/v.txt" })}},
		{"redirection first", "> v.txt go version\n", []Command{with(run(10, 1, "go", "version"), func(c *Command) { c.Stdout = "v.txt" })}},
		{"append", "go version 1>>./v 2>>'a b'\n", []Command{
			with(run(10, 1, "go", "version"), func(c *Command) { c.Stdout, c.Stderr, c.Append = "v", "a b", true }),
		}},
		{"both to a file", "go vet > v 2>&1\n", []Command{with(run(10, 1, "go", "vet"), func(c *Command) { c.Stdout, c.Stderr = "v", "&1" })}},
		{"errors to the output, output to a file", "go vet 2>&1 >v\n", []Command{with(run(10, 1, "go", "vet"), func(c *Command) { c.Stdout = "v" })}},
		{"both to the output", "go vet 2>&1\n", []Command{run(10, 1, "go", "vet")}},
		{"tags", "go tool pprof -tagfocus 1kb:2kb cpu.pprof\n", []Command{
			run(10, 1, "go", "tool", "pprof", "-tagfocus", "1kb:2kb", "cpu.pprof"),
		}},
		{"tools", "go tool pprof -top cpu.pprof\ngo tool trace -d=parsed t.out\ngo tool\ngo tool -n vet\n", []Command{
			run(10, 1, "go", "tool", "pprof", "-top", "cpu.pprof"), run(11, 1, "go", "tool", "trace", "-d=parsed", "t.out"),
			run(12, 1, "go", "tool"), run(13, 1, "go", "tool", "-n", "vet"),
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, problems := parseAt(tt.text)
			if len(problems) > 0 {
				t.Fatalf("problems: %+v", problems)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("commands differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParseShellRefuses has everything that a shell can do and a cell cannot.
func TestParseShellRefuses(t *testing.T) {
	tests := []struct {
		text      string
		line, col int
		message   string
		hint      string // a part of it
	}{
		// what joins commands
		{"go list | wc -l", 10, 9, "sh cells have no pipes", "to a file with >"},
		{"go list |& wc -l", 10, 9, "sh cells have no pipes", ""},
		{"go vet &&\ngo vet || go test", 11, 8, "sh cells have no ||", "expect="},
		{"go run . &", 10, 10, "sh cells have no background commands", "remove the &"},
		{"! go vet", 10, 1, "sh cells have no !", "expect="},
		{"go vet\n(go vet)", 11, 1, "sh cells have no subshells", "parentheses"},
		{"  { go vet; }", 10, 3, "sh cells have no groups", "braces"},
		{"if go vet; then go test; fi", 10, 1, "sh cells have no if", "one a line"},
		{"while true; do go vet; done", 10, 1, "sh cells have no while", ""},
		{"until true; do go vet; done", 10, 1, "sh cells have no until", ""},
		{"for i in 1 2; do go vet; done", 10, 1, "sh cells have no for", ""},
		{"for ((i=0; i<3; i++)); do go vet; done", 10, 1, "sh cells have no for", ""},
		{"select i in 1 2; do go vet; done", 10, 1, "sh cells have no select", ""},
		{"case x in x) go vet;; esac", 10, 1, "sh cells have no case", ""},
		{"f() { go vet; }", 10, 1, "sh cells have no functions", ""},
		{"function f { go vet; }", 10, 1, "sh cells have no functions", ""},
		{"(( 1 + 2 ))", 10, 1, "sh cells have no arithmetic", "in Go"},
		{"let x=1", 10, 1, "sh cells have no let", "in Go"},
		{"[[ -f x ]]", 10, 1, "sh cells have no [[", "in Go"},
		{"export X=1", 10, 1, "sh cells have no export", "NAME=value before"},
		{"declare -i x=1", 10, 1, "sh cells have no declare", ""},
		{"readonly x", 10, 1, "sh cells have no readonly", ""},
		{"time go vet", 10, 1, "sh cells have no time", "-bench"},
		{"coproc go vet", 10, 1, "sh cells have no coproc", ""},

		// redirections
		{"./app < in", 10, 7, "sh cells have no redirection of input", "standard input is empty"},
		{"./app <> in", 10, 7, "sh cells have no redirection of input", ""},
		{"./app <&3", 10, 7, "sh cells have no redirection of input", ""},
		{"./app << E\ntext\nE", 10, 7, "sh cells have no here-documents", ""},
		{"./app <<- E\ntext\nE", 10, 7, "sh cells have no here-documents", ""},
		{"./app <<< x", 10, 7, "sh cells have no here-strings", ""},
		{"./app &> f", 10, 7, "sh cells have no &>", "> file 2>&1"},
		{"./app &>> f", 10, 7, "sh cells have no &>>", ""},
		{"./app >| f", 10, 7, "sh cells have no >|", "write >"},
		{"./app 3> f", 10, 7, "sh cells have no descriptors but 1 and 2", "2>"},
		{"./app {fd}> f", 10, 7, "sh cells have no descriptors but 1 and 2", ""},
		{"./app >&2", 10, 7, "sh cells have no duplication of descriptors but 2>&1", "2>&1"},
		{"./app 2>&-", 10, 7, "sh cells have no duplication of descriptors but 2>&1", ""},
		{"./app > f 1> g", 10, 11, "sh cells have no second redirection of the same output", "remove"},
		{"./app > f 2>> g", 10, 11, "sh cells have no commands with both > and >>", "use one"},
		{"./app > f 2> ./f", 10, 11, "sh cells have no two redirections to one file, which would overwrite each other", "2>&1"},
		{"./app > /tmp/f", 10, 9, `the output goes to "/tmp/f", which is no file of the environment's folder`, "/dev/null"},
		{"./app 2> ../f", 10, 10, `the output goes to "../f", which is no file of the environment's folder`, ""},
		{"./app > a/../../f", 10, 9, `the output goes to "a/../../f", which is no file of the environment's folder`, ""},
		{"./app > f/", 10, 9, `the output goes to "f/", which is no file of the environment's folder`, ""},
		{"./app > ''", 10, 9, `the output goes to "", which is no file of the environment's folder`, ""},
		{"> f", 10, 1, "sh cells have no redirections without a command", "before it"},

		// expansions
		{"./app $x", 10, 7, "sh cells have no parameter expansion", "'…'"},
		{"./app a${x}b", 10, 8, "sh cells have no parameter expansion", ""},
		{"./app \"a $x\"", 10, 10, "sh cells have no parameter expansion", ""},
		{"./app $1 $?", 10, 7, "sh cells have no parameter expansion", ""},
		{"./app $(go version)", 10, 7, "sh cells have no command substitution", ""},
		{"./app \"$(go version)\"", 10, 8, "sh cells have no command substitution", ""},
		{"./app `go version`", 10, 7, "sh cells have no command substitution by backquotes", ""},
		{"./app $((1 + 2))", 10, 7, "sh cells have no arithmetic expansion", ""},
		{"./app $[1 + 2]", 10, 7, "sh cells have no arithmetic expansion", ""},
		{"go tool pprof -top <(./app)", 10, 20, "sh cells have no process substitution", ""},
		{"./app >(go vet)", 10, 7, "sh cells have no process substitution", ""},
		{"./app $'a\\n'", 10, 7, "sh cells have no $'…' quotes", ""},
		{"./app $\"a\"", 10, 7, `sh cells have no $"…" quotes`, ""},
		{"go vet \\\n  a*.go", 11, 4, "sh cells have no patterns of file names (*)", "'…'"},
		{"go vet a?.go", 10, 9, "sh cells have no patterns of file names (?)", ""},
		{"go vet 'é'[ab].go", 10, 12, "sh cells have no patterns of file names ([)", ""},
		{"./app +(a|b)", 10, 7, "sh cells have no patterns of file names", ""},
		{"./app ~/x", 10, 7, "sh cells have no home folder (~)", ""},
		{"X=~ ./app", 10, 3, "sh cells have no home folder (~)", ""},
		{"X=a:~ ./app", 10, 5, "sh cells have no home folder (~)", ""},
		{"go vet x{a,b}.go", 10, 9, "sh cells have no brace expansion", ""},
		{"./app {1..3}", 10, 7, "sh cells have no brace expansion", ""},
		{"./app > f*", 10, 10, "sh cells have no patterns of file names (*)", ""},

		// assignments
		{"X=1", 10, 1, "sh cells have no shell variables", "on its line"},
		{"X=1 Y=2; go vet", 10, 1, "sh cells have no shell variables", ""},
		{"X+=1 ./app", 10, 1, "sh cells have no +=", ""},
		{"X=(1 2)", 10, 1, "sh cells have no arrays", ""},
		{"X[1]=2", 10, 1, "sh cells have no arrays", ""},
		{"X=(1 2) ./app", 10, 1, "inline variables cannot be arrays", ""},
		{"GOFLAGS=-v go vet", 10, 1, "GOFLAGS may not be assigned here", "GODEBUG"},
		{"GOGC=1 GOROOT=x go vet", 10, 8, "GOROOT may not be assigned here", ""},
		{"GOTOOLCHAIN=local ./app", 10, 1, "GOTOOLCHAIN may not be assigned here", ""},
		{"X=1 go vet", 10, 1, "X may not be assigned here", ""},
		{"PATH=. go vet", 10, 1, "PATH may not be assigned here", ""},
		{"PATH=. ./app", 10, 1, "PATH may not be assigned here", "another name"},
		{"HOME=. ./app", 10, 1, "HOME may not be assigned here", ""},
		{"LD_PRELOAD=./x.so ./app", 10, 1, "LD_PRELOAD may not be assigned here", ""},
		{"CGO_ENABLED=1 go build", 10, 1, "sh cells have no cgo", ""},
		{"CGO_CFLAGS=x ./app", 10, 1, "CGO_CFLAGS may not be assigned here", ""},

		// programs
		{"ls", 10, 1, `"ls" is not a program that sh cells run`, "./name"},
		{"gofmt -l .", 10, 1, `"gofmt" is not a program that sh cells run`, ""},
		{"go\u00a0vet", 10, 1, `"go\u00a0vet" is not a program that sh cells run`, ""},
		{"'' x", 10, 1, `"" is not a program that sh cells run`, ""},
		{"cd sub", 10, 1, "sh cells have no builtin commands such as cd", "-C"},
		{"echo x", 10, 1, "sh cells have no builtin commands such as echo", ""},
		{". ./x.sh", 10, 1, "sh cells have no builtin commands such as .", ""},
		{"[ -f x ]", 10, 1, "sh cells have no patterns of file names ([)", ""},
		{"$ go vet", 10, 1, `the command is a prompt, "$"`, "leave the prompt out"},
		{"% go vet", 10, 1, `the command is a prompt, "%"`, ""},
		{"bin/app", 10, 1, `the program "bin/app" is not named ./name`, "write ./bin/app"},
		{"./bin/./app", 10, 1, `the program "./bin/./app" is not named ./name`, "write ./bin/app"},
		{"/bin/ls", 10, 1, `the program "/bin/ls" is not in the environment's folder`, ""},
		{"/dev/null", 10, 1, `the program "/dev/null" is not in the environment's folder`, ""},
		{"../app", 10, 1, `the program "../app" is not in the environment's folder`, ""},
		{"./a/../../app", 10, 1, `the program "./a/../../app" is not in the environment's folder`, ""},
		{"./", 10, 1, `the program "./" is not in the environment's folder`, ""},
		{"./app ../x", 10, 7, `"../x" leads out of the environment's folder`, ""},
		{"./app -in=/etc/passwd", 10, 7, `"-in=/etc/passwd" leads out of the environment's folder`, ""},
		{`./app 'C:\x'`, 10, 7, `"C:\\x" leads out of the environment's folder`, ""},
		{`./app '..\x'`, 10, 7, `"..\\x" leads out of the environment's folder`, ""},

		// the go command
		{"go", 10, 1, "the go command has no subcommand", "build"},
		{"go generate", 10, 4, "sh cells have no go generate", "build"},
		{"go get x", 10, 4, "sh cells have no go get", "go.mod"},
		{"go mod tidy", 10, 4, "sh cells have no go mod", "go.mod"},
		{"go clean -cache", 10, 4, "sh cells have no go clean", ""},
		{"go -C sub vet", 10, 4, "sh cells have no go -C", "begin with the subcommand"},
		{"go env -w GOFLAGS=-v", 10, 8, "sh cells have no go env -w", "settings"},
		{"go env --u=1", 10, 8, "sh cells have no go env -u", ""},
		{"go build -toolexec=./x", 10, 10, "sh cells have no go build -toolexec", "other programs"},
		{"go build --toolexec ./x", 10, 10, "sh cells have no go build -toolexec", ""},
		{"go test -exec ./x", 10, 9, "sh cells have no go test -exec", "other programs"},
		{"go vet -vettool=./x", 10, 8, "sh cells have no go vet -vettool", "other programs"},
		{"go build -overlay o.json", 10, 10, "sh cells have no go build -overlay", "other files"},
		{"go build -modfile=x.mod", 10, 10, "sh cells have no go build -modfile", "other files"},
		{"go build '-ldflags=-w -linkmode=external'", 10, 10, "sh cells have no go build -linkmode", "other programs"},
		{"go build -ldflags '-extld x'", 10, 19, "sh cells have no go build -extld", ""},
		{"go tool link -s -extld=./x x.a", 10, 17, "sh cells have no go tool -extld", ""},
		{"go tool compile -bench /x x.go", 10, 24, `"/x" leads out of the environment's folder`, ""},
		{"go build -list /x", 10, 16, `"/x" leads out of the environment's folder`, ""},
		{"go build -gcflags=all=-o=/x", 10, 10, `"-gcflags=all=-o=/x" leads out of the environment's folder`, ""},
		{"go build -o ../x", 10, 13, `"../x" leads out of the environment's folder`, ""},
		{"go test -cpuprofile /tmp/x", 10, 21, `"/tmp/x" leads out of the environment's folder`, ""},
		{"go vet ./../x", 10, 8, `"./../x" leads out of the environment's folder`, ""},
		{"go run cmd/go generate", 10, 8, `"cmd/go" is one of Go's own commands`, "./cmd/"},
		{"go build -o ./go cmd/go", 10, 18, `"cmd/go" is one of Go's own commands`, ""},
		{"go test cmd", 10, 9, `"cmd" is one of Go's own commands`, ""},
		{"go run example.org/x@latest", 10, 8, `"example.org/x@latest" names a version of a module`, "go.mod"},
		{"go doc -http", 10, 8, "sh cells have no go doc -http", "window"},
		{"go tool pprof -http :8080 x", 10, 15, "sh cells have no go tool -http", "window"},
		{"go tool pprof http://x/y", 10, 15, `"http://x/y" leads out of the environment's folder`, ""},
		{"go tool pprof -top localhost:6060", 10, 20, `"localhost:6060" may be a profile of a server`, "a command above wrote"},
		{"go tool pprof -diff_base=x:1 cpu.prof", 10, 15, `"-diff_base=x:1" may be a profile of a server`, ""},
		{"go tool pprof -base x:1 cpu.prof", 10, 21, `"x:1" may be a profile of a server`, ""},
		{"go tool trace t.out", 10, 9, "go tool trace would open a window", "-d=parsed"},
		{"go tool cgo x.go", 10, 9, `sh cells have no go tool "cgo"`, "pprof"},
		{"go tool -n dist", 10, 12, `sh cells have no go tool "dist"`, ""},

		// what does not parse
		{"go vet\ngo test 'x", 11, 9, "reached EOF without closing quote `'`", "quote"},
		{"go vet )", 10, 8, "a command can only contain words and redirects; encountered `)`", ""},
		{"go vet && ", 10, 8, "`&&` must be followed by a statement", ""},
		{"./app &| x", 10, 8, "`|` can only immediately follow a statement", ""},
		{"go vet \x00", 10, 8, "the cell has the control character U+0000", "remove"},
		{"go vet\r ", 10, 7, "the cell has the control character U+000D", ""},
		{"go vet \x1b[1m", 10, 8, "the cell has the control character U+001B", ""},
		{"go vet 'a\xff'", 10, 10, "the cell is not UTF-8 here", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			commands, problems := parseAt(tt.text + "\n")
			if len(problems) == 0 {
				t.Fatalf("accepted as %+v", commands)
			}
			got := problems[0]
			if want := (Pos{shellChapter, tt.line, tt.col}); got.Pos != want || got.Message != tt.message {
				t.Errorf("refused with\n%v %s, want\n%v %s", got.Pos, got.Message, want, tt.message)
			}
			if got.Hint == "" || !strings.Contains(got.Hint, tt.hint) {
				t.Errorf("hint %q does not say %q", got.Hint, tt.hint)
			}
			if commands != nil {
				t.Errorf("commands beside problems: %+v", commands)
			}
		})
	}
}

// TestParseShellRefusesAll wants each fault of a cell at once, in order.
func TestParseShellRefusesAll(t *testing.T) {
	_, problems := parseAt("ls; go vet | wc\n./app $x > /f\ngo build -o ../a -exec b\n")
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d:%d %s", p.Pos.Line, p.Pos.Col, p.Message))
	}
	want := []string{
		`10:1 "ls" is not a program that sh cells run`,
		"10:12 sh cells have no pipes",
		"11:7 sh cells have no parameter expansion",
		`11:12 the output goes to "/f", which is no file of the environment's folder`,
		`12:13 "../a" leads out of the environment's folder`,
		"12:18 sh cells have no go build -exec",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems differ (-want +got):\n%s", diff)
	}
}

// TestParseShellIndent has a cell whose fence is indented.
func TestParseShellIndent(t *testing.T) {
	c := Cell{Chapter: shellChapter, Line: 3, Indent: []int{2, 4}, Source: "go vet\n  ./app; ./app *\n"}
	_, problems := ParseShell(c)
	if want := (Pos{shellChapter, 4, 4 + 16}); len(problems) != 1 || problems[0].Pos != want {
		t.Errorf("problems %+v, want one at %v", problems, want)
	}
	c.Source = "go vet\n  ./app; ./app\n"
	commands, _ := ParseShell(c)
	if want := (Pos{shellChapter, 4, 4 + 10}); len(commands) != 3 || commands[2].Pos != want {
		t.Errorf("commands %+v, want the third at %v", commands, want)
	}
}

// TestParseShellLarge wants places beyond the parser's own numbers, and an end
// to nesting.
func TestParseShellLarge(t *testing.T) {
	long := strings.Repeat("x", 20000)
	_, problems := parseAt("./app " + long + " $y\n")
	if want := (Pos{shellChapter, 10, 20008}); len(problems) != 1 || problems[0].Pos != want {
		t.Errorf("problems at %+v, want one at %v", problems, want)
	}
	for _, text := range []string{
		strings.Repeat("(", shellMax-1), strings.Repeat("$((", shellMax/3), strings.Repeat("\"$(", shellMax/3),
		strings.Repeat("`\\", shellMax/2), strings.Repeat("a && ", shellMax/5), strings.Repeat("${x:-", shellMax/6),
		strings.Repeat("if ", shellMax/3), strings.Repeat("{ ", shellMax/2),
	} {
		if _, problems := parseAt(text); len(problems) == 0 {
			t.Errorf("%.6q… is accepted", text)
		}
	}
	if _, problems := parseAt(strings.Repeat("go vet\n", shellMax)); len(problems) != 1 || !strings.Contains(problems[0].Message, "65536 bytes") {
		t.Errorf("a cell of half a megabyte: %+v", problems)
	}
}

// FuzzParseShell wants commands that mean what a shell takes them for, when
// they are accepted: the words that come of expanding with nothing to expand.
func FuzzParseShell(f *testing.F) {
	for _, seed := range []string{
		"go build -gcflags='-m -m' ./... && ./app > out 2>&1\n", "X=1 ./app \"a\\\nb\" a\\\n\\b 'c' # d\n",
		"go test -run '^T$' -bench=.\r\ngo vet\r\n", "./app é{a,b} $(x) `y` ${z} ~ *\n", "./a\\\\\\\nb\\", "> a go vet 2>>b; ./x \"\\$\\q\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		commands, problems := parseAt(text)
		for _, p := range problems {
			if p.Message == "" || p.Hint == "" || p.Pos.Line < 10 || p.Pos.Col < 1 {
				t.Errorf("problem %+v", p)
			}
		}
		if len(problems) > 0 || len(commands) == 0 {
			return
		}
		for _, c := range commands {
			checkStays(t, c)
		}
		if want := shellWords(t, text); !slices.EqualFunc(commands, want, func(c Command, w []string) bool { return slices.Equal(c.Args, w) }) {
			t.Errorf("%q: commands %+v, a shell has %q", text, commands, want)
		}
		var again []Command
		if b, err := json.Marshal(commands); err != nil || json.Unmarshal(b, &again) != nil || !cmp.Equal(commands, again) {
			t.Errorf("%q: commands do not come through JSON", text)
		}
	})
}

// checkStays wants a command that is one of the allowed, in the folder.
func checkStays(t *testing.T, c Command) {
	t.Helper()
	if len(c.Args) == 0 || c.Args[0] != "go" && !strings.HasPrefix(c.Args[0], "./") {
		t.Errorf("command %q", c.Args)
	}
	paths := []string{c.Stdout, c.Stderr}
	if c.Args[0] == "go" {
		if len(c.Args) < 2 || !slices.Contains(goSubcommands, c.Args[1]) {
			t.Errorf("command %q", c.Args)
		}
	} else {
		paths = append(paths, c.Args...)
	}
	for _, p := range paths {
		if p != nullFile && (strings.HasPrefix(p, "/") || strings.HasPrefix(p, "../") || strings.Contains(p, "/../") || strings.HasSuffix(p, "/..") || p == "..") {
			t.Errorf("command %q has the path %q", c.Args, p)
		}
	}
}

// shellWords returns the words of each simple command as package expand has
// them, in the order of the commands.
func shellWords(t *testing.T, text string) (all [][]string) {
	file, err := syntax.NewParser().Parse(strings.NewReader(text), "")
	if err != nil {
		t.Fatalf("%q is accepted and does not parse: %v", text, err)
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		if call, ok := node.(*syntax.CallExpr); ok {
			words, err := expand.Fields(&expand.Config{}, call.Args...)
			if err != nil {
				t.Fatalf("%q is accepted and does not expand: %v", text, err)
			}
			all = append(all, words)
		}
		return true
	})
	return all
}
