import type { ModelAnswer } from '../status/daemon-answers.js';
import { histogramsBy, type MetricHistogram } from './histogram.js';
import { parseMetrics, type MetricSample } from '../../telemetry/parse-metrics.js';

/** What `top` needs of /metrics. Counters and histograms count from the daemon's start. */
export interface ScrapedFigures {
  /** Images classified. */
  readonly classified: number;
  /** Seconds of an image, by stage. */
  readonly stages: ReadonlyMap<string, MetricHistogram>;
  /** Seconds of a batch, by `modelKey`. */
  readonly inference: ReadonlyMap<string, MetricHistogram>;
  readonly batchImages: MetricHistogram | undefined;
  /** Causes for which images are not taken in at present: disk, folder. */
  readonly pauses: readonly string[];
  readonly isStalled: boolean;
  /** The configuration file is the one in force. */
  readonly isConfigurationInForce: boolean;
  readonly isAuditWritable: boolean;
  /** Room on each disk that is written to; none in a daemon that does not tell. */
  readonly disks: readonly { readonly name: string; readonly freeBytes: number }[];
  /** With less free, no more images are taken in. */
  readonly minFreeBytes: number;
}

/** One model in metrics; `undefined` labels of other series never meet it. */
export function modelKey({ name, version, engine }: ModelAnswer): string {
  return [name, version, engine].join(' ');
}

export function readFigures(metrics: string): ScrapedFigures {
  const samples = parseMetrics(metrics).filter(({ name }) => name.startsWith('smearwatch_'));
  const all = (name: string): MetricSample[] =>
    samples.filter((sample) => sample.name === `smearwatch_${name}`);
  const first = (name: string): number | undefined => all(name)[0]?.value;
  return {
    classified: all('images_total')
      .filter(({ labels }) => labels['outcome'] === 'classified')
      .reduce((sum, { value }) => sum + value, 0),
    stages: histogramsBy(samples, 'smearwatch_stage_duration_seconds', ({ stage = '' }) => stage),
    inference: histogramsBy(
      samples,
      'smearwatch_batch_inference_duration_seconds',
      ({ model, version, engine }) => [model, version, engine].join(' '),
    ),
    batchImages: histogramsBy(samples, 'smearwatch_batch_images', () => '').get(''),
    pauses: all('intake_paused')
      .filter(({ value }) => value === 1)
      .map(({ labels }) => labels['cause'] ?? ''),
    isStalled: first('pipeline_stalled') === 1,
    // A daemon that does not tell is given the benefit of the doubt.
    isConfigurationInForce: first('configuration_last_reload_successful') !== 0,
    isAuditWritable: first('audit_writable') !== 0,
    disks: all('disk_free_bytes').map(({ labels, value }) => ({
      name: labels['disk'] ?? '',
      freeBytes: value,
    })),
    minFreeBytes: first('disk_min_free_bytes') ?? 0,
  };
}
