import type { RecordEntry } from '../../audit/audit.js';
import type { Config } from '../../config/schema.js';
import { messageOf } from '../../errors.js';
import type { EvaluatedSet, Telemetry } from '../../telemetry/telemetry.js';
import type { Evaluated } from './evaluate-folders.js';
import { exportedFigures } from './figures.js';
import { promoteBetter } from './promote.js';
import type { PlannedRun, RunLog } from './run-log.js';

/** Receivers of the end of a run. */
export interface RunReporting {
  readonly telemetry: Pick<
    Telemetry,
    'gateFailed' | 'evaluationFinished' | 'evaluationFailed' | 'evaluationNotRun' | 'candidateJudged'
  >;
  readonly record: RecordEntry;
}

/** Reports a run that ended, with its figures, failed gates and candidates. */
export async function finishRun(
  log: RunLog,
  run: PlannedRun & { readonly startedAt: string; readonly finishedAt: string },
  evaluated: Evaluated,
  config: Config,
  reporting: RunReporting,
): Promise<void> {
  const { telemetry, record } = reporting;
  const failed = failedGates(run.id, evaluated);
  const outcome = failed.length === 0 ? 'ok' : 'gate-failed';
  log.put({ ...run, outcome });
  for (const gate of failed) {
    record({ event: 'gate-failed', details: gate });
    telemetry.gateFailed(gate);
  }
  const figures = exportedFigures(evaluated.folders, run);
  record({
    event: 'evaluation-finished',
    details: { run: run.id, outcome, sets: figures.sets.map(inShort), leftOut: evaluated.models.leftOut },
  });
  telemetry.evaluationFinished({ run: run.id, outcome, ...figures });
  await promoteBetter(run.id, evaluated, config, reporting);
}

export function failRun(
  log: RunLog,
  run: PlannedRun & { readonly finishedAt: string },
  error: unknown,
  { telemetry, record }: RunReporting,
): void {
  const reason = messageOf(error).slice(0, 2000);
  log.put({ ...run, outcome: 'failed', reason });
  record({ event: 'evaluation-failed', details: { run: run.id, reason } });
  telemetry.evaluationFailed({ run: run.id, error });
}

export function noteNotRun(log: RunLog, run: PlannedRun, { telemetry, record }: RunReporting): void {
  const { id, outcome, plannedAt, reason = '' } = run;
  if (outcome !== 'skipped' && outcome !== 'missed') return;
  log.put(run);
  record({ event: `evaluation-${outcome}`, details: { run: id, plannedAt, reason } });
  telemetry.evaluationNotRun({ run: id, outcome, reason });
}

function failedGates(run: string, { folders }: Evaluated) {
  return folders.flatMap(({ set, metrics }) =>
    metrics.gates
      .filter(({ passed }) => !passed)
      .map(({ gate, value, limit }) => ({ run, set, gate, value, limit })),
  );
}

/** A short form for the audit trail, which is kept permanently; the report has the whole. */
function inShort({ set, images, models }: EvaluatedSet): object {
  const shareRight = models.map(
    ({ model, figures }) => [`${model.name}@${model.version}`, figures.shareRight] as const,
  );
  return { set, images, shareRight: Object.fromEntries(shareRight) };
}
