import { readFile } from 'node:fs/promises';
import { configureDecoding, decodeImage } from '../../decode/decode-image.js';
import { IMAGE_BYTES } from '../../images.js';
import type { BenchPlan } from '../options.js';
import { NETWORKS_OF_SET, type Format, type ModelSetName, type Precision } from '../parts.js';
import { prepareImages, type ImageFolder } from './image-files.js';
import { prepareModels, writeUngroupedAlexnet, type BenchModel } from './models.js';

/** The material of a bench: files, models, pixels. */
export interface Material {
  readonly images: ReadonlyMap<Format, ImageFolder>;
  readonly models: readonly BenchModel[];
  /** AlexNet without groups, if networks are measured. */
  readonly ungrouped: string | undefined;
  /** Smears by the contract, one after the other, in memory that threads share. */
  readonly pixels: SharedArrayBuffer;
}

export interface PrepareOptions {
  readonly folder: string;
  readonly compiled: URL;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Least number of images: fewer would be in the processor's cache more often than in a laboratory. */
const FEWEST_PIXELS = 32;

export async function prepareMaterial(
  plan: BenchPlan,
  { folder, compiled, signal, say }: PrepareOptions,
): Promise<Material> {
  say(`Preparing ${plan.images} files each of ${plan.formats.join(', ')}`);
  const workerUrl = new URL('generate/worker.js', compiled);
  const images = await prepareImages(plan, folder, { workerUrl, signal });
  const pixels = await decodeSome(images, Math.max(FEWEST_PIXELS, ...plan.batches));
  say('Preparing models');
  const models = await prepareModels({
    folder,
    signal,
    registryFolder: plan.registryFolder,
    pixels: new Uint8Array(pixels),
    threads: plan.allCores,
  });
  const ungrouped = plan.parts.includes('networks') ? await writeUngroupedAlexnet(folder) : undefined;
  return { images, models, ungrouped, pixels };
}

export function modelsOf(
  { models }: Material,
  set: ModelSetName,
  precision: Precision,
): readonly BenchModel[] {
  return NETWORKS_OF_SET[set].flatMap((network) =>
    models.filter((model) => model.network === network && model.precision === precision),
  );
}

async function decodeSome(
  images: ReadonlyMap<Format, ImageFolder>,
  count: number,
): Promise<SharedArrayBuffer> {
  configureDecoding();
  const [first] = images.values();
  const files = first?.files ?? [];
  const shared = new SharedArrayBuffer(count * IMAGE_BYTES);
  const pixels = new Uint8Array(shared);
  for (let at = 0; at < count; at += 1) {
    const decoded = await decodeImage(await readFile(files[at % files.length] ?? ''));
    pixels.set(decoded.pixels, at * IMAGE_BYTES);
  }
  return shared;
}
