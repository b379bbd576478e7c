import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonProcess } from '../../daemon/spawn-daemon.js';
import { generateSmears } from '../../generate/write-smears.js';
import { Ledger } from '../../ledger/ledger.js';
import { summarise, type DemoSummary } from './summary.js';

export interface DemoOptions {
  /** Emptied and filled: spool, results, state, configuration and log. */
  readonly folder: string;
  readonly images: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Images drawn and images classified, so far. */
  readonly onProgress: (drawn: number, classified: number) => void;
}

const POLL_MS = 500;

/**
 * The main job, in small: a daemon watches a spool folder while labelled smears are drawn into it, classifies
 * them with both networks, and its ledger is then asked what happened.
 * @throws SmearwatchError when the daemon or the drawing fails, or the signal's reason when it is interrupted
 */
export async function runDemo({
  folder,
  images,
  seed,
  signal,
  onProgress,
}: DemoOptions): Promise<DemoSummary> {
  const spool = join(folder, 'spool');
  await rm(folder, { recursive: true, force: true });
  await mkdir(spool, { recursive: true });
  const configFile = join(folder, 'smearwatch.yaml');
  await writeFile(configFile, configuration());
  const daemon = await DaemonProcess.start({ configFile, logFile: join(folder, 'daemon.log'), signal });
  try {
    const startedAt = performance.now();
    let drawn = 0;
    const drawing = generateSmears({
      outDir: spool,
      count: images,
      seed,
      signal,
      onProgress: ({ done }) => (drawn = done),
    });
    // Its failure is met by the await below; until then it must not count as unhandled.
    drawing.catch(() => undefined);
    let ended = 0;
    while (ended < images) {
      await delay(POLL_MS, undefined, { signal });
      const { work } = await daemon.status();
      ended = work.done + work.quarantined;
      onProgress(drawn, ended);
      if (drawn === images) await drawing;
    }
    await drawing;
    const seconds = (performance.now() - startedAt) / 1000;
    await writeFile(join(folder, 'metrics.txt'), await daemon.metrics());
    await daemon.stop();
    return { ...summariseLedger(folder), seconds, folder: resolve(folder) };
  } finally {
    await daemon.stop();
  }
}

function summariseLedger(folder: string): Omit<DemoSummary, 'seconds' | 'folder'> {
  const ledger = Ledger.visit(join(folder, 'state'));
  try {
    const records = ledger.browse.results({ limit: 1_000_000 }).map(({ record }) => record);
    return summarise(records, ledger.queue.counts().quarantined);
  } finally {
    ledger.close();
  }
}

/** Paths are relative to the configuration's folder. Port 0: the demo disturbs no other daemon. */
function configuration(): string {
  return `# Written by "smearwatch demo". See config/default.yaml for every option.
stateFolder: state
scanners:
  - name: demo
    folder: spool
    labels: folder
    settle: { quietMs: 250 }
sinks:
  - { type: json, folder: results }
  - { type: ndjson, file: results.ndjson }
http: { port: 0 }
`;
}
