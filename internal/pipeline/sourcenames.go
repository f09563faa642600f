package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/internal/finding"
	"rtbook/runner/gotool"
	"rtbook/runner/store"
)

// sourceNames are the names that package runtime, and the packages below
// internal/runtime, declare for the target: what a code span in prose may mean.
//
// A code span is such a name if it is nothing else than one, with or without
// (), and if one of these is so:
//
//   - it has a package or a type before it: runtime.gcStart, mheap.grow,
//     (*mcache).refill, sched.maxmcount;
//   - package runtime declares it, and it has a capital, a digit or an underscore
//     behind its first letter and at least four letters, or at least six letters:
//     gcDrain, sysmon, but not check or stack;
//   - a package below internal/runtime declares it, and it is of several words:
//     NumSizeClasses, but not Load;
//   - it is a field or a method and of several words, allocCount, or of at least
//     seven letters and in one type only: runnext.
//
// Not: what Go itself declares, main, init, names in capitals (they are
// variables of the environment), names that the chapter's own Go code has in it,
// and exported names of packages that this imports.
type sourceNames struct {
	Scope   map[string][]string `json:"scope"`   // import paths by name: "schedinit" is in "runtime"
	Members map[string][]string `json:"members"` // types by field or method: "runq" is in "runtime.p"
	Types   map[string]string   `json:"types"`   // of variables: "runtime.sched" is a "runtime.schedt"
}

// loadNames returns the names of a toolchain's source. They are kept in a store
// if that is not nil; while they are there, nothing is started.
func loadNames(ctx context.Context, t *gotool.Toolchain, kept *store.Store) (*sourceNames, error) {
	key := store.Key("names 2", t.SourceKey())
	var n sourceNames
	if text, ok := kept.Get(store.Facts, key); ok && json.Unmarshal(text, &n) == nil {
		return &n, nil
	}
	src, err := t.Source(ctx)
	if err != nil {
		return nil, err
	}
	if n, err = readNames(src); err != nil {
		return nil, fmt.Errorf("read the names of the runtime: %w", err)
	}
	if text, err := json.Marshal(n); err == nil {
		_ = kept.Put(store.Facts, key, text) // what cannot be kept is read again the next time
	}
	return &n, nil
}

// readNames reads the declarations of the packages.
func readNames(src gotool.Source) (sourceNames, error) {
	n := sourceNames{Scope: make(map[string][]string), Members: make(map[string][]string), Types: make(map[string]string)}
	target := build.Default
	target.GOOS, target.GOARCH, _ = strings.Cut(src.Target, "/")
	target.CgoEnabled = false
	root := filepath.Join(src.Root, "src")
	err := filepath.WalkDir(filepath.Join(root, "internal", "runtime"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "testdata" {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(root, file)
		if err == nil {
			err = n.folder(&target, file, filepath.ToSlash(rel))
		}
		return err
	})
	if err == nil {
		err = n.folder(&target, filepath.Join(root, "runtime"), "runtime")
	}
	for _, all := range []map[string][]string{n.Scope, n.Members} {
		for name, list := range all {
			slices.Sort(list)
			all[name] = slices.Compact(list)
		}
	}
	return n, err
}

func (n *sourceNames) folder(target *build.Context, dir, pkg string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || strings.HasSuffix(name, "_test.go") || !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".s") {
			continue
		}
		if ok, err := target.MatchFile(dir, name); err != nil || !ok {
			continue // what the go command does not build declares nothing
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".s") {
			n.assembly(string(text), pkg)
		} else if f, _ := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution); f != nil {
			n.file(f, pkg)
		}
	}
	return nil
}

