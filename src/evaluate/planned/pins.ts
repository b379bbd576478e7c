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
   * Candidates that are not evaluated, and why: one that cannot be must not cost the models in use their
   * evaluation.
   */
  leftOut: z.array(z.string()),
});

/** Which versions a run evaluates: labels may be moved while it runs, and while it waits to go on. */
export type Pins = Readonly<z.output<typeof pinsSchema>>;
export type Pin = Pins['inUse'][number];

const FILE = 'models.json';

/**
 * The versions that a run was begun with, or those that the configuration means now, which are kept for the
 * next time.
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
    if (found === undefined) leftOut.push(`${reference}: there is none at present`);
    else if (!isSameSet(found.manifest.classes, classes ?? []))
      leftOut.push(`${reference}: it knows other classes`);
    else candidates.push({ name: found.name, version: String(found.version), engine: 'onnxruntime' });
  }
  const others = distinct([...inUse, ...candidates]).slice(inUse.length);
  return { version: 1, inUse, candidates: others, leftOut };
}

function pinOf({ name, version, engine }: ModelIdentity): Pin {
  return { name, version, engine };
}

/** Undefined when there is none at present, as is usual. */
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

/** An evaluation takes each version once, whatever the engines and labels that lead to it. */
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
    // Of another version of Smearwatch: the run begins anew.
    if (errnoOf(error) === 'ENOENT' || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
