import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, messageOf, SmearwatchError } from '../../errors.js';
import { replaceFile } from '../../files/replace-file.js';

/** The outcome of a planned run. `running` at a start means that the process ended before the run did. */
export const OUTCOMES = ['running', 'ok', 'gate-failed', 'failed', 'skipped', 'missed'] as const;
export type RunOutcome = (typeof OUTCOMES)[number];
const LOST: readonly RunOutcome[] = ['failed', 'skipped', 'missed'];

const moment = z.iso.datetime();
const runSchema = z.strictObject({
  /** Id and folder name of the run: the planned time, without characters that some file systems reject. */
  id: z.string().regex(/^[0-9TZ-]+$/),
  plannedAt: moment,
  outcome: z.enum(OUTCOMES),
  /** Whether the run makes up for a missed time, at which no daemon ran. */
  madeUp: z.boolean(),
  /** Number of attempts. */
  attempts: z.int().min(0),
  startedAt: moment.optional(),
  finishedAt: moment.optional(),
  /** Why the run failed or was not started. */
  reason: z.string().optional(),
});

const logSchema = z.strictObject({
  version: z.literal(1),
  /** The timetable that `decidedUntil` refers to. */
  timetable: z.string(),
  /**
   * Every time planned up to this moment has been decided. Its run is in the list, unless it was removed
   * because of the limit.
   */
  decidedUntil: moment,
  runs: z.array(runSchema),
});

export type PlannedRun = Readonly<z.output<typeof runSchema>>;

const FILE = 'planned-evaluations.json';
/**
 * Number of runs that are remembered: some years of nightly runs. It exceeds the limit of reports, so that
 * each report has its run.
 */
const MAX_RUNS = 2000;

/**
 * The planned runs and their outcomes, in `<stateFolder>/planned-evaluations.json`, oldest first. It is a
 * file and not a table of the ledger, because it is a few kilobytes, replaced as a whole, and can be read and
 * corrected by hand.
 */
export class RunLog {
  #decidedUntilMs = 0;
  #timetable = '';
  /** Whether changes have not been saved yet. */
  #isChanged = false;
  readonly #folder: string;
  #runs: PlannedRun[] = [];

  private constructor(stateFolder: string) {
    this.#folder = stateFolder;
  }

  /**
   * Loads the log, or makes an empty one if the file is missing. @throws SmearwatchError
   * `planned-evaluations-log-invalid`
   */
  static async load(stateFolder: string): Promise<RunLog> {
    const log = new RunLog(stateFolder);
    const stored = await read(join(stateFolder, FILE));
    if (stored === undefined) return log;
    log.#timetable = stored.timetable;
    log.#decidedUntilMs = Date.parse(stored.decidedUntil);
    log.#runs = stored.runs;
    return log;
  }

  /** Sets an unreadable log aside, so that planned evaluations continue. */
  static async startAfresh(stateFolder: string): Promise<RunLog> {
    await rename(join(stateFolder, FILE), join(stateFolder, `${FILE}.invalid`));
    return new RunLog(stateFolder);
  }

  get runs(): readonly PlannedRun[] {
    return this.#runs;
  }

  /**
   * Restarts the planning now, with no missed runs, if the timetable is another one or the clock was set back
   * by more than `setBackMs`.
   * @returns whether the planning was restarted
   */
  adopt(timetable: string, nowMs: number, setBackMs: number): boolean {
    if (timetable === this.#timetable && this.#decidedUntilMs <= nowMs + setBackMs) return false;
    this.#timetable = timetable;
    this.decidedUntil(nowMs);
    return true;
  }

  /** Records that every time planned up to `ms` (since 1970) has been decided. */
  decidedUntil(ms: number): void {
    this.#decidedUntilMs = ms;
    this.#isChanged = true;
  }

  get decidedUntilMs(): number {
    return this.#decidedUntilMs;
  }

  /** Adds a run, or replaces the one with the same id. */
  put(run: PlannedRun): void {
    this.#isChanged = true;
    const others = this.#runs.filter(({ id }) => id !== run.id);
    this.#runs = [...others, run].sort((a, b) => (a.plannedAt < b.plannedAt ? -1 : 1)).slice(-MAX_RUNS);
  }

  /** Number of runs without a result since the last complete one. */
  get lost(): number {
    const isLost = ({ outcome }: PlannedRun): boolean => LOST.includes(outcome);
    const last = this.#runs.findLastIndex((run) => run.outcome !== 'running' && !isLost(run));
    return this.#runs.slice(last + 1).filter(isLost).length;
  }

  /** Saves the log; it is durable once the promise resolves. */
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
      `${file} is not a valid log of planned evaluations: ${why}`,
      { cause },
    );
  }
}

/** Id of a planned time: `2026-03-29T01:30:00.000Z` → `2026-03-29T01-30-00Z`. */
export function idOf(plannedMs: number): string {
  return new Date(plannedMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
}
