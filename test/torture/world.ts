import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ledger } from '../../src/ledger/ledger.js';
import type { Poison } from '../../src/pool/worker/poison.js';
import type { ResultRecord } from '../../src/record.js';
import { TestDaemon, writeConfig } from '../fixtures/daemon.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { image, IMAGE_SIZE } from './images.js';

export const SCANNERS = ['keep', 'move', 'delete'] as const;
export type Scanner = (typeof SCANNERS)[number];

/** An image that was given to a scanner, and its expected outcome. */
export interface Fed {
  readonly scanner: Scanner;
  readonly path: string;
  readonly sha256: string;
  /** The fault that was active when it arrived. */
  readonly fault: string;
  /** `poisoned`: quarantined; `broken` too, unread. */
  readonly kind: 'good' | 'copy' | 'broken' | 'poisoned';
}

/** Another file system, where there is one: images that are moved there are copied. */
const ELSEWHERE = '/dev/shm';

/** Scanners, results and a ledger that outlive every daemon, and a list of all that was put in. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'smearwatch-torture-'));
  readonly movedFolder: string;
  readonly fed: Fed[] = [];
  readonly configFile: string;
  #images = 0;
  #version = 1;

  private constructor() {
    const isElsewhere = existsSync(ELSEWHERE) && statSync(ELSEWHERE).dev !== statSync(this.folder).dev;
    this.movedFolder = isElsewhere
      ? mkdtempSync(join(ELSEWHERE, 'smearwatch-torture-'))
      : join(this.folder, 'moved');
    for (const scanner of SCANNERS) mkdirSync(join(this.folder, scanner));
    this.configFile = this.#configure();
  }

  /** With two versions of an untrained LeNet-5, so that models can be swapped. */
  static async create(): Promise<World> {
    const world = new World();
    const registry = emptyRegistry(world.folder);
    await addLeNet5(registry, 1);
    await addLeNet5(registry, 2);
    return world;
  }

  get stateFolder(): string {
    return join(this.folder, 'state');
  }

  /** Starts a daemon with faults armed (see src/faults.ts). */
  start(faults: string, ...args: string[]): TestDaemon {
    // The child inherits this process's environment when it is started.
    process.env['NODE_ENV'] = 'test';
    process.env['SMEARWATCH_FAULT'] = faults;
    const daemon = new TestDaemon(this.configFile, ...args);
    delete process.env['SMEARWATCH_FAULT'];
    return daemon;
  }

  /** Puts the other version of the model in use. */
  swapModels(): void {
    this.#version = 3 - this.#version;
    this.#configure();
  }

  /** New images, round the scanners; every tenth is a copy of an earlier one, every twentieth broken. */
  feed(count: number, fault: string): void {
    for (let index = 0; index < count; index += 1) {
      const number = (this.#images += 1);
      const scanner = SCANNERS[number % SCANNERS.length] ?? 'keep';
      if (number % 20 === 7)
        this.#put(scanner, `broken-${number}.bmp`, Buffer.from(`no image ${number}`), {
          fault,
          kind: 'broken',
        });
      else if (number % 10 === 3)
        this.#put(scanner, `copy-${number}.bmp`, image(number - 1), { fault, kind: 'copy' });
      else this.#put(scanner, `${number}.bmp`, image(number), { fault, kind: 'good' });
    }
  }

  feedPoison(poison: Poison, fault: string): void {
    const number = (this.#images += 1);
    this.#put('keep', `poison-${number}.bmp`, image(number, poison), { fault, kind: 'poisoned' });
  }

  /** An image whose name a fault at a point looks for. */
  feedNamed(name: string, fault: string): void {
    const number = (this.#images += 1);
    this.#put('keep', `${name}-${number}.bmp`, image(number), { fault, kind: 'poisoned' });
  }

  withLedger<T>(read: (ledger: Ledger) => T, stateFolder = this.stateFolder): T {
    const ledger = Ledger.visit(stateFolder);
    try {
      return read(ledger);
    } finally {
      ledger.close();
    }
  }

  /** The JSON documents that are there, by scanner and path of the image. */
  documents(): Map<string, ResultRecord> {
    const folder = join(this.folder, 'results');
    return new Map(
      listFiles(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => [
          name.slice(0, -'.json'.length),
          JSON.parse(readFileSync(join(folder, name), 'utf8')) as ResultRecord,
        ]),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.movedFolder, { recursive: true, force: true });
  }

  /** Old enough to have settled: what arrives is queued at once. */
  #put(scanner: Scanner, path: string, bytes: Buffer, { fault, kind }: Pick<Fed, 'fault' | 'kind'>): void {
    const file = join(this.folder, scanner, 'slide 1', path);
    const arriving = join(this.folder, 'arriving');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(arriving, bytes);
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(arriving, anHourAgo, anHourAgo);
    renameSync(arriving, file);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.fed.push({ scanner, path: `slide 1/${path}`, sha256, fault, kind });
  }

  #configure(): string {
    return writeConfig(this.folder, {
      scanners: SCANNERS.map((name) => ({
        name,
        folder: name,
        settle: { quietMs: 20, incompleteAfterMs: 20 },
        expectedSize: IMAGE_SIZE,
        afterwards: name === 'move' ? { action: name, to: this.movedFolder } : { action: name },
      })),
      sinks: [
        { type: 'json', folder: 'results' },
        { type: 'ndjson', file: 'results.ndjson' },
      ],
      models: { registry: 'models', use: [{ model: `lenet5@${this.#version}` }] },
      pipeline: { batchSize: 8, maxAttempts: 2, retryDelayMs: 50 },
      pool: { workers: 2, taskTimeoutMs: 3000 },
    });
  }
}

export function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
