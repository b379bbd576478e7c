import { readdirSync, readFileSync, statSync } from 'node:fs';
import { ledgerFile } from '../../src/ledger/ledger.js';
import type { MetricSample } from '../../src/telemetry/parse-metrics.js';
import { sumOf } from '../../test/torture/swaps/verdict.js';

/** The daemon's process and ledger at one moment. */
export interface Sample {
  readonly minutes: number;
  /** Memory that is resident, all and without files, in MiB. */
  readonly rss: number;
  readonly anonymous: number;
  /** JavaScript's heap in use, and what it holds outside, in MiB, as of the last scrape. */
  readonly heap: number;
  readonly external: number;
  readonly threads: number;
  readonly files: number;
  readonly ledger: number;
  readonly writeAheadLog: number;
  /** Images so far. */
  readonly images: number;
  readonly models: string;
  /** The models have served for a while, and no others are being loaded. */
  readonly isSteady: boolean;
}

const MIB = 1_048_576;

export function readProcess(pid: number): Pick<Sample, 'rss' | 'anonymous' | 'threads' | 'files'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const value = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    rss: value('VmRSS') / 1024,
    anonymous: value('RssAnon') / 1024,
    threads: value('Threads'),
    files: readdirSync(`/proc/${pid}/fd`).length,
  };
}

export function readLedgerSize(stateFolder: string): Pick<Sample, 'ledger' | 'writeAheadLog'> {
  const file = ledgerFile(stateFolder);
  const size = (path: string): number => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) / MIB;
  return { ledger: size(file), writeAheadLog: size(`${file}-wal`) };
}

export function readHeap(metrics: readonly MetricSample[]): Pick<Sample, 'heap' | 'external'> {
  return {
    heap: sumOf(metrics, 'nodejs_heap_size_used_bytes') / MIB,
    external: sumOf(metrics, 'nodejs_external_memory_bytes') / MIB,
  };
}
