package runner

import (
	"go/token"
	"go/types"
	"sort"
	"strconv"
	"strings"
)

// programText is source that knows where it comes from.
type programText struct {
	strings.Builder
	segments []Segment
}

func (t *programText) text(s string) { t.WriteString(s) }

// at says that the next n bytes are copied from pos.
func (t *programText) at(pos Pos, n int) {
	if n > 0 {
		t.segments = append(t.segments, Segment{t.Len(), n, pos})
	}
}

// naming gives names that occur in no cell.
type naming struct {
	taken map[string]bool
	next  map[string]int
	given map[string]string // to the name that each was made of
}

func newNaming(taken map[string]bool) *naming {
	return &naming{taken: taken, next: make(map[string]int), given: make(map[string]string)}
}

// fresh returns a new name that begins with name.
func (n *naming) fresh(name string) string {
	for {
		n.next[name]++
		s := name + "_" + strconv.Itoa(n.next[name]+1)
		if !n.taken[s] && n.given[s] == "" {
			n.given[s] = name
			return s
		}
	}
}

// unused returns name if nothing has it, else a fresh one.
func (n *naming) unused(name string) string {
	if n.taken[name] || n.given[name] != "" || types.Universe.Lookup(name) != nil {
		return n.fresh(name)
	}
	n.given[name] = name
	return name
}

var word = lazily(`[\pL_][\pL\pN_]*`)

// restore puts the author's names back into a message.
func (n *naming) restore(msg string) string {
	return word().ReplaceAllStringFunc(msg, func(s string) string {
		if name, ok := n.given[s]; ok {
			return name
		}
		return s
	})
}

// Pos returns the place in the chapter of a byte of Source. ok is false for a
// byte that was copied from none.
func (p *Program) Pos(offset int) (pos Pos, ok bool) {
	i := sort.Search(len(p.Map), func(i int) bool { return p.Map[i].Offset > offset }) - 1
	if i < 0 || offset >= p.Map[i].Offset+p.Map[i].Len {
		return Pos{}, false
	}
	pos = p.Map[i].Pos
	pos.Col += offset - p.Map[i].Offset
	return pos, true
}

// PosAt is Pos for a 1-based line and column, in bytes, of Source. For a place
// that was copied from none it returns what the line first has from the
// chapter, if it has anything.
func (p *Program) PosAt(line, col int) (Pos, bool) {
	start := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(p.Source[start:], '\n')
		if i < 0 {
			return Pos{}, false
		}
		start += i + 1
	}
	if pos, ok := p.Pos(start + col - 1); ok {
		return pos, true
	}
	end := len(p.Source)
	if i := strings.IndexByte(p.Source[start:], '\n'); i >= 0 {
		end = start + i
	}
	i := sort.Search(len(p.Map), func(i int) bool { return p.Map[i].Offset >= start })
	if i < len(p.Map) && p.Map[i].Offset < end {
		return p.Map[i].Pos, true
	}
	return Pos{}, false
}

// WithLines returns Source with line directives, so that the compiler's
// errors, and tracebacks, name places in the chapter. It has as many lines as
// Source.
func (p *Program) WithLines() string {
	var b strings.Builder
	last := 0
	toks := lex(p.Source, func(string) {})
	ends := commentEnds(p.Source, toks)
	for _, s := range p.Map {
		for len(toks) > 0 && toks[0].end <= s.Offset {
			toks = toks[1:]
		}
		inToken := len(toks) > 0 && toks[0].off < s.Offset
		if inToken || strings.Contains(s.Pos.File, "*/") {
			continue
		}
		if !strings.HasPrefix(p.Source[s.Offset:], "//") {
			b.WriteString(p.Source[last:s.Offset])
			b.WriteString("/*line " + s.Pos.String() + "*/")
			last = s.Offset
			continue
		}
		// A comment may be a directive, such as go:noinline, and must then stay
		// first on its line. So the end of the line above says where it is,
		// unless that is a comment, which goes on into this one, and blanks
		// take it to its column.
		above := strings.LastIndexByte(p.Source[:s.Offset], '\n')
		if above < last || s.Pos.Line < 2 || strings.TrimSpace(p.Source[above:s.Offset]) != "" {
			continue
		}
		b.WriteString(p.Source[last:above])
		if !ends[above] {
			b.WriteString("/*line " + Pos{s.Pos.File, s.Pos.Line - 1, 1}.String() + "*/")
		}
		b.WriteString("\n" + strings.Repeat(" ", s.Pos.Col-1))
		last = s.Offset
	}
	b.WriteString(p.Source[last:])
	return b.String()
}

// commentEnds returns the offsets of the line breaks that end comments.
func commentEnds(src string, toks []lexeme) map[int]bool {
	ends := make(map[int]bool)
	for _, t := range toks {
		if t.tok == token.COMMENT && src[t.off+1] == '/' {
			ends[after(src, t.off, "\n")-1] = true
		}
	}
	return ends
}
