import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, messageOf, SmearwatchError } from '../../errors.js';
import { replaceFile } from '../../files/replace-file.js';

/** What became of a planned run. `running` after a start means: the process ended before the run did. */
export const OUTCOMES = ['running', 'ok', 'gate-failed', 'failed', 'skipped', 'missed'] as const;
export type RunOutcome = (typeof OUTCOMES)[number];
const LOST: readonly RunOutcome[] = ['failed', 'skipped', 'missed'];

const moment = z.iso.datetime();
const runSchema = z.strictObject({
  /** Names its folder: the planned time, without characters that some file systems refuse. */
  id: z.string().regex(/^[0-9TZ-]+$/),
  plannedAt: moment,
  outcome: z.enum(OUTCOMES),
  /** Run later than planned, because no daemon ran at the time. */
  madeUp: z.boolean(),
  /** How often it was started. */
  attempts: z.int().min(0),
  startedAt: moment.optional(),
  finishedAt: moment.optional(),
  /** Of what was not run or failed. */
  reason: z.string().optional(),
});

const logSchema = z.strictObject({
  version: z.literal(1),
  /** The timetable that `decidedUntil` is about. */
  timetable: z.string(),
  /** Every time planned up to then is among the runs, or was before they were too many. */
  decidedUntil: moment,
  runs: z.array(runSchema),
});

export type PlannedRun = Readonly<z.output<typeof runSchema>>;

const FILE = 'planned-evaluations.json';
/**
 * Runs that are remembered: some years of nightly runs. More than there may be reports, so that each report
 * has its run.
 */
const MAX_RUNS = 2000;

/**
 * The runs that were planned and what became of them, in `<stateFolder>/planned-evaluations.json`, oldest
 * first. A file and not a table of the ledger: it is a few kilobytes, replaced as a whole, and can be read
 * and mended by hand.
 */
export class RunLog {
  #decidedUntilMs = 0;
  #timetable = '';
  /** Whether there is something that is not on the disk. */
  #isChanged = false;
  readonly #folder: string;
  #runs: PlannedRun[] = [];

  private constructor(stateFolder: string) {
    this.#folder = stateFolder;
  }

  /** An empty one where there is none. @throws SmearwatchError `planned-evaluations-log-invalid` */
  static async load(stateFolder: string): Promise<RunLog> {
    const log = new RunLog(stateFolder);
    const stored = await read(join(stateFolder, FILE));
    if (stored === undefined) return log;
    log.#timetable = stored.timetable;
    log.#decidedUntilMs = Date.parse(stored.decidedUntil);
    log.#runs = stored.runs;
    return log;
  }

  /** Puts an unreadable one aside, so that planned evaluations continue. */
  static async startAfresh(stateFolder: string): Promise<RunLog> {
    await rename(join(stateFolder, FILE), join(stateFolder, `${FILE}.invalid`));
    return new RunLog(stateFolder);
  }

  get runs(): readonly PlannedRun[] {
    return this.#runs;
  }

  /**
   * Another timetable, or a clock that was set back by more than `setBackMs`, plans from now on; nothing was
   * missed of it.
   * @returns whether it was so
   */
  adopt(timetable: string, nowMs: number, setBackMs: number): boolean {
    if (timetable === this.#timetable && this.#decidedUntilMs <= nowMs + setBackMs) return false;
    this.#timetable = timetable;
    this.decidedUntil(nowMs);
    return true;
  }

  /** Every time planned up to then has been decided on; in milliseconds since 1970. */
  decidedUntil(ms: number): void {
    this.#decidedUntilMs = ms;
    this.#isChanged = true;
  }

  get decidedUntilMs(): number {
    return this.#decidedUntilMs;
  }

  /** Adds a run, or replaces the one of the same id. */
  put(run: PlannedRun): void {
    this.#isChanged = true;
    const others = this.#runs.filter(({ id }) => id !== run.id);
    this.#runs = [...others, run].sort((a, b) => (a.plannedAt < b.plannedAt ? -1 : 1)).slice(-MAX_RUNS);
  }

  /** Runs that came to nothing since the last one that came to its end. */
  get lost(): number {
    const isLost = ({ outcome }: PlannedRun): boolean => LOST.includes(outcome);
    const last = this.#runs.findLastIndex((run) => run.outcome !== 'running' && !isLost(run));
    return this.#runs.slice(last + 1).filter(isLost).length;
  }

  /** Durable once it resolves. */
  async save(): Promise<void> {
    if (!this.#isChanged) return;
    const content: z.input<typeof logSchema> = {
      version: 1,
      timetable: this.#timetable,
      decidedUntil: new Date(this.#decidedUntilMs).toISOString(),
      runs: this.#runs,
    };
    await mkdir(this.#folder, { recursive: true });
    await replaceFile(join(this.#folder, FILE), `${JSON.stringify(content, null, 2)}\n`);
    this.#isChanged = false;
  }
}

async function read(file: string): Promise<z.output<typeof logSchema> | undefined> {
  try {
    return logSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new SmearwatchError(
      'planned-evaluations-log-invalid',
      `${file} does not say what became of the planned evaluations: ${why}`,
      { cause },
    );
  }
}

/** `2026-03-29T01:30:00.000Z` → `2026-03-29T01-30-00Z`. */
export function idOf(plannedMs: number): string {
  return new Date(plannedMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
}
