package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"strings"
)

// libraryCall treats the calls of functions of libraries that look into what
// they are given. It reports whether the call needs nothing else.
func (b *boxer) libraryCall(n *ast.CallExpr, f *types.Func, sig *types.Signature) (ast.Expr, bool) {
	if f.Signature().Recv() != nil && (f.Pkg().Path() == "encoding/json" || f.Pkg().Path() == "text/template") {
		return b.libraryMethod(n, f)
	}
	switch path, name := f.Pkg().Path(), f.Name(); path {
	case "sync/atomic":
		if f.Signature().Recv() != nil && name != "Load" && kindOf(f.Signature().Recv().Type()) == reflect.Pointer && b.reflectName(f.Signature().Recv().Type()) == "*atomic.Value" {
			return b.atomicValue(n, name, sig), true
		}
	case "sync", "time", "context":
		if name == "Go" || name == "AfterFunc" {
			b.startedLater(n)
		}
	case "fmt":
		return b.fmtCall(n, name, sig)
	case "errors":
		if name == "As" && len(n.Args) == 2 {
			return b.errorsAs(n)
		}
	case "log":
		switch {
		case strings.HasSuffix(name, "f") && b.namesTypes(n, 0):
			return b.logCall(n, sig, "Sprintf"), true
		case (name == "Print" || name == "Panic" || name == "Fatal") && b.mayBeText(n, 0):
			return b.logCall(n, sig, "Sprint"), true
		}
	case "flag":
		if name == "TextVar" {
			b.refuseCells(n, "flag", "the interpreter has no types that package flag could look at for ")
		}
	case "sort":
		if sig.Recv() != nil || len(n.Args) == 0 {
			return n, false
		}
		b.promoted(n, sig)
		if t := b.typ(n.Args[0]); !isNonEmptyInterface(sig.Params().At(0).Type()) && t != nil && types.IsInterface(t) {
			n.Args[0] = b.become(n.Args[0], b.boxCall(n.Args[0].Pos(), "Value", n.Args[0]))
		}
		return n, true // it gets the value as it is
	case "runtime", "runtime/debug", "runtime/metrics":
		b.ownRuntime(n, f)
		return n, true
	case "reflect":
		return b.reflectCall(n, name)
	case "encoding/json", "encoding/binary":
		return b.encoded(n, f)
	}
	return n, false
}

// libraryMethod treats the methods of libraries that look into what they are
// given.
func (b *boxer) libraryMethod(n *ast.CallExpr, f *types.Func) (ast.Expr, bool) {
	if f.Pkg().Path() == "text/template" && !strings.HasPrefix(f.Name(), "Execute") {
		return n, false
	}
	return b.encoded(n, f)
}

// atomicValue has the types in boxes compared, which to an atomic.Value are all
// the same.
func (b *boxer) atomicValue(n *ast.CallExpr, name string, sig *types.Signature) ast.Expr {
	sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return n
	}
	b.arguments(n, sig, nil)
	v := sel.X
	if !isPointer(b.typ(v)) {
		v = &ast.UnaryExpr{OpPos: v.Pos(), Op: token.AND, X: v}
	}
	return b.boxCall(n.Pos(), name, append([]ast.Expr{v}, n.Args...)...)
}

// startedLater has a function that a library starts a goroutine with panic as it
// would in a compiled program: see defer.go.
func (b *boxer) startedLater(n *ast.CallExpr) {
	if len(n.Args) == 0 {
		return
	}
	last := &n.Args[len(n.Args)-1]
	if t, ok := underlying[*types.Signature](b.typ(*last)); ok && t.Params().Len() == 0 {
		pos := (*last).Pos()
		*last = b.become(*last, b.boxCall(pos, "Started", b.literal(*last)))
	}
}

// ownRuntime refuses the functions that tell of the interpreter's calls, memory
// and origin, and not of the program's.
func (b *boxer) ownRuntime(n *ast.CallExpr, f *types.Func) {
	name := f.Pkg().Name() + "." + f.Name()
	switch f.Name() {
	case "Caller", "Callers", "CallersFrames", "FuncForPC", "Stack", "PrintStack":
		b.refuse(n, name, "the interpreter has calls of its own between those of the program, which "+name+" would show", "")
	case "ReadMemStats", "Read":
		b.refuse(n, name, "the interpreter allocates memory of its own, which "+name+" would count", "")
	case "GOROOT", "Version", "ReadBuildInfo":
		b.refuse(n, name, "the interpreter is a program of its own, and of that one "+name+" would tell", "")
	case "SetFinalizer", "AddCleanup":
		b.refuse(n, name, "the interpreter keeps values longer than the program, so that "+name+" would be late", "")
	}
}

