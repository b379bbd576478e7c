import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { configureDecoding, decodeImage } from '../../decode/decode-image.js';
import type { Session } from '../../engine.js';
import { IMAGE_BYTES, IMAGE_SIDE } from '../../images.js';
import { loadEngine } from '../../model/engines/load-engine.js';
import { openProduct } from './product.js';
import type {
  DecodeSetup,
  HashSetup,
  ImageSetup,
  LaneModel,
  LaneSetup,
  NetworkSetup,
  LaneWork,
} from './protocol.js';

export async function openWork(setup: LaneSetup): Promise<LaneWork> {
  configureDecoding();
  switch (setup.kind) {
    case 'decode':
      return decodeFiles(setup);
    case 'network':
      return classifyBatches(setup);
    case 'image':
      return classifyFiles(setup);
    case 'product':
      return openProduct(setup);
    case 'hash':
      return hashBytes(setup);
    default:
      return setup satisfies never;
  }
}

function decodeFiles({ files, decoder, choice }: DecodeSetup): LaneWork {
  const next = inTurn(files);
  const decode =
    decoder === 'sharp' ? bySharpAlone : (bytes: Buffer) => decodeImage(bytes, { decoder: choice });
  return () => decode(readFileSync(next()));
}

/** The simple solution with sharp: the whole image, shrunk to the contract's side. */
function bySharpAlone(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes, { sequentialRead: true })
    .flatten({ background: '#ffffff' })
    .resize(IMAGE_SIDE, IMAGE_SIDE, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
}

async function classifyBatches({ model, pixels: shared }: NetworkSetup): Promise<LaneWork> {
  const session = await open(model);
  // Sessions accept no shared memory.
  const pixels = Uint8Array.from(new Uint8Array(shared));
  const images = pixels.length / IMAGE_BYTES;
  let from = 0;
  return (batch) => {
    if (from + batch > images) from = 0;
    const start = from * IMAGE_BYTES;
    from += batch;
    return session.run(pixels.subarray(start, start + batch * IMAGE_BYTES), batch);
  };
}

async function classifyFiles({ files, models, decoder }: ImageSetup): Promise<LaneWork> {
  const next = inTurn(files);
  const sessions: Session[] = [];
  for (const model of models) sessions.push(await open(model));
  return async () => {
    const { pixels } = await decodeImage(readFileSync(next()), { decoder });
    for (const session of sessions) await session.run(pixels, 1);
  };
}

function hashBytes({ bytes }: HashSetup): LaneWork {
  const content = Buffer.alloc(bytes, 'smear');
  return () => Promise.resolve(hash('sha256', content, 'hex'));
}

async function open({ engine, file, classes, kernels = 'auto' }: LaneModel): Promise<Session> {
  return (await loadEngine(engine)).open(file, classes, { threads: 1, kernels });
}

function inTurn<T>(items: readonly T[]): () => T {
  let at = 0;
  return () => {
    const item = items[at % items.length];
    if (item === undefined) throw new RangeError('a lane has no files');
    at += 1;
    return item;
  };
}
