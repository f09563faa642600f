package book

import (
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Markdown returns the Markdown that chapters are written in: CommonMark with
// GitHub's tables, strikethrough, task lists, bare links and footnotes, GitHub's
// heading ids, and two nodes of our own, [Alert] and [Details], for which a
// renderer must be added. Its parser made the trees of the chapters; it may be
// used by several goroutines at once.
func Markdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote),
		goldmark.WithParserOptions(
			// Before goldmark's own parser of fences, which has priority 700.
			parser.WithBlockParsers(util.Prioritized(fenceParser{parser.NewFencedCodeBlockParser()}, 699)),
			parser.WithASTTransformers(
				util.Prioritized(alertTransformer{}, 500),
				util.Prioritized(detailsTransformer{}, 510),
				util.Prioritized(headingTransformer{}, 520),
			),
		),
	)
}

// fenceParser is goldmark's parser of fenced code blocks, which in addition
// notes where fences open and close: the tree does not say it.
type fenceParser struct{ parser.BlockParser }

// fencePlace is where a fence stands in the source.
type fencePlace struct {
	open   int // offset of the first byte of the opening fence
	close  int // offset of the first byte of the closing line, after any markers of containers; -1 if there is none
	length int // number of backticks or tildes that open it
}

type fencePlaces map[ast.Node]*fencePlace

var fencePlacesKey = parser.NewContextKey()

// placesOf returns the places of the fences that were parsed with pc.
func placesOf(pc parser.Context) fencePlaces {
	return pc.ComputeIfAbsent(fencePlacesKey, func() any { return fencePlaces{} }).(fencePlaces)
}

// Open implements [parser.BlockParser].
func (p fenceParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, seg := reader.PeekLine()
	node, state := p.BlockParser.Open(parent, reader, pc)
	if node == nil {
		return nil, state
	}
	at := pc.BlockOffset()
	place := &fencePlace{open: seg.Start - seg.Padding + at, close: -1}
	for i := at; i < len(line) && line[i] == line[at]; i++ {
		place.length++
	}
	placesOf(pc)[node] = place
	return node, state
}

// Continue implements [parser.BlockParser].
func (p fenceParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	_, seg := reader.PeekLine()
	state := p.BlockParser.Continue(node, reader, pc)
	if state&parser.Continue == 0 {
		placesOf(pc)[node].close = seg.Start
	}
	return state
}
