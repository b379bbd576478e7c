import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KernelChoice } from '../../engine.js';
import type { DecoderChoice } from '../../images.js';
import type { BenchModel } from '../prepare/models.js';

/** What a daemon of the bench is configured with; everything else is as it comes. */
export interface DaemonSetup {
  /** Of its scanner. */
  readonly images: string;
  readonly models: readonly BenchModel[];
  readonly kernels?: KernelChoice;
  readonly decoder?: DecoderChoice;
  readonly workers?: number;
  readonly log?: 'info' | 'debug';
  readonly quietMs?: number;
  readonly rescanIntervalMs?: number;
  /** Without: results stay in the ledger. */
  readonly deliversFiles?: boolean;
}

/** Where one daemon has its configuration, state, results and log. */
export interface DaemonFolder {
  readonly configFile: string;
  readonly logFile: string;
  /** Of the scanner's JSON files. */
  readonly results: string;
}

const SCANNER = 'bench';
/** Nothing is lost by it: the ledger goes away as well. */
const SHUTDOWN_MS = 2000;
const LOG_TAIL = 2000;

/** Writes a configuration into `folder`; what an earlier daemon left there is found again. */
export async function daemonFolder(folder: string, setup: DaemonSetup): Promise<DaemonFolder> {
  const {
    images,
    models,
    workers,
    kernels,
    decoder,
    log = 'info',
    quietMs,
    rescanIntervalMs,
    deliversFiles = true,
  } = setup;
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, 'smearwatch.yaml');
  const config = {
    stateFolder: join(folder, 'state'),
    scanners: [
      {
        name: SCANNER,
        folder: images,
        expectedSize: { otherwise: 'accept' },
        ...(quietMs !== undefined && { settle: { quietMs } }),
        ...(rescanIntervalMs !== undefined && { rescanIntervalMs }),
      },
    ],
    sinks: deliversFiles ? [{ type: 'json', folder: join(folder, 'results') }] : [],
    models: {
      registry: models[0]?.registry,
      use: models.map(({ reference }) => ({ model: reference })),
    },
    pool: { workers, kernels },
    pipeline: { decoder },
    http: { port: 0 },
    log: { level: log },
    shutdownTimeoutMs: SHUTDOWN_MS,
  };
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify(config, null, 2));
  return { configFile, logFile: join(folder, 'daemon.log'), results: join(folder, 'results', SCANNER) };
}

/** The end of a daemon's log: why it ended, most often. */
export async function lastWords({ logFile }: DaemonFolder): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.slice(-LOG_TAIL).trim();
}
