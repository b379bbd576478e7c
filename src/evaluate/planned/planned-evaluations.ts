import type { Config } from '../../config/schema.js';
import { SmearwatchError } from '../../errors.js';
import type { Telemetry } from '../../telemetry/telemetry.js';
import type { EvaluationProgress } from '../plan.js';
import type { PlanClock } from './clock.js';
import { failRun, finishRun, noteNotRun, type RunReporting } from './conclude.js';
import { CronTimes } from './cron.js';
import { decideOn } from './due.js';
import type { Evaluated, EvaluateOptions } from './evaluate-folders.js';
import { exportedFigures } from './figures.js';
import { removeOldReports, runFigures } from './reports.js';
import { RunLog, type PlannedRun } from './run-log.js';

export interface PlannedEvaluationsParts extends RunReporting {
  readonly telemetry: RunReporting['telemetry'] &
    Pick<Telemetry, 'evaluationStarted' | 'evaluationRestored' | 'evaluationPlanned' | 'evaluationTrouble'>;
  readonly clock: PlanClock;
  /** The configuration in force. */
  readonly config: () => Config;
  readonly evaluate: (runId: string, config: Config, options: EvaluateOptions) => Promise<Evaluated>;
}

/** Planned evaluations in `/status`. Times are RFC 3339, UTC. */
export interface PlannedEvaluationsStatus {
  readonly nextRunAt: string | undefined;
  readonly lastRun: PlannedRun | undefined;
  /** Progress of the run that is under way. */
  readonly progress: (EvaluationProgress & { readonly set: string }) | undefined;
}

interface Active {
  readonly run: PlannedRun;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** Interval at which the clock is read. It may be set, while a timer only counts the time that passes. */
const LOOK_MS = 60_000;
/** Number of attempts after which a run is given up, because it was stopped or ended the daemon each time. */
const MAX_ATTEMPTS = 5;
/**
 * A clock that was set back by more than this had decided on times that are still to come; they are planned
 * again.
 */
const SET_BACK_MS = 2 * 60 * 60_000;

/**
 * Runs the evaluations that `evaluation.schedule` plans. Every planned time is decided exactly once, across
 * restarts (`due.ts` has the rules). A run that was interrupted by the end of the daemon continues at the
 * next start, in place of the times missed since then.
 */
export class PlannedEvaluations {
  readonly #parts: PlannedEvaluationsParts;
  #log: RunLog | undefined;
  /** The decision in progress; there is one at a time. */
  #turn: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;
  #active: Active | undefined;
  #nextMs: number | undefined;
  #progress: PlannedEvaluationsStatus['progress'];
  #isStopped = false;

  constructor(parts: PlannedEvaluationsParts) {
    this.#parts = parts;
  }

  /** Exports the last figures, continues an interrupted run, and decides on missed times. Never rejects. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      this.#log = await this.#load();
      await this.#showLast(this.#log);
      await this.#decide();
    });
  }

  /** Plans again after a change of the configuration. Never rejects. */
  replan(): Promise<void> {
    return this.#inTurn(() => this.#decide());
  }

  /** Resolves when all due decisions are made and due runs have begun. */
  idle(): Promise<void> {
    return this.#turn;
  }

  /** Stops the current run so that it can be continued; never rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#turn;
    this.#cancelTimer();
    this.#active?.controller.abort(new SmearwatchError('interrupted', 'The daemon stops'));
    await this.#active?.ended;
    await this.#turn;
  }

  get status(): PlannedEvaluationsStatus {
    return {
      nextRunAt: this.#nextMs === undefined ? undefined : new Date(this.#nextMs).toISOString(),
      lastRun: this.#log?.runs.at(-1),
      progress: this.#progress,
    };
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      this.#parts.telemetry.evaluationTrouble({ error });
    });
    return this.#turn;
  }

  async #load(): Promise<RunLog> {
    const { stateFolder } = this.#parts.config();
    try {
      return await RunLog.load(stateFolder);
    } catch (error) {
      this.#parts.telemetry.evaluationTrouble({ error });
      return RunLog.startAfresh(stateFolder);
    }
  }

  async #showLast(log: RunLog): Promise<void> {
    const last = log.runs.findLast(({ outcome }) => outcome === 'ok' || outcome === 'gate-failed');
    if (last?.startedAt === undefined || last.finishedAt === undefined) return;
    const folders = await runFigures(this.#parts.config(), last);
    const { startedAt, finishedAt } = last;
    this.#parts.telemetry.evaluationRestored(exportedFigures(folders, { startedAt, finishedAt }));
  }

  /** Decides on every time that has passed since the last decision, and waits for the next one. */
  async #decide(): Promise<void> {
    if (this.#log === undefined || this.#isStopped) return;
    this.#cancelTimer();
    const { cron, timeZone } = this.#parts.config().evaluation.schedule;
    const nowMs = this.#parts.clock.now();
    const nextMs =
      cron === undefined ? undefined : await this.#decideBy(this.#log, { cron, timeZone }, nowMs);
    this.#nextMs = nextMs;
    this.#parts.telemetry.evaluationPlanned({ nextMs, lost: nextMs === undefined ? 0 : this.#log.lost });
    if (nextMs === undefined) return;
    const waitMs = Math.min(Math.max(0, nextMs - nowMs), LOOK_MS);
    this.#cancelTimer = this.#parts.clock.after(waitMs, () => this.replan());
  }

