package gotool

import (
	"context"
	"os"
	"strings"

	"rtbook/runner/sandbox"
)

// MissingError says that this machine cannot run the book's toolchain.
type MissingError struct {
	Want string // the pin; "" if any would do
	Have string // the host's own toolchain; "" if there is no go command at all
	Text string // what the go command said
}

// Error names both toolchains and the command that helps.
func (e *MissingError) Error() string {
	var b strings.Builder
	if e.Have == "" {
		b.WriteString("there is no go command in PATH")
		if e.Want != "" {
			b.WriteString(", and the book is about " + e.Want)
		}
		b.WriteString(": install Go from https://go.dev/dl/")
		return b.String()
	}
	b.WriteString("the book is about " + e.Want + ", and the go command here is " + e.Have)
	b.WriteString(" and has no " + e.Want + ": fetch it with GOTOOLCHAIN=" + e.Want + " go version")
	if e.Text != "" {
		b.WriteString(" (" + e.Text + ")")
	}
	return b.String()
}

// Check returns the version of the toolchain, such as "go1.26.8", after it has
// seen that the go command can run it. Its error is a [*MissingError] if it
// cannot.
func (t *Toolchain) Check(ctx context.Context) (string, error) {
	env, err := t.settings(ctx)
	return env.GOVERSION, err
}

// missing makes a MissingError of the go command's refusal, or returns the
// refusal where the toolchain is not what is wrong.
func (t *Toolchain) missing(ctx context.Context, path string, refusal error) error {
	cmd := sandbox.Command(ctx, path, "env", "GOVERSION")
	cmd.Dir = t.Dir
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=")
	out, err := output(cmd)
	have := strings.TrimSpace(string(out))
	if err != nil {
		return err
	}
	if t.Version == "" || t.Version == have {
		return refusal
	}
	text := refusal.Error()
	return &MissingError{Want: t.Version, Have: have, Text: text[strings.LastIndexByte(text, '\n')+1:]}
}
