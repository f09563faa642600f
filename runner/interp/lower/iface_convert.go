package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// Conversions to interfaces.

// conv converts the expression at px to a type, if that is an interface.
func (b *boxer) conv(px *ast.Expr, dest types.Type) {
	b.convTo(px, dest, conversion{carry: true, asks: true})
}

// conversion says how a value becomes a library's interface.
type conversion struct {
	carry bool // here; else the interpreter does that
	asks  bool // for a library that may ask for other methods
}

// convTo is conv for a conversion of some kind.
func (b *boxer) convTo(px *ast.Expr, dest types.Type, c conversion) {
	x := *px
	tv := b.info.Types[x]
	src := b.typ(x)
	if dest == nil || src == nil || !types.IsInterface(dest) || tv.IsNil() {
		return
	}
	if t, ok := src.(*types.Basic); ok && t.Kind() == types.UntypedNil {
		return
	}
	y := b.convert(x, types.Default(src), dest, c)
	if y != x {
		tv.Type, tv.Value = dest, nil
		b.info.Types[y] = tv
		*px = y
	}
}

func (b *boxer) convert(x ast.Expr, src, dest types.Type, c conversion) ast.Expr {
	to := b.repr(dest)
	if types.IsInterface(src) {
		from := b.repr(src)
		switch {
		case from == to, from == asNative && to == asError:
			return x
		case to == asAny && from == asError:
			return x
		case to == asAny:
			return b.boxCall(x.Pos(), "Plain", x)
		case to == asError:
			return b.boxCall(x.Pos(), "Error", x)
		}
		if c.asks {
			b.dynamics = append(b.dynamics, dynamicConversion{x, dest})
		}
		return b.toNative(x, dest)
	}
	if !b.cellType(src) {
		if to == asAny && isNonEmptyInterface(dest) {
			b.refuseCodec(x, src, dest)
		}
		return x
	}
	if to == asNative {
		if c.asks && b.refuseHidden(x, src, dest) || !c.carry && kindOf(src) != reflect.Func && !b.misread(src, dest) {
			return x
		}
		return b.carried(x, src, dest)
	}
	x = b.literal(x)
	e := b.table.entry(src)
	e.boxed = true
	name := "New"
	if to == asError {
		name = "NewError"
	}
	return b.tableCall(x.Pos(), name, intText(x.Pos(), e.number), x)
}

// literal makes the name of a function a function literal that calls it, where
// the interpreter would not take the name for a value.
func (b *boxer) literal(x ast.Expr) ast.Expr {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok {
		return x
	}
	f, ok := b.info.Uses[id].(*types.Func)
	if !ok || f.Pkg() != b.pkg {
		return x
	}
	params, args, _ := b.paramsText(f.Signature())
	ret := ""
	if f.Signature().Results().Len() > 0 {
		ret = "return "
	}
	return b.become(x, b.parse(fmt.Sprintf("func(%s) %s { %s%s(%s) }", params, b.resultsText(f.Signature()), ret, id.Name, args)))
}

// mapKey converts a key of a map. That a key cannot be hashed has to be seen
// with its type, and an untyped nil the interpreter gives none. length is how many
// keys the map has where that one is looked for, nil if it is not known: the
// runtime has other words then if there are none.
func (b *boxer) mapKey(px *ast.Expr, key types.Type, length ast.Expr) {
	if !types.IsInterface(key) && b.info.Types[*px].IsNil() && b.writable(key) {
		pos := (*px).Pos()
		*px = b.become(*px, &ast.StarExpr{Star: pos, X: b.helperCall(pos, "new", b.parseType(key))})
		return
	}
	hashable := b.hashable(key) || b.hashable(b.typ(*px))
	if types.IsInterface(key) {
		b.conv(px, key)
	}
	if hashable {
		return
	}
	if lit, ok := (*px).(*ast.CompositeLit); ok && lit.Type == nil {
		if !b.writable(key) {
			return
		}
		lit.Type = b.parseType(key)
	}
	args := []ast.Expr{*px}
	if length != nil {
		args = append(args, length)
	}
	*px = b.become(*px, b.checkedKey((*px).Pos(), key, args))
}

// checkedKey makes the call that returns a key, args[0], if it can be hashed.
func (b *boxer) checkedKey(pos token.Pos, key types.Type, args []ast.Expr) ast.Expr {
	check, params := "Key", ""
	call := "rtbook_x"
	if len(args) > 1 {
		check, params, call = "KeyIn", ", rtbook_n int", "rtbook_x, rtbook_n"
	}
	if types.IsInterface(key) && b.repr(key) == asAny {
		return b.boxCall(pos, check, args...)
	}
	if !b.writable(key) {
		return args[0]
	}
	t := b.typeText(key)
	name := b.helper("key "+check+" "+t, "key", func(name string) string {
		return fmt.Sprintf("func %s(rtbook_x %s%s) %s {\n%s.%s(%s)\nreturn rtbook_x\n}\n", name, t, params, t, b.boxImport(), check, call)
	})
	return b.helperCall(pos, name, args...)
}

// emptiness returns the length of the map that an expression looks for a key in.
func (b *boxer) emptiness(n *ast.IndexExpr) ast.Expr {
	if b.skip[n] {
		return nil // it is assigned to
	}
	return b.lenOf(n.X)
}

// lenOf returns the length of a map that has a name.
func (b *boxer) lenOf(m ast.Expr) ast.Expr {
	id, ok := ast.Unparen(m).(*ast.Ident)
	if !ok {
		return nil
	}
	return b.helperCall(id.Pos(), "len", &ast.Ident{NamePos: id.Pos(), Name: id.Name})
}

// hashable reports whether all values of a type can be keys.
func (b *boxer) hashable(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic, *types.Pointer, *types.Chan:
		return true
	case *types.Array:
		return b.hashable(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if !b.hashable(f.Type()) {
				return false
			}
		}
		return true
	}
	return false
}
