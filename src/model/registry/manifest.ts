import { z } from 'zod';
import { MODEL_FORMATS } from '../../engine.js';
import { SmearwatchError } from '../../errors.js';
import { ONE_LINE, ONE_LINE_RULE } from '../../text/one-line.js';
import { MODEL_FILES, PACKED_FILE } from './model-files.js';

export const MANIFEST_FILE = 'manifest.json';

/**
 * Model names are names of folders: lower case, so that they are the same on every file system, and never `.`
 * or hidden.
 */
export const MODEL_NAME = /^[a-z][a-z0-9_-]*$/;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits');
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a file name without a folder');
const notes = z.record(z.string(), z.unknown());

const packedFileSchema = z.strictObject({ path: z.literal(PACKED_FILE), sha256, bytes: z.int().min(1) });
const fileSchema = z.strictObject({ sha256, bytes: z.int().min(0), packed: packedFileSchema.optional() });

const classes = z.int().min(2).optional();
const headUnits = z.int().min(2).optional();
const architectureSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('alexnet'),
    options: z.strictObject({
      classes,
      headUnits,
      groups: z.union([z.literal(1), z.literal(2)]).optional(),
      lrn: z.boolean().optional(),
    }),
  }),
  z.strictObject({ name: z.literal('lenet5'), options: z.strictObject({ classes, headUnits }) }),
  // A foreign network is served but never trained further; the options are its owner's statements at import.
  z.strictObject({ name: z.literal('imported'), options: notes }),
]);

/** The manifest of a model version. It is strict: a misspelt field is an error and is not ignored. */
const manifestSchema = z
  .strictObject({
    manifestVersion: z.literal(1),
    name: z.string().regex(MODEL_NAME),
    version: z.int().min(1),
    createdAt: z.iso.datetime(),
    architecture: architectureSchema,
    /** Names of the classes, in the order of the probabilities. */
    classes: z.array(z.string().regex(ONE_LINE, ONE_LINE_RULE)).min(2),
    precision: z.enum(['fp32', 'int8']),
    /** `onnx`: one `model.onnx`; `layers-model`: a tfjs LayersModel, `model.json` and `weights.bin`. */
    format: z.enum(MODEL_FORMATS).default('onnx'),
    /** Description of the preprocessing, which the graph performs. */
    preprocessing: z.string().min(1),
    /** Every file of the version except the manifest itself. `packed`: the file is stored in packed form. */
    files: z.record(fileName, fileSchema),
    /**
     * The model's identity in every result: the SHA-256 of `model.onnx`, unpacked, or of a LayersModel's
     * `model.json`, which names the SHA-256 of its `weights.bin` and the preprocessing of the pixels.
     */
    weightsSha256: sha256,
    /** Data, split, seed, preset, options, history file. */
    trainedOn: notes,
    /** Figures on the test share of that data. */
    evaluation: notes,
    /** Versions, by name, of the software that made the model. */
    software: z.record(z.string(), z.string()),
    intendedUse: z.string().min(1),
  })
  .refine(({ classes }) => new Set(classes).size === classes.length, {
    error: 'names a class twice',
    path: ['classes'],
  })
  .superRefine(({ format, files, weightsSha256 }, context) => {
    const [first, ...others] = MODEL_FILES[format];
    const missing = [first, ...others].find((file) => !Object.hasOwn(files, file));
    if (missing !== undefined) {
      context.addIssue({ code: 'custom', message: `${missing} is missing`, path: ['files', missing] });
    } else if (files[first]?.sha256 !== weightsSha256) {
      const message = `differs from the SHA-256 of ${first}`;
      context.addIssue({ code: 'custom', message, path: ['weightsSha256'] });
    }
  });

export type Manifest = Readonly<z.infer<typeof manifestSchema>>;
export type ManifestFile = Manifest['files'][string];

/**
 * Parses a manifest.
 * @param file where the text is from, for the error
 * @throws SmearwatchError `manifest-invalid` that names the field
 */
export function parseManifest(text: string, file: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw manifestInvalid(file, `it is not JSON (${String(error)})`, error);
  }
  return checkManifest(json, file);
}

/**
 * Checks a manifest.
 * @throws SmearwatchError `manifest-invalid` that names the field
 */
export function checkManifest(value: unknown, file: string): Manifest {
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  throw manifestInvalid(
    file,
    `${field === '' ? 'it' : field}: ${issue?.message ?? 'is invalid'}`,
    result.error,
  );
}

export function manifestInvalid(file: string, why: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError('manifest-invalid', `${file} is invalid: ${why}`, { cause });
}
