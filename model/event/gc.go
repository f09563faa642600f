package event

// Kinds of the garbage collector. "#n" in a detail is a numbered thing of the
// machine (an object, a variable, a goroutine), which the machine can name.
const (
	_ Kind = gcBase + iota

	// The cycle, in the order of gcStart, gcMarkDone and gcMarkTermination.
	GCBegin                    // cycle
	GCEnd                      // cycle
	GCSTWBegin                 //
	GCSTWEnd                   //
	GCSweepSpan                // page, objects freed, bytes freed, objects left
	GCBgMarkStartWorkers       //
	GCResetMarkState           //
	GCFinishSweep              //
	GCClearPools               //
	GCStartCycle               // dedicated workers, fractional utilization in 1/1000
	GCSetPhase                 // phase, write barrier enabled
	GCBgMarkPrepare            //
	GCPrepareMarkRoots         // root jobs
	GCMarkTinyAllocs           //
	GCBlackenEnabled           // 0 or 1
	GCMarkDone                 // work that P 0 still had
	GCRestart                  //
	GCComputeStartingStackSize //
	GCWakeAllAssists           //
	GCEndCycle                 // heap live, heap live at the start of the cycle
	GCMark                     // bytes marked
	GCCheckMark                // objects reached
	GCSweep                    // sweep generation, spans to sweep
	GCControllerCommit         // heap goal, trigger
	GCPrepareForSweep          //

	// Marking.
	GCMarkRootBlock // bytes
	GCScanStack     // goroutine, bytes
	GCScanObject    // object, offset of the oblet, pointer slots
	GCScanSpan      // page, objects, pointer slots
	GCGreyObject    // object, where the pointer was found, slot, page (greyobject, or tryDeferToSpanScan)
	GCWBBufFlush    // pointers in the buffer
	GCShade         // object, -, -, page
	GCDrain         //

	// What the program does meanwhile.
	GCMalloc       // object, elemsize, page, slot
	GCStore        // object, slot, new, old
	GCStoreGlobal  // variable, -, new, old
	GCWriteBarrier // pointers recorded, new, old
	GCLoad         // variable, what it holds now, from, slot
	GCAssign       // variable, what it holds now, from
	GCDrop         // variable, what it held
	GCGo           // goroutine
)

var gcKinds = map[Kind]kindInfo{
	GCBegin:                    {"GCBegin", "cycle %[1]d"},
	GCEnd:                      {"GCEnd", "cycle %[1]d"},
	GCSTWBegin:                 {"STWBegin", ""},
	GCSTWEnd:                   {"STWEnd", ""},
	GCSweepSpan:                {"GCSweepSpan", "page %[1]d, %[2]d object%[2]z freed (%[3]d bytes), %[4]d left"},
	GCBgMarkStartWorkers:       {"gcBgMarkStartWorkers", ""},
	GCResetMarkState:           {"gcResetMarkState", ""},
	GCFinishSweep:              {"finishsweep_m", ""},
	GCClearPools:               {"clearpools", ""},
	GCStartCycle:               {"startCycle", "%[1]d dedicated worker%[1]z, fractional goal %[2]d/1000"},
	GCSetPhase:                 {"setGCPhase", "%[1]d"},
	GCBgMarkPrepare:            {"gcBgMarkPrepare", ""},
	GCPrepareMarkRoots:         {"gcPrepareMarkRoots", "%[1]d job%[1]z"},
	GCMarkTinyAllocs:           {"gcMarkTinyAllocs", ""},
	GCBlackenEnabled:           {"gcBlackenEnabled", "= %[1]d"},
	GCMarkDone:                 {"gcMarkDone", ""},
	GCRestart:                  {"restart", ""},
	GCComputeStartingStackSize: {"gcComputeStartingStackSize", ""},
	GCWakeAllAssists:           {"gcWakeAllAssists", ""},
	GCEndCycle:                 {"endCycle", "heap %[2]d -> %[1]d bytes"},
	GCMark:                     {"gcMark", "%[1]d bytes marked"},
	GCCheckMark:                {"runCheckmark", "%[1]d object%[1]z reached"},
	GCSweep:                    {"gcSweep", "sweepgen = %[1]d, %[2]d span%[2]z to sweep"},
	GCControllerCommit:         {"gcControllerCommit", "goal %[1]d, trigger %[2]d"},
	GCPrepareForSweep:          {"prepareForSweep", ""},

	GCMarkRootBlock: {"markrootBlock", "globals, %[1]d bytes"},
	GCScanStack:     {"scanstack", "#%[1]d, %[2]d bytes"},
	GCScanObject:    {"scanObject", "#%[1]d+%[2]d, %[3]d slot%[3]z"},
	GCScanSpan:      {"scanSpan", "page %[1]d, %[2]d object%[2]z, %[3]d slot%[3]z"},
	GCGreyObject:    {"greyobject", "#%[1]d, found in #%[2]d"},
	GCWBBufFlush:    {"wbBufFlush", "%[1]d pointer%[1]z"},
	GCShade:         {"shade", "#%[1]d"},
	GCDrain:         {"gcDrain", ""},

	GCMalloc:       {"mallocgc", "#%[1]d: page %[3]d, slot %[4]d, %[2]d bytes"},
	GCStore:        {"store", "#%[1]d[%[2]d] = #%[3]d (was #%[4]d)"},
	GCStoreGlobal:  {"store", "#%[1]d = #%[3]d (was #%[4]d)"},
	GCWriteBarrier: {"gcWriteBarrier", "new #%[2]d, old #%[3]d"},
	GCLoad:         {"load", "#%[1]d = #%[3]d[%[4]d], now #%[2]d"},
	GCAssign:       {"assign", "#%[1]d = #%[3]d, now #%[2]d"},
	GCDrop:         {"drop", "#%[1]d (was #%[2]d)"},
	GCGo:           {"newproc", "#%[1]d"},
}

