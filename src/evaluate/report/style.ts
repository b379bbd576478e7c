/** The whole style sheet of the report: dark on white, one accent colour, made for A4. */
export function styleSheet(runningTitle: string): string {
  return `${BASE}${PARTS}${PRINT}${pageMargins(runningTitle)}`;
}

const BASE = `
:root { --ink: #1c2328; --soft: #5a6670; --line: #d5dbe0; --accent: #0b5c94; --wrong: #b35900; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: #fff; color: var(--ink);
  font: 15px/1.5 "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums lining-nums;
}
main, header, nav { max-width: 788px; margin: 0 auto; padding: 0 24px; }
main { padding-bottom: 72px; }
header { padding-top: 48px; }
h1 { margin: 0; font-size: 29px; font-weight: 600; letter-spacing: -0.01em; line-height: 1.2; }
h2 { margin: 52px 0 14px; padding-top: 14px; border-top: 2px solid var(--accent); font-size: 20px; font-weight: 600; line-height: 1.3; }
h2 .section { color: var(--accent); margin-right: 0.5em; }
h3 { margin: 26px 0 8px; font-size: 15px; font-weight: 600; }
p { margin: 8px 0; }
code { font: 0.88em/1.45 ui-monospace, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
small { display: block; font-size: 12px; line-height: 1.35; color: var(--soft); font-weight: 400; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.subtitle { margin: 6px 0 0; color: var(--soft); overflow-wrap: anywhere; }
.note, .soft, figcaption { color: var(--soft); font-size: 13px; }
nav ol { margin: 18px 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; }
.warning { margin: 10px 0; padding: 8px 12px; border: 1px solid var(--wrong); border-left-width: 4px; font-size: 14px; }
.warning > b:first-child { color: var(--wrong); margin-right: 0.4em; }
.warning ul { margin: 4px 0 0; padding-left: 20px; }
`;

const PARTS = `
.facts, .glossary { margin: 0; display: grid; grid-template-columns: 168px minmax(0, 1fr); gap: 5px 16px; }
.facts dt { color: var(--soft); }
.facts dd, .glossary dd { margin: 0; overflow-wrap: anywhere; }
.glossary { grid-template-columns: 200px minmax(0, 1fr); gap: 10px 16px; font-size: 14px; }
.glossary dt { font-weight: 600; }
.scroll { overflow-x: auto; margin: 10px 0 18px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; line-height: 1.35; }
caption { text-align: left; font-weight: 600; padding-bottom: 6px; }
th, td { padding: 6px 10px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { vertical-align: bottom; font-weight: 600; color: var(--soft); font-size: 13px; border-bottom: 1px solid var(--ink); }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 86px; }
td code { font-size: 11px; }
.number { text-align: right; white-space: nowrap; padding-left: 6px; }
thead .number { white-space: normal; }
.averaged tbody tr:nth-last-child(2) > *, .paper tbody tr:nth-child(2) > * { border-bottom-color: var(--ink); }
.paper tbody tr:nth-child(-n + 2) { color: var(--soft); }
.paper tbody tr:nth-child(-n + 2) th { font-weight: 400; }
.dense { font-size: 13px; }
.dense small { font-size: 11px; white-space: nowrap; }
.dense thead small { white-space: normal; }
.dense th, .dense td { padding-right: 4px; padding-left: 4px; }
.dense th:first-child { padding-left: 0; }
.dense tbody th { min-width: 104px; }
.comparisons thead .number { min-width: 88px; }
.verdict { font-size: 15px; }
.verdict td, .verdict tbody th { padding-top: 10px; padding-bottom: 10px; }
.large { font-size: 23px; font-weight: 600; line-height: 1.15; }
.passed { color: var(--accent); font-weight: 600; white-space: nowrap; }
.failed { color: var(--wrong); font-weight: 700; white-space: nowrap; }
.summary, summary { margin: 8px 0 2px; }
summary { cursor: pointer; }
.files { margin: 2px 0 10px; padding-left: 20px; font-size: 13px; }
.files code { margin-right: 0.6em; }
figure { margin: 18px 0 26px; }
figcaption { margin-top: 6px; max-width: 92ch; }
.plots { display: flex; flex-wrap: wrap; gap: 14px 13px; }
.thirds .plots { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); }
.plots svg { max-width: 100%; height: auto; }
.stacked .plots { display: block; }
.pairs { display: grid; grid-template-columns: repeat(2, minmax(0, 360px)); gap: 8px 20px; }
.pairs figure { margin: 10px 0; }
.mistakes { margin: 14px 0; padding: 0; list-style: none; display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 22px; }
.mistakes.wide { grid-template-columns: minmax(0, 1fr); }
.mistakes li { display: flex; gap: 12px; padding: 12px 0; border-top: 1px solid var(--line); }
.picture { flex: 0 0 104px; }
.picture img { display: block; width: 104px; height: auto; max-height: 140px; object-fit: contain; border: 1px solid var(--line); }
.no-picture { display: flex; align-items: center; justify-content: center; height: 104px; border: 1px dashed var(--line); color: var(--soft); font-size: 12px; }
.answers { flex: 1; min-width: 0; }
.answers .file { margin: 0 0 4px; line-height: 1.3; font-size: 13px; }
.answers table { font-size: 11.5px; line-height: 1.25; table-layout: fixed; }
.answers th, .answers td { border: 0; padding: 1.5px 4px 1.5px 0; overflow-wrap: anywhere; }
.answers thead th { font-size: 11px; color: var(--soft); font-weight: 400; }
.answers tbody th { font-weight: 400; min-width: 0; }
.answers th:first-child { width: 47%; }
.wide .answers th:first-child { width: 22%; }
.answers tr.true th { font-weight: 700; color: var(--accent); }
.bar { display: block; height: 6px; min-width: 1px; background: #aab4bc; }
.bar.true { background: var(--accent); }
.bar.wrong { background: #d97d0d; }
.share { display: block; font-size: 11px; }
.legend span { display: inline-block; margin-right: 16px; font-size: 13px; }
.key { white-space: nowrap; margin-left: 0.6em; font-size: 13px; }
.key.true { color: var(--accent); }
.key.wrong { color: var(--wrong); }
.bar, svg { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
@media screen { details:not([open]) + .folded { display: none; } }
@media screen and (max-width: 700px) {
  .facts, .glossary, .pairs, .mistakes, .thirds .plots { grid-template-columns: minmax(0, 1fr); }
  .facts dt, .glossary dt { margin-top: 6px; }
}
`;

