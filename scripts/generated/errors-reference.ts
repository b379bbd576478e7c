import { CODES } from '../../src/errors/codes.js';
import { BENCH } from '../../src/errors/codes/bench.js';
import { DAEMON } from '../../src/errors/codes/daemon.js';
import { DATA } from '../../src/errors/codes/data.js';
import { DELIVER } from '../../src/errors/codes/deliver.js';
import { HTTP } from '../../src/errors/codes/http.js';
import { IMAGES } from '../../src/errors/codes/images.js';
import { LEDGER } from '../../src/errors/codes/ledger.js';
import { MODELS } from '../../src/errors/codes/models.js';
import { WATCH } from '../../src/errors/codes/watch.js';
import { FILE_ERRNOS } from '../../src/errors/file-errnos.js';
import type { ErrorRow } from '../../src/errors/row.js';

type Rows = Readonly<Record<string, ErrorRow>>;

const AREAS: readonly [title: string, introduction: string, rows: Rows][] = [
  ['Images and their files', '[images.md](images.md) describes each condition of an image.', IMAGES],
  ['Scanner folders', 'The daemon logs and counts these; periodic rescans continue.', WATCH],
  ['Deliveries', 'A sink that fails is tried again until it succeeds, in order.', DELIVER],
  ['The daemon and its configuration', 'Commands that ask a daemon fail with these as well.', DAEMON],
  [
    'The ledger and the audit trail',
    '[operations.md](operations.md) says how to repair and restore.',
    LEDGER,
  ],
  ['Models and engines', 'This includes importing and quantizing a model.', MODELS],
  ['Labels, data, training and evaluation', 'This includes generated smears.', DATA],
  ['bench and plan', 'The commands `smearwatch bench` and `smearwatch plan`.', BENCH],
  ['Answers of the HTTP interface', 'The field `error` of an answer that is not 2xx.', HTTP],
];

const INTRODUCTION = `# Errors

<!-- Generated from src/errors by \`npm run generate\`; do not edit. -->

Every error has a code. Codes are stable: programs may rely on them, but not on messages. A code is in the log
(\`err.code\`), in the quarantine (\`smearwatch results --quarantined\`), in the metrics' label \`reason\`, in the
output of a command with \`--json\`, and in the HTTP interface's answers.

The **kind** decides the exit code of a command: 2 for \`usage\` and \`configuration\`, 1 for \`runtime\`. The
daemon's service unit does not restart it after exit code 2.

The **fate** says how an image or a delivery continues:

| fate        | an image                                                                              | anything else                            |
| ----------- | ------------------------------------------------------------------------------------- | ---------------------------------------- |
| \`permanent\` | is quarantined at once                                                                | fails again until something is changed   |
| \`retry\`     | is tried again later, \`pipeline.maxAttempts\` times in all, and is quarantined then    | may succeed at the next attempt          |
| \`postpone\`  | stays queued, without counting an attempt                                             | continues by itself                      |

An error of the operating system or of a library has no code of this table. Its errno name is reported instead
(\`EIO\`), or \`unexpected-error\`, and its kind and fate are those of \`unexpected-error\`.
`;

/** docs/errors.md: every error code by area, from the table that the compiler checks raise sites against. */
export function generatedErrorsReference(): Readonly<Record<string, string>> {
  const areas = AREAS.map(
    ([title, introduction, rows]) => `## ${title}\n\n${introduction}\n\n${table(rows)}`,
  );
  const missing = Object.keys(CODES).filter((code) => !AREAS.some(([, , rows]) => code in rows));
  if (missing.length > 0) throw new Error(`No area of docs/errors.md has ${missing.join(', ')}`);
  return { 'docs/errors.md': [INTRODUCTION, ...areas, errnos()].join('\n') };
}

function table(rows: Rows): string {
  const lines = Object.entries(rows).map(
    ([code, { kind, fate, help }]) => `| \`${code}\` | ${kind} | ${fate} | ${help.replaceAll('|', '\\|')} |`,
  );
  return ['| code | kind | fate | what to do |', '| --- | --- | --- | --- |', ...lines, ''].join('\n');
}

function errnos(): string {
  const lines = Object.entries(FILE_ERRNOS).map(([errno, code]) => `| \`${errno}\` | \`${code}\` |`);
  return [
    '## Files that cannot be read\n',
    'When a scanner file cannot be opened or read, the errno name of Node decides the code. A name that is not in',
    'this table counts as `file-unreadable`.\n',
    '| errno | code |',
    '| --- | --- |',
    ...lines,
    '',
  ].join('\n');
}
