import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { runImport } from '../../../src/model/import/run-import.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { hasTensorflow, NEEDS_TENSORFLOW } from '../engines/engines.js';
import { foreignFile, statement } from './foreign.js';
import { changed, kerasExport, layer, layersOf, write, type LayerJson } from './layers-model/keras-export.js';
import { compiled } from '../../fixtures/compiled.js';

/** The compiled child process: the tests run the sources. */
const entry = compiled('model/import/main.js');

function requestFor(bytes: Uint8Array) {
  const folder = temporaryFolder();
  const file = join(folder, 'foreign.onnx');
  writeFileSync(file, bytes);
  return { file, folder, statement };
}

it('a separate process converts the file and describes it', async () => {
  const { format, foreign, engine } = await runImport(requestFor(foreignFile({ batch: 1 })), { entry });
  expect(format).toBe('onnx');
  expect(engine).toMatch(/^onnxruntime 1\./);
  expect(foreign).toMatchObject({
    producer: 'test',
    opset: 17,
    wasFixedToOneImage: true,
    operators: { Conv: 1, Flatten: 1, Gemm: 1, GlobalAveragePool: 1, Relu: 1 },
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
});

it('an error keeps its code and hint on the way', async () => {
  await expect(runImport(requestFor(foreignFile({ side: 224 })), { entry })).rejects.toMatchObject({
    code: 'import-input',
    hint: 'Use --input-size 224.',
  });
});

it('a file that is not there is named', async () => {
  const request = { ...requestFor(new Uint8Array()), file: '/nowhere/net.onnx' };
  await expect(runImport(request, { entry })).rejects.toMatchObject({ code: 'import-unreadable' });
});

it('the process is ended when it takes too long', async () => {
  await expect(runImport(requestFor(foreignFile()), { entry, timeoutMs: 1 })).rejects.toMatchObject({
    code: 'import-timeout',
  });
});

it('the process is ended when that is asked for', async () => {
  const controller = new AbortController();
  const running = runImport(requestFor(foreignFile()), { entry, signal: controller.signal });
  controller.abort(new Error('Interrupted'));
  await expect(running).rejects.toThrow('Interrupted');
});

it('a process that dies is an error, not a wait', async () => {
  const gone = compiled('model/import/no-such-file.js');
  await expect(runImport(requestFor(foreignFile()), { entry: gone })).rejects.toMatchObject({
    code: 'import-died',
    message: expect.stringContaining('exit code 1') as string,
    cause: { message: expect.stringContaining('Cannot find module') as string },
  });
});

function layersRequest(file: string) {
  const stated = { ...statement, layout: undefined, inputSize: 64, outputIs: 'probabilities' as const };
  return { file, folder: temporaryFolder(), statement: stated };
}

it.skipIf(!hasTensorflow)(`a LayersModel is recognised by its content${NEEDS_TENSORFLOW}`, async () => {
  const json = write(kerasExport());
  const file = join(dirname(json), 'net.onnx');
  renameSync(json, file);
  const { format, engine, statement: used } = await runImport(layersRequest(file), { entry });
  expect(format).toBe('layers-model');
  expect(engine).toMatch(/^tfjs-node 4\./);
  expect(used.layout).toBe('nhwc');
});

it('an ONNX file is recognised by its content, under any name', async () => {
  const file = join(temporaryFolder(), 'model.json');
  writeFileSync(file, foreignFile());
  const request = { file, folder: temporaryFolder(), statement };
  expect(await runImport(request, { entry })).toMatchObject({ format: 'onnx' });
});

it('without a layout, an ONNX file is treated as one of PyTorch', async () => {
  const { layout, ...unstated } = statement;
  const request = { ...requestFor(foreignFile()), statement: unstated };
  expect(await runImport(request, { entry })).toMatchObject({ statement: { layout } });
});

it('the refusal of a LayersModel keeps its code and hint on the way', async () => {
  const file = write(changed((json) => (json.format = 'graph-model')));
  await expect(runImport(layersRequest(file), { entry })).rejects.toMatchObject({
    code: 'import-unsupported',
    hint: expect.stringContaining('tfjs_layers_model') as string,
  });
});

/**
 * A model that is used twice in a model that is used twice, and so on: 60 kB of JSON with a billion layers.
 */
function doubled(levels: number) {
  return changed((json) => {
    const [input, ...others] = layersOf(json);
    let inner: LayerJson = layer('ReLU', 'level', { max_value: 6 });
    for (let level = 0; level < levels; level++) {
      const ends = [{ ...input!, name: 'in', config: { ...input!.config, name: 'in' } }, inner];
      inner.inbound_nodes = [[['in', 0, 0, {}]], [['level', level === 0 ? 0 : 1, 0, {}]]];
      const config = {
        layers: ends,
        input_layers: [['in', 0, 0]],
        output_layers: [['level', level === 0 ? 1 : 2, 0]],
      };
      inner = layer('Functional', 'level', config);
    }
    inner.inbound_nodes = [[['input_1', 0, 0, {}]]];
    others[0]!.inbound_nodes = [[['level', 1, 0, {}]]];
    layersOf(json).splice(1, 0, inner);
  });
}

it.skipIf(!hasTensorflow)(`a LayersModel of few levels is imported${NEEDS_TENSORFLOW}`, async () => {
  await expect(runImport(layersRequest(write(doubled(2))), { entry })).resolves.toMatchObject({
    foreign: { layers: { ReLU: 2 } },
  });
});

it.skipIf(!hasTensorflow)(`one that never finishes is ended${NEEDS_TENSORFLOW}`, async () => {
  const running = runImport(layersRequest(write(doubled(27))), { entry, timeoutMs: 4000 });
  await expect(running).rejects.toMatchObject({ code: 'import-timeout' });
});
