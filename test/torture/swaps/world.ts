import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestDaemon, writeConfig, type LogLine } from '../../fixtures/daemon.js';
import type { Change } from './changes.js';
import { Feed, type Size } from './feed.js';
import type { ModelSet, SwapModels } from './models.js';

export const SCANNER = 'left';

/** A change of the configuration, and the daemon's answer to it. */
export interface PlayedChange {
  readonly change: Change;
  /** Time at which the file was written, in milliseconds since 1970. */
  readonly writtenAt: number;
  readonly answeredAt: number;
  readonly answer: LogLine;
}

export interface WorldOptions {
  readonly folder: string;
  readonly models: SwapModels;
  readonly smears: readonly Buffer[];
  readonly size: Size;
  /** Sections of the configuration that stay as they are. */
  readonly config?: object;
}

/**
 * A scanner's folder that is fed, a daemon that works it off, and its configuration. Images are deleted
 * afterwards.
 */
export class SwapWorld {
  readonly folder: string;
  readonly feed: Feed;
  readonly daemon: TestDaemon;
  readonly played: PlayedChange[] = [];
  readonly #options: WorldOptions;
  readonly #first: ModelSet;
  #set: ModelSet;
  #configurations = 0;
  #stopFeeding: AbortController | undefined;

  constructor(options: WorldOptions) {
    const [first] = options.models.sets;
    if (first === undefined) throw new RangeError('there are no models');
    this.#options = options;
    this.#first = this.#set = first;
    this.folder = options.folder;
    mkdirSync(this.folder, { recursive: true });
    this.feed = new Feed(join(this.folder, 'in'), options.smears);
    this.daemon = new TestDaemon(this.#configure(first.use, {}));
  }

  get stateFolder(): string {
    return join(this.folder, 'state');
  }

  /** The set that the daemon started with. */
  get first(): ModelSet {
    return this.#first;
  }

  /** The set that must be serving. */
  get set(): ModelSet {
    return this.#set;
  }

  /** Feeds while other things happen, until the function that it returns is called. */
  feedAlong(feed: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
    const stop = (this.#stopFeeding = new AbortController());
    const feeding = feed(stop.signal);
    // A failure is reported when the caller waits for it; until then it must not end the process.
    feeding.catch(() => undefined);
    return async () => {
      stop.abort();
      await feeding;
    };
  }

  /** Ends everything, in any state. */
  async close(): Promise<void> {
    this.#stopFeeding?.abort();
    this.daemon.signal('SIGKILL');
    await this.daemon.exit();
  }

  /** Files that have ended, in any way. */
  async ended(): Promise<number> {
    const { done, quarantined } = (await this.daemon.status()).work;
    return done + quarantined;
  }

  /**
   * Resolves once everything that was fed has ended and been delivered. @throws Error when the daemon ends
   * before that
   */
  async workedOff(): Promise<void> {
    for (;;) {
      const { work, outbox } = await this.daemon.status();
      const isDelivered = Object.values(outbox).every((owed) => owed === 0);
      if (work.done + work.quarantined >= this.feed.fed.length && isDelivered) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Changes the configuration, and waits for what the daemon says to that. */
  async play(change: Change): Promise<PlayedChange> {
    const { daemon } = this;
    const earlier = answersIn(daemon).length;
    const writtenAt = Date.now();
    this.#write(change);
    await daemon.logged(() => answersIn(daemon).length > earlier);
    const answer = answersIn(daemon)[earlier];
    if (answer === undefined) throw new Error(`the daemon ended at ${change.name}:\n${daemon.stderr}`);
    if (change.kind === 'good') this.#set = change.set;
    const played = { change, writtenAt, answeredAt: Date.parse(String(answer['time'])), answer };
    this.played.push(played);
    return played;
  }

  #write(change: Change): void {
    if (change.kind === 'good') this.#configure(change.set.use, change.settings);
    else if (change.text === undefined) this.#configure(change.use ?? this.#set.use, change.settings ?? {});
    else writeFileSync(join(this.folder, 'smearwatch.yaml'), change.text);
  }

  #configure(use: readonly string[], settings: object): string {
    const { models, size, config } = this.#options;
    this.#configurations += 1;
    return writeConfig(this.folder, {
      scanners: [{ name: SCANNER, folder: 'in', expectedSize: size, afterwards: { action: 'delete' } }],
      sinks: [
        { type: 'json', folder: 'results' },
        { type: 'ndjson', file: 'results.ndjson' },
      ],
      models: {
        registry: models.registry,
        cacheFolder: models.cacheFolder,
        use: use.map((model) => ({ model })),
      },
      // A file that says the same as before would be no change, and would get no answer.
      shutdownTimeoutMs: 30_000 + this.#configurations,
      ...config,
      ...settings,
    });
  }
}

const ANSWERS = [
  'Configuration reloaded',
  'The changed configuration was rejected; the previous one stays in effect',
];

function answersIn({ log }: TestDaemon): LogLine[] {
  return log.filter(({ msg }) => ANSWERS.includes(msg));
}
