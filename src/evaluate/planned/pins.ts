import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/schema.js';
import { ENGINE_NAMES } from '../../engine.js';
import { errnoOf, hasCode } from '../../errors.js';
import { replaceFile } from '../../files/replace-file.js';
import { openRegistry, resolveModels } from '../../model/registry/in-use.js';
import type { ModelVersion, Registry } from '../../model/registry/registry.js';
import type { ModelIdentity } from '../../record.js';

const pinSchema = z.strictObject({ name: z.string(), version: z.string(), engine: z.enum(ENGINE_NAMES) });
const pinsSchema = z.strictObject({
  version: z.literal(1),
  inUse: z.array(pinSchema).min(1),
  candidates: z.array(pinSchema),
  /**
   * Candidates that are not evaluated, and why. Such a candidate does not prevent the evaluation of the
   * models in use.
   */
  leftOut: z.array(z.string()),
});

/**
 * The versions that a run evaluates. They are fixed, because labels may be moved while it runs or waits to
 * continue.
 */
export type Pins = Readonly<z.output<typeof pinsSchema>>;
export type Pin = Pins['inUse'][number];

const FILE = 'models.json';

/**
 * The versions that a run was begun with; for a new run, those that the configuration names now, which are
 * then stored.
 */
export async function pinnedModels(runFolder: string, config: Config): Promise<Pins> {
  const kept = await readPins(runFolder);
  if (kept !== undefined) return kept;
  const pins = await pinNow(config);
  await replaceFile(join(runFolder, FILE), `${JSON.stringify(pins, null, 2)}\n`);
  return pins;
}

async function pinNow({ models, evaluation }: Config): Promise<Pins> {
  const inUse = distinct((await resolveModels(models)).map(pinOf));
  const registry = openRegistry(models);
  const [decisive] = models.use;
  const classes = decisive && (await registry.resolve(decisive.model)).manifest.classes;
  const candidates: Pin[] = [];
  const leftOut: string[] = [];
  for (const reference of evaluation.schedule.candidates) {
    const found = await findCandidate(registry, reference);
    if (found === undefined) leftOut.push(`${reference}: no version has this label at present`);
    else if (!isSameSet(found.manifest.classes, classes ?? []))
      leftOut.push(`${reference}: its classes differ`);
    else candidates.push({ name: found.name, version: String(found.version), engine: 'onnxruntime' });
  }
  const others = distinct([...inUse, ...candidates]).slice(inUse.length);
  return { version: 1, inUse, candidates: others, leftOut };
}

function pinOf({ name, version, engine }: ModelIdentity): Pin {
  return { name, version, engine };
}

/** The candidate's version; undefined when no version has the label at present, which is usual. */
async function findCandidate(registry: Registry, reference: string): Promise<ModelVersion | undefined> {
  try {
    return await registry.resolve(reference);
  } catch (error) {
    if (hasCode(error, 'model-unknown')) return undefined;
    throw error;
  }
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each) => others.includes(each));
}

/**
 * Removes duplicates: an evaluation takes each version once, even if several engines or labels lead to it.
 */
function distinct(pins: readonly Pin[]): Pin[] {
  const byVersion = new Map<string, Pin>();
  for (const pin of pins) {
    const key = `${pin.name}@${pin.version}`;
    if (!byVersion.has(key)) byVersion.set(key, pin);
  }
  return [...byVersion.values()];
}

async function readPins(runFolder: string): Promise<Pins | undefined> {
  try {
    return pinsSchema.parse(JSON.parse(await readFile(join(runFolder, FILE), 'utf8')));
  } catch (error) {
    // Written by another version of Smearwatch: the run starts again.
    if (errnoOf(error) === 'ENOENT' || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
