/**
 * Which way imports point (ARCHITECTURE.md, "Layout"). A folder may import from its own layer's folders that are
 * named in `mayUse`, and from the leaves; nothing else. `npm run architecture` checks it.
 */
const LEAVES = [
  '^src/(errors|faults|images|record|random|version|volume|cache-folder|secret-file|webassembly)\\.ts$',
  '^src/text/',
  '^src/telemetry/telemetry\\.ts$',
  '^src/audit/entry\\.ts$',
  '^src/config/schema(/|\\.ts$)',
  '^src/model/engine\\.ts$',
];

const mayUse = {
  audit: [],
  model: [],
  decode: [],
  watch: ['decode/tiff'],
  generate: [],
  telemetry: [],
  config: ['watch/file-patterns'],
  ledger: ['watch/intake'],
  prepare: ['decode', 'drift/image-look', 'watch/intake', 'watch/format-end'],
  pool: ['model', 'prepare', 'decode', 'ledger/known-images', 'watch/intake'],
  drift: ['evaluate/measures'],
  labels: [
    ...['audit', 'ledger', 'config/suggest', 'evaluate/measures', 'prepare/read-file'],
    ...['walk', 'file-patterns', 'intake'].map((name) => `watch/${name}`),
  ],
  http: ['labels/label-request'],
  deliver: ['ledger'],
  pipeline: ['ledger', 'pool', 'prepare'],
  labelled: ['model/registry/files', 'watch/system-names'],
  evaluate: [
    ...['labelled', 'pipeline', 'pool', 'ledger', 'decode', 'model', 'drift/reference', 'telemetry/silent'],
    ...['walk', 'file-patterns', 'intake', 'limited'].map((name) => `watch/${name}`),
  ],
  train: ['labelled', 'model', 'decode', 'evaluate/measures', 'pool'],
  nightly: ['audit', 'evaluate', 'model/registry', 'pool'],
  bench: [
    ...[
      'model',
      'decode',
      'generate',
      'daemon-process',
      'http/status',
      'deliver/sync-folder',
      'pool/model-specs',
      'watch/system-names',
    ],
    ...['train/initial-weights', 'evaluate/measures', 'evaluate/report/plots', 'evaluate/run/environment'],
  ],
  daemon: [
    'audit',
    'nightly',
    'config',
    'decode',
    'deliver',
    'drift',
    'http',
    'labels',
    'ledger',
    'pipeline',
    'pool',
    'telemetry',
    'watch',
  ],
};

/** Programs of the development, which write files for several folders. Nothing imports them. */
const GENERATORS = ['^src/config/generate-main\\.ts$'];

const direction = Object.entries(mayUse).map(([folder, allowed]) => ({
  name: `${folder}-imports`,
  comment: `src/${folder} may import ${['itself', ...allowed.map((name) => `src/${name}`), 'the leaves'].join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: [...LEAVES, ...GENERATORS] },
  to: { path: '^src/', pathNot: [...LEAVES, ...[folder, ...allowed].map((name) => `^src/${name}`)] },
}));

module.exports = {
  forbidden: [
    ...direction,
    {
      name: 'leaves-import-leaves',
      severity: 'error',
      from: { path: LEAVES },
      to: { path: '^src/', pathNot: LEAVES },
    },
    {
      name: 'engines-only-in-workers-and-training',
      comment:
        'Inference blocks its thread: only pool workers, lanes of a bench, training and the engines themselves load one.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/pool/worker\\.ts$',
          '^src/train/',
          '^src/model/',
          '^src/bench/lanes/',
          '^src/cli/doctor',
        ],
      },
      to: {
        path: ['^src/model/engines/', '^src/model/tensorflow/(engine|load)', '^src/model/onnx-runtime\\.ts$'],
      },
    },
    {
      name: 'onnxruntime-only-without-telemetry',
      comment:
        'src/model/onnx-runtime.ts turns the telemetry of ONNX Runtime off: everything else imports that.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/model/onnx-runtime\\.ts$' },
      to: { path: 'node_modules/onnxruntime' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$'] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
