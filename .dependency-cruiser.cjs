/**
 * The layers of src/. A folder may import folders of later lines only, never its siblings on the same line.
 * An array in a line is one sibling in parts: the earlier parts may import the later ones. A name with an
 * extension is a file. Every folder has a line here: `npm run architecture` rejects one that has none.
 */
const LAYERS = [
  ['cli'],
  ['bench'],
  [['daemon', 'daemon/http']],
  [['evaluate/planned', 'evaluate']],
  ['pipeline', 'deliver'],
  [['pool/worker', 'pool'], 'quality/drift', 'quality/labels', 'train'],
  ['ledger', 'model', 'watch', 'dataset'],
  ['audit'],
  ['config', 'decode', 'generate', 'statistics', 'telemetry'],
  ['files'],
  ['text'],
];

/**
 * The last line: files of src/ itself and errors/, which everything may import and which import only each
 * other.
 */
const LEAF = '^src/([^/]+|errors/.+)\\.ts$';

/** Programs' entry points, which belong to `cli`. */
const ENTRY_POINTS = '^src/(cli\\.ts|smearwatch\\.cts)$';

const parts = LAYERS.map((line) => line.map((sibling) => [sibling].flat()));
const allParts = parts.flat(2);

/** The files of a folder, without those of sub-folders that have a place of their own. */
function filesOf(part) {
  const inner = allParts.filter((other) => other.startsWith(`${part}/`));
  return {
    path: part === 'cli' ? [`^src/${part}/`, ENTRY_POINTS] : [`^src/${part}/`],
    pathNot: inner.map((other) => `^src/${other}/`),
  };
}

/** What a part of a sibling may import besides the leaves: itself, the parts after it, all later lines. */
function allowedFor(sibling, at, lineNumber) {
  return [...sibling.slice(at), ...parts.slice(lineNumber + 1).flat(2)];
}

const direction = parts.flatMap((line, lineNumber) =>
  line.flatMap((sibling) =>
    sibling.map((part, at) => {
      const allowed = allowedFor(sibling, at, lineNumber);
      const forbidden = allParts.filter((other) => !allowed.includes(other));
      return {
        name: `layer-of-${part.replace('/', '-')}`,
        comment: `src/${part} may import ${[...allowed.map((name) => `src/${name}`), 'the leaves'].join(', ')}.`,
        severity: 'error',
        from: filesOf(part),
        to: {
          path: [...forbidden.map((name) => `^src/${name}/`), ENTRY_POINTS],
          pathNot: [
            ...allowed.filter((name) => name.includes('/')).map((name) => `^src/${name}/`),
            ...(part === 'cli' ? [ENTRY_POINTS] : []),
          ],
        },
      };
    }),
  ),
);

module.exports = {
  forbidden: [
    ...direction,
    {
      name: 'leaves-import-leaves',
      comment: 'Everything imports the files of src/ itself, so they import nothing but each other.',
      severity: 'error',
      from: { path: LEAF, pathNot: ENTRY_POINTS },
      to: { path: '^src/', pathNot: LEAF },
    },
    {
      name: 'every-folder-has-a-layer',
      comment: 'Add the new folder to LAYERS in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: [LEAF, ENTRY_POINTS, ...allParts.map((part) => `^src/${part}/`)] },
      to: {},
    },
    {
      name: 'engines-only-in-workers-and-training',
      comment:
        'Inference blocks its thread: only pool workers, lanes of a bench, training and the engines themselves load one.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/pool/worker/', '^src/train/', '^src/model/', '^src/bench/lanes/', '^src/cli/doctor'],
      },
      to: {
        path: [
          '^src/model/engines/',
          '^src/model/accelerate/open-accelerated\\.ts$',
          '^src/model/tensorflow/(engine|load)',
          '^src/model/onnx-runtime\\.ts$',
        ],
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
    {
      name: 'accelerate-can-be-deleted',
      comment: 'src/model/accelerate is entered by the two files that its README.md names.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/model/accelerate/' },
      to: {
        path: '^src/model/accelerate/',
        pathNot: '^src/model/accelerate/(open-accelerated|weights-read)\\.ts$',
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
