import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { isErrorCode } from '../errors.js';
import type { ModelIdentity } from '../record.js';

/**
 * Seconds, from one row written to a queue that waits for an hour. One set for every duration, so that stages
 * can be compared and added in Prometheus.
 */
const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600,
];

/**
 * What identifies a model in metrics. The same model in two engines is two series, or it would count twice.
 */
export const MODEL_LABELS = ['model', 'version', 'engine'] as const;

/** What a configuration names. */
export interface Configured {
  readonly scanners: readonly string[];
  readonly sinks: readonly string[];
}

export function modelLabels({ name, version, engine }: ModelIdentity): Record<string, string> {
  return { model: name, version, engine };
}

/** Makes metrics in one registry; `smearwatch_` is put before every name. */
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
          // One value that cannot be read must not cost the scrape all others: the gauge is left out instead.
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
   * Registers who makes series for what is configured, with 0: a rate over a series that appears with its
   * first event misses that event.
   */
  startAtZero(start: (configured: Configured) => void): void {
    this.#starters.push(start);
  }

  configured(configured: Configured): void {
    for (const start of this.#starters) start(configured);
  }

  /**
   * Forgets what was counted of models that are no longer in use, or a new version a month would be ever more
   * series. Prometheus keeps their past. A late batch of one may make its series again, until the models
   * change next.
   */
  async keepModels(models: readonly ModelIdentity[]): Promise<void> {
    const kept = new Set(models.map((model) => Object.values(modelLabels(model)).join(' ')));
    for (const metric of this.#ofModels) {
      const { values } = await metric.get();
      for (const { labels } of values as { labels: Record<string, string> }[]) {
        // Each bucket of a histogram is listed; a series goes with all of them.
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

/** An error code as a label: what is not of the table would be an endless number of series. */
export function codeLabel(code: string): string {
  return isErrorCode(code) ? code : 'other';
}

export function seconds(milliseconds: number): number {
  return Math.max(0, milliseconds) / 1000;
}
