var rtbook = {};
(function () {
"use strict";

var asked = {};
rtbook.load = function (src, done, failed) {
var s = asked[src];
if (!s) {
s = asked[src] = document.createElement("script");
s.src = src;
s.addEventListener("load", function () { s.loaded = true; });
s.addEventListener("error", function () { delete asked[src]; });
document.head.append(s);
}
if (s.loaded) return done();
s.addEventListener("load", done);
if (failed) s.addEventListener("error", failed);
};

var known = {};
rtbook.data = function (name, value) { known[name] = value; };
rtbook.get = function (name) { return known[name]; };
})();

(function () {
"use strict";
var root = document.documentElement;

function remember(key, value) {
try {
if (value) localStorage.setItem(key, value);
else localStorage.removeItem(key);
} catch (e) {} // not from every file:// page
}

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

function say(b, word) {
var text = b.dataset.text || (b.dataset.text = b.textContent);
b.textContent = word;
setTimeout(function () { b.textContent = text; }, 1500);
}

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

var scrollers = document.querySelectorAll("article :is(pre, .wide)[tabindex]");
function measure() {
var wide = Array.prototype.map.call(scrollers, function (e) { return e.scrollWidth > e.clientWidth; });
scrollers.forEach(function (e, i) {
if (wide[i]) e.setAttribute("tabindex", "0");
else if (document.activeElement !== e) e.removeAttribute("tabindex");
});
}

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
(function () {
"use strict";
var src = document.currentScript.src;
var root = rtbook.root = src.slice(0, src.lastIndexOf("/") + 1); // of the site


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


function marks(ranges) {
if (ranges.length) CSS.highlights.set("found", new Highlight(...ranges));
else CSS.highlights.delete("found");
}

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


var entries = [].slice.call(document.querySelectorAll("nav.contents a")).map(function (a) {
return { link: a, heading: document.getElementById(decodeURIComponent(a.hash.slice(1))) };
}).filter(function (e) { return e.heading; });
var current = null, moved = false;

function follow() {
var line = innerHeight / 3, now = null;
entries.forEach(function (e) {
if (e.heading.getBoundingClientRect().top < line) now = e;
});
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
