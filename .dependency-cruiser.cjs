/**
 * Which way imports point (ARCHITECTURE.md, "Layout"). A folder may import from its own layer's folders that are
 * named in `mayUse`, and from the leaves; nothing else. `npm run architecture` checks it.
 */
const LEAVES = [
  '^src/(errors|images|record|random|version|cache-folder)\\.ts$',
  '^src/telemetry/telemetry\\.ts$',
  '^src/config/schema\\.ts$',
  '^src/model/engine\\.ts$',
];

const mayUse = {
  model: [],
  decode: [],
  watch: [],
  generate: [],
  telemetry: [],
  config: ['watch/file-patterns'],
  ledger: ['watch/intake'],
  pool: ['model'],
  http: [],
  deliver: ['ledger'],
  pipeline: ['ledger', 'pool', 'decode', 'watch/intake'],
  labelled: ['model/registry/files'],
  evaluate: ['labelled', 'pipeline', 'pool', 'ledger', 'decode', 'model'],
  train: ['labelled', 'model', 'decode', 'evaluate/measures', 'pool'],
  daemon: ['config', 'decode', 'deliver', 'http', 'ledger', 'pipeline', 'pool', 'telemetry', 'watch'],
};

const direction = Object.entries(mayUse).map(([folder, allowed]) => ({
  name: `${folder}-imports`,
  comment: `src/${folder} may import ${['itself', ...allowed.map((name) => `src/${name}`), 'the leaves'].join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: LEAVES },
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
        'Inference blocks its thread: only pool workers, training and the engines themselves load one.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/pool/worker\\.ts$', '^src/train/', '^src/model/', '^src/cli/doctor'],
      },
      to: {
        path: ['^src/model/engines/', '^src/model/tensorflow/(engine|load)', 'node_modules/onnxruntime'],
      },
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
