import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { isErrorCode } from '../errors.js';
import type { ModelIdentity } from '../record.js';

/**
 * Bucket limits in seconds, from one row written to a queue that waits for an hour. All durations use the
 * same buckets, so that stages can be compared and added in Prometheus.
 */
const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600,
];

/**
 * Labels that identify a model in metrics. The same model in two engines is two series, or it would count
 * twice.
 */
export const MODEL_LABELS = ['model', 'version', 'engine'] as const;

/** Names in a configuration that metrics have series of. */
export interface Configured {
  readonly scanners: readonly string[];
  readonly sinks: readonly string[];
}

export function modelLabels({ name, version, engine }: ModelIdentity): Record<string, string> {
  return { model: name, version, engine };
}

/** Makes metrics in one registry; every name gets the prefix `smearwatch_`. */
export class MetricFactory {
  readonly #registers: Registry[];
  readonly #starters: ((configured: Configured) => void)[] = [];
  readonly #ofModels: (Counter | Histogram)[] = [];

  constructor(registry: Registry) {
    this.#registers = [registry];
  }

  counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    const counter = new Counter({ ...this.#identity(name, help), labelNames: [...labelNames] });
    this.#noteModels(counter, labelNames);
    return counter;
  }

  gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    return new Gauge({ ...this.#identity(name, help), labelNames: [...labelNames] });
  }

  /** A gauge that is read at every scrape. */
  observed<Label extends string>(
    name: string,
    help: string,
    read: (gauge: Gauge<Label>) => void,
    labelNames: readonly Label[] = [],
  ): Gauge<Label> {
    return new Gauge({
      ...this.#identity(name, help),
      labelNames: [...labelNames],
      collect() {
        this.reset();
        try {
          read(this);
        } catch {
          // One value that cannot be read must not cost the scrape all the others: the gauge is left out
          // instead.
          this.reset();
          if (labelNames.length === 0) this.remove();
        }
      },
    });
  }

  duration<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Histogram<Label> {
    return this.histogram(name, help, DURATION_BUCKETS, labelNames);
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly Label[] = [],
  ): Histogram<Label> {
    const histogram = new Histogram({
      ...this.#identity(name, help),
      labelNames: [...labelNames],
      buckets: [...buckets],
    });
    this.#noteModels(histogram, labelNames);
    return histogram;
  }

  /**
   * Registers a function that makes series for configured names, with 0: a rate over a series that appears
   * with its first event misses that event.
   */
  startAtZero(start: (configured: Configured) => void): void {
    this.#starters.push(start);
  }

  configured(configured: Configured): void {
    for (const start of this.#starters) start(configured);
  }

  /**
   * Removes the series of models that are no longer in use: with a new version each month they would
   * accumulate. Prometheus keeps their past. A late batch of such a model may make its series again, until
   * the models change next.
   */
  async keepModels(models: readonly ModelIdentity[]): Promise<void> {
    const kept = new Set(models.map((model) => Object.values(modelLabels(model)).join(' ')));
    for (const metric of this.#ofModels) {
      const { values } = await metric.get();
      for (const { labels } of values as { labels: Record<string, string> }[]) {
        // Each bucket of a histogram is listed; the series is removed with all of them.
        const own = Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'le'));
        if (!kept.has(MODEL_LABELS.map((label) => own[label]).join(' '))) metric.remove(own);
      }
    }
  }

  #noteModels(metric: Counter | Histogram, labelNames: readonly string[]): void {
    if (labelNames.includes(MODEL_LABELS[0])) this.#ofModels.push(metric);
  }

  #identity(name: string, help: string): { name: string; help: string; registers: Registry[] } {
    return { name: `smearwatch_${name}`, help, registers: this.#registers };
  }
}

/** An error code as a label: a code outside the table would make an unlimited number of series. */
export function codeLabel(code: string): string {
  return isErrorCode(code) ? code : 'other';
}

export function seconds(milliseconds: number): number {
  return Math.max(0, milliseconds) / 1000;
}
