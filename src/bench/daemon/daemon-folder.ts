import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KernelChoice } from '../../engine.js';
import type { DecoderChoice } from '../../images.js';
import type { BenchModel } from '../prepare/models.js';

/** Configuration of a daemon of the bench; all other options keep their defaults. */
export interface DaemonSetup {
  /** Folder of the scanner's images. */
  readonly images: string;
  readonly models: readonly BenchModel[];
  readonly kernels?: KernelChoice;
  readonly decoder?: DecoderChoice;
  readonly workers?: number;
  readonly log?: 'info' | 'debug';
  readonly quietMs?: number;
  readonly rescanIntervalMs?: number;
  /** Whether results are delivered as files. Without it, they stay in the ledger. */
  readonly deliversFiles?: boolean;
}

/** Paths of one daemon's configuration, state, results and log. */
export interface DaemonFolder {
  readonly configFile: string;
  readonly logFile: string;
  /** Folder of the scanner's JSON files. */
  readonly results: string;
}

const SCANNER = 'bench';
/** Time limit of a shutdown. Nothing is lost: the ledger is removed as well. */
const SHUTDOWN_MS = 2000;
const LOG_TAIL = 2000;

/** Writes a configuration into `folder`; files of an earlier daemon there are used again. */
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
  // JSON is valid YAML.
  await writeFile(configFile, JSON.stringify(config, null, 2));
  return { configFile, logFile: join(folder, 'daemon.log'), results: join(folder, 'results', SCANNER) };
}

/** The end of a daemon's log, which usually says why it ended. */
export async function lastWords({ logFile }: DaemonFolder): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.slice(-LOG_TAIL).trim();
}
