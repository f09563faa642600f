package site

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/runner"
)

// questions is a chapter with a prediction, a solution and a problem.
const questions = `What does it print?

- [ ] ` + "`1 < 2`" + `

  *Why* it does.
- [ ] two lines

  ~~~text
  1
    & 2
  ~~~

  Why not: [see](#problem).

` + "```go {cell=order predict}\nprintln(\"1 < 2\")\n```\n\n```text {output}\n1 < 2\n```" + `

1. an ordinary list
2. stays one

<details>
<summary>Solution</summary>

` + "```go {cell=solved}\nprintln(3)\n```\n\n```text {output}\n3\n```" + `

</details>

## Problem

` + "```go {problem=fit}\nfunc fit(n int) int { return 0 }\n```\n\n```go {checker=fit}\nprintln(fit(1))\n```" + `

<details>
<summary>An answer</summary>

` + "```go {answer=fit}\nfunc fit(n int) int { return n }\n```\n\n```text {output}\nright\n```" + `

</details>

<details>
<summary>Almost</summary>

` + "```go {answer=fit wrong}\nfunc fit(n int) int { return 2 }\n```\n\n```text {output}\n2\n```" + `

</details>
`

func questionOutcomes() map[string]Outcome {
	ran := func(output string) Outcome {
		return Outcome{Engines: []string{"yaegi", "go"}, Agreed: true, Status: runner.Done, Output: output}
	}
	order := ran("1 < 2\n")
	order.Choices = []bool{true, false}
	return map[string]Outcome{
		"notes/01-one.md#order":        order,
		"notes/01-one.md#solved":       ran("3\n"),
		"notes/01-one.md#fit-answer-1": ran("right\n"),
		"notes/01-one.md#fit-answer-2": ran("2\n"),
	}
}

// part returns what of a page is between two texts, with these.
func part(t *testing.T, page, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, from)
	rest, _, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("no %q to %q in\n%s", from, to, page)
	}
	return from + rest + to
}

// TestPrediction has the choices below the code, each with whether it is right
// and why, and the output folded below them.
func TestPrediction(t *testing.T) {
	page := chapterOf(t, questions, questionOutcomes())
	got := part(t, page, `<div class="predict">`, "</figure>")
	want := `<div class="predict">
<p class="ask">Choose what it prints, and see whether it does, and why.</p>
<details class="choice"><summary><samp>1 &lt; 2</samp></summary>
<div class="because">
<p class="answer right">Yes, it prints this.</p>
<p><em>Why</em> it does.</p>
</div>
</details>
<details class="choice"><summary><span class="label">two lines</span> <samp>1
  &amp; 2</samp></summary>
<div class="because">
<p class="answer wrong">No, it does not print this.</p>
<p>Why not: <a href="#problem">see</a>.</p>
</div>
</details>
</div>
<details class="printed"><summary>What it prints</summary>
<div class="output"><pre tabindex="0"><samp>1 &lt; 2
</samp></pre></div>
</details>
</figure>`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if n := strings.Count(page, "Why not:"); n != 1 {
		t.Errorf("a choice is shown %d times", n)
	}
	if !strings.Contains(page, "<ol>\n<li>an ordinary list</li>\n<li>stays one</li>\n</ol>\n") {
		t.Error("an ordinary list is not one")
	}
}

// TestPredictionUnknown has a cell of which nobody knows what it prints.
func TestPredictionUnknown(t *testing.T) {
	page := chapterOf(t, questions, nil)
	if strings.Contains(page, "prints this") || strings.Count(page, `<details class="choice">`) != 2 {
		t.Errorf("the choices are\n%s", part(t, page, `<div class="predict">`, "</figure>"))
	}
}

// TestPredictionApart has an output that does not follow its cell: it is folded,
// and the choices are with the cell.
func TestPredictionApart(t *testing.T) {
	page := chapterOf(t, strings.Replace(questions, "```\n\n```text {output}\n1 < 2", "```\n\nNow look.\n\n```text {output}\n1 < 2", 1), questionOutcomes())
	got := part(t, page, `<span class="name">Output of`, "</figure>")
	if !strings.Contains(got, `<details class="printed">`) || strings.Contains(got, "predict") {
		t.Errorf("the output is\n%s", got)
	}
	if n := strings.Count(page, `class="predict"`); n != 1 {
		t.Errorf("the choices are shown %d times", n)
	}
}

// TestQuestionsAreValid has the page of all this in good form.
func TestQuestionsAreValid(t *testing.T) {
	pages, findings := render(t, map[string]string{
		"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n", "notes/01-one.md": "# One\n\n" + questions,
	}, "notes", questionOutcomes())
	if len(findings) > 0 {
		t.Errorf("findings %v", findings)
	}
	checkSite(t, pages, "/small/")
}

// TestProblem has the parts of a problem, of which only the stub is in sight.
func TestProblem(t *testing.T) {
	page := chapterOf(t, questions, questionOutcomes())
	for id, want := range map[string][]string{
		"fit":          {">Problem fit</a>", "compiled with the checker, not run", "<code>rtbook run notes/01-one.md#fit --answer fit.go</code>"},
		"fit-checker":  {">Checker</a>", `<details class="fold">`},
		"fit-answer-1": {">A right answer</a>", `<p class="recorded">What the checker says</p>`, "<samp>right\n"},
		"fit-answer-2": {">A wrong answer</a>", "<samp>2\n", "interpreted and compiled, in agreement"},
	} {
		got := part(t, page, `id="`+id+`">`, "</figure>")
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s: no %q in\n%s", id, text, got)
			}
		}
		if strings.Contains(got, "fit.answer") || strings.Contains(got, "fault") {
			t.Errorf("%s: what is none of the reader's business in\n%s", id, got)
		}
	}
	if !strings.Contains(page, "env solution-1") {
		t.Error("the solution has no environment of its own")
	}
	if open := regexp.MustCompile(`<details[^>]* open`).FindString(page); open != "" {
		t.Errorf("%s is open", open)
	}
	if fault := chapterOf(t, questions, nil); strings.Count(fault, "This cell did not run.") != 4 {
		t.Error("answers that did not run are not said not to have run")
	}
}
