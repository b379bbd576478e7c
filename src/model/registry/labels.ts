import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere } from '../../files/read-if-there.js';
import { replaceFile } from '../../files/replace-file.js';
import { decodeText } from '../../text/decode-text.js';
import { manifestInvalid } from './manifest.js';
import { LABEL, VERSION } from './reference.js';

const LABELS_FILE = 'labels.json';
/** The label that a name without version or label stands for. */
export const DEFAULT_LABEL = 'production';

const labelsSchema = z.strictObject({
  version: z.literal(1),
  labels: z.record(z.string().regex(LABEL), z.string().regex(VERSION)),
});

/** Reads the labels of one model with their versions. @throws SmearwatchError `manifest-invalid` */
export async function readLabels(modelFolder: string): Promise<Map<string, number>> {
  const file = join(modelFolder, LABELS_FILE);
  const bytes = await readIfThere(file);
  if (bytes === undefined) return new Map();
  return new Map(Object.entries(parse(bytes, file)).map(([label, version]) => [label, Number(version)]));
}

function parse(bytes: Buffer, file: string): Record<string, string> {
  try {
    const text = decodeText(bytes, ({ what }) => new Error(what));
    return labelsSchema.parse(JSON.parse(text)).labels;
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw manifestInvalid(file, why, error);
  }
}

/**
 * Points a label at a version, in one step for readers. Of two labels of one model that are set in the same
 * instant, one may be lost: the file is read, changed and replaced without a lock.
 */
export async function writeLabel(modelFolder: string, label: string, version: number): Promise<void> {
  const labels = (await readLabels(modelFolder)).set(label, version);
  const entries = [...labels].map(([name, target]) => [name, String(target)] as const).sort();
  const content = { version: 1, labels: Object.fromEntries(entries) };
  await replaceFile(join(modelFolder, LABELS_FILE), `${JSON.stringify(content, null, 2)}\n`);
}
