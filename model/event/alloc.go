package event

// Kinds of the allocator, named after the runtime's functions except where
// execution traces have a name (HeapObjectAlloc, SpanAlloc, SpanFree).
// Addresses and sizes are in bytes, pages are the runtime's of 8 KiB, and a
// class is a size class (0: a large object).
const (
	_               Kind = allocBase + iota
	Mallocgc             // a request begins: size, class, slot size
	TinyAlloc            // a tiny object shares a block: address, offset in the block, size
	TinyBlock            // which block tiny objects share from now on: address, bytes used
	HeapObjectAlloc      // a slot is given out: address, slot index, slots, slot size
	NextFree             // the cached span gives nothing: class, slots in use, slots
	Refill               // a span enters an mcache: address, free slots, slots, bytes added to heapLive
	UncacheSpan          // a span is handed to an mcentral: address, free slots, slots
	CacheSpan            // an mcentral is asked for a span: class, address or 0, free slots
	AllocToCache         // a P's page cache is filled: first page's address, free pages
	PageAlloc            // pages are taken: pages, address
	SysReserve           // address space is reserved: address, MiB
	HeapGrow             // reserved memory is mapped: address, MiB
	SpanAlloc            // pages become a span: address, pages, slots, slot size
	SpanFree             // a span's pages go back to mheap: address, pages
	Reclaim              // dead spans are looked for before pages are taken: pages
	AllocBlack           // a mark phase begins: sweepgen, tiny blocks kept
	MarkBits             // mark bits are set: objects, bytes; or one: objects, bytes, address
	SweepGen             // a sweep phase begins: new sweepgen, bytes marked
	FlushCache           // an mcache gives up its spans: spans
	SweepSpan            // mark bits become alloc bits: address, slots freed, slots kept, slots
	SweepDrained         // no unswept span is left: sweepgen
	PageCacheFlush       // a P's page cache is given back: first page's address, free pages
	SummaryFind          // a search for pages looks at a summary: level, address, longest free run, pages wanted
	ChunkFind            // a search for pages looks at a bitmap: chunk's address, page in it, pages wanted, address
	SummaryUpdate        // summaries follow the bitmaps: address, levels changed, longest free run of the chunk, searchAddr
	SweepPace            // sweeping is spread over what will be allocated: pages, bytes, trigger
	SweepCredit          // a request has to sweep first: pages missing, pages due, pages swept
	Scavenge             // memory behind free pages goes back to the system: pages, runs, bytes asked for
)

var allocKinds = map[Kind]kindInfo{
	Mallocgc:        {"mallocgc", "%[1]d byte%[1]z, class %[2]d, slot %[3]d"},
	TinyAlloc:       {"mallocgcTiny", "%[3]d byte%[3]z at %#[1]x, offset %[2]d"},
	TinyBlock:       {"tiny", "%#[1]x, %[2]d of 16 bytes used"},
	HeapObjectAlloc: {"HeapObjectAlloc", "%#[1]x, slot %[2]d of %[3]d"},
	NextFree:        {"nextFree", "class %[1]d, %[2]d of %[3]d slots used"},
	Refill:          {"refill", "%#[1]x, %[2]d of %[3]d slots free"},
	UncacheSpan:     {"uncacheSpan", "%#[1]x, %[2]d of %[3]d slots free"},
	CacheSpan:       {"cacheSpan", "class %[1]d"},
	AllocToCache:    {"allocToCache", "%[2]d page%[2]z"},
	PageAlloc:       {"pages.alloc", "%[1]d page%[1]z at %#[2]x"},
	SysReserve:      {"sysReserve", "%[2]d MiB at %#[1]x"},
	HeapGrow:        {"grow", "%[2]d MiB at %#[1]x"},
	SpanAlloc:       {"SpanAlloc", "%#[1]x, %[2]d page%[2]z, %[3]d slot%[3]z of %[4]d"},
	SpanFree:        {"SpanFree", "%#[1]x, %[2]d page%[2]z"},
	Reclaim:         {"reclaim", "%[1]d page%[1]z wanted"},
	AllocBlack:      {"allocBlack", "in sweepgen %[1]d, %[2]d tiny block%[2]z kept"},
	MarkBits:        {"setMarked", "%[1]d object%[1]z, %[2]d bytes"},
	SweepGen:        {"gcSweep", "%[1]d, %[2]d bytes marked"},
	FlushCache:      {"releaseAll", "%[1]d span%[1]z"},
	SweepSpan:       {"sweep", "%#[1]x, %[2]d freed, %[3]d of %[4]d kept"},
	SweepDrained:    {"markDrained", "sweepgen %[1]d"},
	PageCacheFlush:  {"pcache.flush", "%[2]d page%[2]z at %#[1]x"},
	SummaryFind:     {"pages.find", "level %[1]d, at %#[2]x"},
	ChunkFind:       {"chunk.find", "chunk at %#[1]x, page %[2]d"},
	SummaryUpdate:   {"pages.update", "%[2]d level%[2]z from %#[1]x on"},
	SweepPace:       {"gcPaceSweeper", "%[1]d page%[1]z in %[2]d bytes"},
	SweepCredit:     {"deductSweepCredit", "%[2]d page%[2]z due, %[3]d swept"},
	Scavenge:        {"scavenge", "%[1]d page%[1]z in %[2]d run%[2]z"},
}

