import type { BadModels, ModelSet, SwapModels } from './models.js';

/** A configuration that the daemon has to apply or to reject as a whole. */
export type Change = GoodChange | BadChange;

export interface GoodChange {
  readonly kind: 'good';
  readonly name: string;
  readonly set: ModelSet;
  /** Sections that replace the world's. */
  readonly settings: object;
}

export interface BadChange {
  readonly kind: 'bad';
  readonly name: string;
  /** Code of the error in the log and the audit trail. */
  readonly code: string;
  /** Models that cannot serve: counted as a swap that failed. */
  readonly use?: readonly string[];
  readonly settings?: object;
  /** Instead of everything else. */
  readonly text?: string;
}

/** Other settings that come with other models, in turn. */
const SETTINGS: readonly object[] = [
  { review: { minConfidence: 0.5 } },
  { pipeline: { batchSize: 8, maxAttempts: 5 } },
  { pool: { taskTimeoutMs: 50_000 }, drift: { window: 200 } },
  {},
];

/** Two good ones, then a bad one, through all sets and all that can be wrong. */
export function planChanges(count: number, { sets, bad }: Pick<SwapModels, 'sets' | 'bad'>): Change[] {
  const wrong = badChanges(sets, bad);
  return Array.from({ length: count }, (_, number) => {
    const group = Math.floor(number / 3);
    const place = number % 3;
    return place === 2 ? pick(wrong, group) : goodChange(2 * group + place + 1, sets);
  });
}

function goodChange(number: number, sets: readonly ModelSet[]): GoodChange {
  // Every fifth keeps the models, and changes nothing but settings.
  const set = pick(sets, number - Math.floor(number / 5));
  return { kind: 'good', name: set.use.join(', '), set, settings: pick(SETTINGS, number) };
}

function badChanges([first]: readonly ModelSet[], bad: BadModels): BadChange[] {
  const [neighbour = ''] = first?.use ?? [];
  const [name = ''] = neighbour.split('@');
  const wrong = (what: string, code: string, how: Partial<BadChange>): BadChange => ({
    kind: 'bad',
    name: what,
    code,
    ...how,
  });
  return [
    wrong('out of memory', 'inference-failed', { use: [neighbour, bad.greedy] }),
    wrong('a version that does not exist', 'model-unknown', { use: [`${name}@99`] }),
    wrong('a missing file', 'model-damaged', { use: [neighbour, bad.missing] }),
    wrong('a wrong hash', 'model-damaged', { use: [neighbour, bad.damaged] }),
    wrong('other classes than its neighbour', 'models-incompatible', { use: [neighbour, bad.otherClasses] }),
    wrong('more classes than its graph', 'model-unloadable', { use: [bad.boastful] }),
    wrong('no ONNX file', 'model-unloadable', { use: [neighbour, bad.rubbish] }),
    wrong('broken YAML', 'configuration-invalid', { text: 'scanners: [ {' }),
    wrong('an invalid option', 'configuration-invalid', { settings: { pipeline: { batchSize: -1 } } }),
    wrong('what needs a restart', 'restart-needed', { settings: { stateFolder: 'elsewhere' } }),
  ];
}

function pick<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length];
  if (item === undefined) throw new RangeError('there is nothing to choose from');
  return item;
}
