/**
 * Writes the figures of docs/results.md, between its two markers, and its plots, from evaluations that
 * `smearwatch evaluate` wrote and from manifests and histories of the trained models. Images and weights are
 * neither read nor written: only figures go into the repository.
 *
 * npx tsx scripts/results.ts --registry FOLDER --evaluation 'TITLE=FOLDER' [--evaluation …] [--out docs]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { metricsSchema, type Estimate, type EvaluatedModel, type Metrics } from '../src/evaluate/metrics.js';
import { PAPER, paperAccuracy } from '../src/evaluate/report/paper.js';
import { confusionHeatMap } from '../src/evaluate/report/plots/confusion-heat-map.js';
import { toSvgFile } from '../src/evaluate/report/plots/draw.js';
import { trainingCurves } from '../src/evaluate/report/plots/training-curves.js';
import { readHistory, type IterationPoint } from '../src/evaluate/report/read-history.js';
import { seriesOf } from '../src/evaluate/report/render-report.js';

const { values } = parseArgs({
  options: {
    registry: { type: 'string' },
    evaluation: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: 'docs' },
  },
});
if (values.registry === undefined) throw new Error('--registry is missing');
const registry = values.registry;
const plots = join(values.out, 'results');
mkdirSync(plots, { recursive: true });

interface Training {
  readonly epoch: number;
  readonly epochsTrained: number;
  readonly seconds: number;
  readonly precision: string;
  readonly recipe: { readonly preset: string; readonly batchSize: number; readonly epochs: number };
}

const sections = await Promise.all(values.evaluation.map((each) => section(...cut(each))));
const page = join(values.out, 'results.md');
const [before = '', after = ''] = readFileSync(page, 'utf8').split(
  /(?<=<!-- figures: begin -->)[^]*(?=<!-- figures: end -->)/,
);
writeFileSync(page, `${before}\n\n${sections.join('\n')}\n${after}`);

function cut(argument: string): [title: string, folder: string] {
  const at = argument.lastIndexOf('=');
  return [argument.slice(0, at), argument.slice(at + 1)];
}

async function section(title: string, folder: string): Promise<string> {
  const metrics = metricsSchema.parse(JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8')));
  const name = basename(folder);
  const histories = await Promise.all(
    metrics.models.map((model) => readHistory(join(registry, model.name, model.version))),
  );
  return [
    `## ${title}`,
    '',
    ...training(metrics),
    '',
    `Test images: ${metrics.data.images} (${metrics.data.classes.map((each) => `${each} ${metrics.data.perClass[each] ?? 0}`).join(', ')})` +
      `${metrics.data.groups > 0 ? `, ${metrics.data.groups} patients known` : ''}.`,
    'SHA-256 of their contents:',
    `\`${metrics.data.sha256}\`.`,
    '',
    ...tables34(metrics),
    '',
    ...overview(metrics),
    '',
    ...bySource(metrics),
    '',
    ...metrics.models.flatMap((model) => confusion(name, metrics, model)),
    ...curves(name, metrics, histories),
    '',
  ].join('\n');
}

function training({ models }: Metrics): string[] {
  const rows = models.map((model) => {
    const { recipe, epoch, epochsTrained, seconds, precision } = trainingOf(model);
    return [
      `\`${model.name}\``,
      recipe.preset,
      String(recipe.batchSize),
      `${epochsTrained} (weights of epoch ${epoch})`,
      precision,
      `${Math.round(seconds / 60)} min`,
    ];
  });
  return table(['model', 'preset', 'batch', 'epochs', 'precision', 'time'], rows);
}

function trainingOf({ name, version }: EvaluatedModel): Training {
  const manifest = JSON.parse(readFileSync(join(registry, name, version, 'manifest.json'), 'utf8')) as {
    trainedOn: Training;
  };
  return manifest.trainedOn;
}

/** The paper's Tables 3 and 4 with ours beneath. */
function tables34({ models, data }: Metrics): string[] {
  const paper3 = PAPER.networks.map((network) => [
    `${network.name}, paper`,
    ...[network.precision, network.recall, network.fMeasure].map((value) => value.toFixed(3)),
  ]);
  const ours3 = models.map(({ name, all }) => [
    `**${name}**`,
    ...[all.precision, all.recall, all.fMeasure].map((estimate) => withInterval(estimate)),
  ]);
  const paper4 = PAPER.networks.map((network) => [
    `${network.name}, paper`,
    ...data.classes.map((each) => paperAccuracy(network, each)?.toFixed(4) ?? '–'),
    network.averageAccuracy.toFixed(4),
  ]);
  const ours4 = models.map(({ name, all }) => [
    `**${name}**`,
    ...all.perClass.map(({ accuracy }) => withInterval(accuracy, 4)),
    withInterval(all.accuracy, 4),
  ]);
  return [
    ...table(['Table 3', 'precision', 'recall', 'F-measure'], [...paper3, ...ours3]),
    '',
    ...table(['Table 4, accuracy', ...data.classes, 'average'], [...paper4, ...ours4]),
  ];
}

