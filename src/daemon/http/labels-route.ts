import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { z } from 'zod';
import { fateOf, sentenceOf, SmearwatchError } from '../../errors.js';
import { labelRequestSchema, type LabelRequest } from '../../quality/labels/label-request.js';
import type { LabelFacts } from '../../telemetry/telemetry.js';
import { sendError } from './replies.js';

/**
 * Recording this number of labels takes less than a tenth of a second, in which the daemon does nothing else.
 */
export const MOST_LABELS = 500;
/** Room for 500 labels with paths of usual length, or for a few with the longest possible path. */
const LONGEST_BODY_BYTES = 262_144;

/**
 * Records labels, all or none.
 * @throws SmearwatchError as `LabelDesk.give`
 */
export type GiveLabels = (labels: readonly LabelRequest[]) => LabelFacts[];

const labelsSchema = z.toJSONSchema(z.array(labelRequestSchema).min(1).max(MOST_LABELS), {
  target: 'draft-7',
});

/** POST /labels: one label, or a list of them. */
export function addLabelsRoute(app: FastifyInstance, guards: onRequestHookHandler[], give: GiveLabels): void {
  app.post<{ Body: LabelRequest[] }>(
    '/labels',
    {
      onRequest: guards,
      bodyLimit: LONGEST_BODY_BYTES,
      // A single label is handled as a list of one.
      preValidation: (request, _reply, done) => {
        const body: unknown = request.body;
        if (!Array.isArray(body)) request.body = [body] as LabelRequest[];
        done();
      },
      schema: { body: labelsSchema },
    },
    async (request, reply) => {
      try {
        await reply.send({ labels: give(request.body) });
      } catch (error) {
        if (!(error instanceof SmearwatchError)) throw error;
        const status = fateOf(error) === 'retry' ? 503 : 422;
        await sendError(reply, status, error.code, sentenceOf(error));
      }
    },
  );
}
