import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { runImport, type Imported, type RunImportOptions } from '../../../model/import/run-import.js';
import type { ImportStatement } from '../../../model/import/statement.js';
import type { ModelVersion, Registry } from '../../../model/registry/registry.js';
import { SOFTWARE } from '../../../version.js';
import { checkModelName } from '../model-name.js';

export interface ImportPlan extends RunImportOptions {
  readonly name: string;
  readonly intendedUse: string;
  readonly statement: ImportStatement;
}

/** Converts a foreign file, tries it, and adds it to the registry; otherwise nothing is added. */
export async function importModel(
  registry: Registry,
  file: string,
  { name, intendedUse, statement, ...options }: ImportPlan,
): Promise<ModelVersion> {
  checkModelName(name);
  const folder = await mkdtemp(join(tmpdir(), 'smearwatch-import-'));
  const target = join(folder, 'model.onnx');
  try {
    const { foreign, engine } = await runImport({ file: resolve(file), target, statement }, options);
    return await registry.add({
      name,
      architecture: { name: 'imported', options: { ...statement } },
      classes: [...statement.classes],
      precision: 'fp32',
      preprocessing: preprocessingOf(statement),
      trainedOn: { import: { file: basename(file), ...foreign } },
      evaluation: {},
      intendedUse,
      software: softwareOf(engine, foreign),
      model: { onnx: target },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function softwareOf(engine: string, { producer }: Imported['foreign']): Record<string, string> {
  const [engineName = '', engineVersion = ''] = engine.split(' ');
  return { smearwatch: SOFTWARE.version, node: SOFTWARE.node, [engineName]: engineVersion, producer };
}

function preprocessingOf({ inputSize, layout, channels, scale, mean, deviation, outputIs }: ImportStatement): string {
  const order = `${channels.toUpperCase()}, ${layout.toUpperCase()}`;
  const numbers = `(pixel / ${scale} − [${mean.join(', ')}]) / [${deviation.join(', ')}]`;
  const end = outputIs === 'logits' ? '; softmax at the end' : '';
  return (
    'Input: uint8 RGB, 256×256, the whole image resized. As stated at import, by nodes of model.onnx: ' +
    `${inputSize}×${inputSize}, ${order}, ${numbers}${end}.`
  );
}
