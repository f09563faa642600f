package site

import (
	"path/filepath"
	"slices"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// withoutAnchors gives proofs the place that they have in browsers without
// anchor positioning.
const withoutAnchors = `document.head.insertAdjacentHTML("beforeend", "<style>.ref .proof { position-anchor: auto; position-area: none; justify-self: auto; inset: auto; inset-inline: 0 }</style>")`

// shownProofs gives each checked link the focus, and returns what is amiss: a
// proof that does not show, is cut off or covered, lies over its own link, or
// moves anything else.
const shownProofs = `(() => {
	const amiss = [];
	const places = () => JSON.stringify([...document.querySelectorAll("main *:not(.proof, .proof *)")].map(e => { const r = e.getBoundingClientRect(); return [r.x, r.y + scrollY, r.width, r.height]; }));
	for (const link of document.querySelectorAll(".ref > a")) {
		const say = what => amiss.push(link.textContent + ": " + what);
		const proof = link.parentElement.querySelector(".proof");
		if (proof.checkVisibility()) say("shown without need");
		link.scrollIntoView({block: "center"});
		const before = places();
		link.focus({preventScroll: true});
		if (document.activeElement !== link) { say("takes no focus"); continue; }
		if (!proof.checkVisibility()) { say("not shown"); continue; }
		const box = proof.getBoundingClientRect(), at = link.getClientRects()[link.getClientRects().length - 1];
		if (box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight) say("out of the window: " + JSON.stringify(box));
		if (proof.scrollWidth > proof.clientWidth) say("cut");
		if (box.top < at.bottom - 3 || box.top > at.bottom + 16) say("begins at " + box.top + ", and its link ends at " + at.bottom);
		for (const [x, y] of [[box.left + 4, box.top + 4], [box.right - 4, box.bottom - 4]])
			if (!proof.contains(document.elementFromPoint(x, y))) say("covered by " + document.elementFromPoint(x, y)?.outerHTML.slice(0, 80));
		if (places() !== before) say("it moves what is around it");
		if (document.getElementById(link.getAttribute("aria-describedby"))?.textContent !== proof.textContent) say("does not describe its link");
		link.blur();
	}
	return amiss;
})()`

// testProofs sees that every proof can be read, at any width, wherever its link
// stands.
func testProofs(b *tab, sites map[string]string) {
	file := filepath.Join(sites["prose"], "01-queues.html")
	for _, w := range []int64{320, 700, 1300} {
		b.width(w)
		for _, old := range []bool{false, true} {
			b.open(file, "")
			if old {
				eval[any](b, withoutAnchors)
			}
			if n := eval[int](b, `document.querySelectorAll(".ref > a").length`); n < 10 {
				b.Fatalf("only %d links", n)
			}
			if amiss := eval[[]string](b, shownProofs); len(amiss) > 0 {
				b.Errorf("%d pixels, old browser %v: %q", w, old, amiss)
			}
			if got := eval[int64](b, `document.documentElement.scrollWidth`); got > w {
				b.Errorf("%d pixels, old browser %v: the page is %d wide", w, old, got)
			}
		}
	}
	// The last line of a page that has no list of sources.
	b.open(filepath.Join(sites["prose"], "02-appendix.html"), "")
	if amiss := eval[[]string](b, shownProofs); len(amiss) > 0 {
		b.Errorf("at the end of a page: %q", amiss)
	}
	testShort(b, file)
	testProofKeys(b, file)
}

// testShort sees that no number is apart from its unit, wherever the lines of
// the text end.
func testShort(b *tab, file string) {
	b.width(700)
	b.open(file, "")
	const broken = `(() => {
		const broken = new Set(), all = [...document.querySelectorAll(".short > a")];
		for (let w = 100; w < 600; w++) {
			document.querySelector("main").style.width = w + "px";
			for (const a of all) if (a.getClientRects().length > 1) broken.add(a.textContent);
		}
		return all.length ? [...broken] : ["no short link"];
	})()`
	if got := eval[[]string](b, broken); len(got) > 0 {
		b.Errorf("over two lines: %q", got)
	}
}

// testProofKeys reaches a proof with the keyboard and with the pointer, scripts
// disabled.
func testProofKeys(b *tab, file string) {
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	defer call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false})
	b.width(700)
	b.open(file, "")
	const shown = `[...document.querySelectorAll(".proof")].filter(e => e.checkVisibility()).map(e => e.textContent).join()`
	const first, second = "runtime: len(p{}.runq) = 256 runtime/runtime2.go:805, go1.26.8", "runtime.runqput runtime/proc.go:7478, go1.26.8"
	for i := 0; i < 20 && eval[string](b, shown) == ""; i++ {
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	if got := eval[string](b, shown); got != first {
		b.Errorf("by Tab the proof %q shows, want the first", got)
	}
	b.open(file, "")
	at := eval[[]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelectorAll(".ref > a")[1].getBoundingClientRect())`)
	b.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]))
	if got := eval[string](b, shown); got != second {
		b.Errorf("below the pointer the proof %q shows, want the second", got)
	}
	below := eval[[]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelectorAll(".proof")[1].getBoundingClientRect())`)
	b.do(chromedp.MouseEvent("mouseMoved", at[0], below[1]))
	if got := eval[string](b, shown); got != second {
		b.Errorf("with the pointer on it, %q shows", got)
	}
}

