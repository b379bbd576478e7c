/** Bytes of a file that a reader asks for; it is given fewer where the file ends. */
export interface ByteRange {
  readonly position: number;
  readonly length: number;
}

/**
 * A reader that does not know where its bytes come from: it yields what it needs and is resumed with it. The
 * watcher reads a few kilobytes of a file that may be on a slow share; the decoder has the whole file in
 * memory.
 */
export type Reading<T> = Generator<ByteRange, T, Buffer>;

/** Runs a reader on a file that is in memory. */
export function readFromMemory<T>(reading: Reading<T>, bytes: Buffer): T {
  let step = reading.next();
  while (step.done !== true) {
    const { position, length } = step.value;
    step = reading.next(bytes.subarray(position, position + length));
  }
  return step.value;
}

/** Runs a reader on a file of which every range is read when it is asked for. */
export async function readFromSource<T>(
  reading: Reading<T>,
  source: { read(position: number, length: number): Promise<Buffer> },
): Promise<T> {
  let step = reading.next();
  while (step.done !== true) step = reading.next(await source.read(step.value.position, step.value.length));
  return step.value;
}
