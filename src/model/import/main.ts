import { sendToParent } from '../../child-process.js';
import { failureOf } from '../../errors.js';
import { isJson } from '../json-file.js';
import { importOnnx } from './import-onnx.js';
import { importLayersModel } from './layers-model/import-layers-model.js';
import { readStart } from './read-bounded.js';
import type { FromImport, Imported, ToImport } from './statement.js';

/**
 * Main module of the process that reads a foreign file. `runImport` starts it and ends it after the time
 * limit, so that a file that harms a parser or an engine harms only this process. It takes one message, sends
 * one answer, and ends.
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

/**
 * Converts a file by its content: names say little, and the `model.json` of a LayersModel has the same name
 * as a GraphModel's.
 */
async function convert(message: ToImport): Promise<Imported> {
  const start = await readStart(message.file, 64);
  return isJson(start) ? importLayersModel(message) : importOnnx(message);
}

function send(message: FromImport): void {
  sendToParent(message);
}
