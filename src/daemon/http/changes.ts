import bearerAuth from '@fastify/bearer-auth';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Telemetry } from '../../telemetry/telemetry.js';
import type { ApiToken } from './api-token.js';
import { sendError } from './replies.js';

export interface ChangeGuardOptions {
  readonly token: ApiToken;
  /** Changes that one address may request per minute, refused ones included. */
  readonly perMinute: number;
  readonly telemetry: Pick<Telemetry, 'changeRefused'>;
}

/**
 * Guards each route that changes something. The checks run in this order: has this address asked too often,
 * are changes allowed at all, is the token right. All three run before a byte of the body is read.
 */
export async function guardChanges(
  app: FastifyInstance,
  { token, perMinute, telemetry }: ChangeGuardOptions,
): Promise<onRequestHookHandler[]> {
  await app.register(rateLimit, { global: false });
  await app.register(bearerAuth, {
    addHook: false,
    keys: [],
    auth: (key) => token.matches(key),
    verifyErrorLogLevel: 'debug',
  });
  const refuse = (request: FastifyRequest, status: number, reason: string): void =>
    telemetry.changeRefused({ status, reason, address: request.ip });
  const limit = app.rateLimit({
    max: perMinute,
    timeWindow: 60_000,
    onExceeded: (request) => refuse(request, 429, 'too many changes'),
  });
  const isConfigured = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (token.isConfigured) return;
    refuse(request, 403, 'no token is configured');
    await sendError(reply, 403, 'changes-not-allowed');
  };
  return [limit, isConfigured, requireToken(app, refuse)];
}

function requireToken(
  app: FastifyInstance,
  refuse: (request: FastifyRequest, status: number, reason: string) => void,
): onRequestHookHandler {
  const verify = app.verifyBearerAuth;
  if (!verify) throw new Error('@fastify/bearer-auth is not registered');
  return (request, reply, done) => {
    verify(request, reply, (error) => {
      if (!error) {
        done();
        return;
      }
      refuse(request, 401, 'the token is missing or wrong');
      reply.header('www-authenticate', 'Bearer');
      void sendError(reply, 401, 'unauthorized');
    });
  };
}
