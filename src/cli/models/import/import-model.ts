import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { runImport, type RunImportOptions } from '../../../model/import/run-import.js';
import type { Imported, Stated } from '../../../model/import/statement.js';
import type { ModelContent } from '../../../model/registry/contents.js';
import { LAYERS_FILE, MODEL_FILE, modelFileOf, WEIGHTS_FILE } from '../../../model/registry/model-files.js';
import type { ModelVersion, Registry } from '../../../model/registry/registry.js';
import { SOFTWARE } from '../../../version.js';
import { checkModelName } from '../model-name.js';

export interface ImportPlan extends RunImportOptions {
  readonly name: string;
  readonly intendedUse: string;
  readonly statement: Stated;
}

/** Converts a foreign file, tries it, and adds it to the registry; otherwise nothing is added. */
export async function importModel(
  registry: Registry,
  file: string,
  { name, intendedUse, statement: stated, ...options }: ImportPlan,
): Promise<ModelVersion> {
  checkModelName(name);
  const folder = await mkdtemp(join(tmpdir(), 'smearwatch-import-'));
  try {
    const imported = await runImport({ file: resolve(file), folder, statement: stated }, options);
    const { statement, foreign } = imported;
    return await registry.add({
      name,
      architecture: { name: 'imported', options: { ...statement } },
      classes: [...statement.classes],
      precision: 'fp32',
      preprocessing: preprocessingOf(imported),
      trainedOn: { import: { file: basename(file), ...foreign } },
      evaluation: {},
      intendedUse,
      software: softwareOf(imported),
      model: contentOf(folder, imported),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function contentOf(folder: string, { format }: Imported): ModelContent {
  switch (format) {
    case 'onnx':
      return { onnx: join(folder, MODEL_FILE) };
    case 'layers-model':
      return { layers: join(folder, LAYERS_FILE), weights: join(folder, WEIGHTS_FILE) };
  }
}

function softwareOf({ engine, foreign: { producer } }: Imported): Record<string, string> {
  const [engineName = '', engineVersion = ''] = engine.split(' ');
  return { smearwatch: SOFTWARE.version, node: SOFTWARE.node, [engineName]: engineVersion, producer };
}

function preprocessingOf({ format, statement }: Imported): string {
  const { inputSize, layout, channels, scale, mean, deviation, outputIs } = statement;
  const order = `${channels.toUpperCase()}, ${layout.toUpperCase()}`;
  const numbers = `(pixel / ${scale} − [${mean.join(', ')}]) / [${deviation.join(', ')}]`;
  const end = outputIs === 'logits' ? '; softmax at the end' : '';
  const where = format === 'onnx' ? `by nodes of ${MODEL_FILE}` : `kept in ${modelFileOf({ format })}`;
  return (
    `Input: uint8 RGB, 256×256, the whole image resized. As stated at import, ${where}: ` +
    `${inputSize}×${inputSize}, ${order}, ${numbers}${end}.`
  );
}
