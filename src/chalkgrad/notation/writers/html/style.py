"""The style of a page: a quiet book page, light or dark, on a desk, on a phone or on paper."""

from __future__ import annotations

from chalkgrad.notation.boxes import PALETTE

LIGHT = {
    "ink": "#1d1f21", "quiet": "#5f6368", "line": "#d9d9d6", "paper": "#fdfdfb", "tint": "#f3f3ef", **PALETTE,
}  # fmt: skip
DARK = {
    "ink": "#e6e4df", "quiet": "#a3a6a9", "line": "#3c3f43", "paper": "#17191b", "tint": "#212427",
    "blue": "#5ab0f0", "red": "#ff7b72", "green": "#3fcf9f", "purple": "#e8a0c8", "orange": "#f0b840",
    "cyan": "#8fd3ff", "grey": "#a0a0a0",
}  # fmt: skip
"""Colours of a page: letters on paper and on its tint have a contrast of 4.5 and more (WCAG)."""


def _variables(colours: dict[str, str]) -> str:
    return " ".join(f"--cg-{name}: {colour};" for name, colour in colours.items())


_COLOURS = f"""\
.chalkgrad, .chalkgrad-page {{ {_variables(LIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{
  .chalkgrad, .chalkgrad-page {{ {_variables(DARK)} }}
  .chalkgrad svg [style*="--dark-fill"] {{ fill: var(--dark-fill); }}
  .chalkgrad svg [style*="--dark-stroke"] {{ stroke: var(--dark-stroke); }}
}}
@media print {{
  .chalkgrad, .chalkgrad-page {{ --cg-paper: #fff; --cg-ink: #000; --cg-quiet: #444; --cg-line: #bbb; }}
}}
"""

_WORDS = """\
.chalkgrad-page { margin: 0; background: var(--cg-paper); }
.chalkgrad {
  color: var(--cg-ink); background: var(--cg-paper); line-height: 1.55; overflow-wrap: anywhere;
  font-family: "Libertinus Serif", "STIX Two Text", Charter, "Iowan Old Style", Palatino, Georgia, serif;
}
main.chalkgrad { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; font-size: 1.06rem; }
.chalkgrad h1, .chalkgrad h2, .chalkgrad h3 { line-height: 1.25; font-weight: 600; margin: 2.2rem 0 0.7rem; }
.chalkgrad h1 { font-size: 1.9rem; margin-top: 0; text-wrap: balance; }
.chalkgrad h2 { font-size: 1.35rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--cg-line); }
.chalkgrad h3 { font-size: 1.1rem; }
.chalkgrad p, .chalkgrad ul { max-width: 44rem; }
.chalkgrad pre, .chalkgrad code { font-family: "DejaVu Sans Mono", ui-monospace, Menlo, Consolas, monospace; }
.chalkgrad pre { background: var(--cg-tint); color: inherit; padding: 0.8rem 1rem; border-radius: 0.4rem;
  overflow-x: auto; font-size: 0.86rem; line-height: 1.4; }
.chalkgrad pre code { background: none; padding: 0; font-size: inherit; color: inherit; }
.chalkgrad a { color: var(--cg-blue); text-decoration-thickness: 0.05em; text-underline-offset: 0.2em; }
.chalkgrad p code, .chalkgrad li code, .chalkgrad td code { background: var(--cg-tint); font-size: 0.86em;
  padding: 0.1em 0.35em; border-radius: 0.25em; }
.cg-diff code { display: inline-block; min-width: 100%; }
.cg-diff .cg-old { color: var(--cg-red); }
.cg-diff .cg-new { color: var(--cg-green); font-weight: 600; }
"""

_FORMULAS = """\
.chalkgrad math {
  font-family: "Libertinus Math", "STIX Two Math", "Latin Modern Math",
    "TeX Gyre Termes Math", "Cambria Math", "Noto Sans Math", "DejaVu Math TeX Gyre", math;
}
.chalkgrad math, .chalkgrad math * { white-space: nowrap; overflow-wrap: normal; }
.chalkgrad :is(p, li, th, td, .cg-reason) mfrac > * { font-size: 0.86em; math-depth: inherit; }
.chalkgrad :is(msub, msup, msubsup) > :not(:first-child) :is(msub, msup, msubsup) > :not(:first-child),
.chalkgrad :is(msub, msup, msubsup) > :is(msub, msup, msubsup):not(:first-child) > :not(:first-child) {
  font-size: 0.86em; math-depth: inherit; }
.cg-display {
  display: grid; grid-template-columns: max-content max-content max-content minmax(11rem, 1fr);
  align-items: center; row-gap: 0.55rem; margin: 1rem 0 1.4rem; padding: 0.4rem 0 0.4rem 1rem;
  overflow-x: auto; overflow-y: hidden; border-left: 3px solid var(--cg-line); container-type: inline-size;
}
.chalkgrad .cg-display math { font-size: 1.08em; }
.cg-left { grid-column: 1; text-align: right; }
.cg-relation { grid-column: 2; padding: 0 0.45em; text-align: center; }
.cg-right { grid-column: 3; }
.cg-wide { grid-column: 3 / -1; }
.cg-more { padding-left: 2em; }
.cg-reason { grid-column: 4; padding-left: 2.2rem; color: var(--cg-quiet); font-size: 0.9em; }
.cg-reason.cg-wide { grid-column: 3 / -1; padding-left: 2em; }
.cg-shape { display: inline-block; padding: 0 0.5em; margin-right: 0.7em; border-radius: 0.3em;
  background: var(--cg-tint); white-space: nowrap; font-size: 0.92em; }
"""

