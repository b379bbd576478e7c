import { describe, expect, it } from 'vitest';
import { codeOf, errorOf, EXIT, exitCodeOf, failureOf, fateOf, SmearwatchError } from '../../src/errors.js';

/** The error after it went through JSON, as between processes. */
function sent(...failed: Parameters<typeof failureOf>): Error {
  return errorOf(JSON.parse(JSON.stringify(failureOf(...failed))) as ReturnType<typeof failureOf>);
}

describe('An error that crosses to another thread or process', () => {
  it('keeps its class, code, message and hint, and so its kind, its exit code and its fate', () => {
    const error = new SmearwatchError('engine-unavailable', 'No engine', { hint: 'Install it.' });
    const received = sent(error, 'training-failed');
    expect(received).toBeInstanceOf(SmearwatchError);
    expect(received).toMatchObject({ code: 'engine-unavailable', message: 'No engine', hint: 'Install it.' });
    expect([exitCodeOf(received), fateOf(received)]).toEqual([EXIT.usage, 'retry']);
  });

  it('of the operating system keeps its errno name', () => {
    const received = sent(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    expect(received).not.toBeInstanceOf(SmearwatchError);
    expect(received).toMatchObject({ code: 'ENOSPC', message: 'no space left' });
  });

  it('gets the code that the sender states for anything unexpected', () => {
    const received = sent(Object.assign(new Error('no space left'), { code: 'ENOSPC' }), 'training-failed');
    expect(received).toMatchObject({ code: 'training-failed', message: 'no space left' });
  });

  it.each([new TypeError('x is not a function'), 'x is not a function'])(
    'without any code arrives as unexpected',
    (thrown) => {
      expect(sent(thrown)).toMatchObject({ code: 'unexpected-error', message: 'x is not a function' });
      expect(codeOf(thrown)).toBe('unexpected-error');
    },
  );
});

it('an error without a hint of its own has the help of its code', () => {
  expect(new SmearwatchError('image-damaged', 'It is damaged').hint).toBe('Copy it again from the scanner.');
});

it.each<[ConstructorParameters<typeof SmearwatchError>[0], number]>([
  ['usage', EXIT.usage],
  ['configuration-invalid', EXIT.usage],
  ['ledger-damaged', EXIT.failed],
])('%s ends a command with exit code %s', (code, exitCode) => {
  expect(exitCodeOf(new SmearwatchError(code, 'It failed'))).toBe(exitCode);
});
