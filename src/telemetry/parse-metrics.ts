/** One line of /metrics: a value of one series. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The value; it may be NaN or infinite. */
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const INFINITIES: Readonly<Record<string, number>> = { '+Inf': Infinity, Inf: Infinity, '-Inf': -Infinity };

/**
 * Parses Prometheus' text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/.
 * Comments and lines that are not samples are ignored: one bad line must not cost all others.
 */
export function parseMetrics(text: string): MetricSample[] {
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('#')) return [];
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    return name === undefined || value === undefined
      ? []
      : [{ name, labels: parseLabels(labels), value: INFINITIES[value] ?? Number(value) }];
  });
}

/** Sum of the values of all series of a name; 0 if there are no such series. */
export function sumOfMetric(text: string, name: string): number {
  const samples = parseMetrics(text).filter((sample) => sample.name === name);
  return samples.reduce((sum, { value }) => sum + value, 0);
}

function parseLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(LABEL)].map(
    ([, name = '', value = '']) => [name, unescape(value)] as const,
  );
  return Object.fromEntries(pairs);
}

function unescape(value: string): string {
  return value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
