import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runImport } from '../../../src/model/import/run-import.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { foreignFile, statement } from './foreign.js';

/** The compiled child process: the tests run the sources. */
const entry = new URL('../../../dist/model/import/main.js', import.meta.url);

function requestFor(bytes: Uint8Array) {
  const folder = temporaryFolder();
  const file = join(folder, 'foreign.onnx');
  writeFileSync(file, bytes);
  return { file, target: join(folder, 'model.onnx'), statement };
}

test('a process of its own converts the file and says what is in it', async () => {
  const { foreign, engine } = await runImport(requestFor(foreignFile({ batch: 1 })), { entry });
  expect(engine).toMatch(/^onnxruntime 1\./);
  expect(foreign).toMatchObject({
    producer: 'test',
    opset: 17,
    wasFixedToOneImage: true,
    operators: { Conv: 1, Flatten: 1, Gemm: 1, GlobalAveragePool: 1, Relu: 1 },
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
});

test('an error keeps its code and hint on the way', async () => {
  await expect(runImport(requestFor(foreignFile({ side: 224 })), { entry })).rejects.toMatchObject({
    code: 'import-input',
    hint: 'Use --input-size 224.',
  });
});

test('a file that is not there is named', async () => {
  const request = { ...requestFor(new Uint8Array()), file: '/nowhere/net.onnx' };
  await expect(runImport(request, { entry })).rejects.toMatchObject({ code: 'import-unreadable' });
});

test('the process is ended when it takes too long', async () => {
  await expect(runImport(requestFor(foreignFile()), { entry, timeoutMs: 1 })).rejects.toMatchObject({
    code: 'import-timeout',
  });
});

test('the process is ended when that is asked for', async () => {
  const controller = new AbortController();
  const running = runImport(requestFor(foreignFile()), { entry, signal: controller.signal });
  controller.abort(new Error('Interrupted'));
  await expect(running).rejects.toThrow('Interrupted');
});

test('a process that dies is an error, not a wait', async () => {
  const gone = new URL('../../../dist/model/import/no-such-file.js', import.meta.url);
  await expect(runImport(requestFor(foreignFile()), { entry: gone })).rejects.toMatchObject({
    code: 'import-died',
  });
});
