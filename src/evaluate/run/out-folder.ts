import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { errnoOf } from '../../errors.js';
import { replaceFile } from '../../files/replace-file.js';
import type { ModelIdentity } from '../../record.js';
import type { ChosenImages } from '../data/chosen-images.js';
import { evaluationDiffers, notAnEvaluation } from '../failures.js';

const FINGERPRINT_FILE = 'evaluation.json';
/** Name of the ledger's folder in the evaluation's folder. */
export const LEDGER_FOLDER = 'ledger';

/**
 * The inputs of an evaluation. If any of them changed, earlier results would be mixed with different ones.
 */
const fingerprintSchema = z.strictObject({
  evaluationVersion: z.literal(1),
  /** Time of the measurement, RFC 3339, UTC. */
  startedAt: z.iso.datetime(),
  data: z.strictObject({
    folder: z.string(),
    part: z.string(),
    splitSha256: z.string().nullable(),
    images: z.int(),
    /** SHA-256 over the images' paths, sizes and modification times. */
    sha256: z.string(),
  }),
  /** SHA-256 of the weights, by `name@version engine`. */
  models: z.record(z.string(), z.string()),
});

type Fingerprint = Readonly<z.infer<typeof fingerprintSchema>>;

/**
 * Opens the folder of an evaluation, new or begun earlier; its fingerprint is written once.
 * @returns when the evaluation was begun
 * @throws SmearwatchError `evaluation-differs` when it was begun with other inputs; `evaluation-out-occupied`
 */
export async function openOutFolder(
  outDir: string,
  folder: string,
  chosen: ChosenImages,
  models: readonly ModelIdentity[],
): Promise<Date> {
  const wanted = fingerprintOf(folder, chosen, models);
  const begun = await readFingerprint(outDir);
  if (begun !== undefined) {
    const differences = differencesOf(begun, wanted);
    if (differences.length > 0) throw evaluationDiffers(outDir, differences);
    return new Date(begun.startedAt);
  }
  await mkdir(outDir, { recursive: true });
  // Hidden files do not count: a crash may have left the fingerprint's temporary file.
  if ((await readdir(outDir)).some((name) => !name.startsWith('.'))) throw notAnEvaluation(outDir);
  await replaceFile(join(outDir, FINGERPRINT_FILE), `${JSON.stringify(wanted, null, 2)}\n`);
  return new Date(wanted.startedAt);
}

function fingerprintOf(
  folder: string,
  { images, part, splitSha256 }: ChosenImages,
  models: readonly ModelIdentity[],
): Fingerprint {
  const lines = images.map(({ path, size, mtimeMs }) => `${path}\0${size}\0${mtimeMs}\n`);
  return {
    evaluationVersion: 1,
    startedAt: new Date().toISOString(),
    data: {
      folder,
      part,
      splitSha256: splitSha256 ?? null,
      images: images.length,
      sha256: createHash('sha256').update(lines.join('')).digest('hex'),
    },
    models: Object.fromEntries(
      models.map(({ name, version, engine, weightsSha256 }) => [
        `${name}@${version} ${engine}`,
        weightsSha256,
      ]),
    ),
  };
}

async function readFingerprint(outDir: string): Promise<Fingerprint | undefined> {
  try {
    return fingerprintSchema.parse(JSON.parse(await readFile(join(outDir, FINGERPRINT_FILE), 'utf8')));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw notAnEvaluation(outDir);
  }
}

function differencesOf(begun: Fingerprint, wanted: Fingerprint): string[] {
  const [before, now] = [begun.data, wanted.data];
  const was = (what: string, one: string | number | null, other: string | number | null): string[] =>
    one === other ? [] : [`${what} ${one ?? 'none'}, not ${other ?? 'none'}`];
  const named = [
    ...was('its data is', before.folder, now.folder),
    ...was('its part is', before.part, now.part),
    ...was("its split's SHA-256 is", before.splitSha256, now.splitSha256),
    ...was('its models are', modelsOf(begun), modelsOf(wanted)),
    ...was('its number of images is', before.images, now.images),
  ];
  if (named.length > 0) return named;
  if (before.sha256 !== now.sha256) return ['its images have changed since'];
  return isDeepStrictEqual(begun.models, wanted.models) ? [] : ['its models had other weights'];
}

function modelsOf({ models }: Fingerprint): string {
  return Object.keys(models).join(', ');
}
