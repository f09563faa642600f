// The search of a book: a dialog with a box to type in, above a list of the places
// found. It follows the pattern of a combobox with a list: the focus stays in the
// box, the arrows choose, Enter goes there, Escape closes.
//
// What is searched are the files search.js, search-2.js, … which the book's pages
// were made with: pages, each with its entries, each of which is a piece of prose,
// code or output with the anchor nearest to it. They are indexed here, in slices
// of a few milliseconds, so that a large book does not stop the page.
(function () {
	"use strict";
	var PROSE = 0, CODE = 1, OUTPUT = 2; // kinds of entries
	var slice = 16; // milliseconds of indexing without a pause
	var many = 20000; // entries from which a search takes its time: beginnings of words are then looked for less
	var most = 40, mostOfPage = 6; // places shown

	// Words. What has no blanks between words is indexed by pairs of characters, and
	// by the last one alone, so that each character begins a term.

	var word = /[\p{L}\p{M}\p{N}_]+/gu, simple = /[A-Za-z0-9_]+/g; // the second does, and is fast, where all is ASCII
	var high = /[^\0-\u2e7f]/;
	var unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc]+/gu;
	var unspacedOne = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc]/u;

	// fold makes one of what differs in case, accents or width alone.
	function fold(s) {
		s = s.toLowerCase();
		return /[^\0-\x7f]/.test(s) ? s.normalize("NFKD").replace(/\p{Mn}/gu, "") : s;
	}

	// each calls visit with every term of a text, and its range. The query has no
	// parts of words, and no last character alone where there is a pair.
	function each(text, query, visit) {
		var pattern = /[^\0-\x7f]/.test(text) ? word : simple;
		pattern.lastIndex = 0;
		for (var m; (m = pattern.exec(text));) {
			if (!high.test(m[0])) {
				letters(m[0], m.index);
				continue;
			}
			(m[0].match(unspaced) || []).reduce(function (at, run) {
				(unspacedOne.test(run) ? pairs : letters)(run, at);
				return at + run.length;
			}, m.index);
		}

		function letters(s, at) {
			if (s.length > 64) return;
			visit(fold(s), at, at + s.length);
			if (query || !/_|[a-z0-9][A-Z]/.test(s)) return;
			var part = /[A-Z]*[a-z0-9]+|[A-Z]+/g; // of mallocgcSmallNoscan, and of GO_PART
			for (var p; (p = part.exec(s));) if (p[0].length > 2) visit(fold(p[0]), at + p.index, at + p.index + p[0].length);
		}

		function pairs(s, at) {
			var chars = Array.from(s);
			chars.forEach(function (c, i) {
				var pair = c + (chars[i + 1] || "");
				if (!query || i === 0 || i + 1 < chars.length) visit(pair, at, at + pair.length);
				at += c.length;
			});
		}
	}

	function terms(text, query) {
		var all = [];
		each(text, query, function (term) { all.push(term); });
		return all;
	}

	// The index.

	var index = new rtbook.MiniSearch({
		fields: ["title", "text"],
		tokenize: function (text) { return terms(text, false); },
		processTerm: function (term) { return term; },
		autoVacuum: false
	});
	var pages = [], entries = []; // an entry's id is its place in entries
	var state = "idle"; // then "reading", then "ready" or "failed"
	var read = 0, files = 1;

	function ready() {
		if (state !== "idle") return;
		state = "reading";
		readFile("search");
	}

	function readFile(name) {
		rtbook.load(rtbook.root + name + ".js", function () {
			var data = rtbook.get(name);
			if (!data) return fail();
			files = data.files;
			var queue = [];
			data.pages.forEach(function (p) {
				var page = { href: p[0], title: p[1], number: pages.length };
				pages.push(page);
				p[2].forEach(function (e) { queue.push({ page: page, kind: e[0], anchor: e[1], title: e[2], text: e[3] }); });
			});
			rtbook.data(name, null); // the entries have it now
			add(queue, 0, function () {
				read++;
				if (read < files) readFile("search-" + (read + 1));
				else state = "ready";
				if (dialog) search();
			});
		}, fail);
	}

	function fail() {
		state = "failed";
		if (dialog) search();
	}

	function add(queue, from, done) {
		var end = performance.now() + slice;
		for (; from < queue.length && performance.now() < end; from++) {
			var e = queue[from];
			e.id = entries.length;
			entries.push(e);
			index.add({ id: e.id, title: (e.kind === PROSE ? e.title : ""), text: e.text });
		}
		if (from === queue.length) return done();
		var pause = new MessageChannel(); // a timer would wait longer, the more often it is asked
		pause.port1.onmessage = function () {
			pause.port1.close();
			add(queue, from, done);
		};
		pause.port2.postMessage(0);
	}

	// look returns what a query finds, best first: places that have all its words,
	// or their beginnings; else all of them up to a slip of the finger; else any.
	function look(query) {
		var given = terms(query, true);
		if (!given.length) return [];
		var options = {
			tokenize: function () { return given; },
			prefix: function (term, i, all) { return unspacedOne.test(term) || (entries.length >= many ? i === all.length - 1 && term.length > 2 : term.length > 1); },
			boost: { title: 5 },
			boostDocument: function (id) { return [1, .7, .5][entries[id].kind]; },
			weights: { prefix: .5, fuzzy: .3 },
			combineWith: "AND"
		};
		var found = index.search(query, options);
		if (!found.length) {
			options.fuzzy = function (term) { return term.length > 3 && !/\d/.test(term) && !unspacedOne.test(term) && (term.length > 7 ? 2 : 1); };
			found = index.search(query, options);
		}
		if (!found.length && given.length > 1) {
			options.combineWith = "OR";
			found = index.search(query, options);
		}
		return found;
	}

	// The words in context.

	// matches returns those of the terms of a text, with their ranges, that are in a
	// set.
	function matches(words, wanted) {
		var all = [];
		words.forEach(function (w) {
			if (!wanted.has(w.term)) return;
			var last = all[all.length - 1];
			if (last && w.from < last.to) last.to = Math.max(last.to, w.to); // pairs overlap, and a part lies in its word
			else all.push({ term: w.term, from: w.from, to: w.to });
		});
		return all;
	}

	// placed returns the terms of a text with their ranges.
	function placed(text) {
		var all = [];
		each(text, false, function (term, from, to) { all.push({ term: term, from: from, to: to }); });
		return all;
	}

	// excerpt returns the range of a text, about as long as two lines, in which most
	// of the wanted terms are.
	function excerpt(text, found) {
		var best = 0, most = 0, length = 150;
		for (var i = 0; i < found.length && i < 500; i++) {
			var seen = new Set();
			for (var k = i; k < found.length && found[k].to < found[i].from + length - 40; k++) seen.add(found[k].term);
			if (seen.size > most) {
				most = seen.size;
				best = i;
			}
		}
		var from = found.length ? Math.max(0, found[best].from - 40) : 0;
		if (from > 0) {
			var blank = text.slice(from, from + 30).search(/\s/);
			if (blank >= 0 && from + blank < found[best].from) from += blank + 1;
		}
		var to = Math.min(text.length, from + length);
		if (to < text.length) {
			var last = text.slice(from, to).search(/\s\S*$/);
			if (last > 80) to = from + last;
		}
		if (from > 0 && /[\udc00-\udfff]/.test(text[from])) from--;
		if (to < text.length && /[\udc00-\udfff]/.test(text[to])) to--;
		return { from: from, to: to };
	}

	// marked adds to an element a part of a text, with what was found in it marked.
	function marked(parent, text, found, from, to) {
		var at = from;
		if (from > 0) parent.append("… ");
		found.forEach(function (m) {
			if (m.from < at || m.to > to) return;
			parent.append(text.slice(at, m.from));
			var mark = document.createElement("mark");
			mark.append(text.slice(m.from, m.to));
			parent.append(mark);
			at = m.to;
		});
		parent.append(text.slice(at, to));
		if (to < text.length) parent.append(" …");
	}

	// The dialog.

	var dialog, box, list, status, options = [], active = -1;
	var pending = 0; // the timer of a search that waits

	function element(name, attributes, parent) {
		var e = document.createElement(name);
		Object.keys(attributes).forEach(function (key) { e.setAttribute(key, attributes[key]); });
		if (parent) parent.append(e);
		return e;
	}

	function build() {
		dialog = element("dialog", { "class": "finder", "aria-label": "Search the book" });
		var bar = element("div", { "class": "bar" }, dialog);
		box = element("input", {
			type: "text", role: "combobox", "aria-label": "Search for", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "rt:found",
			autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go", dir: "auto", placeholder: "Headings, prose, code, outputs"
		}, bar);
		var close = element("button", { type: "button" }, bar);
		close.append("Close");
		status = element("p", { "class": "state", role: "status" }, dialog);
		list = element("div", { "class": "found", id: "rt:found", role: "listbox", "aria-label": "Places found", hidden: "" }, dialog);
		document.body.append(dialog);

		box.addEventListener("input", function () {
			clearTimeout(pending);
			pending = 0;
			if (entries.length < many) search();
			else pending = setTimeout(search, 50); // wait for more letters
		});
		box.addEventListener("keydown", key);
		close.addEventListener("click", function () { dialog.close(); });
		dialog.addEventListener("click", function (e) { if (e.target === dialog) dialog.close(); }); // beside it
		list.addEventListener("click", function (e) {
			var option = e.target.closest("[role=option]");
			if (!option || e.ctrlKey || e.metaKey || e.shiftKey) return;
			try {
				sessionStorage.setItem("rtbook-found", JSON.stringify({ href: option.href, words: option.words }));
			} catch (e) {} // then nothing is marked there
			dialog.close(); // the place may be on this page
			setTimeout(rtbook.markFound);
		});
	}

	function key(e) {
		if (e.isComposing || e.ctrlKey || e.altKey || e.metaKey || !/^(ArrowDown|ArrowUp|Enter)$/.test(e.key)) return;
		if (pending) search();
		var n = options.length;
		if (e.key === "ArrowDown" && n) choose((active + 1) % n);
		else if (e.key === "ArrowUp" && n) choose((active + n - 1) % n);
		else if (e.key === "Enter" && active >= 0) options[active].click();
		else return;
		e.preventDefault();
	}

	function choose(i) {
		if (options[active]) options[active].setAttribute("aria-selected", "false");
		active = i;
		if (i < 0) return box.removeAttribute("aria-activedescendant");
		options[i].setAttribute("aria-selected", "true");
		box.setAttribute("aria-activedescendant", options[i].id);
		options[i].scrollIntoView({ block: "nearest" });
	}

	function open() {
		if (!dialog) build();
		if (!dialog.open) dialog.showModal();
		box.focus();
		box.select();
		ready();
		search();
	}

	// search shows what is found of what is in the box now.
	function search() {
		clearTimeout(pending);
		pending = 0;
		var query = box.value, found = state === "failed" ? [] : look(query);
		show(found);
		var words = terms(query, true).length > 0;
		if (state === "failed") say("The index of this book cannot be read.");
		else if (state === "reading") say("Reading the book …" + (files > 1 ? " " + Math.floor(100 * read / files) + " %" : ""));
		else if (!words) say("");
		else if (!found.length) say("Nothing found.");
		else if (options.length < found.length) say("The best " + options.length + " of " + found.length + " places");
		else say(found.length === 1 ? "1 place" : found.length + " places");
	}

	function say(text) {
		if (status.textContent !== text) status.textContent = text;
	}

	// show lists places by page, the page of the best first.
	function show(found) {
		var groups = [], byPage = new Map(), n = 0;
		for (var i = 0; i < found.length && n < most; i++) {
			var page = entries[found[i].id].page, group = byPage.get(page);
			if (!group) {
				byPage.set(page, group = { page: page, found: [] });
				groups.push(group);
			}
			if (group.found.length === mostOfPage) continue;
			group.found.push(found[i]);
			n++;
		}
		var parts = document.createDocumentFragment();
		options = [];
		active = -1;
		groups.forEach(function (group) {
			var title = group.page.title, part = element("div", { role: "group", "aria-label": title }, parts);
			var head = element("p", { "aria-hidden": "true", dir: "auto" }, part); // the group says it
			head.append(title);
			group.found.forEach(function (f) { part.append(option(f)); });
		});
		list.replaceChildren(parts);
		list.scrollTop = 0;
		list.hidden = !options.length;
		box.setAttribute("aria-expanded", String(options.length > 0));
		choose(options.length ? 0 : -1);
	}

	function option(f) {
		var e = entries[f.id], wanted = new Set(f.terms);
		var a = element("a", { role: "option", id: "rt:found-" + options.length, "aria-selected": "false", tabindex: "-1", "class": ["prose", "code", "output"][e.kind] });
		a.href = rtbook.root + e.page.href + (e.anchor ? "#" + encodeURIComponent(e.anchor) : "");
		var title = element("span", { "class": "title", dir: "auto" }, a);
		if (e.kind === CODE) title.append("Code: ");
		if (e.kind === OUTPUT) title.append("Output: ");
		marked(title, e.title, e.kind === PROSE ? matches(placed(e.title), wanted) : [], 0, e.title.length);
		e.words = e.words || placed(e.text); // what is shown once is shown again, most likely
		var found = matches(e.words, wanted), range = excerpt(e.text, found);
		a.words = Array.from(new Set(found.map(function (m) { return e.text.slice(m.from, m.to); }))).slice(0, 20);
		if (e.text) marked(element("span", { "class": "context", dir: "auto" }, a), e.text, found, range.from, range.to);
		options.push(a);
		return a;
	}

	rtbook.finder = { open: open, ready: ready };
})();