  /**
   * Makes the decisions under one configuration.
   * @returns the next planned time
   */
  async #decideBy(
    log: RunLog,
    timetable: { cron: string; timeZone: string },
    nowMs: number,
  ): Promise<number | undefined> {
    const isNew = log.adopt(`${timetable.cron} ${timetable.timeZone}`, nowMs, SET_BACK_MS);
    if (!isNew && this.#nextMs !== undefined && nowMs < this.#nextMs) return this.#nextMs;
    const times = new CronTimes(timetable);
    const due = times.between(log.decidedUntilMs, nowMs);
    const interrupted = this.#active === undefined ? this.#interrupted(log) : undefined;
    const { run = interrupted, notRun } = decideOn({
      times: due,
      nowMs,
      busyWith: (this.#active?.run ?? interrupted)?.id,
      missed: this.#parts.config().evaluation.schedule.missed,
    });
    for (const each of notRun) noteNotRun(log, each, this.#parts);
    const newest = due.at(-1);
    if (newest !== undefined) log.decidedUntil(newest);
    await this.#save(log);
    if (run !== undefined) await this.#begin(log, run);
    return times.nextAfter(Math.max(nowMs, log.decidedUntilMs));
  }

  /** The run that an earlier process left unfinished, if it may be attempted again. */
  #interrupted(log: RunLog): PlannedRun | undefined {
    const run = log.runs.find(({ outcome }) => outcome === 'running');
    if (run === undefined || run.attempts < MAX_ATTEMPTS) return run;
    const message = `The run was interrupted ${run.attempts} times; the next one starts from the beginning`;
    const error = new SmearwatchError('evaluation-given-up', message);
    failRun(log, { ...run, finishedAt: this.#now() }, error, this.#parts);
    return undefined;
  }

  async #begin(log: RunLog, chosen: PlannedRun): Promise<void> {
    const run = { ...chosen, startedAt: chosen.startedAt ?? this.#now(), attempts: chosen.attempts + 1 };
    const event = { run: run.id, attempt: run.attempts, madeUp: run.madeUp };
    log.put(run);
    // Saved before it begins: if the run ends the daemon, the next process knows the number of attempts.
    await this.#save(log);
    this.#parts.record({ event: 'evaluation-started', details: event });
    this.#parts.telemetry.evaluationStarted(event);
    const controller = new AbortController();
    this.#active = { run, controller, ended: this.#evaluate(log, run, controller.signal) };
  }

  async #evaluate(log: RunLog, run: PlannedRun & { startedAt: string }, signal: AbortSignal): Promise<void> {
    const config = this.#parts.config();
    const onProgress: EvaluateOptions['onProgress'] = (progress) => (this.#progress = progress);
    const conclude = await this.#parts.evaluate(run.id, config, { signal, onProgress }).then(
      (evaluated) => () =>
        finishRun(log, { ...run, finishedAt: this.#now() }, evaluated, config, this.#parts),
      (error: unknown) => () => {
        // A run that was interrupted by the daemon's stop keeps the outcome `running`: the next start
        // continues it.
        if (!signal.aborted) failRun(log, { ...run, finishedAt: this.#now() }, error, this.#parts);
      },
    );
    void this.#inTurn(async () => {
      this.#active = undefined;
      this.#progress = undefined;
      await conclude();
      await this.#save(log);
      await removeOldReports(config, log.runs);
      await this.#decide();
    });
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }

  /**
   * Saves the log. A decision that cannot be saved still takes effect; after a restart it may be made again.
   */
  async #save(log: RunLog): Promise<void> {
    try {
      await log.save();
    } catch (error) {
      this.#parts.telemetry.evaluationTrouble({ error });
    }
  }
}
