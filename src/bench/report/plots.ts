import * as Plot from '@observablehq/plot';
import { draw, GRID, INK, toSvgFile } from '../../evaluate/report/plots/draw.js';
import { legend, sizeBelowLegend } from '../../evaluate/report/plots/legend.js';
import { axisName, strokeOf } from '../../evaluate/report/plots/marks.js';
import { seriesNamed } from '../../evaluate/report/plots/series.js';
import { networkName, setName } from './names.js';
import type { BenchReport, Spread } from './schema.js';

/** A curve of images per second over batch sizes or cores. */
interface Line {
  readonly name: string;
  readonly points: readonly MeasuredPoint[];
}

interface MeasuredPoint {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

const MARGIN_LEFT = 56;
const HEIGHT = 300;

/**
 * Draws the throughput of each network on all cores over the batch size. Undefined if only one size was
 * measured.
 */
export function throughputByBatch({ networks, computer }: BenchReport): string | undefined {
  const lines = linesOf(
    networks.filter(({ of }) => of.threads === computer.cores),
    ({ of, figures }) => ({ name: networkName(of), x: of.batch, value: figures.imagesPerSecond }),
  );
  return drawLines('Images per second by batch size', 'images of a batch', lines);
}

/** Draws decoding, each network at the daemon's batch size, and the daemon over the cores. */
export function throughputByCores({ decode, networks, daemon, settings }: BenchReport): string | undefined {
  const [format] = settings.formats;
  const lines = [
    ...linesOf(
      decode.filter(({ of }) => of.format === format && of.decoder === 'smearwatch'),
      ({ of, figures }) => ({ name: `decoding ${of.format}`, x: of.cores, value: figures.imagesPerSecond }),
    ),
    ...linesOf(
      // LeNet-5 is so quick that other lines next to it could not be read.
      networks.filter(
        ({ of }) => of.batch === settings.batch && of.network === 'alexnet' && of.engine === 'onnxruntime',
      ),
      ({ of, figures }) => ({ name: networkName(of), x: of.threads, value: figures.imagesPerSecond }),
    ),
    ...linesOf(
      daemon.filter(({ of }) => of.format === format),
      ({ of, figures }) => ({
        name: `daemon, ${setName(of.models)} ${of.precision}`,
        x: of.cores,
        value: figures.imagesPerSecond,
      }),
    ),
  ];
  return drawLines('Images per second by cores', 'cores', lines);
}

function linesOf<T>(
  rows: readonly T[],
  read: (row: T) => { name: string; x: number; value: Spread | undefined },
): Line[] {
  const points = rows
    .map(read)
    .flatMap(({ name, x, value }) =>
      value === undefined ? [] : [{ name, x, y: value.median, low: value.low, high: value.high }],
    );
  const names = [...new Set(points.map(({ name }) => name))];
  return names.map((name) => ({
    name,
    points: points.filter((point) => point.name === name).sort((a, b) => a.x - b.x),
  }));
}

/** Draws both axes in doublings, so that twice the cores and twice the images give a straight line. */
function drawLines(title: string, label: string, lines: readonly Line[]): string | undefined {
  const ticks = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  if (ticks.length < 2) return undefined;
  const series = seriesNamed(lines.map(({ name }) => name));
  const size = sizeBelowLegend(series, { marginLeft: MARGIN_LEFT, height: HEIGHT });
  const svg = draw({
    title,
    ...size,
    marginRight: 24,
    marginBottom: 36,
    x: { type: 'log', base: 2 },
    y: { type: 'log', base: 2, nice: true },
    marks: [
      Plot.gridY({ ticks: 6, stroke: GRID, strokeOpacity: 1 }),
      Plot.axisY({ ticks: 6, tickSize: 0, label: null, tickFormat: plain }),
      axisName('images/s', MARGIN_LEFT),
      Plot.axisX({ ticks, tickFormat: plain, label, labelAnchor: 'center', labelArrow: 'none' }),
      ...lines.flatMap(({ points }, index) => {
        const { colour = INK, dash } = series[index] ?? {};
        return [
          Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: colour }),
          Plot.line(points, { x: 'x', y: 'y', ...strokeOf({ colour, dash }) }),
          Plot.dot(points, { x: 'x', y: 'y', fill: colour, r: 3 }),
        ];
      }),
      ...legend(series, 'line', size),
    ],
  });
  return toSvgFile(svg);
}

function plain(value: number): string {
  return value.toLocaleString('en-US');
}
