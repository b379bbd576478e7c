import type { RecordEntry } from '../../audit/audit.js';
import type { GivenLabel, LabelOutcome, LabelSource, Ledger } from '../../ledger/ledger.js';
import type { LabelFacts, Telemetry } from '../../telemetry/telemetry.js';
import { refuseContradictions } from './contradictions.js';
import { classesUnknown } from './failures.js';
import { labelEntries } from './label-audit.js';
import { checkLabel, type LabelRequest, type LabelRules } from './label-request.js';

export interface LabelDeskParts {
  readonly labels: Pick<Ledger['labels'], 'give' | 'imageOf'>;
  readonly telemetry: Pick<Telemetry, 'labelsGiven'>;
  readonly record: RecordEntry;
  /**
   * The rules for labels; undefined until the models are loaded. Asked again each time, since both change
   * with the configuration.
   */
  readonly rules: () => LabelRules | undefined;
}

/**
 * Accepts true classes from people and programs: a list is checked and recorded as a whole, or rejected as a
 * whole.
 */
export class LabelDesk {
  readonly #parts: LabelDeskParts;

  constructor(parts: LabelDeskParts) {
    this.#parts = parts;
  }

  /**
   * Records labels.
   * @param nameOf names a label in errors, by its place among all of them
   * @throws SmearwatchError as `checkLabel`; `labels-not-ready`, `label-contradiction`
   */
  give(
    requests: readonly LabelRequest[],
    source: LabelSource,
    nameOf = (index: number): string => `label ${index + 1} of ${requests.length}`,
  ): LabelFacts[] {
    const { telemetry, record } = this.#parts;
    const rules = this.#parts.rules();
    if (!rules) throw classesUnknown();
    const given = requests.map((request, index) => checkLabel(request, source, nameOf(index), rules));
    refuseContradictions(given, (target) => this.#parts.labels.imageOf(target), nameOf);
    const outcomes = this.#parts.labels.give(given);
    const labels = outcomes.map((outcome, index) => factsOf(given[index], outcome));
    labelEntries(source, labels).forEach(record);
    telemetry.labelsGiven({ source, labels });
    return labels;
  }
}

/** The facts of a label that answers, the audit trail and metrics report. */
export function factsOf(
  given: GivenLabel | undefined,
  { outcome, sha256, previous }: LabelOutcome,
): LabelFacts {
  if (!given) throw new RangeError('an outcome without its label');
  const { target, label } = given;
  return {
    ...target,
    ...(sha256 !== undefined && { sha256 }),
    class: label.class,
    by: label.by,
    outcome,
    ...(previous !== undefined && { previous }),
  };
}
