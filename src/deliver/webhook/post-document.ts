import { errnoOf, messageOf, SmearwatchError } from '../../errors.js';

export interface Receiver {
  readonly url: string;
  readonly timeoutMs: number;
}

export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Fires when the caller does not wait for the answer any longer. */
  readonly givenUp: AbortSignal;
}

/**
 * Bytes that are read of an answer's body, so that the connection can be used again. Its content is ignored.
 */
const LONGEST_ANSWER_BYTES = 65_536;

/**
 * Sends one document, and resolves when its receiver has confirmed it (2xx). Redirects are not followed: a
 * party that can cause one must not choose where results go.
 * @throws SmearwatchError `webhook-unreachable`, `webhook-refused`. They name the receiver, not its path,
 *   which may be a secret
 */
export async function postDocument(
  { url, timeoutMs }: Receiver,
  { headers, body, givenUp }: Post,
): Promise<void> {
  const { origin } = new URL(url);
  let response: Response;
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), givenUp]);
    response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  } catch (error) {
    throw unreachable(origin, timeoutMs, error);
  }
  await discard(response);
  if (!response.ok) throw refused(origin, response.status);
}

/**
 * Discards the body. The answer has been received already; a body that breaks off, never ends or is huge does
 * not change it.
 */
async function discard({ body }: Response): Promise<void> {
  if (!body) return;
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > LONGEST_ANSWER_BYTES) return;
    }
  } catch {
    // The body is irrelevant, as described above.
  }
}

/** Reasons for an abort, by the name of the error that the signal is aborted with. */
const LATE: Readonly<Record<string, (timeoutMs: number) => string>> = {
  TimeoutError: (timeoutMs) => `it did not answer within ${timeoutMs} ms`,
  AbortError: () => 'it did not answer before the daemon stopped',
};

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function unreachable(origin: string, timeoutMs: number, error: unknown): SmearwatchError {
  const why = LATE[errorName(error)]?.(timeoutMs) ?? reasonOf(error);
  return new SmearwatchError('webhook-unreachable', `The webhook ${origin} cannot be reached: ${why}`, {
    hint: /certificate/i.test(why)
      ? "Let the service's environment name the hospital's own authority: NODE_EXTRA_CA_CERTS=/etc/ssl/hospital-ca.pem"
      : 'Check the address, the network between, and whether the receiver runs. Nothing is lost in the meantime.',
    cause: error,
  });
}

/**
 * Reason of a failed request. `fetch` fails with "fetch failed" and keeps the reason as its cause; for
 * several addresses, the cause is a list without a message.
 */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause) || (errnoOf(cause) ?? 'unknown error');
}

function refused(origin: string, status: number): SmearwatchError {
  return new SmearwatchError('webhook-refused', `The webhook ${origin} answered ${status}`, {
    hint: hintOf(status),
  });
}

function hintOf(status: number): string {
  if (status >= 300 && status < 400)
    return 'Redirects are not followed: put the address that it leads to into the url.';
  if (status === 401 || status === 403)
    return "Do both sides have the same secret, and are both clocks right? The receiver's log should say.";
  if (status < 500)
    return "The receiver's log should have the reason. The result is kept and sent again; those after it wait.";
  return 'The receiver failed internally. Nothing is lost in the meantime.';
}