// assembly adds the TEXT symbols of a file that belong to its package.
func (n *sourceNames) assembly(text, pkg string) {
	for line := range strings.Lines(text) {
		operand, ok := strings.CutPrefix(line, "TEXT ")
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimSpace(operand), "(")
		name, _, _ = strings.Cut(name, "<")
		before, name, dot := strings.Cut(name, "·")
		if !dot {
			before, name = "", before
		}
		if (before == "" || strings.ReplaceAll(before, "∕", "/") == pkg) && token.IsIdentifier(name) {
			n.Scope[name] = append(n.Scope[name], pkg)
		}
	}
}

func (n *sourceNames) file(f *ast.File, pkg string) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				n.Scope[d.Name.Name] = append(n.Scope[d.Name.Name], pkg)
			} else if t := typeName(d.Recv.List[0].Type); t != "" {
				n.Members[d.Name.Name] = append(n.Members[d.Name.Name], pkg+"."+t)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						n.Scope[id.Name] = append(n.Scope[id.Name], pkg)
						n.fields(spec.Type, pkg+"."+id.Name)
						if t := typeName(spec.Type); t != "" && d.Tok == token.VAR {
							n.Types[pkg+"."+id.Name] = pkg + "." + t
						}
					}
				case *ast.TypeSpec:
					n.Scope[spec.Name.Name] = append(n.Scope[spec.Name.Name], pkg)
					n.fields(spec.Type, pkg+"."+spec.Name.Name)
				}
			}
		}
	}
}

// fields adds the fields of a struct, if that is what an expression is.
func (n *sourceNames) fields(e ast.Expr, owner string) {
	s, ok := e.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range s.Fields.List {
		for _, id := range f.Names {
			n.Members[id.Name] = append(n.Members[id.Name], owner)
		}
	}
}

// typeName returns the name of a receiver's type.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.ParenExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// find returns where a link for a code span leads, without "go:", or "" if the
// span is no name of the runtime.
func (n *sourceNames) find(span string) string {
	parts := nameParts(span)
	switch {
	case len(parts) == 0:
		return ""
	case len(parts) == 1:
		return n.bare(parts[0])
	}
	return n.qualified(parts)
}

// nameParts returns the identifiers of a dotted name, or nil.
func nameParts(span string) []string {
	span = strings.TrimSuffix(span, "()")
	if rest, ok := strings.CutPrefix(span, "("); ok {
		recv, member, ok := strings.Cut(rest, ").")
		if !ok {
			return nil
		}
		span = strings.TrimPrefix(recv, "*") + "." + member
	}
	parts := strings.Split(span, ".")
	for _, p := range parts {
		if !token.IsIdentifier(p) {
			return nil
		}
	}
	return parts
}

func (n *sourceNames) bare(name string) string {
	if name == "main" || name == "init" || types.Universe.Lookup(name) != nil || token.IsKeyword(name) || strings.ToUpper(name) == name {
		return ""
	}
	telling := len(name) > 3 && strings.ContainsFunc(name[1:], func(r rune) bool { return r == '_' || r < 'a' || r > 'z' })
	if paths := n.Scope[name]; slices.Contains(paths, "runtime") {
		if telling || len(name) >= 6 {
			return "runtime." + name
		}
	} else if len(paths) > 0 && severalWords(name) && paths[0] != "internal/runtime/atomic" {
		return paths[0] + "." + name
	}
	owners := n.Members[name]
	if len(owners) > 0 && severalWords(name) || len(owners) == 1 && len(name) >= 7 {
		return owner(owners) + "." + name
	}
	return ""
}

// severalWords reports whether a name has a capital after a small letter, which
// no single word has.
func severalWords(name string) bool {
	for i := 1; i < len(name); i++ {
		if name[i] >= 'A' && name[i] <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z' {
			return true
		}
	}
	return false
}

// owner chooses the type whose field or method is meant: rather one of package
// runtime.
func owner(owners []string) string {
	if i := slices.IndexFunc(owners, func(o string) bool { return strings.HasPrefix(o, "runtime.") }); i >= 0 {
		return owners[i]
	}
	return owners[0]
}

