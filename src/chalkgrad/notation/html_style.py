"""The style of a page: a quiet book page, light or dark, on a screen or on paper."""

STYLE = """\
.chalkgrad {
  --cg-ink: #1d1f21; --cg-quiet: #5f6368; --cg-line: #d9d9d6; --cg-paper: #fdfdfb; --cg-tint: #f3f3ef;
  --cg-blue: #0072B2; --cg-red: #D55E00; --cg-green: #007a59; --cg-purple: #b0568c; --cg-orange: #a86f00;
  --cg-cyan: #2584b8; --cg-grey: #6b6b6b;
  color: var(--cg-ink); background: var(--cg-paper); line-height: 1.55;
  font-family: "Libertinus Serif", "STIX Two Text", Charter, "Iowan Old Style", Palatino, Georgia, serif;
}
@media (prefers-color-scheme: dark) {
  .chalkgrad {
    --cg-ink: #e6e4df; --cg-quiet: #a3a6a9; --cg-line: #3c3f43; --cg-paper: #17191b; --cg-tint: #212427;
    --cg-blue: #5ab0f0; --cg-red: #ff8f52; --cg-green: #3fcf9f; --cg-purple: #e8a0c8; --cg-orange: #f0b840;
    --cg-cyan: #8fd3ff; --cg-grey: #a0a0a0;
  }
  .chalkgrad-page { background: #17191b; }
}
.chalkgrad-page { margin: 0; background: #fdfdfb; }
@media (prefers-color-scheme: dark) { .chalkgrad-page { background: #17191b; } }
main.chalkgrad { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; font-size: 1.06rem; }
.chalkgrad math {
  font-family: "Libertinus Math", "STIX Two Math", "Latin Modern Math",
    "TeX Gyre Termes Math", "Cambria Math", "Noto Sans Math", "DejaVu Math TeX Gyre", math;
}
.chalkgrad h1, .chalkgrad h2, .chalkgrad h3 { line-height: 1.25; font-weight: 600; margin: 2.2rem 0 0.7rem; }
.chalkgrad h1 { font-size: 1.9rem; margin-top: 0; text-wrap: balance; }
.chalkgrad h2 { font-size: 1.35rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--cg-line); }
.chalkgrad h3 { font-size: 1.1rem; }
.chalkgrad p, .chalkgrad ul { max-width: 44rem; }
.cg-display {
  display: grid; grid-template-columns: max-content max-content max-content minmax(11rem, 1fr);
  align-items: center; row-gap: 0.55rem; margin: 1rem 0 1.4rem; padding: 0.2rem 0 0.2rem 1rem;
  overflow-x: auto; overflow-y: hidden; border-left: 3px solid var(--cg-line);
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
.cg-scroll { overflow-x: auto; overflow-y: hidden; }
.chalkgrad table { border-collapse: collapse; margin: 1rem 0; }
.chalkgrad th, .chalkgrad td { padding: 0.35rem 1.4rem 0.35rem 0; text-align: left; vertical-align: baseline;
  border-bottom: 1px solid var(--cg-line); background: none; }
.chalkgrad th { font-weight: 600; border-bottom: 1.5px solid var(--cg-ink); }
.chalkgrad .cg-number { text-align: right; font-variant-numeric: tabular-nums lining-nums; }
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
.cg-right-mark, .cg-wrong-mark, .cg-follows-mark, .cg-none-mark { font-weight: 700; }
td > [class$="-mark"]:not(:only-child) { display: inline-block; width: 1.15em; text-align: center; }
.cg-right-mark { color: var(--cg-green); }
.cg-wrong-mark { color: var(--cg-red); }
.cg-follows-mark { color: var(--cg-blue); }
.cg-none-mark { color: var(--cg-grey); }
.chalkgrad figure { margin: 1.4rem 0; }
.chalkgrad figure svg { max-width: 100%; height: auto; }
.chalkgrad .cg-bar { fill: var(--cg-blue); }
.chalkgrad figcaption { color: var(--cg-quiet); font-size: 0.9em; margin-top: 0.4rem; }
.cg-columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); column-gap: 2.4rem; }
.cg-columns > div { min-width: 0; }
.cg-columns h3 { margin-top: 0.4rem; }
.chalkgrad .cg-columns .cg-display { grid-template-columns: max-content max-content 1fr; }
.cg-columns .cg-right, .cg-columns .cg-wide, .cg-columns .cg-reason { grid-column: 3; }
.cg-columns .cg-reason { padding-left: 2em; }
@media (max-width: 46rem) {
  .cg-display { grid-template-columns: max-content max-content 1fr; }
  .cg-right, .cg-wide, .cg-reason, .cg-reason.cg-wide { grid-column: 3; }
  .cg-reason { padding-left: 1.4em; }
  .cg-columns { grid-template-columns: minmax(0, 1fr); }
}
@media print {
  .chalkgrad { --cg-paper: #fff; --cg-ink: #000; --cg-quiet: #444; --cg-line: #bbb; --cg-tint: #f4f4f4; }
  main.chalkgrad { max-width: none; padding: 0; font-size: 10.5pt; }
  .cg-display { overflow: visible; break-inside: avoid-page; }
  .chalkgrad h2, .chalkgrad h3 { break-after: avoid; }
}
"""
