/**
 * The process that decodes, as the daemon does: the same settings, limits and number of images at once. It
 * may crash, hang or grow; `scripts/fuzz.ts` watches it.
 */
import { configureDecoding, decodeImage, type DecodedImage } from '../../src/decode/decode-image.js';
import { SmearwatchError } from '../../src/errors.js';
import { IMAGE_BYTES } from '../../src/images.js';
import { formatEndOf } from '../../src/watch/format-end.js';
import { IMAGE_FAILURE_CODES } from '../../test/fixtures/image-failure-codes.js';
import { makeCorpus } from './corpus.js';
import { makeInput } from './mutate.js';
import type { Assignment, FromDecoder } from './protocol.js';

const LANES = 3;
const CODES: readonly string[] = [...IMAGE_FAILURE_CODES, 'decode-timeout'];
const assignment = JSON.parse(process.argv[2] ?? '') as Assignment;
const corpus = await makeCorpus();

configureDecoding();
let next = assignment.from;
await Promise.all(Array.from({ length: LANES }, lane));
process.disconnect();

async function lane(): Promise<void> {
  for (let index = next++; index < assignment.to; index = next++) {
    tell({ kind: 'begun', index });
    const { bytes } = makeInput(corpus, assignment.seed, index);
    const start = performance.now();
    const outcome = await outcomeOf(bytes);
    const durationMs = performance.now() - start;
    tell({ kind: 'ended', index, durationMs, rss: process.memoryUsage.rss(), ...outcome });
  }
}

async function outcomeOf(bytes: Buffer): Promise<{ outcome: string; finding?: string }> {
  try {
    await checkEnd(bytes);
    const finding = wrongWith(await decodeImage(bytes));
    return { outcome: 'decoded', ...(finding !== undefined && { finding }) };
  } catch (error) {
    if (!(error instanceof SmearwatchError)) return { outcome: 'threw', finding: `threw ${String(error)}` };
    const finding = wrongWithFailure(error);
    return { outcome: error.code, ...(finding !== undefined && { finding }) };
  }
}

/** The watcher looks at the same bytes before: it must not throw either. */
async function checkEnd(bytes: Buffer): Promise<void> {
  if (bytes.length < 16) return;
  const read = (position: number, length: number): Promise<Buffer> =>
    Promise.resolve(bytes.subarray(position, position + length));
  await formatEndOf({ size: bytes.length, read });
}

function wrongWith({ pixels, width, height }: DecodedImage): string | undefined {
  if (pixels.length !== IMAGE_BYTES) return `${pixels.length} bytes of pixels`;
  return width > 0 && height > 0 ? undefined : `${width}×${height} pixels`;
}

function wrongWithFailure({ code, message, hint }: SmearwatchError): string | undefined {
  if (!CODES.includes(code)) return `code ${code}`;
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  const isSentence = /^The [^\u0000-\u001f]+$/.test(message) && message.length < 300;
  return isSentence && hint !== '' ? undefined : `no sentence: ${JSON.stringify(message)}`;
}

function tell(message: FromDecoder): void {
  process.send?.(message);
}
