import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestBytes } from '../../files/digest-file.js';
import { loadEngine } from '../engines/load-engine.js';
import { MODEL_FILE } from '../registry/model-files.js';
import { convertForeign } from './convert.js';
import { readBounded } from './read-bounded.js';
import type { Imported, ToImport } from './statement.js';
import { tryModel } from './try-model.js';

/** Largest file: AlexNet with 1,000 classes has 244 MB; protobuf ends at 2 GiB. */
const MAX_BYTES = 1 << 30;

/**
 * Converts a foreign ONNX file to a model by the contract, writes it to `folder` and tries it.
 * @throws SmearwatchError `import-…`, `engine-unavailable`
 */
export async function importOnnx({ file, folder, statement: stated }: ToImport): Promise<Imported> {
  const statement = { ...stated, layout: stated.layout ?? 'nchw' };
  const bytes = await readBounded(file, MAX_BYTES);
  const { bytes: converted, foreign } = convertForeign(bytes, statement);
  const target = join(folder, MODEL_FILE);
  await writeFile(target, converted, { flush: true });
  const engine = await tryModel(
    await loadEngine('onnxruntime'),
    target,
    statement,
    foreign.wasFixedToOneImage,
  );
  return { format: 'onnx', statement, foreign: { ...digestBytes(bytes), ...foreign }, engine };
}
