import { fastify, type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { errnoOf, messageOf, SmearwatchError, type ErrorCode } from '../../errors.js';
import { decodeText } from '../../text/decode-text.js';
import { guardChanges, type ChangeGuardOptions } from './changes.js';
import { addLabelsRoute, type GiveLabels } from './labels-route.js';
import { sendError } from './replies.js';
import { addSecurityHeaders } from './security-headers.js';
import type { StatusSource } from './status.js';

export interface HttpOptions {
  readonly host: string;
  /** TCP port; 0 selects a free one. */
  readonly port: number;
  readonly registry: Registry;
  readonly source: StatusSource;
  /** What may be changed, and with which token. */
  readonly changes: ChangeGuardOptions & { readonly giveLabels: GiveLabels };
}

export interface HttpServer {
  /** URL of the server, such as `http://127.0.0.1:9464`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves /metrics, /healthz, /readyz and /status as read-only pages, and accepts labels from clients with the
 * token.
 * @throws SmearwatchError `http-unavailable` when the address cannot be listened on
 */
export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  const app = await createApp(options);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    throw unavailable(options, error);
  }
  // A scraper and a few probes; more is a mistake or an attack, and must not use up the daemon's file
  // descriptors.
  app.server.maxConnections = 64;
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, port, close: () => app.close() };
}

async function createApp({ registry, source, changes }: HttpOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    // A daemon that stops does not wait for a scraper's idle connection.
    forceCloseConnections: true,
    // Input that does not match the schema is refused, not adapted.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
  });
  app.setErrorHandler((error, _request, reply) => {
    const status = statusCodeOf(error);
    return sendError(reply, status, ERRORS[status] ?? 'failed', messageOf(error));
  });
  acceptJsonOnly(app);
  await addSecurityHeaders(app);
  refuseOtherMethods(app);
  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const readiness = source.ready();
    await reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  app.get('/status', () => source.status());
  app.get('/metrics', async (_request, reply) => {
    await reply.type(registry.contentType).send(await registry.metrics());
  });
  addLabelsRoute(app, await guardChanges(app, changes), changes.giveLabels);
  app.setNotFoundHandler((_request, reply) => sendError(reply, 404, 'not-found'));
  return app;
}

/**
 * Accepts JSON in UTF-8 only. Fastify itself would replace bytes that are not UTF-8, and the damaged names
 * would stay in the audit trail.
 */
function acceptJsonOnly(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    let text: string;
    try {
      text = decodeText(body, ({ what, hint }) => badRequest(`The body cannot be read: ${what}. ${hint}`));
    } catch (error) {
      done(error as Error);
      return;
    }
    // Fastify's own parser: it refuses `__proto__`.
    void parseJson(request, text, done);
  });
}

function badRequest(message: string): Error {
  return Object.assign(new Error(message), { statusCode: 400 });
}

/** Error codes for requests that fastify itself refuses, by HTTP status; their messages are replaced. */
const ERRORS: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  413: 'too-large',
  415: 'not-json',
  429: 'too-many-requests',
};

/** Method of each route that takes a body; all other routes are read-only. */
const CHANGES: Readonly<Record<string, string>> = { '/labels': 'POST' };

/** Refuses methods that no route takes, before any body is parsed. */
function refuseOtherMethods(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = CHANGES[path];
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (allowed === undefined ? isRead : request.method === allowed) return;
    reply.header('allow', allowed ?? 'GET, HEAD');
    const message = allowed === undefined ? 'Only GET and HEAD are allowed.' : `Only ${allowed} is allowed.`;
    await sendError(reply, 405, 'method-not-allowed', message);
  });
}

function statusCodeOf(error: unknown): number {
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return 500;
}

const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'Another program (or another Smearwatch) listens there: stop it, or choose another http.port; 0 takes a free one.',
  EACCES: 'Ports below 1024 need a privilege: choose a higher http.port.',
  EADDRNOTAVAIL: 'This computer does not have that address: set http.host to one of its own, or to 0.0.0.0.',
  ENOTFOUND: 'The name is unknown: set http.host to an address.',
};

function unavailable({ host, port }: HttpOptions, error: unknown): SmearwatchError {
  const hint = HINTS[errnoOf(error) ?? ''] ?? 'Check http.host and http.port.';
  return new SmearwatchError(
    'http-unavailable',
    `Cannot listen on ${host} port ${port}: ${messageOf(error)}`,
    { hint, cause: error },
  );
}
