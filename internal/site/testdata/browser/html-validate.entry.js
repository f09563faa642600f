import { StaticConfigLoader, HtmlValidate } from "html-validate/browser";
globalThis.validateHTML = function (rules) {
	const v = new HtmlValidate(new StaticConfigLoader([], { root: true, extends: ["html-validate:standard"], rules: rules }));
	return async function (text) {
		const report = await v.validateString(text, "page.html");
		return report.results.flatMap(r => r.messages.map(m => m.line + ":" + m.column + ": " + m.ruleId + ": " + m.message));
	};
};
