"""
Hostile text, one corpus for every test, and what a browser must not have done with it.

Whatever of it runs sets `pwned`, asks for an address with that word, or leaves an element that no template has; the
browser is looked at with the Content-Security-Policy off, so that escaping alone protects the page.
"""

import unicodedata
from typing import Any

MARK = "pwned"

MARKUP = (
    '<img src=x onerror="pwned=1">',
    "<svg/onload=pwned=1>",
    "\"'><script>pwned=1</script>",
    "</script><script>pwned=1</script>",
    "</textarea><img src=x onerror=pwned=1>",
    "</title><script>pwned=1</script>",
    "</style><script>pwned=1</script>",
    "</option></select><svg onload=pwned=1>",
    "<iframe src=/pwned></iframe>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<meta http-equiv=refresh content=0;url=/pwned>",
    "<base href=/pwned/>",
    "<div hx-get=/pwned hx-trigger=load>",
    "<b hx-on::load=pwned=1 data-hx-on:click=pwned=1>",
    "<a href=javascript:pwned=1>x</a>",
    "<style>*{background:url(/pwned)}</style>",
    "<details open ontoggle=pwned=1>",
    "]]><script>pwned=1</script>",
    "--><script>pwned=1</script><!--",
)
ATTRIBUTES = (
    "' onfocus=pwned=1 autofocus x='",
    '" onfocus=pwned=1 autofocus x="',
    "x onmouseover=pwned=1 style=position:fixed",
    "javascript:pwned=1",
    "data:text/html,<script>pwned=1</script>",
    "//a.example/pwned.js",
    "https://a.example/pwned.js",
    "expression(pwned=1);background:url('/pwned')",
    "</style>}*{background:url(/pwned)",
)
TEMPLATES = (
    "${pwned=1}",
    "`+(pwned=1)+`",
    "'\";pwned=1;//",
    "\\';pwned=1//--><!--",
    "{{7*7}}{{pwned}}",
    "{% raw %}{{config}}{# pwned #}",
    "{pwned}{0}{}%(pwned)s%s",
    "&lt;img src=x onerror=pwned=1&gt;",
    "%3Cscript%3Epwned=1%3C/script%3E",
    "\\u003cimg src=x onerror=pwned=1\\u003e",
    "__proto__",
    "constructor",
)
FORMULAS = (
    "=cmd|'/C pwned'!A0",
    "+cmd|'/C pwned'!A0",
    "-2+3+cmd|'/C pwned'!A0",
    "@SUM(1+1)*cmd|'pwned'!A0",
    '=HYPERLINK("http://a.example/pwned")',
)
LONG = ("W" * 38,)
HOSTILE = (*MARKUP, *ATTRIBUTES, *TEMPLATES, *FORMULAS, *LONG)
# Characters that end a line of old JavaScript, turn the reading direction, steer a terminal or end a C string.
STEERING = ("\u2028pwned=1\u2029", "\u202epwned=1\u202c", "\x1b[31mpwned=1", "\ufeffpwned=1", "a\x00pwned=1")
ALL = (*HOSTILE, *STEERING)
WORDS = " ".join(HOSTILE)


def short(longest: int) -> list[str]:
    """The texts of at most so many characters, in the form in which names are compared."""
    return [text for text in HOSTILE if len(unicodedata.normalize("NFKC", text)) <= longest]


def joined(longest: int, texts: tuple[str, ...] = HOSTILE) -> str:
    """As many of the texts as so many characters hold."""
    told = ""
    for text in texts:
        told = f"{told} {text}".strip() if len(told) + len(text) < longest else told
    return told


def seen(text: str) -> str:
    """A text as a page shows it: one blank for many."""
    return " ".join(text.split())


