package view

import (
	"fmt"
	"strings"

	"rtbook/model/gc"
	"rtbook/runner/show"
)

// The tones of objects.
const (
	toneWhite = show.Plain
	toneGrey  = show.Quiet
	toneBlack = show.Strong
	toneRoot  = show.Tone1
)

var colorTones = [...]show.Tone{gc.White: toneWhite, gc.Grey: toneGrey, gc.Black: toneBlack}

func colorKeys() []show.Key {
	return []show.Key{
		{Tone: toneWhite, Text: "white: not marked"},
		{Tone: toneGrey, Text: "grey: marked, still to be scanned"},
		{Tone: toneBlack, Text: "black: marked and scanned"},
		{Tone: toneRoot, Text: "roots"},
	}
}

// Sizes and bounds of the drawing of objects.
const (
	graphPerRow = 5
	graphPitch  = 67
	graphBox    = 56
	graphHeight = 22
	graphRow    = 56
	maxObjects  = 60
	graphName   = 8 // letters of a name that fit into a box
)

// ObjectGraph draws the objects of a collector's machine by color, with the
// references between them: the roots at the top, below them what they point to,
// then what that points to, and at the bottom what no root leads to. An object
// that has been freed is not drawn.
func ObjectGraph(snap gc.Snapshot) show.Figure {
	g := objectGraph{snap: snap}
	g.find()
	g.place()
	g.draw()
	f := &g.f
	f.Title = "The objects and who points to them"
	f.Description = g.describe()
	f.Width, f.Keys = mapWidth, colorKeys()
	f.Lines = g.lines()
	return *f
}

// objectGraph draws an ObjectGraph.
type objectGraph struct {
	snap  gc.Snapshot
	f     show.Figure
	nodes []node // roots first, then objects, oldest first
	roots int
	left  int // objects that are not drawn
	freed int
}

// node is a root or an object.
type node struct {
	name, id, note string
	tone           show.Tone
	to             []int // nodes
	layer          int   // from the top; -1 not placed yet
	x, y           float64
}

// find makes nodes of the roots and objects, and finds out who points to whom.
// What points to a name means the newest object of that name that lives.
func (g *objectGraph) find() {
	byName := map[string]int{}
	add := func(n node) int {
		n.layer = -1
		g.nodes = append(g.nodes, n)
		return len(g.nodes) - 1
	}
	var owners [][]gc.VarState
	if len(g.snap.Globals) > 0 {
		add(node{name: "globals", tone: toneRoot, note: "package variables"})
		owners = append(owners, g.snap.Globals)
	}
	for _, s := range g.snap.Stacks[:min(len(g.snap.Stacks), maxObjects)] {
		note := "the stack of " + s.Goroutine
		if s.Scanned {
			note += ", scanned"
		}
		add(node{name: s.Goroutine, tone: toneRoot, note: note})
		owners = append(owners, s.Locals)
	}
	g.roots = len(g.nodes)
	var ptrs [][]string
	for _, o := range g.snap.Objects {
		if o.Freed {
			g.freed++
			continue
		}
		if len(ptrs) == maxObjects {
			g.left++
			continue
		}
		byName[o.Name] = add(node{
			name: o.Name, tone: colorTones[o.Color], id: "obj " + o.Name,
			note: fmt.Sprintf("%s, %v, %d bytes, page %d, slot %d", o.Name, o.Color, o.Size, o.Page, o.Slot),
		})
		ptrs = append(ptrs, o.Ptrs)
	}
	for i, vars := range owners {
		for _, v := range vars {
			if to, ok := byName[v.Object]; ok {
				g.nodes[i].to = append(g.nodes[i].to, to)
			}
		}
	}
	for i, names := range ptrs {
		for _, name := range names {
			if to, ok := byName[name]; ok {
				g.nodes[g.roots+i].to = append(g.nodes[g.roots+i].to, to)
			}
		}
	}
}

