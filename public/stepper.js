(function () {
"use strict";

var element = rtbook.element, number = rtbook.number;
var between = 128; // steps between the states that are kept
var window_ = 60; // steps of which lanes are shown at a time

function Recording(data) {
var self = this;
this.texts = data.texts;
this.steps = data.steps;
this.items = data.items.map(function (i) { return {text: data.texts[i[0]], tone: i[1], id: data.texts[i[2]]}; });
this.first = []; // row of each panel's first
var count = 0;
data.panels.forEach(function (p) { self.first.push(count); count += p[2].length; });
this.rows = [];
for (var i = 0; i < count; i++) this.rows.push([]);
this.at = -1;
this.dirty = {};
this.kept = []; // at 0: before step 0; at 1: before step 128
this.times = [];
this.spans = data.panels.map(function (p) { return p[1] == "lanes" ? p[2].map(function () { return []; }) : null; });
var time = 0;
for (var n = 0; n < this.steps.length; n++) {
time += this.steps[n][0];
this.times.push(time);
if (n % between == 0) this.keep();
this.apply(n);
}
if (!data.unit || time == this.times[0]) this.times = this.times.map(function (_, i) { return i + 1; });
this.at = this.steps.length - 1;
}
Recording.prototype.keep = function () {
var last = this.kept[this.kept.length - 1], dirty = this.dirty;
this.kept.push(this.rows.map(function (row, i) { return last && !dirty[i] ? last[i] : row.slice(); }));
this.dirty = {};
};
Recording.prototype.apply = function (n) {
var c = this.steps[n][4], first = this.kept.length * between > n && this.at < 0;
for (var i = 0; i < c.length;) {
var row = this.first[c[i]] + c[i + 1], at = c[i + 2], drop = c[i + 3], count = c[i + 4];
var items = [at, drop];
for (var k = 0; k < count; k++) items.push(this.items[c[i + 5 + k]]);
this.rows[row].splice.apply(this.rows[row], items);
this.dirty[row] = true;
var spans = this.spans[c[i]];
if (first && spans) {
spans = spans[c[i + 1]];
if (drop && spans.length) spans[spans.length - 1].to = n;
if (count) spans.push({from: n, to: this.steps.length, item: items[2]});
}
i += 5 + count;
}
};
Recording.prototype.go = function (n) {
var kept = Math.floor(n / between), from = this.at + 1;
if (this.at > n || this.at < kept * between - 1) {
var state = this.kept[kept];
for (var i = 0; i < this.rows.length; i++) { this.rows[i] = state[i].slice(); this.dirty[i] = true; }
from = kept * between;
}
for (; from <= n; from++) this.apply(from);
this.at = n;
};

function stepper(display, data, moved) {
var rec = new Recording(data), last = rec.steps.length - 1;
var button = display.querySelector(".act button");
var shown = [], lists = [], counts = [], lanes = [];
var playing = 0, address = 0, saying = 0;

var back = element("button", {type: "button", click: function () { pause(); go(rec.at - 1); }}, "Back");
var play = element("button", {type: "button", class: "play", click: function () { if (playing) pause(); else start(); }}, "Play");
var next = element("button", {type: "button", class: "next", click: function () { pause(); go(rec.at + 1); }}, "Next");
var speed = element("select", {class: "speed", "aria-label": "Steps a second"});
var usual = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 3;
[1, 3, 10, 30].forEach(function (n) { speed.append(element("option", {value: n, selected: n == usual && "selected"}, n + " / s")); });
var close = element("button", {type: "button", class: "close", click: shut}, "Close");
var scrub = element("input", {type: "range", min: 1, max: last + 1, step: 1, value: 1, "aria-label": "Step", input: function () { pause(); go(scrub.value - 1); }});
var what = element("p", {class: "step"}), why = element("p", {class: "why"});
var heard = element("p", {class: "heard", role: "status"});
var panels = element("div", {class: "panels"});
var stage = element("div", {class: "stage", role: "group", "aria-label": "Step by step: " + display.querySelector(".title").textContent},
element("div", {class: "bar"}, back, play, next, speed, close), scrub,
element("div", {class: "now"}, what, why), finder(), panels, heard);
if (data.stopped) stage.querySelector(".now").append(element("p", {class: "stopped", hidden: "hidden"}, element("strong", {}, "It stopped here. "), data.stopped));
data.panels.forEach(panel);
stage.addEventListener("keydown", roam);

function panel(p, i) {
var box = element("div", {class: "panel " + (p[1] == "lanes" ? "lanes-live" : p[1]), role: "group", "aria-label": p[0]}, element("p", {class: "panel-name"}, p[0]));
p[2].forEach(function (name, r) {
var row = element("div", {class: "row"}, element("span", {class: "row-name"}, name));
var list = element("ul", {class: "items"});
if (p[1] == "lanes") {
list = element("ul", {});
var line = element("span", {class: "head-line"}), track = element("div", {class: "track"}, list, line);
row.append(track);
lanes.push({list: list, line: line, track: track, spans: rec.spans[i][r], first: rec.first[i] + r});
} else {
row.append(list);
lists[rec.first[i] + r] = list;
shown[rec.first[i] + r] = [];
}
if (p[1] == "cells") {
counts[rec.first[i] + r] = element("span", {class: "count"});
row.append(counts[rec.first[i] + r]);
}
box.append(row);
});
if (p[1] == "lanes") box.append(element("div", {class: "scale", "aria-hidden": "true"}, element("span", {}), element("span", {})));
panels.append(box);
}

function dress(li, item, bare) {
li.className = tone(item.tone);
if (bare) li.title = item.text;
else li.textContent = item.text;
if (item.id) {
li.setAttribute("data-id", item.id);
li.tabIndex = -1;
} else {
li.removeAttribute("data-id");
li.removeAttribute("tabindex");
}
return li;
}

function draw(r) {
var list = lists[r], was = shown[r], is = rec.rows[r], bare = !!counts[r];
if (!list) return;
var head = 0, tail = 0;
while (head < was.length && head < is.length && was[head] === is[head]) head++;
while (tail < was.length - head && tail < is.length - head && was[was.length - 1 - tail] === is[is.length - 1 - tail]) tail++;
var old = was.length - head - tail, young = is.length - head - tail, li = list.children[head] || null, i = 0;
for (; i < old && i < young; i++, li = li.nextSibling) dress(li, is[head + i], bare);
for (; i < young; i++) list.insertBefore(dress(document.createElement("li"), is[head + i], bare), li);
for (; i < old; i++) {
var gone = li;
li = li.nextSibling;
gone.remove();
}
shown[r] = is.slice();
if (bare) count(r, is);
}

function count(r, items) {
var of = {};
items.forEach(function (i) { of[i.tone] = (of[i.tone] || 0) + 1; });
var parts = data.keys.filter(function (k) { return of[k[0]]; }).map(function (k) { return of[k[0]] + " " + k[1]; });
counts[r].textContent = parts.length ? parts.join(", ") : items.length;
}

var page = -1;
function drawLanes() {
if (!lanes.length) return;
var n = rec.at, p = Math.floor(n / window_), from = p * window_, to = Math.min(last, from + window_);
var t0 = rec.times[from], t1 = Math.max(rec.times[to], t0 + 1);
function place(i) { return Math.min(100, Math.max(0, (rec.times[Math.min(i, last)] - t0) / (t1 - t0) * 100)); }
if (p != page) {
page = p;
var width = lanes[0].track.clientWidth;
lanes.forEach(function (l) {
l.list.textContent = "";
l.spans.forEach(function (s) {
if (s.from > to || s.to < from) return;
var li = dress(document.createElement("li"), s.item), x = place(s.from), w = place(s.to) - x;
li.title = s.item.text;
li.style.left = x + "%";
li.style.width = w + "%";
li.from = s.from;
if (w / 100 * width < s.item.text.length * 6.5 + 8) li.classList.add("narrow");
l.list.append(li);
});
});
stage.querySelectorAll(".scale").forEach(function (s) {
s.firstChild.textContent = number(t0) + (data.unit && rec.times[0] != 1 ? " " + data.unit : "");
s.lastChild.textContent = number(t1) + " " + (data.unit || "steps");
});
}
var x = place(n), seen = n == last ? 100 : place(n + 1);
lanes.forEach(function (l) {
l.list.style.clipPath = "inset(-4px " + (100 - seen) + "% -4px -4px)";
l.line.style.left = x + "%";
for (var i = 0; i < l.list.children.length; i++) { // what is not seen is not heard
l.list.children[i].hidden = l.list.children[i].from > n;
}
});
}

function go(n) {
n = Math.min(last, Math.max(0, n));
rec.go(n);
for (var r in rec.dirty) draw(+r);
rec.dirty = {};
drawLanes();
var s = rec.steps[n];
focus(s[5]);
scrub.value = n + 1;
scrub.setAttribute("aria-valuetext", sentence(n));
what.textContent = "";
what.append(element("b", {}, "Step " + number(n + 1)), " of " + number(last + 1) + " ");
if (data.unit) what.append(element("span", {class: "time"}, number(time(n)) + " " + data.unit), " ");
what.append(element("span", {class: "event"}, rec.texts[s[1]]), " " + rec.texts[s[2]]);
why.textContent = rec.texts[s[3]];
back.setAttribute("aria-disabled", n == 0);
next.setAttribute("aria-disabled", n == last);
if (data.stopped) stage.querySelector(".stopped").hidden = n != last;
clearTimeout(saying);
if (!playing) saying = setTimeout(say, 300);
if (!address) address = setTimeout(keepAddress, 300);
}

var times = [];
rec.steps.reduce(function (t, s) { t += s[0]; times.push(t); return t; }, 0);
function time(n) { return times[n]; }

function sentence(n) {
var s = rec.steps[n];
return "Step " + number(n + 1) + " of " + number(last + 1) + ": " + rec.texts[s[1]] + (s[2] ? " " + rec.texts[s[2]] : "");
}
function say() {
var w = rec.texts[rec.steps[rec.at][3]], about = names(rec.steps[rec.at]).join(", ");
heard.textContent = sentence(rec.at) + (about ? " (" + about + ")" : "") + (w ? ". " + w : "");
}
function names(step) {
var all = [];
step[5].forEach(function (i) {
var name = rec.texts[i];
rec.rows.some(function (row) {
var item = row.find(function (it) { return it.id == rec.texts[i] && it.text; });
if (item) name = item.text;
return item;
});
if (rec.texts[step[2]].indexOf(name) < 0 && all.indexOf(name) < 0) all.push(name);
});
return all;
}

function focus(ids) {
stage.querySelectorAll(".focus").forEach(function (e) { e.classList.remove("focus"); });
ids.forEach(function (id) {
stage.querySelectorAll('[data-id="' + CSS.escape(rec.texts[id]) + '"]').forEach(function (e) {
e.classList.add("focus");
var list = e.parentNode;
if (list.scrollHeight > list.clientHeight + 1) list.scrollTop = e.offsetTop - list.offsetTop - list.clientHeight / 2;
});
});
for (var i = 0; i < panels.children.length; i++) {
var old = panels.children[i].querySelector('li[tabindex="0"]'), first = panels.children[i].querySelector("li[data-id]:not([hidden])");
if (old === first || old === document.activeElement && old) continue;
if (old) old.tabIndex = -1;
if (first) first.tabIndex = 0;
}
}
function roam(e) {
var li = e.target, move = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[e.key];
if (!move || li.tagName != "LI" || e.ctrlKey || e.altKey || e.metaKey) return;
var all = [].slice.call(li.closest(".panel").querySelectorAll("li[data-id]:not([hidden])"));
var to = all[all.indexOf(li) + move];
e.preventDefault();
if (!to) return;
li.tabIndex = -1;
to.tabIndex = 0;
to.focus();
}

function start() {
if (rec.at == last) go(0);
playing = setTimeout(tick, 1000 / speed.value);
play.textContent = "Pause";
}
function tick() {
playing = setTimeout(tick, 1000 / speed.value);
if (!stage.isConnected) return pause();
go(rec.at + 1);
if (rec.at == last) pause();
}
function pause() {
if (!playing) return;
clearTimeout(playing);
playing = 0;
play.textContent = "Play";
say();
keepAddress();
}

function keepAddress() {
clearTimeout(address);
address = 0;
if (stage.isConnected) moved(rec.at + 1);
}

function finder() {
var kinds = {}, matches = [];
rec.steps.forEach(function (s) { kinds[s[1]] = (kinds[s[1]] || 0) + 1; });
var kind = element("select", {"aria-label": "Kind of step", change: search}, element("option", {value: ""}, "any step"));
Object.keys(kinds).forEach(function (k) { kind.append(element("option", {value: k}, rec.texts[k] + " (" + kinds[k] + ")")); });
var words = element("input", {type: "search", class: "words", placeholder: "words to find", "aria-label": "Words in what happens and why", input: search});
var found = element("span", {class: "hits", role: "status"});
function search() {
var q = words.value.trim().toLowerCase();
var has = rec.texts.map(function (t) { return t.toLowerCase().indexOf(q) >= 0; });
matches = [];
rec.steps.forEach(function (s, i) {
if ((!kind.value || s[1] == kind.value) && (!q || has[s[2]] || has[s[3]])) matches.push(i);
});
found.textContent = !q && !kind.value ? "" : matches.length ? number(matches.length) + " found" : "none found";
}
function jump(way) {
pause();
if (!matches.length) search();
var near = matches.filter(function (m) { return way > 0 ? m > rec.at : m < rec.at; });
var to = way > 0 ? near[0] : near[near.length - 1];
if (to === undefined) {
found.textContent = "no more " + (way > 0 ? "after" : "before") + " this step";
return;
}
go(to);
found.textContent = number(matches.indexOf(to) + 1) + " of " + number(matches.length);
}
return element("form", {class: "bar", role: "search", "aria-label": "Find a step", submit: function (e) { e.preventDefault(); jump(1); }},
kind, words,
element("button", {type: "button", click: function () { jump(-1); }}, "Find back"),
element("button", {type: "submit"}, "Find next"), found);
}

function shut() {
pause();
clearTimeout(address);
clearTimeout(saying);
stage.remove();
display.classList.remove("opened");
display.stage = null;
moved(0);
button.hidden = false;
button.focus();
}

display.querySelector(".still").before(stage);
display.classList.add("opened");
button.hidden = true;
return {go: function (n) { pause(); go(n); }, stage: stage, next: next};
}

function tone(t) { return t >= 1 && t <= 6 ? "t" + t : t == 7 ? "tq" : t == 8 ? "ts" : "t0"; }

rtbook.stepper = stepper;
})();