// Reasons of the garbage collector.
const (
	_ Reason = gcBase + iota

	GCWhyForced
	GCWhySweepTerm
	GCWhyMarkTerm
	GCWhyMarkStarts
	GCWhyMarkResumes
	GCWhyCycleDone
	GCWhyMarkComplete
	GCWhyLeftover
	GCWhyWorkersReady
	GCWhyStateReset
	GCWhySweepFinished
	GCWhyPoolsCleared
	GCWhyWorkerSplit
	GCWhyBarrierOn
	GCWhyBarrierStays
	GCWhyBarrierOff
	GCWhyWorkersCounted
	GCWhyRootsCounted
	GCWhyNoTinyBlock
	GCWhyBlackenOn
	GCWhyBlackenOff
	GCWhyFlushedWork
	GCWhyFlaggedWork
	GCWhyNothingFlushed
	GCWhyLateBarrier
	GCWhyStackAverage
	GCWhyAssistsFreed
	GCWhyConsMark
	GCWhyMarkAccounted
	GCWhyCheckmarked
	GCWhySweepgen
	GCWhyPaced
	GCWhyCachesFlushed
	GCWhyCachedSpan
	GCWhyAllocNeedsSpan
	GCWhyBackground
	GCWhyWholeSpan

	GCWhyRootJob
	GCWhyStackJob
	GCWhyStackEmpty
	GCWhyTopOfWbuf
	GCWhyFullList
	GCWhyWbuf2
	GCWhyOblet
	GCWhySpanOneMark
	GCWhySpanManyMarks
	GCWhySpanNothing
	GCWhySpanFromChain
	GCWhyGreyWbuf
	GCWhyGreySpanQueued
	GCWhyGreySpanWaits
	GCWhyBlackNoscan
	GCWhyMarkedAlready
	GCWhyPointsToSelf
	GCWhyBufferFull
	GCWhyNoOtherWork
	GCWhyRaggedBarrier
	GCWhyWorldStoppedFlush
	GCWhyNoGreyLeft

	GCWhyBornWhite
	GCWhyBornBlack
	GCWhyBarrierDisabled
	GCWhyBarrierRecords
	GCWhyBarrierOldOnly
	GCWhyBarrierNewOnly
	GCWhyBarrierNothing
	GCWhyStackStore
	GCWhyDropped
	GCWhyNewGoroutine
	GCWhyNewGoroutineMark
)