# Twice the class: a notebook's own style of tables is as narrow as one class and two elements.
_TABLES = """\
.cg-scroll { overflow-x: auto; overflow-y: hidden; margin: 1rem 0; }
.chalkgrad table { border-collapse: collapse; margin: 0; }
.chalkgrad.chalkgrad :is(th, td) { padding: 0.35rem 1.4rem 0.35rem 0; text-align: left;
  vertical-align: baseline; border-bottom: 1px solid var(--cg-line); background: none; white-space: nowrap; }
.chalkgrad.chalkgrad .cg-long { white-space: normal; min-width: min(14rem, 48vw); overflow-wrap: break-word; }
.chalkgrad.chalkgrad thead > tr > * { font-weight: 600; vertical-align: bottom;
  border-bottom: 1.5px solid var(--cg-ink); }
.chalkgrad.chalkgrad .cg-number { text-align: right; font-variant-numeric: tabular-nums lining-nums; }
.cg-right-mark, .cg-wrong-mark, .cg-follows-mark, .cg-none-mark { font-weight: 700; }
td > [class$="-mark"]:not(:only-child) { display: inline-block; width: 1.15em; text-align: center; }
.cg-right-mark { color: var(--cg-green); }
.cg-wrong-mark { color: var(--cg-red); }
.cg-follows-mark { color: var(--cg-blue); }
.cg-none-mark { color: var(--cg-grey); }
"""

_FIGURES = """\
.chalkgrad figure { margin: 1.4rem 0; }
.cg-drawing { overflow-x: auto; }
.chalkgrad figure svg { display: block; }
.chalkgrad figcaption { color: var(--cg-quiet); font-size: 0.9em; margin-top: 0.4rem; }
"""

_COLUMNS = """\
.cg-columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); column-gap: 2.4rem; }
.cg-columns > div { min-width: 0; }
.cg-columns > .cg-both { grid-column: 1 / -1; }
.cg-columns > .cg-title { font-weight: 600; }
.cg-side { display: none; }
"""

_REASONS_BELOW = """\
{0}.cg-display {{ grid-template-columns: max-content max-content 1fr; }}
{0}.cg-right, {0}.cg-wide {{ grid-column: 3; }}
{0}.cg-reason, {0}.cg-reason.cg-wide {{ grid-column: 1 / -1; justify-self: start; position: sticky; left: 0;
  max-width: 100cqi; padding-left: 2em; box-sizing: border-box; }}
"""
"""Reasons below their formulas: they wrap in what can be seen, and stay there while a formula is scrolled."""

_COLUMNS += _REASONS_BELOW.format(".cg-columns ")

_NARROW = f"""\
@media screen and (max-width: 46rem) {{
{_REASONS_BELOW.format("")}.cg-columns {{ grid-template-columns: minmax(0, 1fr); }}
  .cg-columns > .cg-title {{ display: none; }}
  .cg-side {{ display: block; margin-top: 0.6rem; color: var(--cg-quiet);
    font-weight: 600; font-size: 0.9em; }}
  .cg-side + .cg-display {{ margin-top: 0.2rem; }}
}}
"""

_PAPER = """\
@media print {
  main.chalkgrad { max-width: none; padding: 0; font-size: 10pt; line-height: 1.4; }
  .chalkgrad h2, .chalkgrad h3 { break-after: avoid; margin-top: 1.4rem; }
  .cg-display, .cg-scroll, .cg-drawing, .chalkgrad pre { overflow: visible; container-type: normal; }
  .chalkgrad pre { white-space: pre-wrap; }
  .cg-display:not(:has(> :nth-child(16))), .chalkgrad ul:not(:has(> :nth-child(5))) { break-inside: avoid; }
  .cg-display > :nth-child(-n + 3) { break-after: avoid; }
  .cg-display > :nth-last-child(-n + 4), .cg-reason.cg-wide, .cg-more { break-before: avoid; }
  .cg-display > *, .chalkgrad tr, .chalkgrad figure, .chalkgrad li { break-inside: avoid; }
  .chalkgrad thead { display: table-header-group; }
  .chalkgrad tbody tr:nth-child(-n + 2), .chalkgrad tbody tr:nth-last-child(2) { break-after: avoid; }
  .chalkgrad figure svg { max-width: 100%; height: auto; max-height: 195mm; }
  .chalkgrad p { orphans: 3; widows: 3; }
  .cg-columns:has(mtext) { display: block; }
  .cg-columns:has(mtext) > .cg-title { display: none; }
  .cg-columns:has(mtext) .cg-side { display: block; font-weight: 600; break-after: avoid; }
}
"""

STYLE = _COLOURS + _WORDS + _FORMULAS + _TABLES + _FIGURES + _COLUMNS + _NARROW + _PAPER
