// Finding: the button and the key that open the search, the contents that follow
// the text, and the place where a reader left. The search itself is in finder.js,
// which is loaded when it is first wanted.
(function () {
	"use strict";
	var src = document.currentScript.src;
	var root = rtbook.root = src.slice(0, src.lastIndexOf("/") + 1); // of the site

	// The search. Its button takes the place of a link to the list of all pages.

	function find(open) {
		rtbook.load(root + "finder.js", function () { open ? rtbook.finder.open() : rtbook.finder.ready(); }, function () {
			if (open) location.href = root + "sitemap.html";
		});
	}

	var mac = /Mac|iP(hone|ad|od)/.test(navigator.platform);
	var link = document.querySelector("a.find");
	if (link) {
		var button = document.createElement("button");
		button.type = "button";
		button.className = "find";
		button.append("Search ");
		var key = document.createElement("kbd");
		key.append(mac ? "⌘K" : "Ctrl K");
		key.setAttribute("aria-hidden", "true"); // said by the next attribute
		button.append(key);
		button.setAttribute("aria-keyshortcuts", mac ? "Meta+K" : "Control+K");
		button.setAttribute("aria-haspopup", "dialog");
		button.addEventListener("click", function () { find(true); });
		button.addEventListener("focus", function () { find(false); });
		button.addEventListener("pointerenter", function () { find(false); });
		link.replaceWith(button);
		document.addEventListener("keydown", function (e) {
			if (e.key && e.key.toLowerCase() === "k" && (mac ? e.metaKey && !e.ctrlKey : e.ctrlKey && !e.metaKey) && !e.shiftKey && !e.altKey) {
				e.preventDefault();
				find(true);
			}
		});
	}

	// What was searched for is marked in the part that the search led to, until
	// Escape, or the next search.

	function marks(ranges) {
		if (ranges.length) CSS.highlights.set("found", new Highlight(...ranges));
		else CSS.highlights.delete("found");
	}

	// part returns the elements that an anchor stands for: a cell, a row, or a heading
	// with what is below it.
	function part(anchor) {
		if (!anchor) return [].slice.call(document.querySelectorAll("article > :not(section)"));
		var all = [anchor];
		if (/^H\d$/.test(anchor.tagName)) {
			for (var e = anchor; (e = e.nextElementSibling) && !/^H\d$/.test(e.tagName);) all.push(e);
		}
		return all;
	}

	rtbook.markFound = function () {
		var found;
		if (!window.Highlight) return; // not in every browser
		try { found = JSON.parse(sessionStorage.getItem("rtbook-found")); } catch (e) {}
		if (!found || found.href !== location.href || !found.words.length) return;
		sessionStorage.removeItem("rtbook-found");
		// Whole words, or parts of those that are written togetherLikeThis.
		var word = new RegExp("(?<![a-z0-9](?=[a-z])|[A-Z](?=[A-Z]))(?:" + found.words.join("|") + ")(?![a-z])", "gu");
		var ranges = [];
		part(location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))).forEach(function (e) {
			var texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
			while (texts.nextNode()) {
				if (texts.currentNode.parentNode.closest("figcaption, .proof, button")) continue;
				for (var m; (m = word.exec(texts.currentNode.data));) {
					var range = new Range();
					range.setStart(texts.currentNode, m.index);
					range.setEnd(texts.currentNode, m.index + m[0].length);
					ranges.push(range);
				}
			}
		});
		marks(ranges);
	};
	rtbook.markFound();
	document.addEventListener("keydown", function (e) { if (e.key === "Escape" && window.Highlight) marks([]); });

	// The contents: the entry of the part that is being read is marked.

	var entries = [].slice.call(document.querySelectorAll("nav.contents a")).map(function (a) {
		return { link: a, heading: document.getElementById(decodeURIComponent(a.hash.slice(1))) };
	}).filter(function (e) { return e.heading; });
	var current = null, moved = false;

	function follow() {
		var line = innerHeight / 3, now = null;
		entries.forEach(function (e) {
			if (e.heading.getBoundingClientRect().top < line) now = e;
		});
		// At the end of a page, the last parts begin below the line: it is the one that
		// was gone to, or else the last.
		if (scrollY && scrollY + innerHeight > document.documentElement.scrollHeight - 4) {
			now = entries.filter(function (e) {
				var top = e.heading.getBoundingClientRect().top;
				return e.link.hash === location.hash && top > 0 && top < innerHeight;
			})[0] || entries[entries.length - 1];
		}
		if (now !== current) {
			if (current) current.link.removeAttribute("aria-current");
			current = now;
			if (now) {
				now.link.setAttribute("aria-current", "location");
				show(now.link, now.link.closest("nav"), 40);
			}
		}
		if (moved) leave();
	}

	// show scrolls a list, and nothing else, so that an entry is seen, and what is
	// within a margin of it.
	function show(link, list, margin) {
		var box = list.getBoundingClientRect(), at = link.getBoundingClientRect();
		if (at.top < box.top + margin) list.scrollTop -= box.top + margin - at.top;
		if (at.bottom > box.bottom - margin) list.scrollTop += at.bottom - box.bottom + margin;
	}

	if (entries.length && window.IntersectionObserver) {
		var observer = new IntersectionObserver(follow, { rootMargin: "0px 0px -66.6% 0px", threshold: [0, 1] });
		entries.forEach(function (e) { observer.observe(e.heading); });
		addEventListener("load", follow);
		addEventListener("hashchange", follow);
		addEventListener("scrollend", follow);
	}

	// The list of chapters begins where the reader is, also each time it opens above
	// the text: there it has the parts of the chapter, too. The bar goes away while one
	// reads on, and comes back as one turns.

	var chapters = document.querySelector("nav.chapters"), chapter = chapters && chapters.querySelector("[aria-current]"), parts;
	if (chapter) {
		show(chapter, chapters.parentNode, 160);
		chapters.addEventListener("toggle", function () {
			if (!parts && entries.length) {
				parts = document.querySelector("nav.contents > ol").cloneNode(true);
				parts.className = "parts";
				parts.addEventListener("click", function (e) {
					if (e.target.closest("a")) chapters.hidePopover();
				});
				chapter.after(parts);
			}
			if (parts) parts.querySelectorAll("a").forEach(function (a) {
				if (current && a.hash === current.link.hash) a.setAttribute("aria-current", "location");
				else a.removeAttribute("aria-current");
			});
			show(chapter, chapters, 80);
		});
	}
	var bar = document.querySelector("header.top"), was = scrollY;
	addEventListener("scroll", function () {
		if (Math.abs(scrollY - was) < 8) return; // a hand that trembles
		document.documentElement.classList.toggle("away", scrollY > was && scrollY > bar.offsetHeight);
		was = scrollY;
	}, { passive: true });

	// The place where a reader left: the last twenty pages, the latest first. The
	// opening page leads to the latest, and every other page to the place on it, if
	// it is opened at its top.

	var store = "rtbook:" + root, page = location.href.slice(root.length).split(/[?#]/)[0] || "index.html";
	var places = [];
	try {
		places = (JSON.parse(localStorage.getItem(store)) || []).filter(function (p) { return p && typeof p.page === "string" && typeof p.id === "string"; });
	} catch (e) {} // none are kept, or none can be: then none are offered

	function leave() {
		if (!current) return;
		places = [{ page: page, id: current.heading.id, title: document.querySelector("h1").textContent, part: current.link.textContent }]
			.concat(places.filter(function (p) { return p.page !== page; })).slice(0, 20);
		try { localStorage.setItem(store, JSON.stringify(places)); } catch (e) {}
	}

	// Without a person's doing, nothing counts as reading: a page that is opened
	// and left does not forget where they were.
	["wheel", "touchmove", "keydown", "pointerdown"].forEach(function (event) {
		addEventListener(event, function () { moved = true; }, { once: true, passive: true });
	});

	var home = document.querySelector("a.book[aria-current]");
	var own = places.filter(function (p) { return p.page === page && entries.length && p.id !== entries[0].heading.id; })[0];
	var place = home && places.filter(function (p) { return p.page !== page; })[0] || own;
	if (place && !location.hash) addEventListener("load", function () { // the browser may return to the place by itself
		requestAnimationFrame(function () { if (scrollY === 0) offer(place); });
	});

	function offer(place) {
		var box = document.createElement("aside"), a = document.createElement("a"), close = document.createElement("button");
		box.className = "resume";
		box.setAttribute("aria-label", "Where you left");
		a.href = root + place.page + "#" + encodeURIComponent(place.id);
		a.dir = "auto";
		a.append("Continue at “" + place.part + "”" + (place === own ? "" : ", " + place.title));
		close.type = "button";
		close.append("×");
		close.setAttribute("aria-label", "Dismiss");
		close.addEventListener("click", function () { box.remove(); });
		a.addEventListener("click", function () { setTimeout(function () { box.remove(); }); });
		addEventListener("scroll", function () { if (scrollY > innerHeight) box.remove(); }, { passive: true });
		box.append(a, close);
		document.body.append(box);
	}
})();
