import { mkdtemp, open, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { onTestFinished, vi } from 'vitest';
import { scannerSchema } from '../../src/config/schema/scanner-schema.js';
import type { ScannerConfig } from '../../src/config/schema.js';
import type { HintListener, HintSource } from '../../src/watch/folder-hints.js';
import type { Intake, SeenFile } from '../../src/files/seen-file.js';
import { ScannerWatcher, type WatcherDependencies } from '../../src/watch/scanner-watcher.js';
import { silent } from '../../src/telemetry/silent.js';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'smearwatch-watch-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const PNG = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#e8c' } })
  .png()
  .toBuffer();

/** What a ledger does, in memory. */
export class MemoryIntake implements Intake {
  readonly known = new Map<string, string>();
  /** Paths in the order in which they were announced, repeats included. */
  readonly announced: string[] = [];
  readonly sizes: number[] = [];
  largestQuestion = 0;
  /** Files that it was asked about since an event had named them. */
  readonly changing: SeenFile[] = [];
  failure: Error | undefined;

  unknownAmong<T extends SeenFile>(scanner: string, files: readonly T[], isChanging = false): T[] {
    if (this.failure) throw this.failure;
    if (isChanging) this.changing.push(...files);
    this.largestQuestion = Math.max(this.largestQuestion, files.length);
    return files.filter((file) => this.known.get(`${scanner}:${file.path}`) !== stateOf(file));
  }

  enqueue(scanner: string, files: readonly SeenFile[]): void {
    if (this.failure) throw this.failure;
    for (const file of files) {
      this.known.set(`${scanner}:${file.path}`, stateOf(file));
      this.announced.push(file.path);
      this.sizes.push(file.size);
    }
  }
}

const stateOf = ({ size, mtimeMs }: SeenFile): string => `${size}:${mtimeMs}`;

export interface Told {
  readonly telemetry: WatcherDependencies['telemetry'];
  readonly settled: { path: string; waitedMs: number }[];
  readonly rescans: { files: number; missed: number }[];
  readonly failures: unknown[];
}

/** A telemetry that remembers what the watcher reports. */
export function recordingTelemetry(): Told {
  const settled: Told['settled'] = [];
  const rescans: Told['rescans'] = [];
  const failures: unknown[] = [];
  const failed = ({ error }: { error: unknown }): void => void failures.push(error);
  const telemetry: Told['telemetry'] = {
    ...silent('watchRestored'),
    fileSettled: (event) => settled.push(event),
    rescanFinished: (event) => rescans.push(event),
    rescanFailed: failed,
    watchFailed: failed,
    folderSuspicious: failed,
    ledgerWriteFailed: failed,
  };
  return { telemetry, settled, rescans, failures };
}

/** Hints that the test gives, or none. */
export class ManualHints implements HintSource {
  listener: HintListener | undefined;
  opened = 0;

  open(_folder: string, listener: HintListener): Promise<void> {
    this.listener = listener;
    this.opened += 1;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function scannerFor(folder: string, options: Record<string, unknown> = {}): ScannerConfig {
  return scannerSchema.parse({
    name: 'scope',
    folder,
    pollIntervalMs: 100,
    rescanIntervalMs: 86_400_000,
    settle: { quietMs: 40, incompleteAfterMs: 200 },
    ...options,
  });
}

interface Setup extends Told {
  readonly folder: string;
  readonly intake: MemoryIntake;
  readonly watcher: ScannerWatcher;
}

/** A watcher of its own temporary folder, not yet started, stopped when the test is over. */
export async function setUp(
  options: Record<string, unknown> = {},
  dependencies: Partial<WatcherDependencies> & { intake?: MemoryIntake } = {},
): Promise<Setup> {
  const folder = typeof options['folder'] === 'string' ? options['folder'] : await temporaryFolder();
  const told = recordingTelemetry();
  const intake = dependencies.intake ?? new MemoryIntake();
  const watcher = new ScannerWatcher(scannerFor(folder, options), {
    telemetry: told.telemetry,
    ...dependencies,
    intake,
  });
  onTestFinished(() => watcher.stop());
  return { ...told, folder, intake, watcher };
}

export async function startedAndScanned(setup: Setup): Promise<void> {
  await setup.watcher.start();
  await setup.watcher.whenScanned();
}

export function announced(intake: MemoryIntake, ...paths: string[]): Promise<void> {
  return vi.waitFor(
    () => {
      const missing = paths.filter((file) => !intake.announced.includes(file));
      if (missing.length > 0) throw new Error(`not announced: ${missing.join(', ')}`);
    },
    { timeout: 10_000, interval: 5 },
  );
}

/** Writes in pieces, each after the last is on its way, the next when `before` says so. */
export async function writeSlowly(file: string, bytes: Buffer, between: () => Promise<void>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (let at = 0; at < bytes.length; at += 16) {
      await handle.write(bytes.subarray(at, at + 16));
      await between();
    }
  } finally {
    await handle.close();
  }
}

export const writePng = (folder: string, name: string): Promise<void> =>
  writeFile(path.join(folder, name), PNG);
