import { DatabaseSync } from '@photostructure/sqlite';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readAudit } from '../../../src/audit/read-audit.js';
import { verifyAudit } from '../../../src/audit/verify.js';
import { parseMetrics, type MetricSample } from '../../../src/telemetry/parse-metrics.js';
import type { ModelPrediction, ResultRecord } from '../../../src/record.js';
import { listFiles } from '../world.js';
import type { FedImage } from './feed.js';
import type { ModelSet } from './models.js';
import type { Reference } from './reference.js';
import { SCANNER, type PlayedChange, type SwapWorld } from './world.js';

export interface Finding {
  readonly kind: 'lost' | 'failed' | 'doubled' | 'mixed' | 'wrong';
  readonly what: string;
}

/** A file's row, with its result. Times in milliseconds since 1970. */
export interface EndedFile {
  readonly path: string;
  readonly state: string;
  readonly attempts: number;
  readonly reason: string | null;
  readonly queuedAt: number;
  readonly finishedAt: number;
  /** Results of the same bytes. */
  readonly results: number;
  readonly record: ResultRecord | undefined;
}

/** A record has six decimals, and single precision rounds otherwise in batches of another size. */
export const TOLERANCE = 1e-5;
/** Time in which the old models finish the images in progress at a swap. */
const DRAINED_WITHIN_MS = 5000;

export function readFiles(stateFolder: string): EndedFile[] {
  const database = new DatabaseSync(join(stateFolder, 'ledger.sqlite'), { readOnly: true });
  const rows = database
    .prepare(
      `SELECT f.path, state, attempts, reason, queued_at AS queuedAt, finished_at AS finishedAt, record,
         (SELECT count(*) FROM results same WHERE same.sha256 = f.sha256) AS results
       FROM files f LEFT JOIN results r ON r.id = f.result_id ORDER BY f.id`,
    )
    .all() as (Omit<EndedFile, 'record'> & { readonly record: string | null })[];
  database.close();
  return rows.map(({ record, ...row }) => ({
    ...row,
    record: record === null ? undefined : (JSON.parse(record) as ResultRecord),
  }));
}

/**
 * Compares all that was fed with all that came out, after the daemon has ended. `metrics`: its last word
 * before that.
 */
export function judge(
  world: SwapWorld,
  files: readonly EndedFile[],
  { reference, metrics }: { readonly reference: Reference; readonly metrics: string },
): Finding[] {
  return [
    ...judgeFiles(world, files),
    ...judgeModels(world, files, reference),
    ...judgeSinks(world, files),
    ...judgeAnswers(world.played),
    ...judgeMetrics(world, parseMetrics(metrics)),
    ...judgeAudit(world),
  ];
}

/** One end for every file, at the first attempt, and one result. */
function judgeFiles({ feed }: SwapWorld, files: readonly EndedFile[]): Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const findings = feed.fed.flatMap(({ path, sha256 }): Finding[] => {
    const file = byPath.get(path);
    if (file === undefined) return [{ kind: 'lost', what: `${path} is not in the ledger` }];
    const { state, attempts, reason, results, record } = file;
    if (state !== 'done') return [{ kind: 'failed', what: `${path} is ${state}: ${reason ?? ''}` }];
    if (record?.image.sha256 !== sha256)
      return [{ kind: 'wrong', what: `${path} has another image's result` }];
    return [
      ...(attempts === 1 ? [] : [failed(`${path} took ${attempts} attempts`)]),
      ...(results === 1 ? [] : [{ kind: 'doubled' as const, what: `${path} has ${results} results` }]),
      ...(existsSync(join(feed.folder, path)) ? [failed(`${path} was not deleted`)] : []),
    ];
  });
  const extra = files.length - feed.fed.length;
  return extra > 0 ? [...findings, wrong(`${extra} files that were never fed`)] : findings;
}

/**
 * Every result is of one configured set, while that was in force, and what it says is what its models say in
 * quiet.
 */
function judgeModels(world: SwapWorld, files: readonly EndedFile[], reference: Reference): Finding[] {
  const smearOf = new Map(world.feed.fed.map(({ path, smear }: FedImage) => [path, smear]));
  const services = servicesOf(world);
  return files.flatMap(({ path, finishedAt, record }): Finding[] => {
    if (!record) return [];
    const names = record.models.map(({ name, version }) => `${name}@${version}`).join(', ');
    const mine = services.filter(({ set }) => isOf(set, record.models));
    if (mine.length === 0)
      return [mixed(`${path} was classified by ${names}, which were never configured together`)];
    const isInForce = mine.some(({ from, to }) => from <= finishedAt && finishedAt <= to + DRAINED_WITHIN_MS);
    const smear = smearOf.get(path) ?? -1;
    const strange = record.models.filter((model) => reference.difference(model, smear) > TOLERANCE);
    return [
      ...(isInForce ? [] : [mixed(`${path} was classified by ${names}, which were not in force`)]),
      ...strange.map((model) =>
        mixed(
          `${path}: what it has from ${model.name}@${model.version} is what ${reference.authorOf(model, smear)} says`,
        ),
      ),
    ];
  });
}

/**
 * Returns the largest difference, by precision, of a result from that of the same model on an idle daemon.
 */
export function largestDifferences(
  { feed }: SwapWorld,
  files: readonly EndedFile[],
  reference: Reference,
): Record<string, number> {
  const smearOf = new Map(feed.fed.map(({ path, smear }) => [path, smear]));
  const largest: Record<string, number> = {};
  for (const { path, record } of files) {
    for (const model of record?.models ?? []) {
      const difference = reference.difference(model, smearOf.get(path) ?? -1);
      largest[model.precision] = Math.max(largest[model.precision] ?? 0, difference);
    }
  }
  return largest;
}