// contrasts returns the text whose contrast with what is behind it is below
// 4.5, of elements that a selector matches.
const contrasts = `(selector => {
	const c = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
	const rgba = colour => { c.clearRect(0, 0, 1, 1); c.fillStyle = colour; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data]; };
	const light = colour => { const [r, g, b] = rgba(colour).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
	const paper = e => e && rgba(getComputedStyle(e).backgroundColor)[3] === 255 ? getComputedStyle(e).backgroundColor : paper(e.parentElement);
	return [...document.querySelectorAll(selector)].map(e => {
		const after = getComputedStyle(e, "::after"), colours = [getComputedStyle(e).color];
		if (after.content !== "none") colours.push(after.color);
		const ratios = colours.map(x => [light(x), light(paper(e))].sort()).map(([x, y]) => (Math.max(x, y) + .05) / (Math.min(x, y) + .05));
		return [e.tagName + "." + e.className + " " + e.textContent.slice(0, 20), Math.min(...ratios)];
	}).filter(([, ratio]) => ratio < 4.5).map(([name, ratio]) => name + ": " + ratio);
})`

// testProofContrast measures the colours of what is checked, by day and night.
func testProofContrast(b *tab, sites map[string]string) {
	b.width(1300)
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		for _, page := range []string{"01-queues.html", "02-appendix.html"} {
			b.open(filepath.Join(sites["prose"], page), "")
			const all = `".ref > a, .proof, .proof *, .sources *, .claims a, .quotation figcaption *, .ledger *, .matrix *, .verdict"`
			if faint := eval[[]string](b, contrasts+"("+all+")"); len(faint) > 0 {
				b.Errorf("%s, %s: %q", page, scheme, faint)
			}
		}
	}
}

// testNumbers sees that on paper, each mark has the number of its source.
func testNumbers(b *tab, sites map[string]string) {
	b.open(filepath.Join(sites["prose"], "01-queues.html"), "")
	const numbers = `[...document.querySelectorAll(".number")].filter(e => e.checkVisibility()).map(e => e.textContent)`
	b.media("screen", "light")
	if got := eval[[]string](b, numbers); len(got) > 0 {
		b.Errorf("on the screen there are numbers: %q", got)
	}
	b.media("print", "light")
	want := []string{"1", "2", "3", "1", "4", "5", "6", "7", "8", "9", "10", "11", "12"}
	if got := eval[[]string](b, numbers); !slices.Equal(got, want) {
		b.Errorf("numbers %q, want %q", got, want)
	}
	if eval[bool](b, `[...document.querySelectorAll(".proof, .claims")].some(e => e.checkVisibility())`) {
		b.Error("proofs or claims are printed")
	}
	if n := eval[int](b, `document.querySelectorAll(".sources li").length`); n != 12 {
		b.Errorf("%d sources", n)
	}
}
