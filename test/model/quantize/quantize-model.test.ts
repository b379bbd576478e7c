import { describe, expect, it } from 'vitest';
import { IMAGE_BYTES } from '../../../src/images.js';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import { shapeLayers, sizeOf } from '../../../src/model/networks/network.js';
import { DATA_TYPE, decodeModel, encodeModel } from '../../../src/model/onnx/proto.js';
import { probabilitiesOf } from '../../../src/model/quantize/compare.js';
import { foldScaling } from '../../../src/model/quantize/fold-scaling.js';
import { planQuantization } from '../../../src/model/quantize/plan.js';
import { quantizeGraph } from '../../../src/model/quantize/quantize-graph.js';
import { quantizeModel } from '../../../src/model/quantize/quantize-model.js';
import { onnxOf } from '../onnx/onnx-file.js';
import { randomPixels } from '../onnx/random-weights.js';
import { smallNetworks } from '../onnx/small-networks.js';

const pixels = randomPixels(24);
const images = Array.from({ length: 24 }, (_, i) => pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES));
const options = { threads: 1, weightBits: 7 } as const;

describe.each(smallNetworks)('%s', (_name, network) => {
  it('gives nearly the same probabilities in int8, on images that it was not calibrated on', async () => {
    const float = onnxOf(network);
    const { bytes, rule, divergence } = await quantizeModel(float, images.slice(0, 16), options);
    const [expected, found] = [
      await probabilitiesOf(float, images.slice(16), options),
      await probabilitiesOf(bytes, images.slice(16), options),
    ];
    found.forEach((value, index) => expect(Math.abs(value - expected[index]!)).toBeLessThan(0.02));
    expect(divergence[rule]).toBe(Math.min(...Object.values(divergence)));
  });

  it('has a QDQ pair around each weighted layer, and no float weights left', async () => {
    const { bytes } = await quantizeModel(onnxOf(network), images.slice(0, 8), options);
    const { graph } = decodeModel(bytes);
    const makers = new Map(graph.node?.map((node) => [node.output?.[0], node.op_type]));
    const weighted = graph.node?.filter(({ op_type }) => op_type === 'Conv' || op_type === 'Gemm') ?? [];
    expect(weighted).toHaveLength(network.layers.filter(({ kind }) => /convolution|dense/.test(kind)).length);
    for (const { input } of weighted) {
      expect(input?.map((name) => makers.get(name))).toEqual(new Array(3).fill('DequantizeLinear'));
    }
    const large = graph.initializer?.filter(({ dims = [] }) => dims.length > 1) ?? [];
    expect(large.length).toBeGreaterThan(0);
    for (const { data_type } of large) expect(data_type).toBe(DATA_TYPE.int8);
  });

  it('keeps its probabilities when the scaling of the pixels moves into the first convolution', async () => {
    const model = decodeModel(onnxOf(network));
    const folded = foldScaling(model.graph);
    expect(folded.pixels).toMatch(/^front\./);
    const bytes = encodeModel({ ...model, graph: folded.graph });
    const [expected, found] = [
      await probabilitiesOf(encodeModel(model), images, options),
      await probabilitiesOf(bytes, images, options),
    ];
    found.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4));
  });
});

it('the same model and images always give the same bytes', async () => {
  const [first, second] = [
    await quantizeModel(onnxOf(lenet5()), images.slice(0, 8), options),
    await quantizeModel(onnxOf(lenet5()), images.slice(0, 8), options),
  ];
  expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
});

it('AlexNet has a quarter of its size in int8', () => {
  const network = alexnet();
  const parameters = shapeLayers(network).flatMap((shaped) => shaped.parameters);
  const weights = new Map(
    parameters.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape)).fill(0.01)]),
  );
  const float = onnxOf(network, weights);
  const model = decodeModel(float);
  const activations = new Set(planQuantization(model.graph).rangeOf.values());
  const ranges = new Map([...activations].map((name) => [name, { min: 0, max: 1 }]));
  const int8 = quantizeGraph(model, { ranges, weightSteps: 63 });
  expect(int8.length / float.length).toBeCloseTo(0.25, 2);
}, 60_000);

describe('cannot be quantised:', () => {
  const unquantizable = expect.objectContaining({ code: 'model-unquantizable' }) as Error;

  it('a model that is already int8', async () => {
    const { bytes } = await quantizeModel(onnxOf(lenet5()), images.slice(0, 8), options);
    await expect(quantizeModel(bytes, images.slice(0, 8), options)).rejects.toThrow(unquantizable);
  });

  it('a model of an opset without scales per channel', async () => {
    const old = encodeModel({
      ...decodeModel(onnxOf(lenet5())),
      opset_import: [{ domain: '', version: 12 }],
    });
    await expect(quantizeModel(old, images, options)).rejects.toThrow('its opset is 12');
  });
});
