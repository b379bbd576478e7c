import { ENGINES_OF_FORMAT } from '../../engine.js';
import { EXIT } from '../../errors.js';
import type { ModelVersion } from '../../model/registry/registry.js';
import { defineCommand } from '../command.js';
import { interruptible } from '../interrupt.js';
import { fraction, integer, jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { openRegistry, registryOptions } from '../registry.js';

export const importCommand = defineCommand({
  command: 'import <file>',
  describe: 'Add a network that was trained elsewhere: an ONNX file (PyTorch, Keras, MATLAB) or a tfjs LayersModel.',
  positionals: {
    file: { type: 'string', demandOption: true, describe: 'ONNX file with its weights inside, or the model.json of a LayersModel, with its weight files in the same folder.',
    },
  },
  options: {
    name: { type: 'string', requiresArg: true, demandOption: true, describe: 'Name in the registry.' },
    classes: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'Class names in the order of the outputs, separated by commas.',
    },
    'input-size': integer(
      'input-size',
      { min: 16, max: 1024 },
      { default: 227, describe: 'Rows and columns of its input; the whole image is squeezed to it.' },
    ),
    layout: {
      choices: ['nchw', 'nhwc'],
      describe:
        'Order of its input: nchw as PyTorch and MATLAB, assumed of an ONNX file; nhwc as Keras, and always in a LayersModel.',
    },
    channels: { choices: ['rgb', 'bgr'], default: 'rgb', describe: 'Order of the colours.' },
    scale: fraction(
      'scale',
      { min: 1e-6, max: 1e6 },
      { default: 255, describe: 'Pixels, 0 to 255, are divided by this; 1: they stay.' },
    ),
    mean: { type: 'string', requiresArg: true, default: '0,0,0', describe: 'Then subtracted, one per channel.' },
    deviation: { type: 'string', requiresArg: true, default: '1,1,1', describe: 'Then divided by, one per channel.' },
    'output-is': {
      choices: ['logits', 'probabilities'],
      default: 'logits',
      describe: 'logits: a softmax is put behind it.',
    },
    'intended-use': {
      type: 'string',
      requiresArg: true,
      default: 'Imported, not evaluated: evaluate it before use.',
      describe: 'What it is for; recorded in the manifest.',
    },
    timeout: integer('timeout', { min: 1, max: 3600 }, { default: 120, describe: 'Seconds that trying it may take.' }),
    ...registryOptions,
    json: jsonOption,
  },
  examples: [
    [
      'models import alexnet.onnx --name torch-alexnet --classes a,b,c --input-size 224 --mean 0.485,0.456,0.406 --deviation 0.229,0.224,0.225',
      'As torchvision trains.',
    ],
    [
      'models import net.onnx --name keras --classes a,b --layout nhwc --output-is probabilities',
      'As Keras exports.',
    ],
    [
      'models import m.onnx --name matlab --classes a,b --scale 1 --mean 123,117,104 --output-is probabilities',
      "As MATLAB exports, with its input layer's mean.",
    ],
    [
      'models import web/model.json --name keras --classes a,b --input-size 224 --output-is probabilities',
      'As tensorflowjs_converter converts Keras, or model.save of tfjs writes; served by the engine tfjs-node.',
    ],
  ],
  epilogue: 'input = (pixel / scale − mean) / deviation. Nothing is added when the file does not fit or does not run.',
  async run({ file, json, ...values }, { terminal }) {
    const { importModel } = await import('./import/import-model.js');
    const { statementOf } = await import('./import/statement-of.js');
    const statement = statementOf(values);
    const registry = await openRegistry(values);
    const version = await interruptible((signal) =>
      importModel(registry, file, {
        name: values.name,
        intendedUse: values['intended-use'],
        timeoutMs: values.timeout * 1000,
        statement,
        signal,
      }),
    );
    if (json) printJson(terminal, version);
    else {
      printLine(terminal, `${version.name}@${version.version}: ${version.manifest.preprocessing}`);
      printLine(terminal, version.folder);
      printLine(terminal, `To use it: models.use: [{ ${useOf(version)} }]`);
    }
    return EXIT.done;
  },
});

function useOf({ name, version, manifest }: ModelVersion): string {
  const [engine = ''] = ENGINES_OF_FORMAT[manifest.format];
  return `model: ${name}@${version}, engine: ${engine}`;
}
