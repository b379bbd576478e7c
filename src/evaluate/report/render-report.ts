import type { Metrics } from '../metrics.js';
import { counted, formatMoment } from './format.js';
import { markup, trusted, type Markup } from './markup.js';
import { seriesNamed, type Series } from './plots/series.js';
import { referenceOf, type ReportInput } from './report-input.js';
import type { ReportSection } from './section.js';
import { besidePaper } from './sections/beside-paper.js';
import { byValue } from './sections/by-value.js';
import { calibration } from './sections/calibration.js';
import { comparisons } from './sections/comparisons.js';
import { confusion } from './sections/confusion.js';
import { curves } from './sections/curves.js';
import { glossary } from './sections/glossary.js';
import { identity } from './sections/identity.js';
import { mistakes } from './sections/mistakes.js';
import { perClass } from './sections/per-class.js';
import { training } from './sections/training.js';
import { verdict } from './sections/verdict.js';
import { styleSheet } from './style.js';

/**
 * Renders an evaluation as one HTML file for a laboratory's quality records. It loads nothing from elsewhere,
 * has no script, and prints on A4.
 */
export function renderReport(input: ReportInput): string {
  const { metrics } = input;
  const sections = sectionsOf(input);
  const { text } = markup`${HEAD}<title>Evaluation of ${metrics.data.folder}</title>
<style>${trusted(styleSheet(runningTitle(metrics)))}</style>
</head>
<body>
${header(metrics)}
<nav aria-label="Contents"><ol>${sections.map(
    ({ id, title }, index) => markup`<li><a href="#${id}">${index + 1} ${title}</a></li>`,
  )}</ol></nav>
<main>
${sections.map(({ id, title, content }, index) => {
  const number = markup`<span class="section">${index + 1}</span>`;
  return markup`<section id="${id}"><h2>${number}${title}</h2>\n${content}</section>\n`;
})}</main>
</body>
</html>
`;
  return text;
}

/** The colour and dashes of each model in every plot, in the metrics' order. */
export function seriesOf({ models }: Pick<Metrics, 'models'>): Series[] {
  return seriesNamed(models.map(referenceOf));
}

/**
 * The content security policy. File names from scanners are in the report: if one ever passed the escaping, a
 * browser would still run and load nothing.
 */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const HEAD = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="smearwatch">
<link rel="icon" href="data:,">
`;

function sectionsOf(input: ReportInput): ReportSection[] {
  const { metrics } = input;
  const series = seriesOf(metrics);
  return [
    identity(metrics),
    verdict(metrics),
    besidePaper(metrics, series),
    training(input, series),
    confusion(metrics),
    perClass(metrics),
    curves(metrics, series),
    calibration(metrics, series),
    ...(metrics.comparisons.length === 0 ? [] : [comparisons(metrics)]),
    ...(metrics.data.by === undefined ? [] : [byValue(metrics)]),
    mistakes(input),
    glossary(),
  ];
}

function header({ startedAt, data, models }: Metrics): Markup {
  return markup`<header><h1>Evaluation report</h1>
<p class="subtitle">${counted(models.length, 'model')} on ${counted(data.images, 'image')} of <code>${data.folder}</code>,
${formatMoment(startedAt)}</p></header>`;
}

function runningTitle({ startedAt, data }: Metrics): string {
  return `Smearwatch evaluation, ${formatMoment(startedAt)}, images ${data.sha256.slice(0, 12)}`;
}
