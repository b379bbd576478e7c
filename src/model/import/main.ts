import { open } from 'node:fs/promises';
import { messageOf, SmearwatchError } from '../../errors.js';
import { digestBytes, writeSynced } from '../registry/files.js';
import { convertForeign } from './convert.js';
import { tooLarge, unreadable } from './failures.js';
import type { FromImport, ToImport } from './statement.js';
import { tryModel } from './try-model.js';

/**
 * The process that reads a foreign file, started by `runImport`, which ends it when it takes too long: whatever the file does
 * to a parser or to ONNX Runtime, it does it here. It takes one message, answers one, and ends.
 */
process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole process group; the parent decides
process.once('message', (message: ToImport) => {
  void convert(message)
    .then(send, (error: unknown) => send({ type: 'failed', failure: asFailure(error) }))
    .finally(() => process.disconnect());
});

async function convert({ file, target, statement }: ToImport): Promise<FromImport> {
  const bytes = await readBounded(file);
  const converted = convertForeign(bytes, statement);
  await writeSynced(target, converted.bytes);
  const engine = await tryModel(target, statement, converted.foreign.wasFixedToOneImage);
  return { type: 'converted', foreign: { ...digestBytes(bytes), ...converted.foreign }, engine };
}

/** AlexNet with 1,000 classes has 244 MB; protobuf ends at 2 GiB. */
const MAX_BYTES = 1 << 30;

async function readBounded(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_BYTES) throw tooLarge(size, MAX_BYTES);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    throw unreadable(`it cannot be read: ${messageOf(error)}`, error);
  }
}

function send(message: FromImport): void {
  process.send?.(message);
}

function asFailure(error: unknown): Extract<FromImport, { type: 'failed' }>['failure'] {
  if (!(error instanceof SmearwatchError)) return { code: 'import-unreadable', message: messageOf(error) };
  const { code, message, hint } = error;
  return hint === undefined ? { code, message } : { code, message, hint };
}
