// Package view turns the snapshots and the recorded events of the model's
// machines into displays: pure functions from what a machine says about itself
// to the plain data of package show.
//
//	h := alloc.New(alloc.Config{Record: true})
//	h.Malloc(0, 50, false)
//	view.RequestPath(h).Show()
//
// What shows one moment takes a snapshot ([HeapMap], [SpanSlots],
// [ObjectGraph]); what shows a story takes the machine, which must have
// recorded ([Timeline], [Life], [AllocSteps], [SchedSteps], [GCSteps]). A
// machine that recorded nothing gives a display that says so. Nothing here
// changes a machine, and a machine that died can be shown like any other: its
// story goes up to there.
//
// # Steppers
//
// A stepper has a step for each event, and its panels hold the machine's state
// as it was after that event. They are filled by replay: from the events, and
// from the changes of state that the machine recorded beside them
// ([event.Effect]). No snapshot is taken on the way; that the two agree, after
// any event, is tested. Of a recording that is longer than 10,000 events, or
// whose data is larger than a few megabytes, the first part is there.
//
// Things have the same id in all panels of a stepper, and so light up together:
// "G5" is goroutine 5, and there are "P0", "M0", "span 0xc000010000" and, of a
// collector's machine, "obj 7", by the number that its events have.
//
// Panels are bounded. Rows and items beyond the bound are left out and counted
// in the description, or by a last item such as "+12".
package view
