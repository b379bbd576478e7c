import type { Failure } from '../../errors.js';
import type { EvaluationPlan, EvaluationProgress } from '../plan.js';

/** Every message between the daemon and the process that evaluates for it. */
export type ToEvaluation =
  | { readonly type: 'start'; readonly plan: EvaluationPlan }
  /** Put away what is in progress and end: the same plan goes on from there. */
  | { readonly type: 'stop' };

export type FromEvaluation =
  | ({ readonly type: 'progress' } & EvaluationProgress)
  /** What was found is in the plan's `outDir`. */
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly failure: Failure };
