import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { errorOf } from '../../src/errors.js';
import { createTelemetry } from '../../src/telemetry/create-telemetry.js';
import { createLogger } from '../../src/telemetry/log.js';
import type { Telemetry } from '../../src/telemetry/telemetry.js';

let lines: Record<string, unknown>[];
let telemetry: Telemetry;
beforeEach(() => {
  lines = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const logger = createLogger({ level: 'info', version: '1.2.3', stream: { write } });
  telemetry = createTelemetry({ logger, registry: new Registry() });
});

function failure(code: string, message = 'no'): Error {
  return errorOf({ code, message });
}

function repeat(times: number, work: (time: number) => void): void {
  for (let time = 0; time < times; time += 1) work(time);
}

/** Level, text and number of failures of each line. */
function told(): unknown[] {
  return lines.map(({ level, msg, failures }) => [level, msg, ...(failures === undefined ? [] : [failures])]);
}

const LOADED = {
  model: { name: 'alexnet', version: '1', weightsSha256: 'ab', engine: 'onnxruntime', precision: 'fp32' },
  computedBy: { computation: 'smearwatch-front', engineVersion: '1.30.0' },
} as const;
const COUNTS = { files: 1, missed: 0, unreadable: 0, durationMs: 1 };

describe('A condition that lasts', () => {
  it.each<[string, string, (t: Telemetry) => void, (t: Telemetry) => void, [string, string]]>([
    [
      'a missing folder',
      'warn',
      (t) => t.rescanFailed({ scanner: 'left', error: failure('scanner-folder-missing') }),
      (t) => t.rescanFinished({ scanner: 'left', ...COUNTS }),
      ['Scanner folder missing; periodic rescans continue', 'Scanner folder is back'],
    ],
    [
      'a subfolder that cannot be read',
      'warn',
      (t) => {
        t.rescanFinished({ scanner: 'left', ...COUNTS, unreadable: 1 });
        t.rescanFailed({ scanner: 'left', error: failure('scanner-entries-unreadable') });
      },
      (t) => t.rescanFinished({ scanner: 'left', ...COUNTS }),
      [
        'Part of a scanner folder cannot be read; periodic rescans continue',
        'All of a scanner folder can be read again',
      ],
    ],
    [
      'watches that have run out',
      'warn',
      (t) => t.watchFailed({ scanner: 'left', error: failure('ENOSPC') }),
      (t) => t.watchRestored({ scanner: 'left' }),
      ['Watch error on scanner folder; periodic rescans continue', 'Scanner folder is watched again'],
    ],
    [
      'a ledger that cannot be written',
      'error',
      (t) => t.ledgerWriteFailed({ error: failure('ERR_SQLITE_ERROR') }),
      (t) => t.ledgerCommitted({ durationMs: 1 }),
      [
        'The ledger cannot be written; images wait in their folders, and writes are repeated',
        'The ledger can be written again',
      ],
    ],
    [
      'a sink that fails',
      'warn',
      (t) => t.deliveryFailed({ sink: 'json', error: failure('folder-unwritable') }),
      (t) => t.delivered({ sink: 'json', records: 1, durationMs: 1 }),
      [
        'Results cannot be delivered; they wait in the ledger, and are tried again',
        'Results are delivered again',
      ],
    ],
    [
      'files that cannot be moved',
      'warn',
      (t) => t.fileDisposalFailed({ scanner: 'left', path: 'a.png', error: failure('EROFS') }),
      (t) => t.fileDisposed({ scanner: 'left', path: 'a.png', action: 'move' }),
      [
        'Files with a result cannot be moved or deleted; they are tried again',
        'Files are moved or deleted again',
      ],
    ],
    [
      'label files that cannot be searched for',
      'warn',
      (t) => t.labelFilesFailed({ scanner: 'left', error: failure('EACCES') }),
      (t) => t.labelFilesRead({ scanner: 'left' }),
      ['The search for label files failed; periodic searches continue', 'Label files are read again'],
    ],
    [
      'a worker that cannot be replaced',
      'error',
      (t) => t.workerMissing({ error: failure('model-unknown'), retryMs: 1000 }),
      (t) => t.workerFound(),
      [
        'An inference worker is missing and could not be replaced; it is tried again',
        'The missing inference worker has been replaced',
      ],
    ],
    [
      'a kernel that cannot be used',
      'warn',
      (t) => t.modelComputed({ ...LOADED, fallback: { reason: 'kernel-unavailable', message: 'no memory' } }),
      (t) => t.modelComputed(LOADED),
      [
        'A kernel does not compute the model; ONNX Runtime does, more slowly',
        'The kernels compute the model again',
      ],
    ],
    [
      'drift that cannot be measured',
      'warn',
      (t) => t.driftFailed({ error: failure('ERR_SQLITE_ERROR') }),
      (t) => t.driftFollowed(),
      ['Drift cannot be measured; classification continues', 'Drift is measured again'],
    ],
  ])('is one line when it begins and one when it ends: %s', (_, level, fail, succeed, [begin, end]) => {
    repeat(2, () => succeed(telemetry));
    repeat(100, () => fail(telemetry));
    repeat(2, () => succeed(telemetry));
    fail(telemetry);
    expect(told()).toEqual([
      [level, begin],
      ['info', end, 100],
      [level, begin],
    ]);
  });

  it('is a line for each of its reasons, also when they alternate, with any text', () => {
    repeat(50, (time) => {
      telemetry.deliveryFailed({ sink: 'json', error: failure('ENOSPC', `only ${time} bytes are free`) });
      telemetry.deliveryFailed({ sink: 'json', error: failure('EIO') });
    });
    expect(lines).toMatchObject([{ err: { code: 'ENOSPC' } }, { err: { code: 'EIO' } }]);
  });

  it('is logged separately for each scanner and sink', () => {
    for (const scanner of ['left', 'right'])
      telemetry.rescanFailed({ scanner, error: failure('scanner-folder-missing') });
    telemetry.rescanFinished({ scanner: 'right', ...COUNTS });
    expect(lines).toMatchObject([
      { level: 'warn', scanner: 'left' },
      { level: 'warn', scanner: 'right' },
      { level: 'info', scanner: 'right', msg: 'Scanner folder is back' },
    ]);
  });
});

it('Entries of an audit trail that cannot be written are in the log once each', () => {
  const waiting: { event: string }[] = [];
  repeat(3, (time) => {
    waiting.push({ event: `event-${time}` });
    repeat(10, () => telemetry.auditFailed({ error: failure('EROFS'), waiting }));
  });
  telemetry.auditAppended({ sequence: 1, hash: 'a', event: 'event-0', actor: 'daemon', details: '{}' });
  expect(told()).toEqual([
    ['error', 'The audit trail cannot be written; classification continues'],
    ...Array.from({ length: 3 }, () => ['error', 'Audit entries wait until the trail can be written']),
    ['info', 'The audit trail can be written again', 30],
    ['info', 'Audit entry'],
  ]);
  expect(lines.flatMap(({ waiting: entries }) => entries ?? [])).toEqual(waiting);
});
