import type { EvaluatedModel, Metrics, ModelMetrics } from '../../metrics.js';
import { differences } from '../differences.js';
import { counted, formatCount, formatFigure } from '../format.js';
import { markup, NOTHING, type Content, type Markup } from '../markup.js';
import { referenceOf } from '../report-input.js';
import { soughtSensitivity } from '../sought.js';
import { warning, type ReportSection } from '../section.js';
import { estimateCell, table, type TableColumn } from '../table.js';

/** Repeats the figures for each value of the field that `--by` names. */
export function byValue({ models, data }: Metrics): ReportSection {
  const field = data.by ?? '';
  return {
    id: 'by',
    title: `Figures by ${field}`,
    content: models.map((model) => describe(model, field)),
  };
}

function describe(model: EvaluatedModel, field: string): Content {
  const found = differences(model.by);
  return markup`<h3>${referenceOf(model)}</h3>${found.length > 0 ? apart(found) : NO_DIFFERENCE}${unstated(model, field)}${averages(model, field)}${classes(model, field)}`;
}

const NO_DIFFERENCE = markup`<p class="note lead">No interval of the share classified correctly, or of the sensitivity at 95 %
specificity, is wholly outside another’s. Smaller differences may still exist.</p>\n`;

function apart(found: readonly string[]): Markup {
  return warning(markup`The figures differ by more than their intervals:
<ul>${found.map((text) => markup`<li>${text}</li>`)}</ul>`);
}

function unstated({ by, all }: EvaluatedModel, field: string): Content {
  const missing = all.images - Object.values(by).reduce((sum, { images }) => sum + images, 0);
  if (missing === 0) return NOTHING;
  return markup`<p class="note">${counted(missing, 'image')} without a ${field} counted only in the last row.</p>\n`;
}

function averages({ by, all }: EvaluatedModel, field: string): Markup {
  const columns: TableColumn[] = [
    { title: field },
    { title: 'Images' },
    { title: 'Right' },
    { title: 'Precision' },
    { title: 'Recall' },
    { title: 'F-measure' },
    { title: 'Accuracy' },
    { title: 'Quadratic loss' },
    { title: 'ECE' },
  ];
  const row = (name: string, metrics: ModelMetrics): Content[] => [
    name,
    formatCount(metrics.images),
    ...[metrics.shareRight, metrics.precision, metrics.recall, metrics.fMeasure, metrics.accuracy].map(
      (each) => estimateCell(each),
    ),
    formatFigure(metrics.quadraticLoss),
    formatFigure(metrics.calibration.expectedError),
  ];
  return table(columns, rowsOf(by, all, row), { className: 'dense averaged' });
}

function classes({ by, all }: EvaluatedModel, field: string): Markup {
  const names = all.perClass.map((each) => each.class);
  const columns: TableColumn[] = [
    { title: field },
    ...names.flatMap((name) => [
      { title: 'Recall', hint: name },
      { title: 'Precision', hint: name },
    ]),
    ...(soughtSensitivity(all) === undefined
      ? []
      : [{ title: 'Found at 95 % specificity', hint: 'abnormal-monocyte' }]),
  ];
  const row = (name: string, metrics: ModelMetrics): Content[] => [
    name,
    ...metrics.perClass.flatMap((each) => [estimateCell(each.recall), estimateCell(each.precision)]),
    ...(soughtSensitivity(all) === undefined ? [] : [estimateCell(soughtSensitivity(metrics)?.sensitivity)]),
  ];
  return table(columns, rowsOf(by, all, row), { className: 'dense averaged' });
}

function rowsOf(
  by: EvaluatedModel['by'],
  all: ModelMetrics,
  row: (name: string, metrics: ModelMetrics) => Content[],
): Content[][] {
  return [...Object.entries(by).map(([value, metrics]) => row(value, metrics)), row('all', all)];
}
