(function () {
"use strict";

var prepared = [];
rtbook.explore = function (root) {
root.querySelectorAll(".display").forEach(function (display) {
if (display.explored) return;
display.explored = true;
prepared.forEach(function (prepare) { prepare(display); });
});
};
rtbook.display = function (prepare) { prepared.push(prepare); };

rtbook.element = function (name, attributes) {
var e = document.createElement(name);
for (var a in attributes) {
if (typeof attributes[a] == "function") e.addEventListener(a, attributes[a]);
else if (attributes[a] !== false) e.setAttribute(a, attributes[a]);
}
for (var i = 2; i < arguments.length; i++) e.append(arguments[i]);
return e;
};

rtbook.number = function (n) {
var s = String(n);
return Math.abs(n) < 10000 ? s : s.replace(/\B(?=(\d{3})+$)/g, "\u202f");
};

function light(e) {
var id = e.target.closest && e.target.closest("[data-id]");
var cell = id && id.closest(".cell");
document.querySelectorAll(".lit").forEach(function (l) { l.classList.remove("lit"); });
if (!cell) return;
id = id.getAttribute("data-id");
cell.querySelectorAll("[data-id]").forEach(function (other) {
if (other.getAttribute("data-id") == id) other.classList.add("lit");
});
}
document.addEventListener("mouseover", light);
document.addEventListener("focusin", light);

function ruler(display) {
if (!display.classList.contains("ruler")) return;
var data = JSON.parse(display.querySelector("script").textContent);
var choice = 0, at = data.start, timer = 0;
var exact = display.querySelector("input[type=number]"), range = display.querySelector("input[type=range]");
var plot = display.querySelector(".plot"), drawing = plot.querySelector("svg"), pointer = display.querySelector(".pointer");
var curves = [].slice.call(display.querySelectorAll(".curve")).reverse(), fields = display.querySelectorAll(".readout dd");
var heard = display.querySelector(".heard");

function ends(text) {
var m = /^(-?[\d\u202f]+)(?: to (-?[\d\u202f]+))?(.*)$/.exec(text);
function number(s) { return +s.replace(/\u202f/g, ""); }
return m && [number(m[1]), number(m[2] || m[1]), m[3]];
}
var choices = [].map.call(display.querySelectorAll("table"), function (table) {
var last;
return [].map.call(table.tBodies[0].rows, function (row) {
var cells = [].map.call(row.cells, function (c) { return c.textContent; });
var of = ends(cells.shift().replace("up", last + 1));
last = of[1];
return [of[0], last, cells];
});
});

function place(n) { // as rulerScale.at in internal/site
if (data.max == data.min) return 0;
if (data.log) return Math.log1p(n - data.min) / Math.log1p(data.max - data.min);
return (n - data.min) / (data.max - data.min);
}
function numberAt(x) {
x = Math.min(1, Math.max(0, x));
if (data.log) return data.min + Math.round(Math.expm1(x * Math.log1p(data.max - data.min)));
return data.min + Math.round(x * (data.max - data.min));
}

var stops = [], known = {};
function stop(n) { if (!known[n]) { known[n] = true; stops.push(n); } }
for (var i = 0; i <= 800; i++) stop(numberAt(i / 800));
choices.forEach(function (c) { c.forEach(function (r) { stop(r[0]); stop(r[1]); }); });
stop(data.start);
stops.sort(function (a, b) { return a - b; });
function nearest(n) {
var lo = 0, hi = stops.length - 1;
while (lo < hi) {
var mid = (lo + hi) >> 1;
if (stops[mid] < n) lo = mid + 1; else hi = mid;
}
return lo > 0 && n - stops[lo - 1] < stops[lo] - n ? lo - 1 : lo;
}
range.min = 0;
range.max = 10000;
range.step = "any";

var bar = display.querySelector(".share");
function here() {
return choices[choice].find(function (r) { return r[0] <= at && at <= r[1]; });
}
function values() {
var range = here(), part = range[1] > range[0] ? (at - range[0]) / (range[1] - range[0]) : 0;
return range[2].map(function (text, i) {
var v = data.linear[i] && ends(text);
return v ? rtbook.number(Math.round(v[0] + part * (v[1] - v[0]))) + v[2] : text;
});
}
function show() {
var now = values();
fields.forEach(function (dd, i) { dd.textContent = now[i]; });
display.querySelector(".at b").textContent = rtbook.number(at);
var x = place(at);
pointer.setAttribute("x1", x * 100 + "%");
pointer.setAttribute("x2", x * 100 + "%");
range.value = x * 10000;
range.setAttribute("aria-valuetext", rtbook.number(at) + " " + data.number);
if (document.activeElement != exact) exact.value = at;
curves.forEach(function (c, i) { c.classList.toggle("off", i != choice); });
if (curves.length) curves[choice].parentNode.append(curves[choice]);
share(now);
clearTimeout(timer);
timer = setTimeout(function () {
heard.textContent = rtbook.number(at) + " " + data.number + ": " + data.fields.map(function (f, i) { return f + " " + now[i]; }).join(", ");
}, 400);
}
function share(now) {
if (!data.share) return;
var text = now[data.field], v = ends(text), left = v ? v[0] : 0;
bar.firstChild.style.flexGrow = at;
bar.lastChild.style.flexGrow = left;
bar.firstChild.textContent = at * 8 > left ? rtbook.number(at) : "";
bar.lastChild.textContent = left * 4 > at ? text : "";
}
function to(n) {
at = Math.min(data.max, Math.max(data.min, n));
show();
}

range.addEventListener("input", function () { to(stops[nearest(numberAt(range.value / 10000))]); });
range.addEventListener("keydown", function (e) {
var i = nearest(at), move = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 20, PageDown: -20, Home: -stops.length, End: stops.length}[e.key];
if (!move || e.ctrlKey || e.altKey || e.metaKey) return;
e.preventDefault();
to(stops[Math.min(stops.length - 1, Math.max(0, i + move))]);
});
exact.addEventListener("input", function () {
if (exact.value !== "" && exact.validity.valid) to(+exact.value);
});
exact.addEventListener("change", function () {
to(Math.round(+exact.value) || data.min);
exact.value = at;
});
display.querySelectorAll("input[type=radio]").forEach(function (radio) {
radio.addEventListener("change", function () { choice = +radio.value; show(); });
if (radio.checked) choice = +radio.value; // a browser may remember
});
function drag(e) {
var box = drawing.getBoundingClientRect();
to(stops[nearest(numberAt((e.clientX - box.left) / box.width))]);
}
drawing.addEventListener("pointerdown", function (e) {
if (e.button) return;
drawing.setPointerCapture(e.pointerId);
drag(e);
});
drawing.addEventListener("pointermove", function (e) {
if (drawing.hasPointerCapture(e.pointerId)) drag(e);
});
show();
clearTimeout(timer); // nothing moved yet
}
rtbook.display(ruler);

document.addEventListener("DOMContentLoaded", function () { rtbook.explore(document); });
if (document.readyState == "complete") setTimeout(function () { rtbook.explore(document); });
})();
(function () {
"use strict";

var root = document.currentScript.src.replace(/[^/]*$/, ""); // of the site

function anchorOf(display) {
return display.id.replace("rt:", "").replace(/-\d+$/, "");
}
function buttonsOf(anchor) {
return [].slice.call(document.querySelectorAll(".act button[data-number]")).filter(function (b) { return anchorOf(b.closest(".display")) == anchor; });
}
function addressOf(display, button) {
var anchor = anchorOf(display);
return "#" + encodeURIComponent(anchor) + "@" + (buttonsOf(anchor)[0] === button ? "" : button.dataset.number + ".");
}
function setAddress(hash) {
try { history.replaceState(history.state, "", hash); } catch (e) { } // too many, for some browsers
}

function open(display, n, then) {
var button = display.querySelector(".act button"), name = button.dataset.name;
if (display.stage) {
display.stage.go(n);
return then(display.stage);
}
button.disabled = true;
rtbook.load(root + "stepper.js", function () {
rtbook.load(root + name.split("/").map(encodeURIComponent).join("/"), opened, failed);
}, failed);
function opened() {
button.disabled = false;
var data = rtbook.get(name);
if (!data) return failed();
if (!display.stage) display.stage = rtbook.stepper(display, data, moved);
display.stage.go(n);
then(display.stage);
}
function moved(step) {
if (button.dataset.number) setAddress(step ? addressOf(display, button) + step : "#" + encodeURIComponent(anchorOf(display)));
}
function failed() {
button.disabled = false;
button.nextElementSibling.textContent = "The recording could not be read. What is below is part of it.";
button.nextElementSibling.setAttribute("role", "alert");
}
}

rtbook.display(function (display) {
var button = display.querySelector(".act button");
if (!button) return;
button.addEventListener("click", function () {
open(display, 0, function (stage) { stage.next.focus(); });
});
});

function follow() {
var m = /^#(.+)@(?:(\d+)\.)?(\d+)$/.exec(location.hash), anchor;
try { anchor = m && decodeURIComponent(m[1]); } catch (e) { } // no address of ours
if (!anchor) return;
var buttons = buttonsOf(anchor), cell = document.getElementById(anchor);
var button = m[2] ? buttons.find(function (b) { return b.dataset.number == m[2]; }) : buttons[0];
if (!button) return cell && cell.scrollIntoView();
for (var d = button.closest("details"); d; d = d.parentNode.closest("details")) d.open = true;
var display = button.closest(".display");
open(display, m[3] - 1, function () { display.scrollIntoView(); });
}
function touched(e) {
if (e.target.closest && e.target.closest(".sweep")) swept();
}
function swept() { rtbook.load(root + "sweep.js", function () { }); }
["focusin", "pointerover", "input"].forEach(function (kind) { document.addEventListener(kind, touched); });

document.addEventListener("DOMContentLoaded", function () {
if (location.search) swept();
});
document.addEventListener("DOMContentLoaded", follow);
window.addEventListener("hashchange", follow);
})();
