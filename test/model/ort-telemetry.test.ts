import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/folders.js';
import { addLeNet5, emptyRegistry } from '../fixtures/registry.js';
import { compiled } from '../fixtures/compiled.js';

const MODULE = JSON.stringify(compiled('model/onnx-runtime.js').href);
const OPEN = `import(${MODULE}).then(({ InferenceSession }) => InferenceSession.create(process.argv.at(-1)))`;
const IN_A_THREAD = `
  import { Worker } from 'node:worker_threads';
  const script = ${JSON.stringify(`${OPEN}.catch(({ code }) => console.log(code))`)};
  new Worker(script, { eval: true, argv: [process.argv.at(-1)] });`;

/**
 * Opens a model in a process that did not begin with `smearwatch`; returns its output and the files that it
 * left.
 */
async function open(script: string, env: NodeJS.ProcessEnv = {}): Promise<{ out: string; files: string[] }> {
  const folder = temporaryFolder();
  const registry = emptyRegistry(folder);
  const { folder: model } = await addLeNet5(registry, 1);
  const own = { HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp') };
  for (const path of Object.values(own)) mkdirSync(path);
  // Nothing else: variables of CI services turn the telemetry off as well.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script, join(model, 'model.onnx')],
    { env: { PATH: process.env['PATH'], ...own, ...env } },
  );
  const files = Object.values(own).flatMap((path) =>
    readdirSync(path, { recursive: true, encoding: 'utf8' }),
  );
  return { out: stdout.trim(), files };
}

it.each([{}, { ORT_DISABLE_TELEMETRY: '0' }, { ORT_DISABLE_TELEMETRY: '' }])(
  'ONNX Runtime stores no device and no event in a process that is started with %o',
  async (env) => {
    expect(await open(`await ${OPEN}`, env)).toEqual({ out: '', files: [] });
  },
);

it('A thread cannot use ONNX Runtime while its process has the telemetry on', async () => {
  expect(await open(IN_A_THREAD)).toEqual({ out: 'telemetry-on', files: [] });
});

it('A thread can where its main thread has turned the telemetry off', async () => {
  const off = compiled('model/ort-telemetry.js').href;
  const script = `import { disableOrtTelemetry } from ${JSON.stringify(off)}; disableOrtTelemetry(); ${IN_A_THREAD}`;
  expect(await open(script, { ORT_DISABLE_TELEMETRY: '0' })).toEqual({ out: '', files: [] });
});
