package site

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"rtbook/runner/show"
)

// A display of each kind, as the tests use them. Their text is what is given
// after texts of all sorts.

func tableOf(text string) show.Table {
	return show.Table{Title: "Classes" + text, Columns: []show.Column{{Name: "class" + text}, {Name: "slot", Right: true}},
		Rows: [][]string{{"1" + text, "8"}, {"2", "16"}}}
}

func drawingOf(text string) show.Figure {
	return show.Figure{Title: "One span" + text, Description: "Eight slots of a span, of which three are in use." + text, Width: 560, Height: 150, Shapes: []show.Shape{
		{Kind: show.Box, X: 20, Y: 30, W: 120, H: 40, Text: "in use" + text[:min(len(text), 3)], Tone: show.Tone1, ID: "s1" + text, Note: "slot 0" + text},
		{Kind: show.Box, X: 150, Y: 30, W: 120, H: 40, Text: "free", Tone: show.Plain, ID: "s2"},
		{Kind: show.Box, X: 280, Y: 30, W: 120, H: 40, Text: "dead", Tone: show.Quiet},
		{Kind: show.Box, X: 410, Y: 30, W: 120, H: 40, Text: "next" + text, Tone: show.Strong},
		{Kind: show.Box, X: 20, Y: 90, W: 80, H: 26, Text: "two", Tone: show.Tone2}, {Kind: show.Box, X: 105, Y: 90, W: 80, H: 26, Text: "three", Tone: show.Tone3},
		{Kind: show.Box, X: 190, Y: 90, W: 80, H: 26, Text: "four", Tone: show.Tone4}, {Kind: show.Box, X: 275, Y: 90, W: 80, H: 26, Text: "five", Tone: show.Tone5},
		{Kind: show.Box, X: 360, Y: 90, W: 80, H: 26, Text: "six", Tone: show.Tone6},
		{Kind: show.Arrow, Points: []show.Point{{X: 80, Y: 70}, {X: 80, Y: 80}, {X: 60, Y: 89}}, Tone: show.Tone5},
		{Kind: show.Line, Points: []show.Point{{X: 140, Y: 50}, {X: 150, Y: 50}}, Text: "", Tone: show.Plain},
		{Kind: show.Label, X: 20, Y: 20, Text: "freeindex 3" + text}, {Kind: show.LabelMid, X: 280, Y: 20, Text: "middle", Tone: show.Tone4}, {Kind: show.LabelRight, X: 540, Y: 20, Text: "end", Tone: show.Quiet},
	}, Keys: []show.Key{{Tone: show.Tone1, Text: "in use" + text}, {Tone: show.Plain, Text: "free"}, {Tone: show.Strong, Text: "the next one"}}, Lines: []string{"XXX....." + text}}
}

func chartOf(text string) show.Chart {
	live := show.Series{Name: "live" + text, Tone: show.Tone1}
	goal := show.Series{Name: "goal", Tone: show.Tone2, Stairs: true}
	for i := range 12 {
		live.Points = append(live.Points, show.Point{X: float64(i), Y: 20 + float64(i*i)/3})
		goal.Points = append(goal.Points, show.Point{X: float64(i), Y: 40 + float64(i/3*14)})
	}
	return show.Chart{Title: "The heap over cycles" + text, Description: "The goal is twice of what is live." + text, X: "cycle" + text, Y: "heap (MiB)" + text, Series: []show.Series{live, goal}}
}

func timelineOf(text string) show.Timeline {
	t := show.Timeline{Title: "Two Ps" + text, Description: "Both are busy." + text, Unit: "ns" + text, Lanes: []string{"P0" + text, "P1"},
		Keys: []show.Key{{Tone: show.Tone1, Text: "main" + text}, {Tone: show.Tone3, Text: "worker"}, {Tone: show.Quiet, Text: "idle"}}}
	for i := range int64(6) {
		tone, name := show.Tone1, "main"
		if i%2 == 1 {
			tone, name = show.Tone3, fmt.Sprintf("g%d", i+10)
		}
		t.Spans = append(t.Spans, show.Span{Lane: 0, From: i * 100, To: i*100 + 90, Text: name + text, Tone: tone, Note: "ran out of time" + text, ID: name + text},
			show.Span{Lane: 1, From: i*100 + 30, To: i*100 + 80 - i*8, Text: "idle", Tone: show.Quiet})
	}
	t.Marks = []show.Mark{{Lane: 1, At: 10, Text: "wake" + text, Note: "by P0" + text, ID: "main" + text}, {Lane: 1, At: 300, Text: "poll"}, {Lane: 0, At: 600, Text: "end"}}
	return t
}

func rulerOf(text string) show.Ruler {
	sizes := []int64{8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768}
	choice := func(name string, header int64) show.Choice {
		c := show.Choice{Name: name}
		from := int64(1)
		for i, size := range sizes {
			if size-header < from {
				continue
			}
			c.Ranges = append(c.Ranges, show.Range{From: from, To: size - header, Values: []show.Value{
				{Number: true, A: int64(i + 1)}, {Number: true, A: size, Text: "bytes" + text}, {Number: true, A: size - header, B: -1, Text: "bytes"}, {Text: "bitmap" + text}}})
			from = size - header + 1
		}
		c.Ranges = append(c.Ranges, show.Range{From: from, To: 33000, Values: []show.Value{{Text: "none"}, {Number: true, A: 40960, Text: "bytes"}, {Number: true, A: 40960, B: -1, Text: "bytes"}, {Text: "-"}}})
		return c
	}
	return show.Ruler{Title: "The size ruler" + text, Description: "From the bytes that are asked for to the slot that they get." + text, Number: "bytes asked for" + text, Min: 1, Max: 33000, Start: 50,
		Fields: []string{"class" + text, "slot", "waste", "pointers"}, Choices: []show.Choice{choice("without pointers"+text, 0), choice("with pointers", 8)}}
}

