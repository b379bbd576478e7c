import type { Finding } from './report/schema.js';

/** Bounds that a figure should keep: `min` at least, `max` at most. */
export type Target = NonNullable<Finding['target']>;

/**
 * Smearwatch's targets on two cores, by the beginning of a finding's id; the longest matching beginning
 * counts. A figure without a target is also reported.
 */
const TARGETS: Readonly<Record<string, Target>> = {
  'daemon-of-ideal/jpeg': { kind: 'min', limit: 0.93 },
  'daemon-of-ideal/png': { kind: 'min', limit: 0.93 },
  'daemon-of-peer/jpeg': { kind: 'min', limit: 1.1 },
  'daemon-of-peer/png': { kind: 'min', limit: 1.2 },
  'onnxruntime-of-tfjs': { kind: 'min', limit: 1.4 },
  'int8-of-fp32': { kind: 'min', limit: 1.6 },
  'onnxruntime-of-peak': { kind: 'min', limit: 0.65 },
  'other-cpu/jpeg': { kind: 'max', limit: 0.5 },
  'other-cpu/png': { kind: 'max', limit: 0.7 },
  'other-cpu/tiff': { kind: 'max', limit: 0.7 },
  'latency-p99-of-bare': { kind: 'max', limit: 2.5 },
  'memory/fp32': { kind: 'max', limit: 1.2e9 },
  'memory/int8': { kind: 'max', limit: 600e6 },
  'backlog/main-memory': { kind: 'max', limit: 250e6 },
  'backlog/first-result-delay': { kind: 'max', limit: 3 },
  'backlog/rescan-cpu': { kind: 'max', limit: 2 },
};

export function targetOf(id: string): Target | undefined {
  const beginnings = Object.keys(TARGETS).filter(
    (beginning) => id === beginning || id.startsWith(`${beginning}/`),
  );
  const longest = beginnings.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : TARGETS[longest];
}

export function isMet({ kind, limit }: Target, value: number): boolean {
  return kind === 'min' ? value >= limit : value <= limit;
}
