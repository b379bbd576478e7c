import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { Ledger, ledgerFile } from '../../src/ledger/ledger.js';
import type { ResultRecord } from '../../src/record.js';
import { TestDaemon, writeConfig } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { SMEAR_SIZE, smearPng } from '../fixtures/images.js';
import { giveToNobody, OrdinaryDaemon } from '../fixtures/nobody.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';

/**
 * A lab for one test: a scanner's folder, a registry with an untrained LeNet-5, and daemons that end with the
 * test.
 */
export class Lab {
  readonly folder = temporaryFolder();
  readonly registry = emptyRegistry(this.folder);
  configFile = '';

  static async open(config: object = {}, scanner: object = {}): Promise<Lab> {
    const lab = new Lab();
    await addLeNet5(lab.registry, 1);
    mkdirSync(join(lab.folder, 'in'));
    lab.configure(config, scanner);
    return lab;
  }

  configure(config: object = {}, scanner: object = {}): void {
    this.configFile = writeConfig(this.folder, {
      scanners: [
        { name: 'left', folder: 'in', settle: { quietMs: 50 }, expectedSize: SMEAR_SIZE, ...scanner },
      ],
      sinks: [
        { type: 'json', folder: 'results' },
        { type: 'ndjson', file: 'results.ndjson' },
      ],
      models: { registry: 'models', use: [{ model: 'lenet5' }] },
      pool: { workers: 1 },
      ...config,
    });
  }

  run(...args: string[]): TestDaemon {
    return this.#endedWithTest(new TestDaemon(this.configFile, ...args));
  }

  /** Runs the daemon as a user without root's rights; the lab's files belong to that user. */
  runAsOrdinaryUser(...args: string[]): TestDaemon {
    if (process.getuid?.() === 0) giveToNobody(this.folder);
    return this.#endedWithTest(new OrdinaryDaemon(this.configFile, ...args));
  }

  #endedWithTest(daemon: TestDaemon): TestDaemon {
    onTestFinished(async () => {
      daemon.signal('SIGKILL');
      await daemon.exit();
    });
    return daemon;
  }

  path(name: string): string {
    return join(this.folder, 'in', name);
  }

  /** Writes an image into the scanner's folder and renames it into place, so that it arrives complete. */
  async scan(name: string, seed: number): Promise<void> {
    this.put(name, await smearPng(seed));
  }

  put(name: string, bytes: Buffer | string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    const temporary = join(this.folder, `arriving-${encodeURIComponent(name).slice(0, 100)}`);
    writeFileSync(temporary, bytes);
    renameSync(temporary, this.path(name));
  }

  /** Before the first daemon has run, this makes the ledger. */
  async withLedger<T>(read: (ledger: Ledger) => T): Promise<T> {
    const state = join(this.folder, 'state');
    const ledger = existsSync(ledgerFile(state)) ? Ledger.visit(state) : Ledger.own(state, () => []);
    try {
      return await Promise.resolve(read(ledger));
    } finally {
      ledger.close();
    }
  }

  /** The JSON documents, by path below the scanner's folder in the results. */
  documents(): Map<string, ResultRecord> {
    const folder = join(this.folder, 'results', 'left');
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return new Map(
      names
        .filter((name) => name.endsWith('.json') && statSync(join(folder, name)).isFile())
        .map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as ResultRecord]),
    );
  }
}

/** Waits until the daemon has ended `files` files and delivered all results. */
export async function ended(daemon: TestDaemon, files: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { work, outbox } = await daemon.status();
      const open = Object.keys(outbox).length;
      if (work.done + work.quarantined !== files || work.queued + work.running + open > 0) {
        throw new Error(`${JSON.stringify(work)}, owed ${JSON.stringify(outbox)}`);
      }
    },
    { timeout: 20_000, interval: 50 },
  );
}
