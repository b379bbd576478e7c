import { badWeights, quoted, unsupported } from '../failures.js';
import { bytesOf } from './check-weights.js';
import type { ModelJson, WeightSpec } from './read-model-json.js';
import { readShard } from './read-shard.js';

export interface WeightsRead {
  /** The weights in the order of `values`, without those of the optimizer. */
  readonly weights: readonly Pick<WeightSpec, 'name' | 'shape'>[];
  /** Values of all weights, float32, one weight after the other. */
  readonly values: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the weights that a checked manifest declares from the files in the folder of `model.json`.
 * @param folder that of `model.json`; no file outside of it is opened, even if the manifest names one
 * @throws SmearwatchError `import-unreadable`, `import-unsupported`
 */
export async function readWeights(folder: string, { weightsManifest }: ModelJson): Promise<WeightsRead> {
  const groups = weightsManifest.map(({ paths, weights }) => ({ files: paths.map(fileOf), weights }));
  const kept = groups.flatMap(({ weights }) => weights.filter(isOfModel));
  const values = new Uint8Array(sizeOf(kept));
  let at = 0;
  for (const { files, weights } of groups) {
    const bytes = await readGroup(folder, files, sizeOf(weights));
    let from = 0;
    for (const weight of weights) {
      const part = bytes.subarray(from, (from += bytesOf(weight)));
      if (!isOfModel(weight)) continue;
      checkFinite(weight, part);
      values.set(part, at);
      at += part.length;
    }
  }
  return { weights: kept.map(({ name, shape }) => ({ name, shape })), values };
}

/**
 * The file name of a manifest's path. Paths are untrusted: they could be URLs, or lead to any file of this
 * computer. Browsers save with `./`.
 */
function fileOf(path: string): string {
  const file = path.replace(/^\.\//, '');
  if (!/[/\\:\0]/.test(file) && !['', '.', '..'].includes(file)) return file;
  throw unsupported(
    `it keeps weights in ${quoted(path)}, and only files in its own folder are read`,
    'Put the weight files into the folder of model.json, and name them there without a folder.',
  );
}

function isOfModel({ group }: WeightSpec): boolean {
  return group !== 'optimizer';
}

function sizeOf(weights: readonly WeightSpec[]): number {
  return weights.reduce((sum, weight) => sum + bytesOf(weight), 0);
}

/**
 * Reads the files of a group, which are one long file in pieces: together they must contain exactly the
 * declared values.
 */
async function readGroup(
  folder: string,
  files: readonly string[],
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  const named = files.slice(0, 5).map(quoted).join(', ') + (files.length > 5 ? ', …' : '');
  let at = 0;
  for (const file of files) {
    const read = await readShard(folder, file, bytes.subarray(at));
    if (read === 'too-long') throw badWeights(`its weights have ${size} bytes, and ${named} hold more`);
    at += read;
  }
  if (at === size) return bytes;
  throw badWeights(`its weights have ${size} bytes, and ${named} hold ${at}: one is truncated, or not named`);
}

function checkFinite({ name }: WeightSpec, bytes: Uint8Array<ArrayBuffer>): void {
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (values.every(Number.isFinite)) return;
  throw badWeights(`its weight ${quoted(name)} has values that are not finite`);
}
