import type { io, LayersModel } from '@tensorflow/tfjs';
import type { Tensorflow } from '../../../../src/model/tensorflow/load.js';
import { randomNumbers } from '../../onnx/random-weights.js';
import type { SavedModel } from './keras-export.js';

/**
 * The output of `model.save` of tfjs in a browser, with random weights: `model.json` and one file of weights,
 * named with `./`. The model itself is disposed of, because its names are needed for the loaded one.
 */
export async function tfjsExport(tf: Tensorflow, model: LayersModel): Promise<SavedModel> {
  randomise(tf, model);
  const saved: io.ModelArtifacts[] = [];
  await model.save({
    save: (artifacts) => {
      saved.push(artifacts);
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    },
  });
  model.dispose();
  const { modelTopology, weightSpecs, weightData, format, generatedBy, convertedBy } = saved[0]!;
  const weightsManifest = [{ paths: ['./model.weights.bin'], weights: weightSpecs }];
  const json = { modelTopology, format, generatedBy, convertedBy, weightsManifest };
  return {
    // Through JSON, as through a file: tfjs returns objects with values that JSON leaves out.
    json: JSON.parse(JSON.stringify(json)) as unknown,
    shards: { 'model.weights.bin': new Uint8Array(weightData as ArrayBuffer) },
  };
}

function randomise(tf: Tensorflow, model: LayersModel): void {
  const random = randomNumbers(4);
  const values = (size: number) => Float32Array.from({ length: size }, () => 0.1 * (random() - 0.4));
  model.setWeights(model.getWeights().map(({ shape, size }) => tf.tensor(values(size), shape)));
}
