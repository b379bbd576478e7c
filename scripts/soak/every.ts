import { setTimeout as delay } from 'node:timers/promises';

/** Does `work` so often, one at a time, until the signal comes; the first time after one interval. */
export async function every(
  intervalMs: number,
  signal: AbortSignal,
  work: () => Promise<void> | void,
): Promise<void> {
  let dueMs = performance.now() + intervalMs;
  while (await hasCome(dueMs, signal)) {
    await work();
    dueMs = Math.max(dueMs + intervalMs, performance.now());
  }
}

/** False when the signal comes first. */
async function hasCome(dueMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(Math.max(0, dueMs - performance.now()), undefined, { signal });
    return true;
  } catch {
    return false; // Aborted, which is how it is ended.
  }
}
