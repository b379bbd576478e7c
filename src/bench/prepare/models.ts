import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CELL_CLASSES, IMAGE_BYTES } from '../../images.js';
import { alexnet } from '../../model/networks/alexnet.js';
import { exportOnnx } from '../../model/onnx/export-onnx.js';
import { quantizeModel } from '../../model/quantize/quantize-model.js';
import { modelCache, SHIPPED_REGISTRY } from '../../model/registry/in-use.js';
import { Registry, type ModelVersion } from '../../model/registry/registry.js';
import { initialWeights } from '../../train/initial-weights.js';
import { SOFTWARE } from '../../version.js';
import { NETWORKS, type NetworkName, type Precision } from '../parts.js';

/** A model for sessions and for the daemon's configuration. */
export interface BenchModel {
  readonly network: NetworkName;
  readonly precision: Precision;
  readonly file: string;
  readonly classes: number;
  /** Folder of its registry, and its name there. */
  readonly registry: string;
  readonly reference: string;
}

export interface ModelsOptions {
  readonly folder: string;
  readonly registryFolder: string | undefined;
  /** Pixels of smears, one image after the other, for the calibration of int8. */
  readonly pixels: Uint8Array;
  readonly threads: number;
  readonly signal: AbortSignal;
}

const CALIBRATED_ON = 32;

/**
 * Prepares both networks in both precisions. int8 versions that the registry does not have are made in a
 * registry that is removed with the bench: their answers do not matter here.
 * @throws SmearwatchError `model-unknown`
 */
export async function prepareModels(options: ModelsOptions): Promise<BenchModel[]> {
  const registry = openRegistry(options.registryFolder ?? SHIPPED_REGISTRY);
  const fp32 = await Promise.all(NETWORKS.map((network) => newest(registry, network, 'fp32')));
  const int8 = await Promise.all(NETWORKS.map((network) => newest(registry, network, 'int8')));
  const floats = await Promise.all(
    NETWORKS.map(async (network, at) =>
      describe(registry, network, fp32[at] ?? (await registry.resolve(network))),
    ),
  );
  const isComplete = int8.every((version) => version !== undefined);
  const integers = isComplete
    ? await Promise.all(int8.map((version, at) => describe(registry, NETWORKS[at] ?? 'alexnet', version)))
    : await quantizeAll(registry, floats, options);
  return [...floats, ...integers];
}

/**
 * Writes AlexNet without groups, with untrained weights, for the comparison with TensorFlow, which has no
 * grouped convolution of its own on a CPU.
 */
export async function writeUngroupedAlexnet(folder: string): Promise<string> {
  const network = alexnet({ groups: 1, classes: CELL_CLASSES.length });
  const file = join(folder, 'alexnet-ungrouped.onnx');
  await mkdir(folder, { recursive: true });
  await writeFile(
    file,
    exportOnnx(network, initialWeights(network, 1), { classes: CELL_CLASSES, software: 'smearwatch bench' }),
  );
  return file;
}

function openRegistry(folder: string): Registry {
  return new Registry(folder, { cacheFolder: modelCache() });
}

async function newest(
  registry: Registry,
  network: NetworkName,
  precision: Precision,
): Promise<ModelVersion | undefined> {
  const versions = await registry.versions(network);
  const all = await Promise.all(versions.map((version) => registry.read(network, version)));
  return all.findLast(({ manifest }) => manifest.precision === precision && manifest.format === 'onnx');
}

async function describe(
  registry: Registry,
  network: NetworkName,
  version: ModelVersion,
): Promise<BenchModel> {
  const { manifest } = version;
  return {
    network,
    precision: manifest.precision,
    file: await registry.materialise(version),
    classes: manifest.classes.length,
    registry: registry.folder,
    reference: `${version.name}@${version.version}`,
  };
}

async function quantizeAll(
  source: Registry,
  models: readonly BenchModel[],
  { folder, pixels, threads, signal }: ModelsOptions,
): Promise<BenchModel[]> {
  const registry = openRegistry(join(folder, 'models'));
  const images = imagesOf(pixels).slice(0, CALIBRATED_ON);
  const made: BenchModel[] = [];
  for (const { network, reference, file } of models) {
    const { manifest } = await source.resolve(reference);
    const { bytes } = await quantizeModel(await readFile(file), images, { weightBits: 7, threads, signal });
    const version = await registry.add({
      name: network,
      architecture: manifest.architecture,
      classes: manifest.classes,
      precision: 'int8',
      trainedOn: { description: `${reference}, calibrated for a bench` },
      evaluation: {},
      software: { smearwatch: SOFTWARE.version },
      intendedUse: 'A bench only.',
      model: { onnx: bytes },
    });
    made.push(await describe(registry, network, version));
  }
  return made;
}

function imagesOf(pixels: Uint8Array): Uint8Array[] {
  return Array.from({ length: pixels.length / IMAGE_BYTES }, (_, at) =>
    pixels.slice(at * IMAGE_BYTES, (at + 1) * IMAGE_BYTES),
  );
}
