import { workerData } from 'piscina';
import { messageOf, SmearwatchError } from '../errors.js';
import { hasPoison } from '../faults.js';
import type { Session } from '../model/engine.js';
import { loadEngine } from '../model/engines/load-engine.js';
import type { ClassifyRequest, FailedReply, ModelOutput, WorkerReply, WorkerSetup } from './protocol.js';

/**
 * One inference worker: a session per model, single-threaded, since the pool is what uses the cores. Loading starts
 * with the thread, but a failure is kept for the first request: a worker that throws while it starts would only be
 * missing from the pool.
 */
const setup = workerData as WorkerSetup;
const loading = loadSessions(setup).then(
  (sessions) => ({ ok: true as const, sessions }),
  (error: unknown) => ({ ok: false as const, error }),
);

export default async function classify({ pixels, count }: ClassifyRequest): Promise<WorkerReply> {
  const loaded = await loading;
  if (!loaded.ok) return failure(loaded.error);
  if (hasPoison()) await (await import('./poison.js')).takePoison(pixels);
  try {
    const perModel: ModelOutput[] = [];
    for (const session of loaded.sessions) perModel.push(await timed(session, pixels, count));
    return { kind: 'classified', perModel };
  } catch (error) {
    return failure(error);
  }
}

async function loadSessions({ models }: WorkerSetup): Promise<Session[]> {
  const sessions: Session[] = [];
  for (const { identity, file, classes } of models) {
    const engine = await loadEngine(identity.engine);
    sessions.push(await engine.open(file, classes.length, { threads: 1 }));
  }
  return sessions;
}

async function timed(session: Session, pixels: Uint8Array, count: number): Promise<ModelOutput> {
  const start = performance.now();
  const probabilities = await session.run(pixels, count);
  return { probabilities, durationMs: performance.now() - start };
}

function failure(error: unknown): FailedReply {
  const code = error instanceof SmearwatchError ? error.code : 'inference-failed';
  return { kind: 'failed', code, message: messageOf(error) };
}
