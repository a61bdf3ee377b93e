"""A page that needs nothing but itself, and that browsers hold to that: no script, nothing from elsewhere.

The policy in its head allows the one style sheet by its fingerprint. Readable on a phone, on paper, in the
dark.
"""

from base64 import b64encode
from hashlib import sha256

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.markup import Content, Html, element
from cnn_course.grading.showing import COLOURS

STYLE = (
    """
:root { color-scheme: light dark; --paper: #fff; --text: #1c1c22; --quiet: #5b5b68; --soft: #f2f2f6;
  --line: #cfcfd9; --bar: #3b6fc4; --track: #e3e3ea; --link: #1f4fa3; --note: #fff6de; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16161a; --text: #e9e9ee; --quiet: #a8a8b6; --soft: #222228; --line: #44444f;
    --bar: #7aa5ef; --track: #34343d; --link: #9dbdff; --note: #3a3115; }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
body { margin: 0 auto; padding: 1rem; max-width: 48rem; background: var(--paper); color: var(--text);
  overflow-wrap: anywhere; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1rem; padding-bottom: .5rem; }
footer { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: .5rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .2rem 0 .5rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; line-height: 1.4; margin: 0; }
p, ul, ol { margin: .5rem 0; }
ul, ol { padding-left: 1.4rem; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: .88em; }
pre { white-space: pre-wrap; background: var(--soft); border-radius: .3rem; padding: .4rem .6rem;
  margin: .4rem 0; }
.quiet, footer { color: var(--quiet); font-size: .9rem; }
.points { font-size: 1.25rem; font-weight: 600; margin: .2rem 0; }
.note { background: var(--note); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .8rem;
  margin: .8rem 0; }
.checks { list-style: none; padding: 0; }
.check { border-left: .35rem solid var(--line); padding: .1rem 0 .1rem .7rem; margin: .7rem 0; }
.check.passed, ul .check { margin: .25rem 0; }
.whole { white-space: nowrap; }
.name { overflow-wrap: normal; }
.hint { border-top: 1px dashed var(--line); padding-top: .3rem; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .95rem; }
caption { text-align: left; color: var(--quiet); font-size: .9rem; padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .4rem; border-bottom: 1px solid var(--line); }
th:first-child { padding-left: 0; }
tbody th { font-weight: 400; }
thead th { overflow-wrap: normal; }
svg { display: block; max-width: 100%; height: auto; }
figure { margin: .8rem 0; max-width: 34rem; }
figcaption { color: var(--quiet); font-size: .9rem; }
.bar { fill: var(--bar); }
.track { fill: var(--track); }
.axis { stroke: var(--line); }
svg text { fill: var(--text); font-size: 11px; }
"""
    + "".join(
        f".{status.name.lower().replace('_', '-')} {{ border-left-color: {colour}; }}\n"
        for status, colour in COLOURS.items()
    )
    + """@media (max-width: 30rem) {
  table { font-size: .85rem; }
  th, td { padding: .25rem .2rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --text: #000; --quiet: #333; --soft: #fff; --line: #999;
    --bar: #555; --track: #ddd; --link: #000; --note: #fff; }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  pre { border: 1px solid var(--line); }
  .check, .note, tr, figure { break-inside: avoid; }
  h2, h3, caption, thead { break-after: avoid; }
}
"""
)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)


def page(title: str, *content: Content, lang: str = "en") -> str:
    """A whole document. `content`: header, main and footer."""
    head = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        Html(f"<style>{STYLE}</style>"),
    ]
    return f"<!doctype html>\n{element('html', element('head', head), element('body', content), lang=lang)}\n"


def style_of(status: Status) -> str:
    """The classes of a check that ended so."""
    return f"check {status.name.lower().replace('_', '-')}"
