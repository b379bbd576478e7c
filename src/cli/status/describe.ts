import { formatDuration } from '../../text/duration.js';
import { printable } from '../output.js';
import type { ModelAnswer, StatusAnswer } from './daemon-answers.js';

/** The figures of /status in words, the same ones in `status` and in `top`. */
export function describeWork({ work }: StatusAnswer): string {
  const { queued, running, done, quarantined } = work;
  return `${queued} queued, ${running} running, ${done} done, ${quarantined} quarantined`;
}

/** Describes how long the oldest image has been waiting or in progress. */
export function describeOldest({ work: { oldestMs } }: StatusAnswer): string {
  return oldestMs > 0 ? formatDuration(oldestMs / 1000) : 'none waits';
}

export function describeWorkers({ workers, inFlight }: StatusAnswer): string {
  const { configured, alive, busy, stuck } = workers;
  const held = stuck > 0 ? `, ${stuck} stuck` : '';
  return `${alive} of ${configured}, ${busy} busy${held}; ${inFlight} images in flight`;
}

/** What each sink has not received yet. */
export function describeSinks({ outbox }: StatusAnswer): string {
  const waiting = Object.entries(outbox).filter(([, records]) => records > 0);
  if (waiting.length === 0) return 'nothing waits';
  return waiting.map(([sink, records]) => `${printable(sink)} ${records} waiting`).join(', ');
}

/** Describes the scanner's folder, and whether its images are being ingested. */
export function describeScanner({ folder, unsettled, problem }: StatusAnswer['scanners'][number]): string {
  const state = problem === undefined ? `files being written: ${unsettled}` : `NOT TAKEN IN: ${problem}`;
  return printable(`${folder}, ${state}`);
}

export function describeModel(model: ModelAnswer): string {
  return `${model.name}@${model.version} (${describeComputations(model)}, ${model.precision})`;
}

/**
 * What computes a model, and why that is not the kernels that could; the engine, for a daemon that says no
 * more.
 */
export function describeComputations({ engine, computations }: ModelAnswer): string {
  if (computations.length === 0) return engine;
  return computations
    .map(({ computation, fallback }) => (fallback ? `${computation}: ${fallback.reason}` : computation))
    .join(' and ');
}

/** Images since the start by what decoded them, most first. */
export function describeDecoding({ decoding }: StatusAnswer): string {
  const counts = Object.entries(decoding.images).sort(([, one], [, other]) => other - one);
  return counts.map(([decoder, images]) => `${decoder} ${images}`).join(', ') || 'no images yet';
}