function overview({ models, comparisons }: Metrics): string[] {
  const rows = models.map(({ name, all }) => {
    const abnormal = all.perClass.find((each) => each.class === 'abnormal-monocyte');
    const at95 = abnormal?.sensitivityAt.find(({ specificity }) => specificity === 0.95);
    return [
      `**${name}**`,
      withInterval(all.shareRight),
      at95 === undefined ? '–' : withInterval(at95.sensitivity),
      abnormal === undefined ? '–' : withInterval(abnormal.rocArea),
      all.calibration.expectedError?.toFixed(3) ?? '–',
      all.quadraticLoss?.toFixed(4) ?? '–',
    ];
  });
  const compared = comparisons.map(
    ({ first, second, onlyFirstRight, onlySecondRight, pValue, difference }) =>
      `Only ${first} is right on ${onlyFirstRight} images, only ${second} on ${onlySecondRight}.\n` +
      `The shares differ by ${withInterval(difference)}, McNemar's p ${pValue < 0.001 ? '< 0.001' : `= ${pValue.toFixed(3)}`}.`,
  );
  return [
    ...table(
      [
        '',
        'share right',
        'sensitivity for abnormal monocytes at 95 % specificity',
        'ROC area of that class',
        'calibration error',
        'quadratic loss',
      ],
      rows,
    ),
    '',
    ...compared,
  ];
}

/** A class that a source does not have has no recall there. */
function bySource({ models, data }: Metrics): string[] {
  if (data.by === undefined) return [];
  const rows = models.flatMap(({ name, by }) =>
    Object.entries(by).map(([value, metrics]) => [
      `**${name}**`,
      value,
      String(metrics.images),
      withInterval(metrics.shareRight),
      ...metrics.perClass.map((each) =>
        each.images === 0 ? '–' : `${withInterval(each.recall)}, n ${each.images}`,
      ),
    ]),
  );
  return table(
    ['', data.by, 'images', 'share right', ...data.classes.map((each) => `recall of ${each}`)],
    rows,
  );
}

function confusion(evaluation: string, { data }: Metrics, model: EvaluatedModel): string[] {
  const file = `${evaluation}-${model.name}-confusion.svg`;
  const title = `Confusion matrix of ${model.name}`;
  writePlot(file, confusionHeatMap({ title, classes: data.classes, counts: model.all.confusion }));
  return [
    `![${title}:\n${model.all.confusion.map((row) => row.join(', ')).join(' / ')}](results/${file})`,
    '',
  ];
}

function curves(
  evaluation: string,
  metrics: Metrics,
  histories: readonly (readonly IterationPoint[] | undefined)[],
): string[] {
  const looks = seriesOf(metrics);
  const of = (key: 'accuracy' | 'quadraticLoss') =>
    looks.map((series, index) => ({
      ...series,
      points: (histories[index] ?? []).map((point) => ({ iteration: point.iteration, value: point[key] })),
    }));
  const accuracy = 'Share right at every iteration (as Figure 4)';
  const loss = 'Quadratic loss at every iteration (as Figure 5)';
  writePlot(
    `${evaluation}-accuracy.svg`,
    trainingCurves({ title: accuracy, label: 'share right', max: 1, curves: of('accuracy') }),
  );
  writePlot(
    `${evaluation}-loss.svg`,
    trainingCurves({ title: loss, label: 'quadratic loss', curves: of('quadraticLoss') }),
  );
  return [
    `![${accuracy}](results/${evaluation}-accuracy.svg)`,
    '',
    `![${loss}](results/${evaluation}-loss.svg)`,
  ];
}

function writePlot(file: string, svg: string): void {
  writeFileSync(join(plots, file), `${toSvgFile(svg)}\n`);
}

function withInterval({ value, low, high }: Estimate, digits = 3): string {
  if (value === null) return '–';
  const interval = low === null || high === null ? '' : ` (${low.toFixed(digits)}–${high.toFixed(digits)})`;
  return `${value.toFixed(digits)}${interval}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}