# What stands on a page as text, and what stands there that no template of ours has written: elements and attributes.
LOOK = """() => {
  const injected = window.pwned === undefined ? [] : ['pwned is set'];
  const texts = [document.title];
  const told = /^(id|for|name|value|title|alt|placeholder|content|list|label|lang|aria-.*|data-(?!hx-).*)$/;
  const tags = /^(IFRAME|FRAME|OBJECT|EMBED|BASE|APPLET|MARQUEE|VIDEO|AUDIO)$/;
  const isForeign = (address) => {
    const url = new URL(address, location.href);
    return url.pathname.indexOf('pwned') >= 0 || url.host === 'a.example' || !/^(https?|file):$/.test(url.protocol);
  };
  const isOdd = (name, value) => {
    if (/^(data-)?(on|hx-on)/.test(name) || name === 'srcdoc') { return true; }
    if (/^(data-hx-|hx-)(get|post|put|patch|delete)$/.test(name)) { return isForeign(value); }
    if (name === 'src' && /^data:image/.test(value)) { return false; }
    if (/^(href|src|action|formaction|xlink:href)$/.test(name)) { return isForeign(value); }
    return value.indexOf('pwned') >= 0 && !told.test(name);
  };
  document.querySelectorAll('*').forEach((element) => {
    const say = (why) => injected.push(why + ' ' + element.outerHTML.slice(0, 120));
    const tag = element.tagName.toUpperCase();
    if (tags.test(tag)) { say('tag'); }
    const isOurs = element.nonce || element.type === 'application/json' || location.protocol === 'file:';
    if (tag === 'SCRIPT' && !isOurs) { say('script'); }
    if (tag === 'SCRIPT' && /^\\s*pwned=1/.test(element.textContent)) { say('script'); }
    if (tag === 'STYLE' && element.textContent.indexOf('pwned') >= 0) { say('style'); }
    if (tag === 'IMG' && !/^(\\/(static|heat|tiles)\\/|data:image)/.test(element.getAttribute('src'))) { say('img'); }
    if (tag === 'META' && element.httpEquiv === 'refresh') { say('meta'); }
    Array.prototype.forEach.call(element.attributes, (one) => {
      if (isOdd(one.name.toLowerCase(), one.value)) { say('attribute ' + one.name); }
      if (one.name === 'title' || one.name === 'value') { texts.push(one.value); }
    });
    if (/^(INPUT|TEXTAREA)$/.test(tag)) { texts.push(element.value); }
  });
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!/^(SCRIPT|STYLE|TITLE)$/i.test(node.parentNode.tagName)) { texts.push(node.textContent); }
  }
  return { injected, text: texts.join(' ').replace(/\\s+/g, ' '), base: document.baseURI === location.href };
}"""


class Nothing:
    """A page on which nothing hostile may happen; every look adds to `found` what did, and says what is read there."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.found: list[str] = []
        page.on("request", lambda request: self._asked(request.url))
        page.on("pageerror", lambda error: self._failed(str(error)))
        page.on("dialog", self._dialog)
        page.on("popup", lambda other: self.found.append(f"window {other.url}"))

    def look(self, where: object = "") -> str:
        """The page's text."""
        seen_there = self.page.evaluate(LOOK)
        told = [*seen_there["injected"], *([] if seen_there["base"] else ["base"])]
        self.found += [f"{where or self.page.url}: {one}" for one in told]
        text: str = seen_there["text"]
        return text

    def _failed(self, error: str) -> None:
        """A script that failed; "undefined" is said of a request that gave way to the next one."""
        if error != "undefined":
            self.found.append(f"exception {error} at {self.page.url}")

    def _asked(self, url: str) -> None:
        """Addresses may hold the mark in their query only, where a form's text stands encoded."""
        if MARK in url.partition("?")[0].partition("#")[0] or "a.example" in url.partition("?")[0]:
            self.found.append(f"request {url} from {self.page.url}")

    def _dialog(self, dialog: Any) -> None:
        self.found.append(f"dialog {dialog.message}")
        dialog.dismiss()