var gcReasons = map[Reason]string{
	GCWhyForced:         "runtime.GC asks for a cycle",
	GCWhySweepTerm:      "GC sweep termination",
	GCWhyMarkTerm:       "GC mark termination",
	GCWhyMarkStarts:     "write barrier is on, marking goes on beside the program",
	GCWhyMarkResumes:    "work turned up after the barrier, marking resumes",
	GCWhyCycleDone:      "write barrier is off, sweeping goes on beside the program",
	GCWhyMarkComplete:   "marking is over, sweeping is still to come",
	GCWhyLeftover:       "the last cycle left this span unswept",
	GCWhyWorkersReady:   "one mark worker for each P, parked until marking starts",
	GCWhyStateReset:     "no stack is scanned yet, bytesMarked = 0",
	GCWhySweepFinished:  "every span of the last cycle is swept",
	GCWhyPoolsCleared:   "sync.Pool: primary becomes victim, victim is dropped",
	GCWhyWorkerSplit:    "background workers should use 25%% of GOMAXPROCS",
	GCWhyBarrierOn:      "GCmark: the world is stopped, so every P sees the write barrier on",
	GCWhyBarrierStays:   "GCmarktermination: the write barrier stays on for now",
	GCWhyBarrierOff:     "GCoff: marking is complete, the write barrier goes off",
	GCWhyWorkersCounted: "no worker runs yet",
	GCWhyRootsCounted:   "one job for the globals, one for each goroutine of now",
	GCWhyNoTinyBlock:    "no P holds a tiny block",
	GCWhyBlackenOn:      "workers and assists may run",
	GCWhyBlackenOff:     "workers and assists must stop",
	GCWhyFlushedWork:    "the P gave up work that it had kept to itself: mark on",
	GCWhyFlaggedWork:    "the P had shared work since the last look: look once more",
	GCWhyNothingFlushed: "no P had work to give up",
	GCWhyLateBarrier:    "the write barrier shaded something after the P was flushed",
	GCWhyStackAverage:   "new goroutines start with the average stack in use",
	GCWhyAssistsFreed:   "goroutines that waited for credit may go on",
	GCWhyConsMark:       "allocation per scan work, for the next trigger",
	GCWhyMarkAccounted:  "what is marked is the live heap now",
	GCWhyCheckmarked:    "a second mark with the world stopped agrees",
	GCWhySweepgen:       "every span needs sweeping; no bitmap is touched",
	GCWhyPaced:          "from what was marked and GOGC",
	GCWhyCachesFlushed:  "the P's mcache returns its spans",
	GCWhyCachedSpan:     "it was in an mcache: swept as it is returned",
	GCWhyAllocNeedsSpan: "an allocation needs a slot of this class",
	GCWhyBackground:     "mark bits become allocation bits",
	GCWhyWholeSpan:      "nothing in it is marked: its pages go back to mheap",

	GCWhyRootJob:       "next root job",
	GCWhyStackJob:      "next root job: the goroutine is suspended meanwhile",
	GCWhyStackEmpty:    "next root job: the stack holds no pointer",
	GCWhyTopOfWbuf:     "top of wbuf1 (last in, first out)",
	GCWhyFullList:      "wbuf1 and wbuf2 are empty, a buffer of the full list is not",
	GCWhyWbuf2:         "wbuf1 is empty, top of wbuf2",
	GCWhyOblet:         "top of wbuf1, 128 KiB of a larger object",
	GCWhySpanOneMark:   "head of the span queue: one mark, one object to scan",
	GCWhySpanManyMarks: "head of the span queue: all that was marked there meanwhile",
	GCWhySpanNothing:   "head of the span queue: nothing unscanned is left in it",
	GCWhySpanFromChain: "span taken back from the shared chain",

	GCWhyGreyWbuf:       "white, now grey: queued in wbuf1",
	GCWhyGreySpanQueued: "white, now grey: page %[4]d joins the span queue",
	GCWhyGreySpanWaits:  "white, now grey: page %[4]d waits in the span queue already",
	GCWhyBlackNoscan:    "white, now black: it has no pointers to scan",
	GCWhyMarkedAlready:  "marked already",
	GCWhyPointsToSelf:   "points into the object itself",

	GCWhyBufferFull:        "the buffer is full",
	GCWhyNoOtherWork:       "the worker finds nothing else to do",
	GCWhyRaggedBarrier:     "gcMarkDone flushes every P in turn",
	GCWhyWorldStoppedFlush: "the world is stopped: a last look into the buffers",
	GCWhyNoGreyLeft:        "no root job, no grey object, no buffered pointer",

	GCWhyBornWhite:        "no cycle is marking: allocated white",
	GCWhyBornBlack:        "the collector is marking: allocated black",
	GCWhyBarrierDisabled:  "writeBarrier.enabled is false: a plain store",
	GCWhyBarrierRecords:   "old and new go into the P's buffer",
	GCWhyBarrierOldOnly:   "only the old one goes into the P's buffer",
	GCWhyBarrierNewOnly:   "only the new one goes into the P's buffer",
	GCWhyBarrierNothing:   "the missing half would have recorded it",
	GCWhyDropped:          "the variable is not live any more",
	GCWhyStackStore:       "a local variable: no write barrier",
	GCWhyNewGoroutine:     "its stack is a root of the next cycle",
	GCWhyNewGoroutineMark: "born during the mark: not a root of this cycle",
}
