import type { z } from 'zod';
import { errnoOf, messageOf, SmearwatchError } from '../../errors.js';
import { readinessSchema, statusSchema, type ReadinessAnswer, type StatusAnswer } from './daemon-answers.js';

/** What a daemon says of itself. */
export interface DaemonReport {
  readonly url: string;
  readonly readiness: ReadinessAnswer;
  readonly status: StatusAnswer;
}

/** A daemon answers in milliseconds; after this time it is reported as not answering. */
const TIMEOUT_MS = 5000;

/**
 * `signal` ends it early.
 * @throws SmearwatchError `daemon-unreachable`, `daemon-unknown`
 */
export async function askDaemon(url: string, signal?: AbortSignal): Promise<DaemonReport> {
  const [readiness, status] = await Promise.all([
    // 503 while it is not ready: an answer like any other.
    askJson({ url, page: '/readyz', wanted: [200, 503], signal }, readinessSchema),
    askJson({ url, page: '/status', wanted: [200], signal }, statusSchema),
  ]);
  return { url, readiness, status };
}

/** The text of /metrics. @throws as `askDaemon` */
export function askMetrics(url: string, signal?: AbortSignal): Promise<string> {
  return ask({ url, page: '/metrics', wanted: [200], signal });
}

interface Question {
  readonly url: string;
  readonly page: string;
  /** Status codes of an answer. */
  readonly wanted: readonly number[];
  readonly signal: AbortSignal | undefined;
}

async function askJson<Schema extends z.ZodType>(
  question: Question,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await ask(question);
  const { data, error } = schema.safeParse(parseJson(text));
  if (error) throw unknown(question, 'it answers something else', error);
  return data;
}

async function ask(question: Question): Promise<string> {
  const { url, page, wanted, signal } = question;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}${page}`, {
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    text = await response.text();
  } catch (error) {
    throw unreachable(url, error);
  }
  if (!wanted.includes(response.status)) throw unknown(question, `it answers ${response.status}`);
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Of another program; the schema refuses it.
    return undefined;
  }
}

function unreachable(url: string, error: unknown): SmearwatchError {
  return new SmearwatchError('daemon-unreachable', `No daemon answers at ${url} (${whyOf(error)})`, {
    cause: error,
  });
}

/** fetch says "fetch failed", and the reason in its cause. */
function whyOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `not within ${TIMEOUT_MS / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  return errnoOf(cause) ?? messageOf(cause ?? error);
}

function unknown({ url, page }: Question, why: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError('daemon-unknown', `${url} is no Smearwatch daemon: asked for ${page}, ${why}`, {
    cause,
  });
}
