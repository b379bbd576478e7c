import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { errnoOf, messageOf, SmearwatchError } from '../errors.js';
import type { StatusSource } from './status.js';

export interface HttpOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly registry: Registry;
  readonly source: StatusSource;
}

export interface HttpServer {
  /** Where it listens: `http://127.0.0.1:9464`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves /metrics, /healthz, /readyz and /status, to read only.
 * @throws SmearwatchError `http-unavailable` when the address cannot be listened on
 */
export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  const app = createApp(options);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    throw unavailable(options, error);
  }
  // A scraper and a few probes; more is a mistake or an attack, and must not use up the daemon's file descriptors.
  app.server.maxConnections = 64;
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, port, close: () => app.close() };
}

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

function createApp({ registry, source }: HttpOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    // A daemon that stops does not wait for a scraper's idle connection.
    forceCloseConnections: true,
  });
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
  app.setNotFoundHandler((_request, reply) =>
    sendError(reply, 404, 'not-found', 'There are /metrics, /healthz, /readyz and /status.'),
  );
  app.setErrorHandler((error, _request, reply) =>
    sendError(reply, statusCodeOf(error), 'failed', messageOf(error)),
  );
  return app;
}

/** Before anything is parsed: nothing here takes a body. */
function refuseOtherMethods(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (request.method === 'GET' || request.method === 'HEAD') return;
    reply.header('allow', 'GET, HEAD');
    await sendError(reply, 405, 'method-not-allowed', 'Only GET and HEAD are allowed.');
  });
}

async function sendError(reply: FastifyReply, status: number, error: string, message: string): Promise<void> {
  await reply.code(status).type('application/json; charset=utf-8').send({ error, message });
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
  return new SmearwatchError(`Cannot listen on ${host} port ${port}: ${messageOf(error)}`, {
    code: 'http-unavailable',
    hint,
    cause: error,
  });
}
