package pipeline

import (
	"fmt"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/internal/site"
)

// chosen says of each choice of a prediction whether it is an output, compared
// as the output of the cell is; nil if there is no prediction.
func (c comparison) chosen(p *book.Prediction, output string) []bool {
	if p == nil {
		return nil
	}
	right := make([]bool, len(p.Choices))
	for i, choice := range p.Choices {
		right[i] = c.same(choice.Output, output)
	}
	return right
}

// prediction is the finding for a cell of whose choices not exactly one is what
// it prints; nil if all is well.
func (v verdict) prediction() *finding.Finding {
	p := v.fence.Predict
	if p == nil {
		return nil
	}
	output := book.EncodeOutput(v.output)
	if strings.TrimSpace(output) == "" {
		return &finding.Finding{
			Pos:     v.chapter.AttrPos(v.fence, "predict"),
			Message: fmt.Sprintf("cell %s prints nothing that a reader could predict", v.fence.Cell.ID),
			Hint:    "let it print what the question is about, or leave predict out",
		}
	}
	if f := v.alike(p, output); f != nil {
		return f
	}
	for _, right := range v.compare.chosen(p, output) {
		if right {
			return nil
		}
	}
	return &finding.Finding{
		Pos:     v.chapter.AttrPos(v.fence, "predict"),
		Message: fmt.Sprintf("no choice is what cell %s prints", v.fence.Cell.ID),
		Notes:   []finding.Note{{Text: "it prints:\n" + tail(v.output)}, {Pos: p.Choices[0].Pos, Text: "the choices"}},
		Hint:    "make one of the choices what it prints, to the blank; several lines stand in a code block below the choice",
	}
}

// alike is the finding for two choices that count as the same where spans vary
// or lines have no order.
func (v verdict) alike(p *book.Prediction, output string) *finding.Finding {
	for i, choice := range p.Choices {
		for _, other := range p.Choices[:i] {
			if !v.compare.same(choice.Output, other.Output) {
				continue
			}
			f := &finding.Finding{
				Pos:     choice.Pos,
				Message: "two choices are the same, as the output of this cell is compared",
				Notes:   []finding.Note{{Pos: other.Pos, Text: "the other"}},
				Hint:    "leave one of the two out, or leave out of the cell what lets them be the same: vary or unordered",
			}
			if v.compare.same(choice.Output, output) {
				f.Message = "two choices are what the cell prints, as its output is compared"
			}
			return f
		}
	}
	return nil
}

// skippedPredictions says of the choices of cells that do not run here whether
// they are what the chapter records.
func (r *Report) skippedPredictions() {
	for _, ch := range r.Book.Chapters {
		for _, f := range ch.Fences {
			if f.Predict != nil && f.Skipped != "" && f.Output != nil {
				r.Outcomes[ch.Path+"#"+f.Cell.ID] = site.Outcome{Choices: compareLike(f).chosen(f.Predict, f.Output.Content)}
			}
		}
	}
}
