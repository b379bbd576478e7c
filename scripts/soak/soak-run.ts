import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CELL_CLASSES, SCANNER_SIZE } from '../../src/images.js';
import { Random } from '../../src/random.js';
import { parseMetrics, type MetricSample } from '../../src/telemetry/parse-metrics.js';
import { runCli } from '../../test/fixtures/daemon.js';
import { planChanges, type Change } from '../../test/torture/swaps/changes.js';
import type { SwapModels } from '../../test/torture/swaps/models.js';
import { sumOf } from '../../test/torture/swaps/verdict.js';
import { SwapWorld } from '../../test/torture/swaps/world.js';
import { every } from './every.js';
import { writeOldRows } from './old-rows.js';
import { Outputs } from './outputs.js';
import { readHeap, readLedgerSize, readProcess, type Sample } from './samples.js';

export interface SoakOptions {
  readonly folder: string;
  readonly models: SwapModels;
  readonly smears: readonly Buffer[];
  readonly minutes: number;
  /** Images of last week in the ledger, which retention removes during the run. */
  readonly oldRows: number;
  readonly onSample: (sample: Sample) => void;
}

/** Everything that is there to be judged afterwards. */
export interface Soaked {
  readonly models: SwapModels;
  readonly world: SwapWorld;
  readonly outputs: Outputs;
  readonly samples: readonly Sample[];
  /** The last scrape. */
  readonly metrics: readonly MetricSample[];
  /** Files that no decoder can read. */
  readonly damaged: readonly string[];
  /** Labels that were given by HTTP. */
  readonly labels: number;
  readonly oldRows: number;
  readonly exitCode: number | string;
}

const BACKLOG = 400;
const TOKEN = 'a-token-for-the-soak-run';
/** Models that were put in use so long ago are in a steady state. */
const STEADY_AFTER_MS = 10_000;
const MINUTE_MS = 60_000;

/** A daemon at full speed, and everything that happens to one in a year, within minutes. */
export class SoakRun {
  readonly world: SwapWorld;
  readonly #options: SoakOptions;
  readonly #outputs: Outputs;
  readonly #changes: Change[];
  readonly #samples: Sample[] = [];
  readonly #damaged: string[] = [];
  readonly #random = new Random('soak');
  #startMs = 0;
  #url = '';
  #labels = 0;
  #metrics: MetricSample[] = [];
  #isSwapping = false;