// fmtCall is a call of package fmt. The verbs T and p are not the box's to
// print, and what is scanned is scanned into variables.
func (b *boxer) fmtCall(n *ast.CallExpr, name string, sig *types.Signature) (ast.Expr, bool) {
	if strings.Contains(name, "can") {
		if strings.HasPrefix(name, "F") && len(n.Args) > 0 {
			b.convTo(&n.Args[0], sig.Params().At(0).Type(), conversion{asks: true})
		}
		b.scanned(n)
		return n, true
	}
	if at, ok := map[string]int{"Print": 0, "Sprint": 0, "Fprint": 1, "Append": 1}[name]; ok && b.mayBeText(n, at) {
		return b.inBox(n, name, sig), true
	}
	format := map[string]int{"Printf": 0, "Sprintf": 0, "Errorf": 0, "Fprintf": 1, "Appendf": 1}
	at, ok := format[name]
	if !ok || !b.namesTypes(n, at) {
		return n, false
	}
	return b.inBox(n, name, sig), true
}

// inBox makes the call of a function of package fmt one of package box.
func (b *boxer) inBox(n *ast.CallExpr, name string, sig *types.Signature) ast.Expr {
	b.arguments(n, sig, b.callee(n))
	call := b.boxCall(n.Pos(), name, n.Args...)
	call.Ellipsis = n.Ellipsis
	return call
}

// mayBeText reports whether one of the operands after n's first i arguments may
// be in a box and be a string to package fmt.
func (b *boxer) mayBeText(n *ast.CallExpr, i int) bool {
	if n.Ellipsis.IsValid() {
		return true
	}
	for _, a := range n.Args[min(i, len(n.Args)):] {
		t := b.typ(a)
		if t == nil || types.IsInterface(t) {
			return true
		}
		if _, several := t.(*types.Tuple); several || b.cellType(t) && kindOf(t) == reflect.String {
			return true
		}
	}
	return false
}

// scanned takes what is scanned into out of its box, and refuses what scans
// itself.
func (b *boxer) scanned(n *ast.CallExpr) {
	for i, a := range n.Args {
		t := b.typ(a)
		if t == nil {
			continue
		}
		if n.Ellipsis.IsValid() && i == len(n.Args)-1 {
			n.Args[i] = b.become(a, b.boxCall(a.Pos(), "Values", a))
			continue
		}
		if types.IsInterface(t) && !isNonEmptyInterface(t) {
			n.Args[i] = b.become(a, b.boxCall(a.Pos(), "Value", a))
		}
		if m := types.NewMethodSet(t).Lookup(b.pkg, "Scan"); m != nil && b.cellType(t) && b.reflectSignature(m.Obj().(*types.Func).Signature()) == "(fmt.ScanState, int32) error" {
			b.refuse(a, "fmt", "the interpreter cannot scan into a value of type "+b.reflectName(t)+", whose method Scan package fmt would not find", "")
		}
	}
}

// refuseCells refuses a call with arguments of types that the interpreter has
// others for; why is the message without the type.
func (b *boxer) refuseCells(n *ast.CallExpr, construct, why string) {
	for _, a := range n.Args {
		if t := b.typ(a); t != nil && (b.cellType(t) || types.IsInterface(t)) && !isReflectType(t) {
			b.refuse(n, construct, why+b.reflectName(t), "")
			return
		}
	}
}

// namesTypes reports whether a call with the format that is argument i may print
// a type or an address: by a verb, or of an operand for which there is none.
func (b *boxer) namesTypes(n *ast.CallExpr, i int) bool {
	if i >= len(n.Args) {
		return false
	}
	v := b.info.Types[n.Args[i]].Value
	if v == nil || v.Kind() != constant.String {
		return true
	}
	found, verbs := verbsIn(constant.StringVal(v), "Tp")
	if wraps, _ := verbsIn(constant.StringVal(v), "w"); wraps && !found {
		found = !b.errorsOnly(n, i+1)
	}
	return found || len(n.Args)-i-1 > verbs || n.Ellipsis.IsValid()
}

