import { resolve } from 'node:path';
import { z } from 'zod';
import { gateProblems } from './gate-checks.js';
import { isWithin } from './paths.js';
import { patternProblems } from './pattern-checks.js';
import type { Problem } from './problems.js';
import { retentionProblems } from './retention-checks.js';
import { scheduleProblems } from './schedule-checks.js';
import { sameAddress, webhookProblems } from './webhook-checks.js';

/**
 * Checks that concern more than one option: names that must differ and folders that must not contain each
 * other. The checks use the file as it was written and skip what the schema rejects, so that all problems are
 * reported at once.
 */
export function crossChecks(value: unknown, base: string): Problem[] {
  const written = skeleton.parse(value);
  const scanners = placesOf(written.scanners, (scanner) => scanner.folder, base, ['scanners'], ['folder']);
  return [
    ...repeated(names(written.scanners), ['scanners'], ['name'], 'another scanner has this name'),
    ...repeated(sinkNames(written.sinks), ['sinks'], ['name'], 'another sink has this name'),
    ...repeated(sinkTargets(written.sinks, base), ['sinks'], [], 'another sink writes to the same place'),
    ...repeated(
      modelKeys(written.models.use),
      ['models', 'use'],
      [],
      'this model and engine are already in the list',
    ),
    ...nestedScanners(scanners),
    ...insideScanners(writtenPlaces(written, base), scanners),
    ...patternProblems(value),
    ...gateProblems(value),
    ...scheduleProblems(value),
    ...retentionProblems(value),
    ...webhookProblems(value),
  ];
}

const text = z.string().min(1).optional().catch(undefined);
const scannerSkeleton = z
  .object({ name: text, folder: text, afterwards: z.object({ to: text }).catch({}) })
  .catch({ afterwards: {} });
const sinkSkeleton = z.object({ type: text, name: text, folder: text, file: text, url: text }).catch({});
const modelSkeleton = z.object({ model: text, engine: text }).catch({});
const models = z.object({ use: z.array(modelSkeleton).catch([]) }).catch({ use: [] });
const evaluation = z.object({ schedule: z.object({ folder: text }).catch({}) }).catch({ schedule: {} });
const skeletonObject = z.object({
  evaluation,
  stateFolder: text,
  scanners: z.array(scannerSkeleton).catch([]),
  sinks: z.array(sinkSkeleton).catch([]),
  models,
});
const skeleton = skeletonObject.catch({
  scanners: [],
  sinks: [],
  models: { use: [] },
  evaluation: { schedule: {} },
});
type ConfigSkeleton = z.output<typeof skeleton>;

/** A folder or file that the configuration names. */
interface ConfiguredPlace {
  readonly path: readonly PropertyKey[];
  readonly place: string;
}

function names(entries: readonly { name?: string | undefined }[]): (string | undefined)[] {
  return entries.map(({ name }) => name);
}

/** A sink without a name is named after its type, as in the schema. */
function sinkNames(sinks: ConfigSkeleton['sinks']): (string | undefined)[] {
  return sinks.map(({ name, type }) => name ?? type);
}

function sinkTargets(sinks: ConfigSkeleton['sinks'], base: string): (string | undefined)[] {
  return sinks.map(({ folder, file, url }) => {
    const target = folder ?? file;
    return target === undefined ? sameAddress(url) : resolve(base, target);
  });
}

function modelKeys(use: ConfigSkeleton['models']['use']): (string | undefined)[] {
  return use.map(({ model, engine = 'onnxruntime' }) =>
    model === undefined ? undefined : `${model} ${engine}`,
  );
}

function repeated(
  values: readonly (string | undefined)[],
  list: readonly PropertyKey[],
  option: readonly PropertyKey[],
  message: string,
): Problem[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    if (value === undefined || first === index) return [];
    return [{ path: [...list, index, ...option], message: `${message} (${String(list.at(-1))}[${first}])` }];
  });
}

function placesOf<Entry>(
  entries: readonly Entry[],
  placeOf: (entry: Entry) => string | undefined,
  base: string,
  list: readonly PropertyKey[],
  option: readonly PropertyKey[],
): ConfiguredPlace[] {
  return entries.flatMap((entry, index) => {
    const place = placeOf(entry);
    return place === undefined ? [] : [{ path: [...list, index, ...option], place: resolve(base, place) }];
  });
}

/**
 * Finds scanners with overlapping folders: files in the overlap would be ingested twice, under two scanners'
 * names.
 */
function nestedScanners(scanners: readonly ConfiguredPlace[]): Problem[] {
  return scanners.flatMap((scanner, index) =>
    scanners.slice(0, index).flatMap((other) => {
      if (scanner.place === other.place) return [problem(scanner, `is also the folder of ${nameOf(other)}`)];
      if (isWithin(scanner.place, other.place))
        return [problem(scanner, `is inside that of ${nameOf(other)}`)];
      if (isWithin(other.place, scanner.place))
        return [problem(scanner, `contains that of ${nameOf(other)}`)];
      return [];
    }),
  );
}

function nameOf({ path }: ConfiguredPlace): string {
  return `scanners[${String(path[1])}]`;
}

function problem({ path, place }: ConfiguredPlace, relation: string): Problem {
  return { path, message: `the folder ${place} ${relation}; the folders of scanners must not overlap` };
}

/**
 * All places that Smearwatch writes to. A file written into a scanner's folder could be ingested again,
 * without end.
 */
function writtenPlaces(written: ConfigSkeleton, base: string): ConfiguredPlace[] {
  const { stateFolder, scanners, sinks } = written;
  const reports = written.evaluation.schedule.folder;
  return [
    ...(stateFolder === undefined ? [] : [{ path: ['stateFolder'], place: resolve(base, stateFolder) }]),
    ...(reports === undefined
      ? []
      : [{ path: ['evaluation', 'schedule', 'folder'], place: resolve(base, reports) }]),
    ...placesOf(sinks, (sink) => sink.folder, base, ['sinks'], ['folder']),
    ...placesOf(sinks, (sink) => sink.file, base, ['sinks'], ['file']),
    ...placesOf(scanners, (scanner) => scanner.afterwards.to, base, ['scanners'], ['afterwards', 'to']),
  ];
}

function insideScanners(places: readonly ConfiguredPlace[], scanners: readonly ConfiguredPlace[]): Problem[] {
  return places.flatMap((place) => {
    const scanner = scanners.find((candidate) => isWithin(place.place, candidate.place));
    if (scanner === undefined) return [];
    const where = `${place.place} is inside the folder of ${nameOf(scanner)} (${scanner.place})`;
    return [{ path: place.path, message: `${where}; files written there could be ingested as new images` }];
  });
}
