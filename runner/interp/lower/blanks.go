package lower

import (
	"go/ast"
	"go/constant"
	"go/types"
)

// Blank fields.
//
// After this pass a struct type has at most one field that is named _, since the
// interpreter makes fields of one name of several: others have names, which are
// those of their places among the blank fields of a struct, so that structs that
// can be converted to each other still can. As the interpreter compares all
// fields, a literal that gives a blank one a value is refused.

func nameBlanks(u *unit) (changed bool) {
	if len(u.declsWith(hasBlankFields)) == 0 {
		return false
	}
	var names []string
	ast.Inspect(u.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructType:
			changed = u.nameBlankFields(n, &names) || changed
		case *ast.CompositeLit:
			u.refuseBlanks(n)
		}
		return true
	})
	return changed
}

// nameBlankFields names the blank fields of a struct after the first.
func (u *unit) nameBlankFields(n *ast.StructType, names *[]string) (changed bool) {
	blanks := 0
	for _, f := range n.Fields.List {
		for _, id := range f.Names {
			if id.Name != "_" {
				continue
			}
			if blanks++; blanks == 1 {
				continue
			}
			if len(*names) < blanks-1 {
				name := u.fresh("blank")
				u.typeNames[name] = "_"
				*names = append(*names, name)
			}
			id.Name, changed = (*names)[blanks-2], true
		}
	}
	return changed
}

// refuseBlanks refuses a literal that gives blank fields values.
func (u *unit) refuseBlanks(n *ast.CompositeLit) {
	if u.typeOf(n) == nil {
		return
	}
	t, ok := u.literalType(n).Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, e := range n.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); keyed || t.Field(i).Name() != "_" || u.isZero(e) {
			continue
		}
		u.refuse(e, "blank field", "the interpreter compares blank fields too, so that this one cannot have a value", "name the fields in the literal")
	}
}

// isZero reports whether x is nil, or a constant that is zero.
func (u *unit) isZero(x ast.Expr) bool {
	tv := u.info.Types[x]
	switch {
	case tv.Value == nil:
		return tv.IsNil()
	case tv.Value.Kind() == constant.String:
		return constant.StringVal(tv.Value) == ""
	case tv.Value.Kind() == constant.Bool:
		return !constant.BoolVal(tv.Value)
	}
	return constant.Sign(tv.Value) == 0
}