// Reasons of the allocator.
const (
	_ Reason = allocBase + iota

	// Which way a request takes (Mallocgc).
	WhyZeroSize
	WhyTinySize
	WhySmallNoscan
	WhySmallScan
	WhySmallHeader
	WhyLarge

	// The tiny allocator.
	WhyTinyFits
	WhyTinyNew
	WhyTinyOld

	// The mcache.
	WhyFreeSlot
	WhyNextWindow
	WhyFirstOfRefill
	WhyLargeObject
	WhyMcacheFull
	WhyMcacheNone
	WhyMcacheTakes

	// The mcentral.
	WhyCentralKeepsFull
	WhyCentralKeepsPartial
	WhyCentralLarge
	WhyCentralPartial
	WhyCentralPartialSwept
	WhyCentralFullSwept
	WhyCentralNone

	// The mheap.
	WhyPageCacheEmpty
	WhyPageCacheEmptyHeapToo
	WhyCarvePageCache
	WhyCarve
	WhyNoArena
	WhyRestOfArena
	WhyNoRun
	WhySpanSmall
	WhySpanLarge
	WhySweepPending
	WhyIdleP

	// Its page allocator.
	WhySearchAddrChunk
	WhyDown
	WhyAcross
	WhyNowhere
	WhyZeroBits
	WhySummariesFollow
	WhySummariesStay

	// Its scavenger.
	WhyMemoryLimit
	WhyRetainGoal
	WhyScavengeForced
	WhyScavengeBackground

	// Collections.
	WhyMarkBegins
	WhyReachable
	WhySweepBegins
	WhyStale
	WhyFlushAsked
	WhySweptForUse
	WhySweptEmpty
	WhySweptPartial
	WhySweptFull
	WhySpanDead
	WhyAllSwept
	WhySweepPaced
	WhySweepBehind
)

var allocReasons = map[Reason]string{
	WhyZeroSize:    "no size, no memory: every such request gets the address of zerobase",
	WhyTinySize:    "no pointers, below 16 bytes: tiny allocator",
	WhySmallNoscan: "no pointers, fits class %[2]d",
	WhySmallScan:   "pointers, at most 512 bytes: no header, bitmap in the span",
	WhySmallHeader: "pointers, above 512 bytes: 8 more bytes for a header",
	WhyLarge:       "above 32760 bytes: a span of its own",

	WhyTinyFits: "the tiny block has room",
	WhyTinyNew:  "the new block has more room left",
	WhyTinyOld:  "the old block has more room left",

	WhyFreeSlot:      "mcache has a free slot",
	WhyNextWindow:    "mcache has a free slot, the last of its 64",
	WhyFirstOfRefill: "first free slot of the refill",
	WhyLargeObject:   "the object is the span",
	WhyMcacheFull:    "mcache full",
	WhyMcacheNone:    "mcache has no span of this class",
	WhyMcacheTakes:   "mcache takes the whole span",

	WhyCentralKeepsFull:    "mcentral lists it as full",
	WhyCentralKeepsPartial: "mcentral lists it as partial",
	WhyCentralLarge:        "mcentral lists it as full, for the sweeper",
	WhyCentralPartial:      "mcentral has a partial span",
	WhyCentralPartialSwept: "mcentral has a partial span, just swept",
	WhyCentralFullSwept:    "mcentral has a full span, no longer full once swept",
	WhyCentralNone:         "mcentral has no span with a free slot",

	WhyPageCacheEmpty:        "the P's page cache is empty",
	WhyPageCacheEmptyHeapToo: "the P's page cache is empty, and mheap has no page for it",
	WhyCarvePageCache:        "mheap carves %[1]d page%[1]z from the P's page cache",
	WhyCarve:                 "mheap carves %[1]d page%[1]z, first fit",
	WhyNoArena:               "no arena has room: the system reserves addresses",
	WhyRestOfArena:           "the new addresses do not follow: the rest of the old ones is mapped first",
	WhyNoRun:                 "mheap has no free run of %[3]d page%[3]z",
	WhySpanSmall:             "a span for slots of one class",
	WhySpanLarge:             "a span for one large object",
	WhySweepPending:          "sweeping is not done: dead spans first",
	WhyIdleP:                 "an idle P keeps no pages",

	WhySearchAddrChunk: "the chunk of searchAddr has %[3]d free page%[3]z in a row: no search from the root",
	WhyDown:            "%[3]d free page%[3]z in a row in there: a level down",
	WhyAcross:          "%[3]d free page%[3]z in a row across a border: found",
	WhyNowhere:         "no run of %[4]d free page%[4]z",
	WhyZeroBits:        "the first %[3]d zero bit%[3]z in a row",
	WhySummariesFollow: "the bits have changed, and the summaries above them",
	WhySummariesStay:   "the bits have changed, the chunk's summary has not",

	WhyMemoryLimit:        "above the memory limit: free pages give up their memory",
	WhyRetainGoal:         "the heap has grown beyond what it may retain",
	WhyScavengeForced:     "the caller asked for it: any free page",
	WhyScavengeBackground: "the caller asked for it: no page of a chunk that is nearly full",

	WhyMarkBegins:   "marking begins: new objects are born marked",
	WhyReachable:    "found reachable",
	WhySweepBegins:  "marking is over: every span has to be swept",
	WhyStale:        "its spans are of the cycle before",
	WhyFlushAsked:   "the caller asked for it",
	WhySweptForUse:  "swept by mcentral, to be used at once",
	WhySweptEmpty:   "no survivor: the span can go",
	WhySweptPartial: "%[3]d survivor%[3]z: mcentral lists it as partial",
	WhySweptFull:    "all survive: mcentral lists it as full",
	WhySpanDead:     "mheap has its pages back",
	WhyAllSwept:     "no unswept span is left",
	WhySweepPaced:   "a page is due for every so many bytes",
	WhySweepBehind:  "%[1]d page%[1]z behind with sweeping: that comes first",
}
