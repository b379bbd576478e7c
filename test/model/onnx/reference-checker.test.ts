import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { shapeLayers, sizeOf, type Network } from '../../../src/model/networks/network.js';
import { fileOf, onnxOf } from './onnx-file.js';
import { smallNetworks } from './small-networks.js';

const script = fileURLToPath(new URL('../../../scripts/check-onnx.py', import.meta.url));
/** SMEARWATCH_PYTHON names a Python that has the package `onnx`, if the first one in the path has not. */
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
  test.each([
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

  test('refuses a file cut short', async () => {
    const [, network] = smallNetworks[0]!;
    const file = await fileOf(onnxOf(network).subarray(0, 4000));
    await expect(run(file)).rejects.toMatchObject({ code: 1 });
  });
});
