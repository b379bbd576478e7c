import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ModelIdentity } from '../record.js';

/**
 * Seconds, from one row written to a queue that waits for an hour. One set for every duration, so that stages
 * can be compared and added in Prometheus.
 */
const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600,
];

/** What identifies a model in metrics. The same model in two engines is two series, or it would count twice. */
export const MODEL_LABELS = ['model', 'version', 'engine'] as const;

export function modelLabels({ name, version, engine }: ModelIdentity): Record<string, string> {
  return { model: name, version, engine };
}

/** Makes metrics in one registry; `smearwatch_` is put before every name. */
export class MetricFactory {
  readonly #registers: Registry[];

  constructor(registry: Registry) {
    this.#registers = [registry];
  }

  counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ ...this.#identity(name, help), labelNames: [...labelNames] });
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
    return new Histogram({
      ...this.#identity(name, help),
      labelNames: [...labelNames],
      buckets: [...buckets],
    });
  }

  #identity(name: string, help: string): { name: string; help: string; registers: Registry[] } {
    return { name: `smearwatch_${name}`, help, registers: this.#registers };
  }
}

/** An error code as a label. Codes are few and kebab-case; anything else would be an endless number of series. */
export function codeLabel(code: string): string {
  return /^[a-z][a-z0-9-]{0,62}$/.test(code) ? code : 'other';
}

export function seconds(milliseconds: number): number {
  return Math.max(0, milliseconds) / 1000;
}
