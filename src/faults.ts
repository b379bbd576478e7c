import { SmearwatchError } from './errors.js';

/**
 * Faults on purpose, for the torture test: the daemon kills, freezes or fails itself between two durable
 * steps. Armed by the environment, and only in tests:
 *
 *     NODE_ENV=test SMEARWATCH_FAULT=kill@recorded:3,fail@json-written
 *
 * is: SIGKILL at the third time that `recorded` is passed, ENOSPC at the first `json-written`.
 * `kill@preparing=bad` acts at names with "bad" in them only, each time. `poison` lets marked images kill
 * their worker (pool/worker/poison.ts). Without the variable, passing a point costs one comparison.
 */
export const FAULT_POINTS = [
  /** A settled file, before the ledger hears of it, and after. */
  ...(['settled-not-queued', 'queued'] as const),
  /** Claims are marked `running`. */
  'claimed',
  /** Before an image is read, and when its pixels are there. */
  ...(['preparing', 'prepared'] as const),
  'classified-not-recorded',
  /** Inside the transaction: the result is inserted, its file is not done yet. */
  'recording',
  'recorded',
  /** Before and after a failed attempt, or a copy's end, is durable. */
  ...(['failed-not-recorded', 'failure-recorded'] as const),
  /** The temporary file is written and synced; it has its name. */
  ...(['json-written', 'json-renamed'] as const),
  /** Half of what should be appended is there; all of it. */
  ...(['ndjson-half-written', 'ndjson-written'] as const),
  /**
   * A copy across file systems is complete beside its target, has its name; the image is moved or deleted.
   */
  ...(['move-copied', 'move-renamed', 'disposed'] as const),
  ...(['delivered-not-acknowledged', 'acknowledged'] as const),
  /** Two pools are up; the new one serves. */
  ...(['swap-ready', 'swapped'] as const),
  /** Before the write-ahead log is moved into the database, and after. */
  ...(['checkpointing', 'checkpointed'] as const),
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

type Action = 'kill' | 'stop' | 'abort' | 'fail';

interface Fault {
  readonly action: Action;
  readonly point: string;
  /** Acts only where the detail contains this. */
  readonly text: string | undefined;
  /** Passings until it acts. */
  left: number;
}

interface Armed {
  readonly faults: readonly Fault[];
  readonly hasPoison: boolean;
}

const armed = isAllowed(process.env) ? parse(process.env['SMEARWATCH_FAULT']) : undefined;

/**
 * Passes a point of no harm, unless a fault is armed for it. `detail` is what the fault can be narrowed to.
 */
export function faultPoint(point: FaultPoint, detail = ''): void {
  if (armed !== undefined) pass(armed, point, detail);
}

/**
 * `text`, or its first half when the next passing of `point` is a fault: what a write leaves that was cut
 * off.
 */
export function torn(point: FaultPoint, text: string): string {
  const isNext = armed?.faults.some((fault) => fault.point === point && fault.left === 1);
  return isNext === true ? text.slice(0, Math.floor(text.length / 2)) : text;
}

export function hasPoison(): boolean {
  return armed?.hasPoison ?? false;
}

/** @throws SmearwatchError `faults-not-allowed` when a daemon in use is asked for faults */
export function refuseFaultsInUse(environment: NodeJS.ProcessEnv): void {
  if (environment['SMEARWATCH_FAULT'] === undefined || isAllowed(environment)) return;
  throw new SmearwatchError(
    'faults-not-allowed',
    'SMEARWATCH_FAULT is set: it makes the daemon kill itself, for tests',
  );
}

function isAllowed(environment: NodeJS.ProcessEnv): boolean {
  return environment['NODE_ENV'] === 'test';
}

function parse(specification: string | undefined): Armed | undefined {
  if (specification === undefined || specification === '') return undefined;
  const items = specification.split(',');
  return {
    faults: items.filter((item) => item !== 'poison').map(parseFault),
    hasPoison: items.includes('poison'),
  };
}

function parseFault(item: string): Fault {
  const match = /^(kill|stop|abort|fail)@([a-z-]+)(?:=([^:]+))?(?::(\d+))?$/.exec(item);
  const point = match?.[2];
  if (!match || !FAULT_POINTS.some((name) => name === point)) {
    throw new Error(`SMEARWATCH_FAULT: ${item} is not action@point[=text][:count] with a known point`);
  }
  return { action: match[1] as Action, point: String(point), text: match[3], left: Number(match[4] ?? 1) };
}

function pass({ faults }: Armed, point: FaultPoint, detail: string): void {
  for (const fault of faults) {
    if (fault.point !== point || (fault.text !== undefined && !detail.includes(fault.text))) continue;
    fault.left -= 1;
    if (fault.left === 0 || fault.text !== undefined) act(fault.action, point);
  }
}

function act(action: Action, point: FaultPoint): void {
  switch (action) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'stop':
      process.kill(process.pid, 'SIGSTOP');
      return;
    case 'abort':
      // As `process.abort`, which threads may not call.
      process.kill(process.pid, 'SIGABRT');
      return;
    case 'fail':
      throw Object.assign(new Error(`ENOSPC: no space left on device (fault at ${point})`), {
        code: 'ENOSPC',
      });
    default:
      action satisfies never;
  }
}
