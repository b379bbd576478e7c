import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Network } from '../model/networks/network.js';
import { exportOnnx } from '../model/onnx/export-onnx.js';
import { Registry, type ModelVersion } from '../model/registry/registry.js';
import { SOFTWARE } from '../version.js';
import { contentHash } from '../dataset/content-hash.js';
import { toCsv } from './history.js';
import type { TrainingPlan } from './options.js';
import { countSplit, SPLIT_FILE, type PreparedData } from './prepare.js';
import type { Trained } from './trainer.js';

/** Adds a trained network to the registry, with everything needed to trust it and to make it again. */
export async function exportModel(
  plan: TrainingPlan,
  network: Network,
  prepared: PreparedData,
  trained: Trained,
  tensorflow: string,
): Promise<ModelVersion> {
  const { classes } = prepared.data;
  const registry = new Registry(plan.modelsDir, { cacheFolder: plan.cacheDir });
  return registry.add({
    name: plan.modelName,
    architecture: plan.network,
    classes: [...classes],
    precision: 'fp32',
    intendedUse: plan.intendedUse,
    trainedOn: await describeTraining(plan, prepared, trained),
    evaluation: describeEvaluation(trained),
    software: { smearwatch: SOFTWARE.version, node: SOFTWARE.node, 'tfjs-node': tensorflow },
    model: {
      onnx: exportOnnx(network, trained.weights, {
        classes,
        software: `${SOFTWARE.name} ${SOFTWARE.version}`,
        properties: { options: JSON.stringify(plan.network) },
      }),
    },
    files: {
      'history.csv': Buffer.from(toCsv(trained.history.iterations)),
      'epochs.csv': Buffer.from(toCsv(trained.history.epochs)),
    },
  });
}

async function describeTraining(
  plan: TrainingPlan,
  { data, split, options }: PreparedData,
  trained: Trained,
) {
  const counts = countSplit(split, data.classes.length);
  const splitSha256 = createHash('sha256')
    .update(await readFile(join(plan.runDir, SPLIT_FILE)))
    .digest('hex');
  return {
    data: {
      folder: basename(data.folder),
      images: data.images.length,
      perClass: Object.fromEntries(
        data.classes.map((name, label) => [
          name,
          data.images.filter((image) => image.label === label).length,
        ]),
      ),
      sources: [...new Set(data.images.map(({ source }) => source).filter((source) => source !== ''))],
      sha256: contentHash(data.images),
      leftOut: data.leftOut,
    },
    split: { ...options, sha256: splitSha256, ...counts },
    recipe: plan.recipe,
    precision: plan.precision,
    epoch: trained.epoch,
    epochsTrained: trained.history.epochs.length,
    seconds: Math.round(trained.seconds),
  };
}

function describeEvaluation({ test }: Trained) {
  const { figures, confusion } = test;
  return {
    on: 'test part of the split',
    ...figures,
    quadraticLoss: test.quadraticLoss,
    crossEntropy: test.crossEntropy,
    /** Rows: the labelled class; columns: the predicted one; both in the classes' order. */
    confusion,
  };
}
