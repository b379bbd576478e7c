import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onnxruntimeEngine } from '../../src/model/engines/onnxruntime.js';
import { readSkeleton } from '../../src/model/onnx/skeleton.js';
import { decodeModel, encodeModel, type ModelProto } from '../../src/model/onnx/proto.js';
import { lenet5 } from '../../src/model/networks/lenet5.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { foreignFile } from '../model/import/foreign.js';
import { onnxOf } from '../model/onnx/onnx-file.js';

const OPTIONS = { threads: 1 };

function fileOf(bytes: Uint8Array): string {
  const file = join(temporaryFolder(), 'model.onnx');
  writeFileSync(file, bytes);
  return file;
}

/** A file that protobufjs writes, with changes. */
function changed(change: (model: ModelProto & { graph: NonNullable<ModelProto['graph']> }) => void): string {
  const model = structuredClone(decodeModel(foreignFile()));
  change(model);
  return fileOf(encodeModel(model));
}

const elsewhere = { data_location: 1, external_data: [{ key: 'location', value: '../../../etc/passwd' }] };

describe('A model file in the registry that names another file is refused before ONNX Runtime sees it:', () => {
  it.each([
    ['an initializer', (model) => Object.assign(model.graph.initializer![0]!, elsewhere)],
    [
      'an initializer that only says so',
      (model) => Object.assign(model.graph.initializer![0]!, { data_location: 1 }),
    ],
    [
      'an attribute',
      (model) => {
        const node = { op_type: 'Constant', output: ['x'], attribute: [{ name: 'value', t: elsewhere }] };
        model.graph.node!.push(node);
      },
    ],
    [
      'a default of a function',
      (model) => {
        const functions = [
          { name: 'f', domain: 'd', attribute_proto: [{ name: 'value', type: 4, t: elsewhere }] },
        ];
        Object.assign(model, { functions });
      },
    ],
    [
      'a graph within an attribute',
      (model) => {
        const graph = { initializer: [elsewhere] };
        model.graph.node!.push({ op_type: 'If', attribute: [{ name: 'then_branch', g: graph }] });
      },
    ],
  ] as [string, (model: ModelProto & { graph: NonNullable<ModelProto['graph']> }) => void][])(
    '%s',
    async (_, change) => {
      const file = changed(change);
      const refusal = {
        code: 'model-unloadable',
        message: expect.stringContaining('another file') as string,
      };
      await expect(readSkeleton(file)).rejects.toMatchObject(refusal);
      await expect(onnxruntimeEngine().open(file, 3, OPTIONS)).rejects.toMatchObject(refusal);
    },
  );
});

it('Files that keep everything are let through', async () => {
  await readSkeleton(fileOf(foreignFile()));
  await readSkeleton(fileOf(onnxOf(lenet5())));
});

describe('A file that is not a model is refused:', () => {
  const whole = onnxOf(lenet5());
  it.each<[string, Uint8Array]>([
    ['cut short', whole.subarray(0, whole.length - 100)],
    ['rubbish', Buffer.alloc(10_000, 0xff)],
    ['a length beyond its end', Buffer.from([0x3a, 0xff, 0xff, 0xff, 0x7f])],
    ['a group, which ONNX does not have', Buffer.from([0x3b, 0x3c])],
    ['graphs without end', nested(200)],
  ])('%s', async (_, bytes) => {
    await expect(readSkeleton(fileOf(bytes))).rejects.toMatchObject({ code: 'model-unloadable' });
  });
});

/** A graph in an attribute of a node of a graph, to this depth. */
function nested(depth: number): Uint8Array {
  let bytes: Uint8Array = Buffer.alloc(0);
  const within = (field: number, content: Uint8Array): Uint8Array => {
    const length = [];
    for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
      length.push(rest >= 128 ? (rest % 128) + 128 : rest);
      if (rest < 128) break;
    }
    return Buffer.concat([Buffer.from([field * 8 + 2, ...length]), content]);
  };
  for (let level = 0; level < depth; level += 1) bytes = within(1, within(5, within(6, bytes)));
  return within(7, bytes);
}
