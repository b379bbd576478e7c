import { configuration, configurationRetried, passing, permanent, usage } from '../row.js';

/** Failures of models, of their engines, and of importing and quantizing one. */
export const MODELS = {
  // Not permanent: images that another worker can classify would be lost.
  ...configurationRetried({
    'engine-unavailable': 'Run `npm ci` on this machine again, or configure another engine.',
  }),
  ...configuration({
    'engine-unsuitable': 'Configure an engine that serves the format of the model in models.use.',
    'models-repeated': 'Name each version once; a label, or a name alone, may have been moved to it.',
    'models-incompatible': 'Use models of the same classes together, and the others apart.',
    'manifest-invalid': 'Restore this model version from a backup or its release, or use another version.',
  }),
  ...usage({
    'model-unknown': 'Write name, name@version or name@label, for example alexnet@3 or lenet5@production.',
    'label-invalid': 'A label starts with a lower-case letter, followed by a-z, 0-9, ".", "_" and "-".',
    'model-unquantizable':
      'Quantise a float32 version of an architecture of Smearwatch, or a convolutional network of opset 13 or later.',
    'network-invalid': 'Give at least two classes and a head with at least as many outputs.',
    'card-unwritable': 'Name a file in a folder that exists and may be written to.',
  }),
  ...passing({
    'model-unloadable': 'Check the file with `smearwatch models verify`, or export it again.',
    'model-damaged': 'Restore this model version from a backup or its release, or use another version.',
    'weights-invalid': 'Use weights that were trained for this architecture with these options.',
    'telemetry-on': 'Start the process with ORT_DISABLE_TELEMETRY=1.',
    'import-timeout': 'If the machine was busy, try again; otherwise do not trust the file.',
    'import-died': 'Most often memory ran out; do not trust a file that does this.',
  }),
  ...permanent({
    'tensorflow-unavailable': 'Run "node dist/model/tensorflow/main.js", or use the engine onnxruntime.',
    'model-limits-missed': 'Use another version, or `smearwatch models promote --force`.',
    'import-unreadable': 'Name an ONNX file or the model.json of a LayersModel, or export the network again.',
    'import-unsupported': 'Export it as a plain inference graph of standard operators.',
    'import-input': 'State the input of the network, or export it with one image input and a free batch.',
    'import-output': 'State the classes and the kind of output that the network has.',
    'import-not-running': 'Export it with an older opset (17 is safe), without custom operators.',
  }),
};
