import { copyFileSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { configureDecoding, decodeImage } from '../../../src/decode/decode-image.js';
import { CELL_CLASSES } from '../../../src/images.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { shapeLayers } from '../../../src/model/networks/network.js';
import { exportOnnx } from '../../../src/model/onnx/export-onnx.js';
import { quantizeModel } from '../../../src/model/quantize/quantize-model.js';
import {
  loadModelSpecs,
  modelCache,
  SHIPPED_REGISTRY,
  type ModelSpec,
} from '../../../src/model/registry/in-use.js';
import { Registry, type ModelVersion } from '../../../src/model/registry/registry.js';
import { Random } from '../../../src/random.js';
import { initialWeights } from '../../../src/train/initial-weights.js';
import { use } from '../../fixtures/registry.js';
import { withGreed } from './greedy-model.js';

/**
 * Models that are configured together. No version is in two sets: a result that mixes sets is one of no set.
 */
export interface ModelSet {
  readonly use: readonly string[];
  readonly specs: readonly ModelSpec[];
}

/** Models that must never serve, by what is wrong with them. */
export interface BadModels {
  readonly missing: string;
  readonly damaged: string;
  readonly otherClasses: string;
  /** A version whose manifest names more classes than its graph has. */
  readonly boastful: string;
  readonly rubbish: string;
  readonly greedy: string;
}

export interface SwapModels {
  readonly registry: string;
  readonly cacheFolder: string;
  readonly sets: readonly ModelSet[];
  readonly bad: BadModels;
}

/**
 * The networks that ship, a quantised version of each, and a third LeNet-5: AlexNet makes a swap as heavy as
 * it gets.
 */
export async function shippedModels(folder: string, smears: readonly Buffer[]): Promise<SwapModels> {
  const cacheFolder = modelCache();
  const registry = new Registry(join(folder, 'models'), { cacheFolder });
  cpSync(SHIPPED_REGISTRY, registry.folder, { recursive: true });
  configureDecoding();
  const images = await Promise.all(
    smears.slice(0, CALIBRATION_IMAGES).map(async (jpeg) => (await decodeImage(jpeg)).pixels),
  );
  for (const name of ['alexnet', 'lenet5']) {
    const source = await registry.resolve(`${name}@1`);
    const fp32 = readFileSync(await registry.materialise(source));
    const { bytes } = await quantizeModel(fp32, images, { weightBits: 7, threads: 2 });
    await registry.add({ ...draftFrom(source), precision: 'int8', model: { onnx: bytes } });
  }
  await addVersion(registry, 'lenet5', 3);
  return describe(registry, cacheFolder, [
    ['alexnet@1', 'lenet5@1'],
    ['alexnet@2', 'lenet5@2'],
    ['lenet5@3'],
  ]);
}

/** Two LeNet-5s in two versions, and a third one alone: a swap takes a fraction of a second. */
export async function smallModels(folder: string): Promise<SwapModels> {
  const cacheFolder = join(folder, 'cache');
  const registry = new Registry(join(folder, 'models'), { cacheFolder });
  for (const seed of [1, 2, 3]) await addVersion(registry, 'lenet5', seed);
  for (const seed of [4, 5]) await addVersion(registry, 'second', seed);
  return describe(registry, cacheFolder, [['lenet5@1', 'second@1'], ['lenet5@2', 'second@2'], ['lenet5@3']]);
}

const CALIBRATION_IMAGES = 16;

async function describe(
  registry: Registry,
  cacheFolder: string,
  wanted: readonly string[][],
): Promise<SwapModels> {
  const { folder } = registry;
  const sets: ModelSet[] = [];
  for (const names of wanted) {
    const specs = await loadModelSpecs({ registry: folder, cacheFolder, use: use(...names) });
    sets.push({ use: names, specs });
  }
  return { registry: folder, cacheFolder, sets, bad: await addBadModels(registry) };
}

async function addBadModels(registry: Registry): Promise<BadModels> {
  const missing = await addVersion(registry, 'missing', 11);
  rmSync(join(missing.folder, 'model.onnx'));
  const damaged = await addVersion(registry, 'damaged', 12);
  copyFileSync(join(damaged.folder, 'manifest.json'), join(damaged.folder, 'model.onnx'));
  const binary = await addVersion(registry, 'binary', 13, { classes: ['blast', 'other'] });
  const boastful = await addVersion(registry, 'boastful', 14, { named: [...CELL_CLASSES, 'basophil'] });
  const rubbish = await addVersion(registry, 'rubbish', 15, { change: () => Buffer.from('no model') });
  const greedy = await addVersion(registry, 'greedy', 16, { change: withGreed });
  return {
    missing: referenceTo(missing),
    damaged: referenceTo(damaged),
    otherClasses: referenceTo(binary),
    boastful: referenceTo(boastful),
    rubbish: referenceTo(rubbish),
    greedy: referenceTo(greedy),
  };
}

interface VersionOptions {
  readonly classes?: readonly string[];
  /** Classes of the manifest, if they differ from the graph's. */
  readonly named?: readonly string[];
  readonly change?: (onnx: Uint8Array) => Uint8Array;
}

function addVersion(
  registry: Registry,
  name: string,
  seed: number,
  { classes = CELL_CLASSES, named = classes, change = (onnx) => onnx }: VersionOptions = {},
): Promise<ModelVersion> {
  return registry.add({
    name,
    architecture: { name: 'lenet5', options: { classes: classes.length } },
    classes: [...named],
    precision: 'fp32',
    trainedOn: {},
    evaluation: {},
    software: { smearwatch: 'test' },
    intendedUse: 'Tests only.',
    model: { onnx: change(decisiveLeNet5(classes, seed)) },
  });
}

/**
 * Makes a network with clearly different probabilities. Untrained networks have nearly equal ones, so their
 * versions could not be distinguished.
 */
function decisiveLeNet5(classes: readonly string[], seed: number): Uint8Array {
  const network = lenet5({ classes: classes.length });
  const weights = initialWeights(network, seed);
  const random = new Random(seed, 'opinions');
  const head = shapeLayers(network)
    .at(-1)
    ?.parameters.find(({ shape }) => shape.length > 1);
  const values = weights.get(head?.name ?? '') ?? new Float32Array();
  for (let at = 0; at < values.length; at += 1) values[at] = random.normal() * OPINION;
  return exportOnnx(network, weights, { classes, software: 'test' });
}

/** Deviation of the last layer's weights. */
const OPINION = 0.3;

function draftFrom({ manifest }: ModelVersion): Omit<Parameters<Registry['add']>[0], 'model' | 'precision'> {
  const { name, architecture, classes, trainedOn, software, intendedUse } = manifest;
  return { name, architecture, classes, trainedOn, evaluation: {}, software, intendedUse };
}

function referenceTo({ name, version }: ModelVersion): string {
  return `${name}@${version}`;
}
