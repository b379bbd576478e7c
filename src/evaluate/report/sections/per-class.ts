import type { ClassMetrics, Estimate, EvaluatedModel, Metrics, ModelMetrics } from '../../metrics.js';
import { formatFigure, formatPercent } from '../format.js';
import { markup, type Content, type Markup } from '../markup.js';
import { referenceOf } from '../report-input.js';
import type { ReportSection } from '../section.js';
import { estimateCell, table, type TableColumn } from '../table.js';

/** Each class against the rest, of each model. */
export function perClass({ models }: Metrics): ReportSection {
  return { id: 'classes', title: 'Class by class', content: models.map(describe) };
}

function describe(model: EvaluatedModel): Content {
  return markup`<h3>${referenceOf(model)}</h3>${losses(model.all)}${countedTable(model.all)}${thresholdTable(model.all)}`;
}

/** The figures counted from the confusion matrix, each with its number of images. */
function countedTable({ perClass, confusion, images, ...means }: ModelMetrics): Markup {
  const columns: TableColumn[] = [
    { title: 'Class' },
    { title: 'Precision', hint: methodOf(perClass, 'precision') },
    { title: 'Recall', hint: methodOf(perClass, 'recall') },
    { title: 'Specificity', hint: methodOf(perClass, 'specificity') },
    { title: 'Accuracy', hint: methodOf(perClass, 'accuracy') },
    { title: 'F-measure' },
  ];
  const rows = perClass.map((each, index) => [
    each.class,
    estimateCell(each.precision, 3, predictedAs(confusion, index)),
    estimateCell(each.recall, 3, each.images),
    estimateCell(each.specificity, 3, images - each.images),
    estimateCell(each.accuracy, 3, images),
    formatFigure(each.fMeasure),
  ]);
  const average = [
    'average',
    estimateCell(means.precision),
    estimateCell(means.recall),
    '',
    estimateCell(means.accuracy),
    estimateCell(means.fMeasure),
  ];
  return table(columns, [...rows, average], { className: 'classes averaged' });
}

/** The figures computed from the probabilities at all thresholds. */
function thresholdTable({ perClass }: ModelMetrics): Markup {
  const specificities = [
    ...new Set(perClass.flatMap((each) => each.sensitivityAt.map((at) => at.specificity))),
  ];
  const columns: TableColumn[] = [
    { title: 'Class' },
    { title: 'ROC area', hint: methodOf(perClass, 'rocArea') },
    { title: 'Average precision', hint: methodOf(perClass, 'averagePrecision') },
    ...specificities.map((specificity) => ({
      title: 'Sensitivity',
      hint: `at ${formatShare(specificity)} specificity`,
    })),
  ];
  const rows = perClass.map((each) => [
    each.class,
    estimateCell(each.rocArea),
    estimateCell(each.averagePrecision),
    ...specificities.map((specificity) => sensitivityCell(each, specificity)),
  ]);
  return table(columns, rows, { className: 'classes' });
}

function sensitivityCell({ sensitivityAt }: ClassMetrics, specificity: number): Markup {
  const at = sensitivityAt.find((each) => each.specificity === specificity);
  return markup`${estimateCell(at?.sensitivity)}<small>threshold ${formatFigure(at?.threshold)}</small>`;
}

function losses({ shareRight, quadraticLoss, crossEntropy, calibration }: ModelMetrics): Markup {
  return markup`<p class="lead">Right: ${formatPercent(shareRight.value)} of all images. Quadratic loss ${formatFigure(quadraticLoss, 4)},
cross entropy ${formatFigure(crossEntropy, 4)}, expected calibration error ${formatFigure(calibration.expectedError, 4)}.</p>\n`;
}

type ClassMeasure = 'precision' | 'recall' | 'specificity' | 'accuracy' | 'rocArea' | 'averagePrecision';

/** How the intervals of a column were made. */
function methodOf(classes: readonly ClassMetrics[], measure: ClassMeasure): string {
  return [...new Set(classes.map((each): Estimate['method'] => each[measure].method))].join(', ');
}

function predictedAs(confusion: ModelMetrics['confusion'], index: number): number {
  return confusion.reduce((sum, row) => sum + (row[index] ?? 0), 0);
}

function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
