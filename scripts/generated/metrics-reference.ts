import { metricCatalogue, type MetricDescription } from './metric-catalogue.js';
import { LABEL_MEANINGS } from './label-meanings.js';

/** docs/metrics.md: every metric and label, from the code that makes them. */
export function generatedMetricsReference(): Readonly<Record<string, string>> {
  const all = metricCatalogue();
  const own = all.filter(({ name }) => name.startsWith('smearwatch_'));
  const used = new Set(all.flatMap(({ labels }) => labels));
  const meanings = Object.entries(LABEL_MEANINGS).filter(([label]) => used.has(label));
  return {
    'docs/metrics.md': [
      INTRODUCTION,
      '## Labels\n',
      table(
        ['label', 'meaning'],
        meanings.map(([label, meaning]) => [`\`${label}\``, meaning]),
      ),
      '## Smearwatch\n',
      metricTable(own),
      '## The process\n',
      'These come from prom-client and have the names that all Node programs share.\n',
      metricTable(all.filter((metric) => !own.includes(metric))),
    ].join('\n'),
  };
}

const INTRODUCTION = `# Metrics

<!-- Generated from src/telemetry by \`npm run generate\`; do not edit. -->

\`GET /metrics\` serves these metrics in Prometheus' text format. [monitoring.md](monitoring.md) says how to use
them. Names follow Prometheus' conventions: base units, \`_total\` on counters, \`_info\` for facts whose value
is 1. A histogram \`x\` is the series \`x_bucket\`, \`x_sum\` and \`x_count\`. Gauges show the state at the
scrape. Counters start at 0 with the daemon.
`;

function metricTable(metrics: readonly MetricDescription[]): string {
  const rows = metrics.map(({ name, type, labels, meaning }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    unitOf(name),
    meaning,
  ]);
  return table(['name', 'type', 'labels', 'unit', 'meaning'], rows);
}

/** Units by the end of a metric's name, in this order; every other metric counts what its name says. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_(timestamp|start_time)_seconds$/, 'Unix time, seconds'],
  [/_seconds(_total)?$/, 'seconds'],
  [/_bytes$/, 'bytes'],
  [/_ratio$/, 'ratio, 0 to 1'],
  [/_psi$/, 'index, from 0'],
  [/_info$/, '1'],
  [/_(passed|stopping|running|stalled|paused|writable|ready|successful)$/, '0 or 1'],
  [/_(images|files|records|runs)(_total)?$/, '$1'],
];

function unitOf(name: string): string {
  for (const [pattern, unit] of UNITS) {
    const found = pattern.exec(name);
    if (found) return unit.replace('$1', found[1] ?? '');
  }
  return 'number';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
