import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { faultPoint, torn } from '../faults.js';
import type { Delivery } from '../ledger/ledger.js';
import { documentOf } from './document.js';
import type { Sink } from './sink.js';
import { explainUnwritable } from './unwritable.js';

const NEWLINE = 0x0a;
const TAIL_BYTES = 65_536;

/**
 * Appends one line of JSON per result. The file is opened for each group, so that log rotation may rename it.
 */
export class NdjsonSink implements Sink {
  readonly name: string;
  readonly #file: string;

  constructor(name: string, file: string) {
    this.name = name;
    this.#file = file;
  }

  async deliver(deliveries: readonly Delivery[]): Promise<number> {
    const handle = await openToAppend(this.#file);
    try {
      await dropHalfLine(handle);
      const lines = deliveries.map((delivery) => `${JSON.stringify(documentOf(delivery))}\n`).join('');
      await handle.writeFile(torn('ndjson-half-written', lines));
      faultPoint('ndjson-half-written');
      await handle.sync();
      faultPoint('ndjson-written');
      return deliveries.length;
    } finally {
      await handle.close();
    }
  }
}

async function openToAppend(file: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(file), { recursive: true });
    return await open(file, 'a+');
  } catch (error) {
    throw await explainUnwritable(file, error);
  }
}

/**
 * Removes an incomplete last line, left by a crash in the middle of a write; its delivery was not
 * acknowledged and is repeated.
 */
async function dropHalfLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  let end = size;
  const tail = Buffer.alloc(TAIL_BYTES);
  while (end > 0) {
    const start = Math.max(0, end - TAIL_BYTES);
    const { bytesRead } = await handle.read(tail, 0, end - start, start);
    const newline = tail.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (newline >= 0) {
      end = start + newline + 1;
      break;
    }
    end = start;
  }
  if (end < size) await handle.truncate(end);
}
