import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * Adds security headers to every reply, errors included: replies are not pages, so they may not be framed,
 * guessed to be another type, or cached. There is no HSTS: the daemon speaks plain HTTP, and a proxy that
 * adds TLS decides that.
 */
export async function addSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    frameguard: { action: 'deny' },
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
}