interface Service {
  readonly set: ModelSet;
  readonly from: number;
  readonly to: number;
}

/**
 * Returns when each set of models may have served: from the writing of its configuration until the next one
 * was applied.
 */
function servicesOf({ first, played }: SwapWorld): Service[] {
  const services: Service[] = [];
  let current = { set: first, from: 0 };
  for (const { change, writtenAt, answeredAt } of played) {
    if (change.kind === 'bad') continue;
    services.push({ ...current, to: answeredAt });
    current = { set: change.set, from: writtenAt };
  }
  return [...services, { ...current, to: Infinity }];
}

function isOf({ specs }: ModelSet, models: readonly ModelPrediction[]): boolean {
  const identities = models.map(({ name, version, weightsSha256, engine, precision }) => {
    return { name, version, weightsSha256, engine, precision };
  });
  return isDeepStrictEqual(
    identities,
    specs.map(({ identity }) => identity),
  );
}

/** A document and a line for each file, with what the ledger has. */
function judgeSinks({ folder }: SwapWorld, files: readonly EndedFile[]): Finding[] {
  const text = readFileSync(join(folder, 'results.ndjson'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  const byPath = new Map<string, ResultRecord[]>();
  for (const line of lines) {
    const record = JSON.parse(line) as ResultRecord;
    byPath.set(record.image.path, [...(byPath.get(record.image.path) ?? []), record]);
  }
  const findings = files.flatMap(({ path, record }): Finding[] => {
    const document = join(folder, 'results', SCANNER, `${path}.json`);
    const written = existsSync(document)
      ? (JSON.parse(readFileSync(document, 'utf8')) as ResultRecord)
      : undefined;
    const delivered = byPath.get(path) ?? [];
    return [
      ...(isDeepStrictEqual(written, record)
        ? []
        : [wrong(`${path}: its document is not the ledger's record`)]),
      ...(delivered.length === 1 ? [] : [wrong(`${path}: ${delivered.length} lines were delivered`)]),
      ...(isDeepStrictEqual(delivered[0], record)
        ? []
        : [wrong(`${path}: its line is not the ledger's record`)]),
    ];
  });
  const documents = listFiles(join(folder, 'results')).length;
  return documents === files.length
    ? findings
    : [...findings, wrong(`${documents} documents of ${files.length} files`)];
}

/** Checks that usable configurations were applied and that others were rejected with the right reason. */
function judgeAnswers(played: readonly PlayedChange[]): Finding[] {
  return played.flatMap(({ change, answer }): Finding[] => {
    const code = codeIn(answer);
    const wanted = change.kind === 'bad' ? change.code : undefined;
    return code === wanted
      ? []
      : [wrong(`${change.name}: ${code ?? 'taken over'}, not ${wanted ?? 'taken over'}`)];
  });
}

function judgeMetrics({ feed, played, daemon }: SwapWorld, samples: readonly MetricSample[]): Finding[] {
  const bad = played.flatMap(({ change }) => (change.kind === 'bad' ? [change] : []));
  const expected: readonly (readonly [
    name: string,
    labels: Readonly<Record<string, string>>,
    value: number,
  ])[] = [
    ['images_total', { outcome: 'classified' }, feed.fed.length],
    ['images_total', { outcome: 'duplicate' }, 0],
    ['images_total', { outcome: 'quarantined' }, 0],
    ['image_retries_total', {}, 0],
    ['batch_failures_total', {}, 0],
    ['worker_restarts_total', {}, 0],
    ['configuration_reloads_total', { outcome: 'applied' }, played.length - bad.length],
    ['configuration_reloads_total', { outcome: 'refused' }, bad.length],
    [
      'model_swaps_total',
      { outcome: 'swapped' },
      daemon.log.filter(({ msg }) => msg === 'Models swapped').length,
    ],
    ['model_swaps_total', { outcome: 'failed' }, bad.filter(({ use }) => use !== undefined).length],
  ];
  return expected.flatMap(([name, labels, value]): Finding[] => {
    const found = sumOf(samples, `smearwatch_${name}`, labels);
    return found === value ? [] : [wrong(`${name} ${JSON.stringify(labels)} is ${found}, not ${value}`)];
  });
}

/** Sum over all series of a metric that have these labels. */
export function sumOf(
  samples: readonly MetricSample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

function judgeAudit({ stateFolder, played }: SwapWorld): Finding[] {
  const refused = readAudit(stateFolder, { event: 'configuration-refused' }, (entries) =>
    [...entries].map(({ details }) => (JSON.parse(details) as { code: string }).code),
  );
  const wanted = played.flatMap(({ change }) => (change.kind === 'bad' ? [change.code] : []));
  const { problem } = verifyAudit(stateFolder);
  return [
    ...(isDeepStrictEqual(refused, wanted)
      ? []
      : [wrong(`the audit trail has the refusals ${refused.join(', ')}`)]),
    ...(problem === undefined ? [] : [wrong(`the audit trail: ${problem.message}`)]),
  ];
}

function codeIn(answer: PlayedChange['answer']): string | undefined {
  return (answer['err'] as { code?: string } | undefined)?.code;
}

function failed(what: string): Finding {
  return { kind: 'failed', what };
}

function mixed(what: string): Finding {
  return { kind: 'mixed', what };
}

function wrong(what: string): Finding {
  return { kind: 'wrong', what };
}
