(function () {
"use strict";

var root = document.currentScript.src.replace(/[^/]*$/, ""); // of the site

function read() {
var all = {};
new URLSearchParams(location.search).forEach(function (value, name) { all[name] = value; });
return all;
}
function write(name, value) {
var params = new URLSearchParams(location.search);
if (value === null) params.delete(name); else params.set(name, value);
var query = params.toString();
try { history.replaceState(history.state, "", (query ? "?" + query : location.pathname) + location.hash); } catch (e) { } // too many, for some browsers
}

function control(box) {
var inputs = [].slice.call(box.querySelectorAll("input, select")), one = inputs[0];
var output = box.querySelector("output"), radios = one.type == "radio", values;
if (output) values = [].map.call(box.querySelectorAll(".stops li"), function (li) { return li.textContent; });
else values = [].map.call(box.querySelectorAll("option, label:has(input)"), function (e) { return e.textContent; });
var own = output ? +one.dataset.own : +box.querySelector("[data-own]").value;
return {
name: box.dataset.name, values: values, own: own, inputs: inputs,
index: function () { return +(radios ? inputs.filter(function (i) { return i.checked; })[0] : one).value; },
set: function (index) {
if (radios) inputs[index].checked = true; else one.value = index;
if (!output) return;
output.textContent = values[index];
one.setAttribute("aria-valuetext", values[index]);
}
};
}

function sweep(box) {
var cell = box.closest(".cell"), output = cell.querySelector(".output"), src = box.dataset.src;
var key = (cell.id || box.dataset.cell) + ".";
var controls = [].map.call(box.querySelectorAll("[data-name]"), control);
var own = [].slice.call(output.childNodes).filter(function (n) { return !(n.classList && n.classList.contains("recorded")); });
var mine = own, at = -1, timer = 0, waiting = false;
var note = box.querySelector(".sweep-at span"), back = box.querySelector(".own"), heard = box.querySelector("[role=status]");

function words() {
return controls.map(function (c) { return c.name + " = " + c.values[c.index()]; }).join(", ");
}
function isOwn() { return controls.every(function (c) { return c.index() == c.own; }); }
function put(nodes) {
mine.forEach(function (n) { n.remove(); });
nodes.forEach(function (n) { output.append(n); });
mine = nodes;
}
function show() {
var data = rtbook.get(src), run = 0, which = -1;
controls.forEach(function (c) { run = run * c.values.length + c.index(); });
if (data) which = data.runs[run];
else if (!isOwn()) return load();
if (which != at) {
if (which < 0) put(own);
else {
var t = document.createElement("template");
t.innerHTML = data.outputs[which];
put([].slice.call(t.content.childNodes));
rtbook.explore(output);
}
at = which;
}
say(data ? which < 0 ? data.line : data.lines[which] : "");
}
function load() {
if (waiting) return;
waiting = true;
output.setAttribute("aria-busy", "true");
rtbook.load(root + src, function () { ready(); show(); }, function () {
ready();
controls.forEach(function (c) { c.set(c.own); });
told();
note.textContent = heard.textContent = "The other results could not be read.";
});
}
function ready() { waiting = false; output.removeAttribute("aria-busy"); }
function told() {
back.hidden = isOwn();
note.textContent = back.hidden ? "" : "with " + words();
}
function say(line) {
clearTimeout(timer);
timer = setTimeout(function () { heard.textContent = words() + (line ? ": " + line : ""); }, 400);
}
function changed() {
controls.forEach(function (c) {
c.set(c.index());
write(key + c.name, c.index() == c.own ? null : c.values[c.index()]);
});
told();
show();
}
controls.forEach(function (c) {
c.inputs.forEach(function (i) { i.addEventListener("input", changed); });
});
back.addEventListener("click", function () {
controls.forEach(function (c) { c.set(c.own); });
changed();
controls[0].inputs[0].focus(); // the button is gone
});

var chosen = read();
controls.forEach(function (c) {
var index = c.values.indexOf(chosen[key + c.name]);
if (index >= 0) c.set(index);
});
if (!isOwn()) changed();
}

document.querySelectorAll(".sweep").forEach(sweep);
})();
