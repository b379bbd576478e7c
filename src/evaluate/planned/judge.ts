import type { ScheduleConfig } from '../../config/schema.js';
import { LOWER_IS_BETTER, valueOf } from '../gates.js';
import type { EvaluatedModel } from '../metrics.js';
import type { FolderMetrics } from './figures.js';

/**
 * The verdict on one candidate: whether it is better than the model in use of the same name, with the
 * numbers.
 */
export interface Judgement {
  readonly name: string;
  readonly candidate: number;
  readonly inUse: number;
  readonly isBetter: boolean;
  /** The reason: a sentence with the numbers. */
  readonly reason: string;
  readonly compared: readonly ComparedFolder[];
}

/** Metrics of the candidate and of the model in use on one folder. */
interface ComparedFolder {
  readonly set: string;
  readonly candidate: number | null;
  readonly inUse: number | null;
  readonly images: number;
}

/** A version that was evaluated. */
export interface Version {
  readonly name: string;
  readonly version: string;
}

type PromotionRule = Pick<ScheduleConfig['promote'], 'figure' | 'margin' | 'class'>;

/**
 * Decides whether a candidate is better: it must beat the model in use by the margin in every folder, and no
 * model may fail a gate, because a failed gate may be caused by bad data, on which no comparison is valid. A
 * missing figure beats nothing. The margin should exceed chance; the report has the intervals for choosing
 * it.
 */
export function judge(
  folders: readonly FolderMetrics[],
  inUse: readonly Version[],
  candidates: readonly Version[],
  rule: PromotionRule,
): Judgement[] {
  const failed = folders.flatMap(({ metrics }) => metrics.gates.filter(({ passed }) => !passed));
  return candidates.flatMap((candidate) => {
    const current = inUse.find(({ name }) => name === candidate.name);
    if (current === undefined) return [];
    const compared = folders.map((folder) => compare(folder, candidate, current, rule));
    const isAhead = compared.length > 0 && compared.every((each) => beats(each, rule));
    const isBetter = isAhead && failed.length === 0;
    const gates = failed.length === 0 ? '' : ` Failed gates: ${failed.map(({ gate }) => gate).join('; ')}.`;
    const numbers = compared.map((each) => inWords(each)).join(', ');
    const verdict = isAhead ? 'beats' : 'does not beat';
    return {
      name: candidate.name,
      candidate: Number(candidate.version),
      inUse: Number(current.version),
      isBetter,
      reason:
        `${candidate.name}@${candidate.version} ${verdict} ${current.name}@${current.version} by ${rule.margin} in ` +
        `${ruleName(rule)}: ${numbers}.${gates}`,
      compared,
    };
  });
}

function compare(
  { set, metrics }: FolderMetrics,
  candidate: Version,
  current: Version,
  rule: PromotionRule,
): ComparedFolder {
  const of = (version: Version): number | null => {
    const model = metrics.models.find((each) => isVersion(each, version));
    return model === undefined ? null : valueOf(rule, model.all);
  };
  return { set, candidate: of(candidate), inUse: of(current), images: metrics.data.images };
}

function isVersion(model: EvaluatedModel, { name, version }: Version): boolean {
  return model.name === name && model.version === version;
}

function beats({ candidate, inUse }: ComparedFolder, { figure, margin }: PromotionRule): boolean {
  if (candidate === null || inUse === null) return false;
  const gain = LOWER_IS_BETTER.has(figure) ? inUse - candidate : candidate - inUse;
  // Decimal shares are not exact in binary: 0.92 − 0.91 is a little more than 0.01, 0.93 − 0.92 a little
  // less.
  return gain >= margin - 1e-12 && gain > 0;
}

function ruleName({ figure, class: className }: PromotionRule): string {
  return className === undefined ? figure : `${figure} of ${className}`;
}

function inWords({ set, candidate, inUse, images }: ComparedFolder): string {
  const round = (value: number | null): string => (value === null ? 'none' : value.toFixed(4));
  return `${round(candidate)} against ${round(inUse)} on ${set} (${images} images)`;
}
