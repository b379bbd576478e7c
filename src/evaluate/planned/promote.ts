import type { RecordEntry } from '../../audit/audit.js';
import type { Config } from '../../config/schema.js';
import { messageOf } from '../../errors.js';
import { openRegistry } from '../../model/registry/in-use.js';
import type { Telemetry } from '../../telemetry/telemetry.js';
import type { Evaluated } from './evaluate-folders.js';
import { judge, type Judgement } from './judge.js';

export interface PromoteParts {
  readonly telemetry: Pick<Telemetry, 'candidateJudged'>;
  readonly record: RecordEntry;
}

/**
 * Reports for every candidate whether it is better and, where that is enabled, moves the label to the best
 * one; the running daemon follows the label. Among several candidates of one name, the first that is better
 * is taken.
 */
export async function promoteBetter(
  run: string,
  { folders, models }: Evaluated,
  config: Config,
  { telemetry, record }: PromoteParts,
): Promise<void> {
  const { promote } = config.evaluation.schedule;
  const moved = new Set<string>();
  for (const judgement of judge(folders, models.inUse, models.candidates, promote)) {
    const refusal = await whyNot(judgement, config, moved);
    const promoted = refusal === undefined;
    const candidate = `${judgement.name}@${judgement.candidate}`;
    const reason = promoted ? judgement.reason : `${judgement.reason} ${refusal}`;
    if (promoted) {
      moved.add(judgement.name);
      record({ event: 'model-promoted', details: entryDetails(run, judgement, promote) });
    }
    telemetry.candidateJudged({ run, candidate, promoted, reason });
  }
}

/** Moves the label, or returns why it stays. */
async function whyNot(
  { name, candidate, inUse, isBetter }: Judgement,
  { evaluation, models }: Config,
  moved: ReadonlySet<string>,
): Promise<string | undefined> {
  const { enabled, label } = evaluation.schedule.promote;
  if (!isBetter) return 'It is not promoted.';
  if (!enabled) return 'evaluation.schedule.promote.enabled is false: you can promote it by hand.';
  if (moved.has(name)) return 'Another candidate was promoted before it.';
  try {
    const registry = openRegistry(models);
    const now = await registry.labelled(name, label);
    // Someone moved the label since the evaluation began: the version that it compared with is no longer in
    // use.
    if (now !== undefined && now !== inUse)
      return `${name}@${label} was moved to ${name}@${now} during the evaluation.`;
    await registry.promote(name, candidate, label);
    return undefined;
  } catch (error) {
    return `It could not be promoted: ${messageOf(error)}`;
  }
}

function entryDetails(
  run: string,
  { name, candidate, inUse, reason, compared }: Judgement,
  { label, figure, margin, class: className }: Config['evaluation']['schedule']['promote'],
): Record<string, unknown> {
  const rule = { figure, margin, ...(className !== undefined && { class: className }) };
  return { run, model: name, label, version: candidate, previous: inUse, reason, rule, compared };
}
