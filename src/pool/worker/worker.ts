import { workerData } from 'piscina';
import { configureDecoding } from '../../decode/decode-image.js';
import type { Session } from '../../engine.js';
import { failureOf } from '../../errors.js';
import { hasPoison } from '../../faults.js';
import { IMAGE_BYTES } from '../../images.js';
import { KnownImages } from '../../ledger/known-images.js';
import { loadEngine } from '../../model/engines/load-engine.js';
import { NativeLock } from '../native-lock.js';
import type {
  ClassifyRequest,
  FailedReply,
  FileReply,
  FilesRequest,
  ModelOutput,
  WorkerReply,
  WorkerSetup,
} from '../protocol.js';
import { WorkerProgress } from '../worker-progress.js';
import { prepareBatch } from './prepare-batch.js';

/**
 * One inference worker: it reads and decodes the files of a batch, one after the other, into memory that it
 * keeps, and runs one session per model on them. Sessions are single-threaded, since the pool uses the cores.
 * Pixels never leave the worker. Loading starts with the thread, but a failure is kept for the first request:
 * a worker that throws while it starts would only be missing from the pool.
 */
const setup = workerData as WorkerSetup;
const progress = WorkerProgress.of(setup.progress);
const nativeLock = NativeLock.of(setup.nativeLock);
const known = setup.ledgerFile === undefined ? undefined : KnownImages.open(setup.ledgerFile);
const loading = loadSessions(setup).finally(() => nativeLock.release());
loading.catch(() => undefined);
/** Memory for the pixels, as large as the largest batch so far. */
let pixelsOfBatch = new Uint8Array(0);
let previous: Promise<unknown> = Promise.resolve();

configureDecoding();

/**
 * Handles one request at a time: the next one already waits here, so that the thread has no idle time between
 * two.
 */
export default function classifyInTurn(request: ClassifyRequest): Promise<WorkerReply> {
  const reply = previous.then(() => classify(request));
  previous = reply;
  return reply;
}

/** Answers a request. Never rejects. */
async function classify(request: ClassifyRequest): Promise<WorkerReply> {
  const start = performance.now();
  progress.begin();
  try {
    const sessions = await loading;
    const { files, pixels, count } =
      request.kind === 'files' ? await prepare(request) : { ...request, files: [] };
    if (hasPoison()) await (await import('./poison.js')).takePoison(pixels.subarray(0, count * IMAGE_BYTES));
    const perModel: ModelOutput[] = [];
    for (const session of sessions) {
      perModel.push(await timed(session, pixels, count));
      progress.step();
    }
    return { kind: 'classified', perModel, files, workMs: performance.now() - start };
  } catch (error) {
    return failure(error);
  }
}

async function prepare(
  request: FilesRequest,
): Promise<{ files: FileReply[]; pixels: Uint8Array; count: number }> {
  const room = request.files.length * IMAGE_BYTES;
  if (pixelsOfBatch.length < room) pixelsOfBatch = new Uint8Array(room);
  const pixels = pixelsOfBatch;
  const files = await prepareBatch(request, { pixels, isKnown, onProgress: () => progress.step() });
  return { files, pixels, count: files.filter(({ kind }) => kind === 'classified').length };
}

function isKnown(sha256: string): boolean {
  if (known === undefined) return false;
  nativeLock.hold();
  try {
    return known.has(sha256);
  } finally {
    nativeLock.release();
  }
}

async function loadSessions({ models, kernels }: WorkerSetup): Promise<Session[]> {
  const sessions: Session[] = [];
  for (const { identity, file, classes } of models) {
    const engine = await loadEngine(identity.engine);
    sessions.push(await engine.open(file, classes.length, { threads: 1, kernels }));
  }
  return sessions;
}

async function timed(session: Session, pixels: Uint8Array, count: number): Promise<ModelOutput> {
  const { computedBy, fallback } = session;
  if (count === 0) return { probabilities: new Float32Array(0), durationMs: 0, computedBy, fallback };
  const start = performance.now();
  const probabilities = await nativeLock.during(() => session.run(pixels, count));
  return { probabilities, durationMs: performance.now() - start, computedBy, fallback };
}

function failure(error: unknown): FailedReply {
  return { kind: 'failed', ...failureOf(error, 'inference-failed') };
}
