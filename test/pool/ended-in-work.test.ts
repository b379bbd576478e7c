import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { loadModelSpecs } from '../../src/model/registry/in-use.js';
import { addLeNet5, emptyRegistry, use } from '../fixtures/registry.js';
import { WORKER_FILE } from '../fixtures/worker-file.js';
import { compiled } from '../fixtures/compiled.js';

const ENDINGS = 12;
/** Ends pools while their workers load models, and while they compute, at times spread over both. */
const SCRIPT = `
  const [{ pool, workerFile, models, endings }] = process.argv.slice(1).map(JSON.parse);
  const { InferencePool } = await import(pool);
  const options = { workerFile: new URL(workerFile), workers: 2, models, taskTimeoutMs: 60000 };
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  for (let ending = 0; ending < endings; ending += 1) {
    const started = await InferencePool.start(options);
    const work = [0, 1, 2].map(() => started.classify(new Uint8Array(400 * 196608), 400).catch(({ code }) => code));
    await later(ending * 40);
    await started.destroy();
    await Promise.all(work);
    const broken = { ...models[0], file: models[0].file + '.gone' };
    await InferencePool.start({ ...options, models: [models[0], broken] }).catch(({ code }) => console.log(code));
  }
`;

it('a pool that is ended in the middle of its work leaves the process alive', async () => {
  const registry = emptyRegistry();
  await addLeNet5(registry, 1);
  const models = await loadModelSpecs({
    registry: registry.folder,
    use: use('lenet5'),
    cacheFolder: undefined,
  });
  const pool = compiled('pool/inference-pool.js').href;
  const setup = JSON.stringify({ pool, workerFile: WORKER_FILE.href, models, endings: ENDINGS });
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', SCRIPT, setup],
    {
      timeout: 60_000,
    },
  );
  expect(stderr).not.toContain('Napi::Error');
  expect(stdout.trim().split('\n')).toEqual(Array(ENDINGS).fill('model-unloadable'));
}, 60_000);
