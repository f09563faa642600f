package facts

import (
	"os"
	"strings"
)

// asmFile is a file of assembly.
type asmFile struct {
	path string
	text []byte
}

func (f *asmFile) line(n int) string { return lineOf(f.text, n) }

// asmFn is a TEXT symbol of a package's assembly.
type asmFn struct {
	file *asmFile
	name string
	line int // of TEXT
	last int // the last line that is neither empty nor a comment
	body []instruction
}

// instruction is one of an assembly function.
type instruction struct {
	line int
	text string // without comment, with single blanks
}

// assembly returns the TEXT symbol of a name, or nil.
func (lib *library) assembly(p *pkg, name string) *asmFn {
	for _, fn := range lib.asmOf(p) {
		if fn.name == name {
			return fn
		}
	}
	return nil
}

// asmOf returns the TEXT symbols of a package's assembly, read once.
func (lib *library) asmOf(p *pkg) []*asmFn {
	if p.asm != nil {
		return p.asm
	}
	p.asm = []*asmFn{}
	for _, path := range p.meta.OtherFiles {
		if !strings.HasSuffix(path, ".s") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue // what it declares is unknown then
		}
		p.asm = append(p.asm, asmFns(&asmFile{path, text}, p.meta.PkgPath)...)
	}
	return p.asm
}

// asmFns reads the functions of a file: text, since the assembler has no
// parser that can be imported, and its macros none at all.
func asmFns(f *asmFile, pkgPath string) []*asmFn {
	var all []*asmFn
	var fn *asmFn
	n, comment := 0, false
	for line := range strings.Lines(string(f.text)) {
		n++
		var code string
		code, comment = uncomment(line, comment)
		if name, ok := textSymbol(code, pkgPath); ok {
			fn = &asmFn{file: f, name: name, line: n, last: n}
			all = append(all, fn)
			continue
		}
		if code == "" || fn == nil {
			continue
		}
		if strings.HasPrefix(code, "TEXT ") || strings.HasPrefix(code, "GLOBL ") || strings.HasPrefix(code, "DATA ") {
			fn = nil // data, or a function of another package
			continue
		}
		if !strings.HasPrefix(code, "#") {
			fn.last = n
			for part := range strings.SplitSeq(code, ";") {
				if part = strings.TrimSpace(part); part != "" {
					fn.body = append(fn.body, instruction{n, part})
				}
			}
		}
	}
	return all
}

// uncomment returns a line without comments and with single blanks, and whether
// a comment goes on after it.
func uncomment(line string, within bool) (string, bool) {
	var code strings.Builder
	for line != "" {
		if within {
			_, rest, ok := strings.Cut(line, "*/")
			if !ok {
				break
			}
			line, within = rest, false
			continue
		}
		i := strings.IndexByte(line, '/')
		if i < 0 || i+1 >= len(line) {
			code.WriteString(line)
			break
		}
		code.WriteString(line[:i])
		switch line[i+1] {
		case '/':
			line = ""
		case '*':
			line, within = line[i+2:], true
		default:
			code.WriteByte('/')
			line = line[i+1:]
		}
	}
	return strings.Join(strings.Fields(code.String()), " "), within
}

// textSymbol returns the name that a TEXT line declares in a package.
func textSymbol(code, pkgPath string) (string, bool) {
	operands, ok := strings.CutPrefix(code, "TEXT ")
	if !ok {
		return "", false
	}
	operand, _, _ := strings.Cut(operands, ",")
	pkg, name := asmName(operand)
	return name, name != "" && (pkg == "" || pkg == pkgPath)
}

// asmName splits the name of a symbol, such as runtime·check(SB), into package
// and name. The package is "" for the one that the file is in.
func asmName(operand string) (pkg, name string) {
	operand = strings.TrimSpace(operand)
	name, ok := strings.CutSuffix(operand, "(SB)")
	if !ok {
		return "", ""
	}
	if i := strings.IndexByte(name, '<'); i >= 0 { // <>, <ABIInternal>
		name = name[:i]
	}
	if before, after, ok := strings.Cut(name, "·"); ok {
		return strings.ReplaceAll(before, "∕", "/"), after
	}
	return "", name
}

// calls says whether an instruction calls or jumps to a symbol, which step
// names with or without its package, as Go does or as the assembler.
func (ins instruction) calls(step string) bool {
	op, operands, _ := strings.Cut(ins.text, " ")
	switch op {
	case "CALL", "JMP", "BL", "B", "JAL", "BR": // amd64 and 386, arm, mips
	default:
		return false
	}
	operand := operands
	if i := strings.LastIndexByte(operands, ','); i >= 0 { // a link register comes first
		operand = operands[i+1:]
	}
	pkg, name := asmName(operand)
	return name != "" && (step == name || step == pkg+"."+name || step == pkg+"·"+name)
}

// does says whether an instruction is what a step says: a call, or the
// instruction as it is written.
func (ins instruction) does(step string) bool {
	return ins.calls(step) || ins.text == strings.Join(strings.Fields(step), " ")
}
