import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { shapeLayers, sizeOf, type Network } from '../../../src/model/networks/network.js';
import { convertForeign } from '../../../src/model/import/convert.js';
import { quantizeModel } from '../../../src/model/quantize/quantize-model.js';
import { foreignFile, statement } from '../import/foreign.js';
import { fileOf, onnxOf } from './onnx-file.js';
import { randomPixels } from './random-weights.js';
import { smallNetworks } from './small-networks.js';

const script = fileURLToPath(new URL('../../../scripts/check-onnx.py', import.meta.url));
/**
 * SMEARWATCH_PYTHON names a Python with the package `onnx`, if the first one in the path does not have it.
 */
const python = process.env.SMEARWATCH_PYTHON ?? 'python3';
const run = (...files: string[]) => promisify(execFile)(python, [script, ...files]);
const isInstalled = await run().then(
  () => true,
  () => false,
);
const title = isInstalled ? '' : ` (left out: ${python} has no package onnx)`;

/** Zeros: the checker looks at the graph, and a file of zeros is made quickly. */
function emptyWeights(network: Network): Map<string, Float32Array> {
  const parameters = shapeLayers(network).flatMap((shaped) => shaped.parameters);
  return new Map(parameters.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
}

describe.skipIf(!isInstalled)(`the reference checker of ONNX${title}`, () => {
  it.each([
    ...smallNetworks,
    ['AlexNet', alexnet()],
    [
      'AlexNet with LRN and a head of 1,000, without groups',
      alexnet({ groups: 1, lrn: true, headUnits: 1000 }),
    ],
  ] as const)(
    'accepts %s',
    async (_name, network) => {
      const { stdout } = await run(await fileOf(onnxOf(network, emptyWeights(network))));
      expect(stdout).toContain('valid');
    },
    60_000,
  );

  it.each(smallNetworks)('accepts %s in int8', async (_name, network) => {
    const images = [randomPixels(1), randomPixels(1, 3)];
    const { bytes } = await quantizeModel(onnxOf(network), images, { threads: 1, weightBits: 7 });
    expect((await run(await fileOf(bytes))).stdout).toContain('valid');
  });

  it.each([9, 11, 17])('accepts an imported network of opset %i', async (opset) => {
    const { bytes } = convertForeign(foreignFile({ opset, side: 224 }), { ...statement, inputSize: 224 });
    expect((await run(await fileOf(bytes))).stdout).toContain('valid');
  });

  it('refuses a truncated file', async () => {
    const [, network] = smallNetworks[0]!;
    const file = await fileOf(onnxOf(network).subarray(0, 4000));
    await expect(run(file)).rejects.toMatchObject({ code: 1 });
  });
});