  constructor(options: SoakOptions) {
    const { folder, models, smears, minutes } = options;
    mkdirSync(folder, { recursive: true });
    writeOldRows(join(folder, 'state'), options.oldRows);
    writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 });
    this.#options = options;
    this.#outputs = new Outputs(folder);
    this.#changes = planChanges(Math.ceil(minutes), models);
    this.world = new SwapWorld({
      folder,
      models,
      smears,
      size: SCANNER_SIZE,
      config: { retention: { ledgerDays: 1 }, http: { port: 0, tokenFile: 'token', changesPerMinute: 600 } },
    });
  }

  async play(): Promise<Soaked> {
    const { world } = this;
    this.#url = await world.daemon.ready();
    await this.#scrape();
    this.#startMs = performance.now();
    await this.#playAll(AbortSignal.timeout(this.#options.minutes * MINUTE_MS));
    await this.#workedOff();
    await this.#outputs.takeLines();
    this.#outputs.takeDocuments();
    await this.#scrape();
    const [outputs, samples, metrics, damaged] = [this.#outputs, this.#samples, this.#metrics, this.#damaged];
    const [labels, { models, oldRows }] = [this.#labels, this.#options];
    const exitCode = await world.daemon.stop();
    return { models, world, outputs, samples, metrics, damaged, labels, oldRows, exitCode };
  }

  /** Until the time is over, or one of them fails. */
  async #playAll(time: AbortSignal): Promise<void> {
    const failure = new AbortController();
    const signal = AbortSignal.any([time, failure.signal]);
    const chores = [
      this.#feed(signal),
      every(5000, signal, () => this.#sample()),
      every(5000, signal, () => this.#outputs.takeDocuments()),
      every(30_000, signal, () => this.#outputs.takeLines()),
      every(15_000, signal, () => this.#scrape()),
      every(7000, signal, () => this.#label()),
      every(20_000, signal, () => this.#damage()),
      every(MINUTE_MS, signal, () => this.#swap()),
    ];
    try {
      await Promise.all(chores);
    } finally {
      failure.abort();
      await Promise.allSettled(chores);
    }
  }

  #feed(signal: AbortSignal): Promise<void> {
    const { feed, daemon } = this.world;
    const ended = async (): Promise<number> => {
      const { queued, running } = (await daemon.status()).work;
      return feed.fed.length - queued - running;
    };
    return feed.keepWaiting(BACKLOG, ended, signal);
  }

  #sample(): void {
    const { world } = this;
    const sinceMs = Date.now() - (world.played.at(-1)?.answeredAt ?? 0);
    const sample: Sample = {
      minutes: (performance.now() - this.#startMs) / MINUTE_MS,
      ...readProcess(world.daemon.pid),
      ...readHeap(this.#metrics),
      ...readLedgerSize(world.stateFolder),
      images: sumOf(this.#metrics, 'smearwatch_images_total'),
      models: world.set.use.join(', '),
      isSteady: !this.#isSwapping && sinceMs > STEADY_AFTER_MS,
    };
    this.#samples.push(sample);
    this.#options.onSample(sample);
  }

  async #scrape(): Promise<void> {
    this.#metrics = parseMetrics(await (await fetch(`${this.#url}/metrics`)).text());
  }

  /** Then the commands that people type, while the file is one that they can read. */
  async #swap(): Promise<void> {
    const change = this.#changes.shift();
    if (change === undefined) return;
    const { world } = this;
    this.#isSwapping = true;
    await world.play(change);
    if (change.kind === 'bad') await world.play({ kind: 'good', name: 'back', set: world.set, settings: {} });
    this.#isSwapping = false;
    await this.#command('status');
    await this.#command('label', '--sha256', this.#anyImage(), '--class', this.#anyClass(), '--by', 'soak');
  }

  async #command(...args: string[]): Promise<void> {
    const { code, stderr } = await runCli(...args, '--config', join(this.world.folder, 'smearwatch.yaml'));
    if (code !== 0) throw new Error(`smearwatch ${args.join(' ')} ended with ${code}: ${stderr}`);
  }

  async #label(): Promise<void> {
    const reply = await fetch(`${this.#url}/labels`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ sha256: this.#anyImage(), class: this.#anyClass(), by: 'soak' }),
    });
    if (!reply.ok) throw new Error(`POST /labels: ${reply.status} ${await reply.text()}`);
    this.#labels += 1;
  }

  #damage(): void {
    const path = `damaged-${this.#damaged.length}.png`;
    this.world.feed.putBytes(path, Buffer.from(`no image: ${path}`));
    this.#damaged.push(path);
  }

  #anyImage(): string {
    const { fed } = this.world.feed;
    return fed[this.#random.integer(0, fed.length - 1)]?.sha256 ?? '';
  }

  #anyClass(): string {
    return CELL_CLASSES[this.#random.integer(0, CELL_CLASSES.length - 1)] ?? '';
  }

  /** Waits until only damaged files are left in the folder and no delivery is pending. */
  async #workedOff(): Promise<void> {
    for (;;) {
      const { work, outbox } = await this.world.daemon.status();
      const owed = Object.values(outbox).reduce((sum, results) => sum + results, 0);
      const lies = readdirSync(this.world.feed.folder).length;
      if (work.queued + work.running + owed === 0 && lies === this.#damaged.length) return;
      await delay(200);
    }
  }
}
