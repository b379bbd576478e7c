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

/** What /status says about planned evaluations. Times are RFC 3339, UTC. */
export interface PlannedEvaluationsStatus {
  readonly nextRunAt: string | undefined;
  readonly lastRun: PlannedRun | undefined;
  /** How far the run that is under way has come. */
  readonly progress: (EvaluationProgress & { readonly set: string }) | undefined;
}

interface Active {
  readonly run: PlannedRun;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** The clock is looked at so often, because it may be set, and a timer only counts the time that passes. */
const LOOK_MS = 60_000;
/** A run that was stopped so often, or took the daemon down with it, is given up. */
const MAX_ATTEMPTS = 5;
/** A clock that was so far ahead has decided on times that are yet to come; they are planned again. */
const SET_BACK_MS = 2 * 60 * 60_000;

/**
 * Runs the evaluations that `evaluation.schedule` plans. Every planned time is decided on exactly once,
 * across restarts (`due.ts` says how). A run that the daemon's end interrupted goes on at the next start, in
 * the place of what was missed meanwhile.
 */
export class PlannedEvaluations {
  readonly #parts: PlannedEvaluationsParts;
  #log: RunLog | undefined;
  /** One decision at a time. */
  #turn: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;
  #active: Active | undefined;
  #nextMs: number | undefined;
  #progress: PlannedEvaluationsStatus['progress'];
  #isStopped = false;

  constructor(parts: PlannedEvaluationsParts) {
    this.#parts = parts;
  }

  /**
   * Shows the last figures, goes on with an interrupted run, and decides on what was missed. Never rejects.
   */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      this.#log = await this.#load();
      await this.#showLast(this.#log);
      await this.#decide();
    });
  }

  /** Plans anew after the configuration has changed. Never rejects. */
  replan(): Promise<void> {
    return this.#inTurn(() => this.#decide());
  }

  /** Resolves once everything that is to be decided now is decided, and what is to begin has begun. */
  idle(): Promise<void> {
    return this.#turn;
  }

  /** Ends what runs so that it can go on; never rejects. */
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

  /** Decides on every time that has come since the last decision, and waits for the next. */
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

  /** @returns the next planned time */
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

  /** The run that an earlier process left unfinished, if it may be tried again. */
  #interrupted(log: RunLog): PlannedRun | undefined {
    const run = log.runs.find(({ outcome }) => outcome === 'running');
    if (run === undefined || run.attempts < MAX_ATTEMPTS) return run;
    const message = `The run was interrupted ${run.attempts} times; the next one begins anew`;
    const error = new SmearwatchError('evaluation-given-up', message);
    failRun(log, { ...run, finishedAt: this.#now() }, error, this.#parts);
    return undefined;
  }

  async #begin(log: RunLog, chosen: PlannedRun): Promise<void> {
    const run = { ...chosen, startedAt: chosen.startedAt ?? this.#now(), attempts: chosen.attempts + 1 };
    const event = { run: run.id, attempt: run.attempts, madeUp: run.madeUp };
    log.put(run);
    // Before it begins: should it take the daemon down, the next one knows how often it has been tried.
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
        // What the daemon's stop interrupted stays `running`: the next start goes on with it.
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

  /** What cannot be written is decided all the same; after a restart it may be decided again. */
  async #save(log: RunLog): Promise<void> {
    try {
      await log.save();
    } catch (error) {
      this.#parts.telemetry.evaluationTrouble({ error });
    }
  }
}
