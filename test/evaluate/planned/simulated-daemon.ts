import { onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import { parseConfig } from '../../../src/config/load.js';
import type { Config } from '../../../src/config/schema.js';
import { SmearwatchError } from '../../../src/errors.js';
import type { Metrics } from '../../../src/evaluate/metrics.js';
import {
  PlannedEvaluations,
  type PlannedEvaluationsParts,
} from '../../../src/evaluate/planned/planned-evaluations.js';
import { RunLog } from '../../../src/evaluate/planned/run-log.js';
import { silent } from '../../../src/telemetry/silent.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { metricsOf } from './metrics.js';
import { SimulatedClock } from './simulated-clock.js';

const MINUTE = 60_000;

/** A daemon's planned evaluations: they take simulated time and give the test's results. */
export class SimulatedDaemon {
  readonly folder = temporaryFolder();
  readonly clock: SimulatedClock;
  readonly recorded: { event: string; details: Record<string, unknown> }[] = [];
  readonly told: string[] = [];
  /** Runs that were begun, with their times: `2026-03-02T01-30-00Z at 01:30`. */
  readonly begun: string[] = [];
  config: Config;
  durationMs = 20 * MINUTE;
  found: Metrics | Error = metricsOf([{ version: '1', shareRight: 0.95 }]);
  #planned: PlannedEvaluations | undefined;

  constructor(start: string, schedule: object = {}) {
    this.clock = new SimulatedClock(start);
    this.config = this.configure(schedule);
  }

  configure(schedule: object): Config {
    const text = stringify({
      stateFolder: 'state',
      scanners: [{ name: 'left', folder: 'in' }],
      models: { registry: 'models', use: [{ model: 'alexnet@production' }] },
      evaluation: {
        schedule: { cron: '30 2 * * *', timeZone: 'Europe/Berlin', data: ['cells'], ...schedule },
      },
    });
    return (this.config = parseConfig(text, `${this.folder}/smearwatch.yaml`));
  }

  /** Starts a daemon, after the one before has ended. */
  async start(): Promise<PlannedEvaluations> {
    const planned = new PlannedEvaluations({
      clock: this.clock,
      config: () => this.config,
      evaluate: (id, _config, { signal }) => this.#evaluate(id, signal),
      telemetry: this.#telemetry(),
      record: ({ event, details = {} }) => this.recorded.push({ event, details }),
    });
    this.#planned = planned;
    this.clock.settled = () => planned.idle();
    onTestFinished(() => planned.stop());
    await planned.start();
    return planned;
  }

  /** Ends the daemon; with `kill` without a chance to save its state. */
  async end({ kill = false } = {}): Promise<void> {
    if (!kill) await this.#planned?.stop();
    // The timers of a killed daemon are gone, and no one receives the results of its evaluation.
    this.clock.forgetTimers();
    this.clock.settled = () => Promise.resolve();
  }

  /** `planned time: outcome` for each run in the state folder. */
  async outcomes(): Promise<string[]> {
    const { runs } = await RunLog.load(this.config.stateFolder);
    return runs.map(
      ({ plannedAt, outcome, madeUp }) => `${plannedAt.slice(0, 16)} ${outcome}${madeUp ? ' (made up)' : ''}`,
    );
  }

  async #evaluate(id: string, signal: AbortSignal): ReturnType<PlannedEvaluationsParts['evaluate']> {
    this.begun.push(`${id} at ${new Date(this.clock.now()).toISOString().slice(11, 16)}`);
    const stopped = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new SmearwatchError('interrupted', 'stopped')));
    });
    await Promise.race([this.clock.sleep(this.durationMs), stopped]);
    if (this.found instanceof Error) throw this.found;
    const pin = { name: 'alexnet', version: '1', engine: 'onnxruntime' as const };
    const others = this.found.models.filter(({ version }) => version !== '1');
    const candidates = others.map(({ version }) => ({ ...pin, version }));
    return {
      folders: [{ set: 'cells', metrics: this.found }],
      models: { version: 1, inUse: [pin], candidates, leftOut: [] },
    };
  }

  #telemetry(): PlannedEvaluationsParts['telemetry'] {
    const tell = (name: string) =>
      vi.fn((event: object) => {
        const { outcome } = event as { outcome?: string };
        this.told.push(outcome === undefined ? name : `${name} ${outcome}`);
      });
    return {
      ...silent('evaluationPlanned'),
      evaluationStarted: tell('started'),
      evaluationFinished: tell('finished'),
      evaluationFailed: tell('failed'),
      evaluationNotRun: tell('not run'),
      evaluationRestored: tell('restored'),
      evaluationTrouble: ({ error }) => this.told.push(`trouble: ${String(error)}`),
      gateFailed: tell('gate failed'),
      candidateJudged: ({ promoted, reason }) =>
        this.told.push(`${promoted ? 'promoted' : 'not promoted'}: ${reason}`),
    };
  }
}
