import { sendToParent } from '../../child-process.js';
import { failureOf } from '../../errors.js';
import { isJson } from '../json-file.js';
import { importOnnx } from './import-onnx.js';
import { importLayersModel } from './layers-model/import-layers-model.js';
import { readStart } from './read-bounded.js';
import type { FromImport, Imported, ToImport } from './statement.js';

/**
 * The process that reads a foreign file, started by `runImport`, which ends it when it takes too long:
 * whatever the file does to a parser or to an engine, it does it here. It takes one message, answers one, and
 * ends.
 */
process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole process group; the parent decides
process.once('message', (message: ToImport) => {
  void convert(message)
    .then(
      (imported) => send({ type: 'converted', imported }),
      (error: unknown) => send({ type: 'failed', failure: failureOf(error, 'import-unreadable') }),
    )
    .finally(() => process.disconnect());
});

/** By content: names say little, and a LayersModel's `model.json` is called like a GraphModel's. */
async function convert(message: ToImport): Promise<Imported> {
  const start = await readStart(message.file, 64);
  return isJson(start) ? importLayersModel(message) : importOnnx(message);
}

function send(message: FromImport): void {
  sendToParent(message);
}
