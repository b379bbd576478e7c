import type { GateConfig } from '../config/schema.js';
import type { ClassMetrics, GateResult, ModelMetrics } from './metrics.js';

export interface GatedModel {
  readonly name: string;
  readonly version: string;
  readonly metrics: ModelMetrics;
}

export interface GateCheck {
  readonly results: readonly GateResult[];
  /** Gates that could not be checked, and why. */
  readonly notes: readonly string[];
}

type Figure = GateConfig['figure'];

/** Figures for which lower is better; for all others, higher is better. */
export const LOWER_IS_BETTER: ReadonlySet<Figure> = new Set(['quadraticLoss', 'expectedCalibrationError']);
/** Tolerance for the rounding of decimal fractions in binary: 0.9 − 0.88 is more than 0.02. */
const ROUNDING = 1e-9;

/**
 * Checks the models against each gate of the configuration.
 * @param models those of the evaluation
 * @param promoted version that the label `production` points at, by model name
 */
export function checkGates(
  gates: readonly GateConfig[],
  models: readonly GatedModel[],
  promoted: ReadonlyMap<string, string>,
): GateCheck {
  const results: GateResult[] = [];
  const notes = new Set<string>();
  for (const gate of gates) {
    const meant = models.filter(({ name }) => gate.model === undefined || gate.model === name);
    if (meant.length === 0)
      notes.add(`The gate on ${labelOf(gate)} is for ${gate.model ?? ''}, which is not evaluated.`);
    for (const model of meant) {
      results.push(...bounds(gate, model));
      if (gate.maxFall === undefined || promoted.get(model.name) === model.version) continue;
      const standard = promotedOf(model, models, promoted);
      if (typeof standard === 'string') notes.add(standard);
      else results.push(fall(gate, gate.maxFall, model, standard));
    }
  }
  return { results, notes: [...notes] };
}

function bounds(gate: GateConfig, model: GatedModel): GateResult[] {
  const value = valueOf(gate, model.metrics);
  const named = (sign: string, limit: number): string =>
    `${referenceOf(model)} ${labelOf(gate)} ${sign} ${limit}`;
  const { min, max } = gate;
  const result = (sign: string, limit: number, isMet: (value: number) => boolean): GateResult => ({
    gate: named(sign, limit),
    model: referenceOf(model),
    value,
    limit,
    // A missing figure fails its gate.
    passed: value !== null && isMet(value),
  });
  return [
    ...(min === undefined ? [] : [result('≥', min, (found) => found >= min - ROUNDING)]),
    ...(max === undefined ? [] : [result('≤', max, (found) => found <= max + ROUNDING)]),
  ];
}

function fall(gate: GateConfig, maxFall: number, model: GatedModel, standard: GatedModel): GateResult {
  const [before, now] = [valueOf(gate, standard.metrics), valueOf(gate, model.metrics)];
  const isReverse = LOWER_IS_BETTER.has(gate.figure);
  const value = before === null || now === null ? null : isReverse ? now - before : before - now;
  return {
    gate: `${referenceOf(model)} ${labelOf(gate)} at most ${maxFall} worse than ${referenceOf(standard)}`,
    model: referenceOf(model),
    value,
    limit: maxFall,
    passed: value !== null && value <= maxFall + ROUNDING,
  };
}

/** The promoted version as it was evaluated, or why the comparison is impossible. */
function promotedOf(
  model: GatedModel,
  models: readonly GatedModel[],
  promoted: ReadonlyMap<string, string>,
): GatedModel | string {
  const version = promoted.get(model.name);
  const found = models.find((other) => other.name === model.name && other.version === version);
  if (found !== undefined) return found;
  const why =
    version === undefined
      ? `no version of ${model.name} is promoted`
      : `the promoted ${model.name}@${version} is not evaluated with it`;
  return `How much ${referenceOf(model)} falls is not checked: ${why}.`;
}

/** The value of a figure, for one class if one is named; null when the figure does not exist. */
export function valueOf(
  { figure, class: name }: Pick<GateConfig, 'figure' | 'class'>,
  metrics: ModelMetrics,
): number | null {
  const ofClass = name === undefined ? undefined : metrics.perClass.find((each) => each.class === name);
  switch (figure) {
    case 'shareRight':
      return metrics.shareRight.value;
    case 'quadraticLoss':
      return metrics.quadraticLoss;
    case 'expectedCalibrationError':
      return metrics.calibration.expectedError;
    case 'fMeasure':
      return name === undefined ? metrics.fMeasure.value : (ofClass?.fMeasure ?? null);
    case 'precision':
    case 'recall':
    case 'accuracy':
      return estimate(name === undefined ? metrics : ofClass, figure);
    default:
      return figure satisfies never;
  }
}

function estimate(
  from: ModelMetrics | ClassMetrics | undefined,
  figure: 'precision' | 'recall' | 'accuracy',
): number | null {
  return from?.[figure].value ?? null;
}

function labelOf({ figure, class: name }: GateConfig): string {
  return name === undefined ? figure : `${figure} of ${name}`;
}

function referenceOf({ name, version }: GatedModel): string {
  return `${name}@${version}`;
}
