package view

import "strconv"

// names are the items of numbered things, "G5" and the like, made once each.
type names struct {
	prefix string
	few    []*thing          // by number, for numbers that are not large
	many   map[uint64]*thing // the others
}

// item returns that of a number. Its text is its id.
func (n *names) item(number uint64) *thing {
	if number < 1<<20 {
		for uint64(len(n.few)) <= number {
			n.few = append(n.few, nil)
		}
		if n.few[number] == nil {
			n.few[number] = n.make(number)
		}
		return n.few[number]
	}
	if n.many == nil {
		n.many = make(map[uint64]*thing)
	}
	if n.many[number] == nil {
		n.many[number] = n.make(number)
	}
	return n.many[number]
}

func (n *names) make(number uint64) *thing {
	id := n.prefix + strconv.FormatUint(number, 10)
	return &thing{text: id, id: id}
}

// id returns the id of a number, "" for a negative one: event.None.
func (n *names) id(number int64) string {
	if number < 0 {
		return ""
	}
	return n.item(uint64(number)).id
}

// span returns the id of a span.
func spanID(base uint64) string { return "span 0x" + strconv.FormatUint(base, 16) }

// pageName is the short name of a page: its number from the address on at which
// heaps begin, or its address if it is below that.
func pageName(base uint64) string {
	if base < heapBase {
		return "0x" + strconv.FormatUint(base, 16)
	}
	return "page " + strconv.FormatUint((base-heapBase)/pageSize, 10)
}

// What the allocator's addresses are made of (package alloc has them unexported).
const (
	heapBase   = 0xc000000000
	pageSize   = 8192
	arenaBytes = 64 << 20
)

// plural returns "1 page", "2 pages".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
