// What is loaded when the reader asks for it, by a touch or by an address:
// stepper.js with a recording, and sweep.js.
(function () {
	"use strict";

	var root = document.currentScript.src.replace(/[^/]*$/, ""); // of the site

	// anchorOf returns the anchor of the cell that a display is of. Its output may
	// stand apart from it.
	function anchorOf(display) {
		return display.id.replace("rt:", "").replace(/-\d+$/, "");
	}
	// buttonsOf returns the buttons that open the steppers of a cell.
	function buttonsOf(anchor) {
		return [].slice.call(document.querySelectorAll(".act button[data-number]")).filter(function (b) { return anchorOf(b.closest(".display")) == anchor; });
	}
	// addressOf returns an address in the page up to the number of the step: that
	// of the cell, and which of its displays it is if that is not the first
	// stepper.
	function addressOf(display, button) {
		var anchor = anchorOf(display);
		return "#" + encodeURIComponent(anchor) + "@" + (buttonsOf(anchor)[0] === button ? "" : button.dataset.number + ".");
	}
	function setAddress(hash) {
		try { history.replaceState(history.state, "", hash); } catch (e) { } // too many, for some browsers
	}

	// open shows a display at a step, when its recording has been read.
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
		// moved notes in the page's address at which step the stepper is; 0: shut.
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

	// follow opens what the page's address asks for.
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
	// touched loads what makes the controls of sweeps work, once.
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
