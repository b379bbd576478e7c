import { formatDuration } from '../../../text/duration.js';
import type { Metrics } from '../../metrics.js';
import { counted, formatCount, formatFigure, formatMoment } from '../format.js';
import { markup, NOTHING, type Content, type Markup } from '../markup.js';
import { referenceOf } from '../report-input.js';
import type { ReportSection } from '../section.js';
import { table } from '../table.js';
import { leftOut } from './left-out.js';

/** The models, the images and the software of the evaluation: enough to repeat it. */
export function identity(metrics: Metrics): ReportSection {
  return {
    id: 'run',
    title: 'The run',
    content: [dataFacts(metrics), leftOut(metrics.data.leftOut), models(metrics), runFacts(metrics)],
  };
}

function dataFacts({ data }: Metrics): Markup {
  const perClass = Object.entries(data.perClass).map(([name, images]) => `${name} ${formatCount(images)}`);
  return markup`<h3>Images</h3>${facts([
    ['Folder', markup`<code>${data.folder}</code>`],
    ['Part', partOf(data)],
    ['Images', `${formatCount(data.images)}: ${perClass.join(', ')}`],
    [
      'Patients (groups)',
      data.groups === 0 ? 'not known: each image counts as independent' : formatCount(data.groups),
    ],
    ['Content (SHA-256)', markup`<code>${data.sha256}</code>`],
    ...(data.splitSha256 === undefined
      ? []
      : [['Split file (SHA-256)', markup`<code>${data.splitSha256}</code>`] as const]),
    ...(data.by === undefined ? [] : [['Figures also by', data.by] as const]),
  ])}`;
}

function partOf({ part }: Metrics['data']): string {
  if (part !== 'all') return `${part}, of the split`;
  return 'all images of the folder: the figures say something only if no model was trained on any of them';
}

function models({ models }: Metrics): Markup {
  const columns = [
    { title: 'Model', hint: 'name@version' },
    { title: 'Engine', align: 'left' },
    { title: 'Precision', align: 'left' },
    { title: 'Weights (SHA-256)', align: 'left' },
  ] as const;
  const rows = models.map((model) => [
    referenceOf(model),
    model.engine,
    model.precision,
    markup`<code>${model.weightsSha256}</code>`,
  ]);
  return markup`<h3>Models</h3>${table(columns, rows)}`;
}

function runFacts({ startedAt, finishedAt, command, software, computer, throughput }: Metrics): Markup {
  const { images, seconds, imagesPerSecond, workers } = throughput;
  return markup`<h3>How</h3>${facts([
    ['Date', `${formatMoment(startedAt)} to ${formatMoment(finishedAt)}`],
    ['Command', markup`<code>${command}</code>`],
    [
      'Software',
      Object.entries(software)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    [
      'Computer',
      `${computer.processor}, ${counted(computer.cores, 'core')}, ${gibibytes(computer.memoryBytes)} GiB of memory`,
    ],
    [
      'Throughput',
      `${formatFigure(imagesPerSecond, 1)} images per second, through every model: ${counted(images, 'image')} in ` +
        `${formatDuration(seconds, 1)} with ${counted(workers, 'worker')}`,
    ],
  ])}`;
}

function facts(entries: readonly (readonly [string, Content])[]): Markup {
  return markup`<dl class="facts">${entries.map(
    ([name, value]) => markup`<dt>${name}</dt><dd>${value === '' ? NOTHING : value}</dd>\n`,
  )}</dl>\n`;
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