// place gives each node its place: the layer is how many references it is away
// from a root; what no root leads to makes layers of its own, below.
func (g *objectGraph) place() {
	var layers [][]int
	reach := func(first []int) {
		for layer := first; len(layer) > 0; {
			layers = append(layers, layer)
			var next []int
			for _, i := range layer {
				for _, to := range g.nodes[i].to {
					if g.nodes[to].layer < 0 {
						g.nodes[to].layer = len(layers)
						next = append(next, to)
					}
				}
			}
			layer = next
		}
	}
	var roots, rest []int
	for i := range g.roots {
		g.nodes[i].layer = 0
		roots = append(roots, i)
	}
	reach(roots)
	for i := range g.nodes {
		if g.nodes[i].layer < 0 {
			g.nodes[i].layer = len(layers)
			rest = append(rest, i)
		}
	}
	if len(rest) > 0 {
		layers = append(layers, rest)
	}
	y := 6.0
	for _, layer := range layers {
		for len(layer) > 0 {
			row := layer[:min(graphPerRow, len(layer))]
			layer = layer[len(row):]
			x := (mapWidth - float64(len(row)-1)*graphPitch - graphBox) / 2
			for k, i := range row {
				g.nodes[i].x, g.nodes[i].y = x+float64(k)*graphPitch, y
			}
			y += graphRow
		}
	}
	g.f.Height = max(y-graphRow+graphHeight+6, lineStep)
}

// draw draws the references and then, over them, the nodes.
func (g *objectGraph) draw() {
	for i := range g.nodes {
		from := &g.nodes[i]
		for _, to := range from.to {
			if to != i {
				g.f.Shapes = append(g.f.Shapes, show.Shape{Kind: show.Arrow, Points: between(from, &g.nodes[to])})
			}
		}
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		text := n.name
		if r := []rune(text); len(r) > graphName {
			text = string(r[:graphName-1]) + "…"
		}
		g.f.Shapes = append(g.f.Shapes, show.Shape{
			Kind: show.Box, X: n.x, Y: n.y, W: graphBox, H: graphHeight, Text: text, Tone: n.tone, Note: n.note, ID: n.id,
		})
	}
}

// between returns a line from one node to another, from edge to edge.
func between(a, b *node) []show.Point {
	mid := func(n *node, y float64) show.Point { return show.Point{X: n.x + graphBox/2, Y: n.y + y} }
	switch {
	case a.y < b.y:
		return []show.Point{mid(a, graphHeight), mid(b, 0)}
	case a.y > b.y:
		return []show.Point{mid(a, 0), mid(b, graphHeight)}
	case b.x-a.x > 0 && b.x-a.x < 1.5*graphPitch:
		return []show.Point{{X: a.x + graphBox, Y: a.y + graphHeight/2}, {X: b.x, Y: b.y + graphHeight/2}}
	case a.x-b.x > 0 && a.x-b.x < 1.5*graphPitch:
		return []show.Point{{X: a.x, Y: a.y + graphHeight/2}, {X: b.x + graphBox, Y: b.y + graphHeight/2}}
	}
	low := a.y + graphHeight + 14 // around what stands between them
	return []show.Point{mid(a, graphHeight), {X: a.x + graphBox/2, Y: low}, {X: b.x + graphBox/2, Y: low}, mid(b, graphHeight)}
}

// describe says what is seen.
func (g *objectGraph) describe() string {
	var n [3]int
	for _, o := range g.snap.Objects {
		if !o.Freed {
			n[o.Color]++
		}
	}
	text := fmt.Sprintf("%v, write barrier %s: %d white, %d grey and %d black objects", g.snap.Phase, onOff(g.snap.WriteBarrier), n[gc.White], n[gc.Grey], n[gc.Black])
	if g.freed > 0 {
		text += fmt.Sprintf(", %d freed", g.freed)
	}
	if g.left > 0 {
		text += fmt.Sprintf("; %d of them are not drawn", g.left)
	}
	return text + "."
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// lines is the text form: who points to whom.
func (g *objectGraph) lines() []string {
	var lines []string
	for i, n := range g.nodes {
		if i == maxTextLines {
			lines = append(lines, fmt.Sprintf("and %d more of these", len(g.nodes)-i))
			break
		}
		what := "root "
		if i >= g.roots {
			what = [...]string{toneWhite: "white", toneGrey: "grey ", toneBlack: "black"}[n.tone]
		}
		var to []string
		for _, k := range n.to {
			to = append(to, g.nodes[k].name)
		}
		line := what + " " + n.name
		if len(to) > 0 {
			line += " -> " + strings.Join(to, ", ")
		}
		lines = append(lines, line)
	}
	if g.left > 0 {
		lines = append(lines, fmt.Sprintf("and %d more objects", g.left))
	}
	if len(lines) == 0 {
		lines = []string{"no roots and no objects"}
	}
	return lines
}
