// What makes displays move: rulers, and what lights up together. Steppers are
// in open.js and stepper.js. rtbook.explore prepares the displays below an element; it is
// called for the page, and for what comes onto it later.
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

	// element makes an element with attributes and children: text is text.
	rtbook.element = function (name, attributes) {
		var e = document.createElement(name);
		for (var a in attributes) {
			if (typeof attributes[a] == "function") e.addEventListener(a, attributes[a]);
			else if (attributes[a] !== false) e.setAttribute(a, attributes[a]);
		}
		for (var i = 2; i < arguments.length; i++) e.append(arguments[i]);
		return e;
	};

	// number writes a number as internal/site does.
	rtbook.number = function (n) {
		var s = String(n);
		return Math.abs(n) < 10000 ? s : s.replace(/\B(?=(\d{3})+$)/g, "\u202f");
	};

	// Things with the same id light up together, in all displays of a cell.
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

	// ruler lets a pointer move along a ruler.
	function ruler(display) {
		if (!display.classList.contains("ruler")) return;
		var data = JSON.parse(display.querySelector("script").textContent);
		var choice = 0, at = data.start, timer = 0;
		var exact = display.querySelector("input[type=number]"), range = display.querySelector("input[type=range]");
		var plot = display.querySelector(".plot"), drawing = plot.querySelector("svg"), pointer = display.querySelector(".pointer");
		var curves = [].slice.call(display.querySelectorAll(".curve")).reverse(), fields = display.querySelectorAll(".readout dd");
		var heard = display.querySelector(".heard");

		// What holds where stands in the tables: from, to, and the fields. A range
		// that goes on where the one above ends is "up to 24". Of what changes with
		// the number, they have both ends: "15 to 0 bytes".
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

		// The range goes from stop to stop: by pixels, but each end of a range
		// that holds something else is a stop, so that no key passes over it.
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
		// The thumb stands where the number does, so the range's own values are
		// places, and the keys, which would move by one place, move by one stop.
		range.min = 0;
		range.max = 10000;
		range.step = "any";

		var bar = display.querySelector(".share");
		function here() {
			return choices[choice].find(function (r) { return r[0] <= at && at <= r[1]; });
		}
		// values returns the fields at the number.
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
		// share shows the number and what is left as parts of the whole.
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

	// The scripts after this one are of the same file: they have run when the
	// page is prepared.
	document.addEventListener("DOMContentLoaded", function () { rtbook.explore(document); });
	if (document.readyState == "complete") setTimeout(function () { rtbook.explore(document); });
})();