const PRINT = `
@page { size: A4; margin: 20mm 15mm 18mm; }
@media print {
  body { font-size: 10pt; line-height: 1.42; }
  main, header { max-width: none; padding: 0; }
  nav { display: none; }
  h1 { font-size: 20pt; }
  h2 { font-size: 14pt; margin-top: 26pt; }
  h3 { font-size: 10.5pt; }
  table, .dense, .warning, .verdict, .glossary { font-size: 9.5pt; }
  .dense { font-size: 8.5pt; }
  thead th { font-size: 9pt; }
  small, .note, figcaption, .files { font-size: 8.5pt; }
  .dense small { font-size: 7.5pt; }
  .scroll { overflow: visible; }
  h2, h3, caption, summary, .summary, .lead, thead { break-after: avoid; }
  thead { display: table-header-group; }
  tr, figure, li, .short, .lead, .warning, .glossary dt, .glossary dd { break-inside: avoid; }
  .answers table, .answers thead th, .share { font-size: 8pt; }
  .answers th:first-child { width: 48%; }
  .answers .file { font-size: 8.5pt; }
  .picture { flex-basis: 88px; }
  .picture img { width: 88px; }
  .mistakes li { gap: 10px; }
  p { orphans: 3; widows: 3; }
}
`;

/** Page margins that name the report on every printed page. */
function pageMargins(runningTitle: string): string {
  const font = 'font: 8pt Arial, "Liberation Sans", sans-serif; color: #5a6670;';
  return `@page {
  @top-left { content: ${cssString(runningTitle)}; ${font} }
  @bottom-right { content: counter(page) " / " counter(pages); ${font} }
}
`;
}

/** A quoted CSS string that keeps only letters, digits and harmless punctuation. */
function cssString(text: string): string {
  const escaped = Array.from(text, (character) =>
    /[\w .,:@-]/.test(character) ? character : `\\${(character.codePointAt(0) ?? 0).toString(16)} `,
  );
  return `"${escaped.join('')}"`;
}
