import type { FastifyReply } from 'fastify';
import { helpOf, type ErrorCode } from '../../errors.js';

/** Sends an error as `{ error, message }`: a code for programs and a sentence for people. */
export async function sendError(
  reply: FastifyReply,
  status: number,
  error: ErrorCode,
  message = helpOf(error),
): Promise<void> {
  await reply.code(status).type('application/json; charset=utf-8').send({ error, message });
}
