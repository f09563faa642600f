
// What the reader can do on any page: choose colours, copy and wrap code. Notes
// stand in the margin where that is wide enough.
(function () {
	"use strict";
	var root = document.documentElement;

	function remember(key, value) {
		try {
			if (value) localStorage.setItem(key, value);
			else localStorage.removeItem(key);
		} catch (e) {} // not from every file:// page
	}

	// The button goes from the system's colours to light, to dark, and around.
	var labels = {"": "as the system has them", light: "light", dark: "dark"};
	var colours = document.querySelector(".colours");
	function label() {
		var text = "Colours: " + labels[root.dataset.colours || ""];
		colours.setAttribute("aria-label", text);
		colours.title = text;
	}
	if (colours) {
		label();
		colours.addEventListener("click", function () {
			var next = {"": "light", light: "dark", dark: ""}[root.dataset.colours || ""];
			if (next) root.dataset.colours = next;
			else delete root.dataset.colours;
			remember("rtbook-colours", next);
			label();
		});
		addEventListener("storage", function (e) { // chosen in another window
			if (e.key !== "rtbook-colours") return;
			if (e.newValue === "light" || e.newValue === "dark") root.dataset.colours = e.newValue;
			else delete root.dataset.colours;
			label();
		});
	}

	function tool(text, act) {
		var b = document.createElement("button");
		b.type = "button";
		b.className = "tool";
		b.textContent = text;
		b.addEventListener("click", function () { act(b); });
		return b;
	}

	// say shows a word on a button for a moment.
	function say(b, word) {
		var text = b.dataset.text || (b.dataset.text = b.textContent);
		b.textContent = word;
		setTimeout(function () { b.textContent = text; }, 1500);
	}

	// copy puts text on the clipboard: by hand where the page is not let do it,
	// as from file:// in some browsers.
	function copy(text, done) {
		function byHand() {
			var area = document.createElement("textarea"), focus = document.activeElement;
			area.value = text;
			area.setAttribute("readonly", "");
			area.style.cssText = "position:fixed;opacity:0";
			document.body.append(area);
			area.select();
			var ok = document.execCommand("copy");
			area.remove();
			focus.focus();
			done(ok);
		}
		if (!navigator.clipboard) return byHand();
		navigator.clipboard.writeText(text).then(function () { done(true); }, byHand);
	}

	function equip(frame, tools) {
		var code = frame.querySelector(".code code") || frame.querySelector("pre");
		tools.append(
			tool("Copy", function (b) {
				copy(code.textContent, function (ok) { say(b, ok ? "Copied" : "No copy"); });
			}),
			tool("Wrap", function (b) {
				b.setAttribute("aria-pressed", frame.classList.toggle("wrapped"));
				measure();
			}));
		tools.lastChild.setAttribute("aria-pressed", "false");
	}
	document.querySelectorAll(".cell > figcaption > .tools").forEach(function (t) { equip(t.closest(".cell"), t); });
	document.querySelectorAll("article pre.code").forEach(function (pre) {
		if (pre.closest("figure")) return;
		var block = document.createElement("div"), tools = document.createElement("div");
		block.className = "block";
		tools.className = "tools";
		pre.replaceWith(block);
		block.append(pre, tools);
		equip(block, tools);
	});

	// What does not scroll needs no focus.
	var scrollers = document.querySelectorAll("article :is(pre, .wide)[tabindex]");
	function measure() {
		var wide = Array.prototype.map.call(scrollers, function (e) { return e.scrollWidth > e.clientWidth; });
		scrollers.forEach(function (e, i) {
			if (wide[i]) e.setAttribute("tabindex", "0");
			else if (document.activeElement !== e) e.removeAttribute("tabindex");
		});
	}

	// Notes that follow each other closely stand below each other.
	var article = document.querySelector("article");
	var notes = article ? article.querySelectorAll(":scope > .footnotes li") : [];
	function place() {
		if (!notes.length) return;
		var top = article.getBoundingClientRect().top, free = 0;
		notes.forEach(function (note) {
			var ref = document.getElementById(note.id.replace("fn:", "fnref:"));
			if (!ref || getComputedStyle(note).position !== "absolute") return note.style.removeProperty("top");
			var at = Math.max(ref.getBoundingClientRect().top - top, free);
			note.style.top = at + "px";
			free = at + note.offsetHeight + 12;
		});
	}
	if (notes.length) article.classList.add("noted");

	function settle() { measure(); place(); }
	addEventListener("load", settle);
	addEventListener("toggle", settle, true);
	var due = 0;
	addEventListener("resize", function () {
		cancelAnimationFrame(due);
		due = requestAnimationFrame(settle);
	});
	settle();
})();
