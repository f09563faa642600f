package theme

import "html/template"

// HeadScript is the script in the head of each page.
const HeadScript = `document.documentElement.className="js";try{var t=localStorage.getItem("rtbook-colours");if(t=="light"||t=="dark")document.documentElement.dataset.colours=t}catch(e){}`

// HeadScriptHash is what a Content-Security-Policy calls HeadScript, in its
// script-src.
const HeadScriptHash = "sha256-3O2uxYVDa/HBM8Wgc0+KMwpNQKVwQ0cI/57G1GtR1oA="

// headScript is HeadScript as the pages have it. It is kept from
// html/template, which would parse it on every page.
const headScript template.HTML = "<script>" + HeadScript + "</script>"

// HeadScript returns the script in the head of the page.
func (*Page) HeadScript() template.HTML { return headScript }
