// Every page has this script, deferred. All that it does, a page can do without.
var rtbook = {};
(function () {
	"use strict";

	// load asks for a classic script once, and calls back when it has run: from
	// file://, too, where fetch is not to be had.
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

	// data is what a file of data calls with its name and itself; get returns it.
	var known = {};
	rtbook.data = function (name, value) { known[name] = value; };
	rtbook.get = function (name) { return known[name]; };
})();