// qualified finds a name with something before it: a package, a type or a
// variable.
func (n *sourceNames) qualified(parts []string) string {
	if len(parts) > 3 {
		return ""
	}
	last := parts[len(parts)-1]
	for _, p := range n.Scope[parts[1]] {
		if path.Base(p) != parts[0] {
			continue
		}
		if len(parts) == 2 || len(n.Members[last]) > 0 {
			return p + "." + strings.Join(parts[1:], ".")
		}
	}
	if len(parts) > 2 || len(n.Members[last]) == 0 {
		return ""
	}
	for _, p := range n.Scope[parts[0]] {
		owner := p + "." + parts[0]
		if slices.Contains(n.Members[last], owner) || slices.Contains(n.Members[last], n.Types[owner]) {
			return p + "." + strings.Join(parts, ".")
		}
	}
	return ""
}

// names reports the names of the runtime in a chapter's code spans that no link
// or quotation of the chapter leads to, each once.
func (n *numeralCheck) names(all *sourceNames, passages []passage) {
	linked := linkedNames(n.chapter)
	own, imports := codeNames(n.chapter)
	for _, p := range passages {
		for _, span := range p.code {
			dest := all.find(span.text)
			if dest == "" {
				continue
			}
			parts := nameParts(span.text)
			last := parts[len(parts)-1]
			if linked[last] || len(parts) == 1 && own[last] || len(parts) > 1 && imports[parts[0]] && token.IsExported(parts[1]) {
				continue
			}
			if n.exemptName(span.text) || n.exempt(p, span.from, span.to) {
				continue
			}
			linked[last] = true // once
			n.findings = append(n.findings, finding.Finding{
				Pos: n.chapter.Pos(span.at), Rule: "name",
				Message: fmt.Sprintf("no link of this chapter leads to %s", span.text),
				Hint:    fmt.Sprintf("write [`%s`](go:%s), or list %q under unchecked: in the front matter", span.text, dest, span.text+": why"),
			})
		}
	}
}

// exemptName reports whether a name may go unchecked.
func (n *numeralCheck) exemptName(name string) bool {
	found := false
	for i, e := range n.chapter.Unchecked {
		if strings.Trim(e.Text, "`") == name {
			n.used[i], found = true, true
		}
	}
	return found
}

// linkedNames returns the identifiers in what links and quotations of a chapter
// refer to, and the names that are the text of a symbol's link: another package
// may have it under another name.
func linkedNames(ch *book.Chapter) map[string]bool {
	all := make(map[string]bool)
	for _, ref := range ch.Refs {
		if ref.Kind == book.RefSource {
			identifiers(ref.Target(), all)
			if parsed, err := facts.Parse(ref.Dest); err == nil && parsed.Kind == facts.Symbol {
				for _, part := range nameParts(ref.Text) {
					all[part] = true
				}
			}
		}
	}
	for _, f := range ch.Fences {
		if f.Role == book.RoleQuote && f.Quote != nil {
			identifiers(f.Quote.Symbol, all)
		}
	}
	return all
}

// codeNames returns the identifiers in a chapter's Go code, and the names of
// the packages that it imports.
func codeNames(ch *book.Chapter) (all, imports map[string]bool) {
	all, imports = make(map[string]bool), make(map[string]bool)
	for _, f := range ch.Fences {
		if f.Lang != "go" || f.Role == book.RoleQuote || f.Role == book.RoleOutput {
			continue
		}
		identifiers(f.Content, all)
		for line := range strings.Lines(f.Content) {
			line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "import"))
			if p, ok := strings.CutPrefix(line, `"`); ok && strings.HasSuffix(p, `"`) {
				imports[path.Base(strings.TrimSuffix(p, `"`))] = true
			}
		}
	}
	return all, imports
}

// identifiers adds the identifiers of Go code, or of a reference.
func identifiers(code string, to map[string]bool) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", fset.Base(), len(code)), []byte(code), func(token.Position, string) {}, 0)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return
		}
		if tok == token.IDENT {
			to[lit] = true
		}
	}
}
