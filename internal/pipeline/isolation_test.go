package pipeline

import (
	"strings"
	"testing"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner/sandbox"
)

func TestIsolation(t *testing.T) {
	b := &book.Book{Isolation: "strict", IsolationPos: finding.Pos{File: "notes/book.yaml", Line: 2, Col: 12}}
	machine := func() []sandbox.Capability {
		return []sandbox.Capability{{Name: "memory"}, {Name: "namespaces", Lack: "refused"}, {Name: "file access", Lack: "no Landlock"}}
	}
	found := isolation(b, machine)
	if len(found) != 2 || found[0].Pos != b.IsolationPos || !strings.Contains(found[1].Message, "file access: no Landlock") {
		t.Errorf("found %+v", found)
	}
	whole := func() []sandbox.Capability { return []sandbox.Capability{{Name: "memory"}} }
	if found := isolation(b, whole); len(found) > 0 {
		t.Errorf("on a machine that has all, found %+v", found)
	}
	b.Isolation = ""
	if found := isolation(b, machine); len(found) > 0 {
		t.Errorf("without being asked, found %+v", found)
	}
}