// stepperOf makes a run of a small scheduler that is none: goroutines queue,
// run and fill slots.
func stepperOf(n int, text string) show.Stepper {
	s := show.Stepper{Title: "A run of two Ps" + text, Description: "Goroutines wait in queues, run, and allocate." + text, Unit: "ns" + text[:min(len(text), 9)],
		Panels: []show.Panel{
			{Name: "What runs" + text, Kind: show.Lanes, Rows: []string{"P0" + text, "P1"}},
			{Name: "Run queues", Kind: show.Queues, Rows: []string{"P0", "P1", "global"}},
			{Name: "Slots of a span", Kind: show.Cells, Rows: []string{"64 bytes"}},
			{Name: "Counters", Kind: show.Values, Rows: []string{"mallocs", "switches"}},
		},
		Keys: []show.Key{{Tone: show.Tone1, Text: "in use" + text}, {Tone: show.Plain, Text: "free"}, {Tone: show.Tone3, Text: "a goroutine"}}}
	r := rand.New(rand.NewPCG(7, 7))
	queues, running, slots := [3][]int{}, [2]int{}, make([]bool, 64)
	g := func(n int) show.Item {
		return show.Item{Text: fmt.Sprintf("G%d%s", n, text), Tone: show.Tone3, ID: fmt.Sprintf("g%d%s", n, text)}
	}
	free := make([]show.Item, len(slots))
	mallocs, switches, next, time := 0, 0, 1, int64(0)
	for i := range n {
		time += 1 + int64(r.IntN(120))
		step := show.Step{Time: time}
		p := r.IntN(2)
		change := func(c show.Change) { step.Changes = append(step.Changes, c) }
		count := func(row, was int) {
			drop := 1
			if was == 0 {
				drop = 0
			}
			change(show.Change{Panel: 3, Row: row, Drop: drop, Items: []show.Item{{Text: fmt.Sprint(was + 1)}}})
		}
		switch {
		case i == 0:
			step.Event, step.What, step.Why = "Start"+text, "the span is fresh"+text, "nothing was allocated yet"+text
			change(show.Change{Panel: 2, Row: 0, Items: free})
		case running[p] == 0 && len(queues[p]) > 0:
			id := queues[p][0]
			queues[p], running[p] = queues[p][1:], id
			step.Event, step.What = "GoStart", fmt.Sprintf("G%d on P%d", id, p)
			step.Why = fmt.Sprintf("it was first in the run queue of P%d", p)
			step.Focus = []string{g(id).ID}
			change(show.Change{Panel: 1, Row: p, Drop: 1})
			change(show.Change{Panel: 0, Row: p, Items: []show.Item{g(id)}})
			count(1, switches)
			switches++
		case running[p] != 0 && r.IntN(3) == 0:
			id := running[p]
			running[p] = 0
			queues[p] = append(queues[p], id)
			step.Event, step.What, step.Why = "GoPreempt", fmt.Sprintf("G%d on P%d", id, p), "it ran for 10 ms, and others wait"
			step.Focus = []string{g(id).ID}
			change(show.Change{Panel: 0, Row: p, Drop: 1})
			change(show.Change{Panel: 1, Row: p, At: len(queues[p]) - 1, Items: []show.Item{g(id)}})
		case running[p] != 0 && slices.Contains(slots, false):
			at := slices.Index(slots, false)
			slots[at] = true
			step.Event, step.What, step.Why = "Malloc", fmt.Sprintf("slot %d", at), "it is the next free slot of the span"
			slot := show.Item{Text: fmt.Sprintf("slot %d", at), Tone: show.Tone1, ID: fmt.Sprintf("slot%d", at)}
			step.Focus = []string{slot.ID, g(running[p]).ID}
			change(show.Change{Panel: 2, Row: 0, At: at, Drop: 1, Items: []show.Item{slot}})
			count(0, mallocs)
			mallocs++
		case running[p] != 0:
			at := r.IntN(len(slots))
			slots[at] = false
			step.Event, step.What, step.Why = "Free", fmt.Sprintf("slot %d", at), "nothing refers to it"
			change(show.Change{Panel: 2, Row: 0, At: at, Drop: 1, Items: []show.Item{{}}})
		case next < 12:
			queues[p] = append(queues[p], next)
			step.Event, step.What, step.Why = "GoCreate", fmt.Sprintf("G%d", next), "a go statement of the main goroutine"
			step.Focus = []string{g(next).ID}
			change(show.Change{Panel: 1, Row: p, At: len(queues[p]) - 1, Items: []show.Item{g(next)}})
			next++
		default:
			step.Event, step.Why = "Idle", "there is nothing to run"
		}
		s.Steps = append(s.Steps, step)
	}
	return s
}

func allDisplays(text string) []show.Display {
	stopped := stepperOf(9, text)
	stopped.Stopped = "panic: all goroutines are asleep" + text
	return []show.Display{tableOf(text), drawingOf(text), chartOf(text), timelineOf(text), rulerOf(text), stepperOf(400, text), stopped}
}
