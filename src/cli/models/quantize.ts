import { EXIT } from '../../errors.js';
import type { ModelVersion } from '../../model/registry/registry.js';
import { defineCommand } from '../command.js';
import { interruptible } from '../interrupt.js';
import { integer, jsonOption, usageError } from '../options.js';
import { formatBytes, printJson, printLine, type Terminal } from '../output.js';
import { openRegistry, registryOptions } from '../registry.js';
import type { QuantizeResult } from './quantize/run-quantization.js';
import { stagesOn } from './stages.js';

export const quantizeCommand = defineCommand({
  command: 'quantize <model>',
  describe: 'Make an int8 version of a model: about a quarter of the size, and faster.',
  positionals: {
    model: { type: 'string', demandOption: true, describe: 'name, name@version or name@label.' },
  },
  options: {
    data: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'Labelled folder: DIR/<class>/<image>. The folder of the training is best.',
    },
    split: {
      type: 'string',
      requiresArg: true,
      describe: "The training's split.json, where the model was trained with --split or without this program.",
    },
    limit: integer('limit', { min: 8, max: 5000 }, { default: 256, describe: 'Images to calibrate on, at most.' }),
    'weight-bits': integer(
      'weight-bits',
      { min: 7, max: 8 },
      {
        default: 7,
        describe: 'Bits of the weights; with 8, sums overflow on some processors, which then compute something else.',
      },
    ),
    name: { type: 'string', requiresArg: true, describe: "Name of the int8 model; otherwise the model's own." },
    force: { type: 'boolean', default: false, describe: 'Keep it as good even if it misses a limit.' },
    ...registryOptions,
    json: jsonOption,
  },
  examples: [
    ['models quantize alexnet@1 --data cells', 'alexnet@2, in int8, measured against alexnet@1.'],
    ['models quantize alexnet --data cells --name alexnet-int8', 'Under a name of its own.'],
  ],
  epilogue:
    'Limits: at most 0.5 points fewer images classified correctly; 1.5 times as fast from 10 MB on; a quarter of the ' +
    'size. A version that misses one is kept, but cannot be promoted, and the exit code is 1.',
  async run({ model, json, ...values }, { terminal }) {
    const { checkModelName } = await import('./model-name.js');
    if (values.name !== undefined) checkModelName(values.name);
    const registry = await openRegistry(values);
    const source = await registry.resolve(model);
    if (source.manifest.format !== 'onnx') {
      throw usageError(
        `${source.name}@${source.version} is a tfjs LayersModel, and only ONNX models are quantised`,
        'Import the network as an ONNX file, and quantise that version.',
      );
    }
    if (source.manifest.precision !== 'fp32') {
      throw usageError(`${source.name}@${source.version} is ${source.manifest.precision} already`, 'Quantise its fp32 version.');
    }
    const { runQuantization } = await import('./quantize/run-quantization.js');
    const result = await interruptible((signal) =>
      runQuantization(registry, source, {
        dataFolder: values.data,
        splitFile: values.split,
        limit: values.limit,
        weightBits: values['weight-bits'] === 8 ? 8 : 7,
        name: values.name ?? source.name,
        isForced: values.force,
        signal,
        runStage: stagesOn(terminal),
      }),
    );
    if (json) printJson(terminal, result);
    else printResult(terminal, source, result);
    return result.limits.passed || values.force ? EXIT.done : EXIT.failed;
  },
});

function printResult(
  terminal: Terminal,
  source: ModelVersion,
  { version, measured: { fp32, int8, speedup }, limits }: QuantizeResult,
): void {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const rates = [fp32, int8].map(({ imagesPerSecond }) => imagesPerSecond.toFixed(0)).join(' → ');
  const name = `${version.name}@${version.version}`;
  const lines = [
    `${name}: int8 of ${source.name}@${source.version}, on ${int8.figures.images} images`,
    `right   ${percent(fp32.figures.shareRight)} → ${percent(int8.figures.shareRight)}`,
    `speed   ${rates} images/s on one thread: ${speedup.toFixed(2)} times`,
    `size    ${formatBytes(fp32.bytes)} → ${formatBytes(int8.bytes)}: ${percent(int8.bytes / fp32.bytes)}`,
    version.folder,
    ...limits.failures.map((failure) => `missed  ${failure}`),
    ...(limits.passed || limits.forced ? [`To use it: smearwatch models promote ${name}`] : []),
  ];
  for (const line of lines) printLine(terminal, line);
}