// errorsOnly reports whether a call of Errorf has no operands after its first i
// arguments that may be in a box and are no errors.
func (b *boxer) errorsOnly(n *ast.CallExpr, i int) bool {
	if f := b.callee(n); f == nil || f.Name() != "Errorf" {
		return false
	}
	isError := types.Universe.Lookup("error").Type().Underlying().(*types.Interface)
	for _, a := range n.Args[i:] {
		if t := b.typ(a); t == nil || (types.IsInterface(t) || b.cellType(t)) && !types.Implements(t, isError) {
			return false
		}
	}
	return true
}

// verbsIn reports whether a format has one of the verbs or an operand that is a
// width, and how many operands it has at least.
func verbsIn(format, verbs string) (found bool, operands int) {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		for i++; i < len(format) && strings.IndexByte("+-# 0123456789.*[]", format[i]) >= 0; i++ {
			if format[i] == '*' {
				operands++
				found = true
			}
		}
		if i < len(format) && format[i] != '%' {
			operands++
			found = found || strings.IndexByte(verbs, format[i]) >= 0
		}
	}
	return found, operands
}

// logCall makes log.Printf(...) log.Print of what a function of package box
// makes of the operands.
func (b *boxer) logCall(n *ast.CallExpr, sig *types.Signature, format string) ast.Expr {
	b.arguments(n, sig, b.callee(n))
	text := b.boxCall(n.Pos(), format, n.Args...)
	text.Ellipsis = n.Ellipsis
	call := *n
	call.Ellipsis = 0
	sel, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		return n
	}
	call.Fun = &ast.SelectorExpr{X: sel.X, Sel: ast.NewIdent(strings.TrimSuffix(sel.Sel.Name, "f"))}
	call.Args = []ast.Expr{text}
	return &call
}

// errorsAs looks for an error of a type of the program.
func (b *boxer) errorsAs(n *ast.CallExpr) (ast.Expr, bool) {
	if t := b.typ(n.Args[1]); t != nil && types.IsInterface(t) && !b.info.Types[n.Args[1]].IsNil() {
		b.conv(&n.Args[0], types.Universe.Lookup("error").Type())
		return b.tableCall(n.Pos(), "AsAny", n.Args...), true
	}
	p, ok := underlying[*types.Pointer](b.typ(n.Args[1]))
	if !ok {
		return n, false
	}
	if !b.cellType(p.Elem()) && !types.IsInterface(p.Elem()) {
		return n, false
	}
	b.conv(&n.Args[0], types.Universe.Lookup("error").Type())
	e := b.ask(p.Elem())
	b.table.entry(types.NewPointer(p.Elem()))
	return b.tableCall(n.Pos(), "As", n.Args[0], n.Args[1], intText(n.Pos(), e.number)), true
}

// reflectCall refuses reflection on what the interpreter has other types for.
func (b *boxer) reflectCall(n *ast.CallExpr, name string) (ast.Expr, bool) {
	if name == "DeepEqual" {
		for i := range n.Args {
			b.conv(&n.Args[i], types.Universe.Lookup("any").Type())
		}
		return b.boxCall(n.Pos(), name, n.Args...), true
	}
	before := len(b.refusals)
	if f := b.callee(n); len(n.Args) == 1 && b.isPlainInterface(b.typ(n.Args[0])) {
		b.opaque = append(b.opaque, opaque{arg: n.Args[0], f: f})
		return n, false
	}
	b.refuseCells(n, "reflect", "the interpreter has no types that package reflect could show for ")
	return n, len(b.refusals) > before
}

// isPlainInterface reports whether a type is one of the interfaces that hold
// values as they are, if not in boxes.
func (b *boxer) isPlainInterface(t types.Type) bool {
	return t != nil && types.IsInterface(t) && (!isNonEmptyInterface(t) || b.repr(t) == asError)
}

// isReflectType reports whether a type is reflect.Type. Of what type such a value
// speaks was looked at where it was made.
func isReflectType(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "reflect" && n.Obj().Name() == "Type"
}
