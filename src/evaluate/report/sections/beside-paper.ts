import type { Metrics } from '../../metrics.js';
import { chunks } from '../chunks.js';
import { formatCount, formatFigure } from '../format.js';
import { markup, type Markup } from '../markup.js';
import { PAPER, paperAccuracy } from '../paper.js';
import { groupedBars, groupsThatFit, type Bar } from '../plots/grouped-bars.js';
import type { Series } from '../plots/series.js';
import { referenceOf } from '../report-input.js';
import { figure, type ReportSection } from '../section.js';
import { estimateCell, table } from '../table.js';

/** The paper's Tables 3 and 4 and its Figures 2 and 3, with our figures. */
export function besidePaper(metrics: Metrics, series: readonly Series[]): ReportSection {
  return {
    id: 'paper',
    title: 'Compared with the paper',
    content: [
      markup`<p class="lead">The paper’s figures were measured on <b>other images</b>: 30 % of its own ${formatCount(PAPER.images)}, about
${formatCount(PAPER.tested)}. They are here for orientation; a difference from ours says nothing about which network is
better.</p>\n`,
      averagesTable(metrics),
      figure(
        [averagesPlot(metrics, series)],
        'Figure 2. Precision, recall and F-measure. Whiskers: 95 % intervals of ours.',
      ),
      accuracyTable(metrics),
      figure(
        accuracyPlots(metrics, series),
        'Figure 3. Accuracy, each class against the rest, and the mean over the classes.',
      ),
    ],
  };
}

const MEASURES = ['precision', 'recall', 'fMeasure'] as const;
const MEASURE_NAMES = { precision: 'Precision', recall: 'Recall', fMeasure: 'F-measure' } as const;
const AVERAGE = 'average';

function averagesTable({ models }: Metrics): Markup {
  const columns = [{ title: 'Model' }, ...MEASURES.map((measure) => ({ title: MEASURE_NAMES[measure] }))];
  const paper = PAPER.networks.map((network) => [
    paperName(network),
    ...MEASURES.map((measure) => formatFigure(network[measure])),
  ]);
  const ours = models.map((model) => [
    referenceOf(model),
    ...MEASURES.map((measure) => estimateCell(model.all[measure])),
  ]);
  return table(columns, [...paper, ...ours], {
    caption: 'Table 3. Averages over the classes',
    className: 'paper',
  });
}

/** Four decimals, as in the paper. */
function accuracyTable({ models, data: { classes } }: Metrics): Markup {
  const columns = [{ title: 'Model' }, ...classes.map((name) => ({ title: name })), { title: AVERAGE }];
  const paper = PAPER.networks.map((network) => [
    paperName(network),
    ...classes.map((name) => formatFigure(paperAccuracy(network, name), 4)),
    formatFigure(network.averageAccuracy, 4),
  ]);
  const ours = models.map((model) => [
    referenceOf(model),
    ...model.all.perClass.map(({ accuracy }) => estimateCell(accuracy, 4)),
    estimateCell(model.all.accuracy, 4),
  ]);
  return table(columns, [...paper, ...ours], {
    caption: 'Table 4. Accuracy, one class against the rest',
    className: 'paper',
  });
}

function averagesPlot({ models }: Metrics, series: readonly Series[]): string {
  const paper = PAPER.networks.flatMap((network) =>
    MEASURES.map((measure): Bar => ({
      group: MEASURE_NAMES[measure],
      series: paperName(network),
      value: network[measure],
    })),
  );
  const ours = models.flatMap((model) =>
    MEASURES.map((measure): Bar => ({
      group: MEASURE_NAMES[measure],
      series: referenceOf(model),
      ...model.all[measure],
    })),
  );
  return groupedBars({
    title: 'Precision, recall and F-measure of the paper’s networks and of ours',
    groups: Object.values(MEASURE_NAMES),
    series: [...PAPER_SERIES, ...series],
    bars: [...paper, ...ours],
  });
}

/** Draws the accuracies in one plot; with many classes or models in several, one below the other. */
function accuracyPlots({ models, data: { classes } }: Metrics, series: readonly Series[]): string[] {
  const paper = PAPER.networks.flatMap((network): Bar[] => [
    ...classes.map((name) => ({
      group: name,
      series: paperName(network),
      value: paperAccuracy(network, name),
    })),
    { group: AVERAGE, series: paperName(network), value: network.averageAccuracy },
  ]);
  const ours = models.flatMap((model): Bar[] => [
    ...model.all.perClass.map((each) => ({
      group: each.class,
      series: referenceOf(model),
      ...each.accuracy,
    })),
    { group: AVERAGE, series: referenceOf(model), ...model.all.accuracy },
  ]);
  const all = [...PAPER_SERIES, ...series];
  return chunks([...classes, AVERAGE], groupsThatFit(all.length)).map((groups) =>
    groupedBars({
      title: `Accuracy of the paper’s networks and of ours: ${groups.join(', ')}`,
      groups,
      series: all,
      bars: [...paper, ...ours].filter(({ group }) => groups.includes(group)),
    }),
  );
}

function paperName({ name }: { readonly name: string }): string {
  return `${name} (paper)`;
}

const PAPER_SERIES: readonly Series[] = PAPER.networks.map((network) => ({
  name: paperName(network),
  colour: network.colour,
}));
