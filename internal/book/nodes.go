package book

import (
	"github.com/yuin/goldmark/ast"
)

// KindAlert is the kind of an [Alert].
var KindAlert = ast.NewNodeKind("Alert")

// Alert is a quotation that begins with a line such as "[!NOTE]". Its children
// are the blocks of the quotation without that line.
type Alert struct {
	ast.BaseBlock
	Name string // "note", "tip", "important", "warning" or "caution"
}

// Kind implements [ast.Node].
func (n *Alert) Kind() ast.NodeKind { return KindAlert }

// Dump implements [ast.Node].
func (n *Alert) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"Name": n.Name}, nil)
}

// KindDetails is the kind of a [Details].
var KindDetails = ast.NewNodeKind("Details")

// Details is a part of the page that folds: what stands between <details> and
// </details> where these tags, and the <summary>, are alone in their lines.
// Its children are the blocks in between.
type Details struct {
	ast.BaseBlock
	Summary string // what stays visible, as it is written: markup in it is text; "" if there is no summary
	Open    bool   // unfolded at first
}

// Kind implements [ast.Node].
func (n *Details) Kind() ast.NodeKind { return KindDetails }

// Dump implements [ast.Node].
func (n *Details) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"Summary": n.Summary}, nil)
}
