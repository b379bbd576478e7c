import type { Failure } from '../../errors.js';
import type { EvaluationPlan, EvaluationProgress } from '../plan.js';

/** Every message between the daemon and the process that evaluates for it. */
export type ToEvaluation =
  | { readonly type: 'start'; readonly plan: EvaluationPlan }
  /** Saves what is in progress and ends; the same plan continues from there. */
  | { readonly type: 'stop' };

export type FromEvaluation =
  | ({ readonly type: 'progress' } & EvaluationProgress)
  /** The evaluation is complete; its results are in the plan's `outDir`. */
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly failure: Failure };
