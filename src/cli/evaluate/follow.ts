import type { EvaluationProgress } from '../../evaluate/plan.js';
import type { Terminal } from '../output.js';
import { startProgress, type ProgressBar } from '../progress.js';

const STAGES = {
  hashing: { label: 'Looking', unit: 'images' },
  classifying: { label: 'Evaluating', unit: 'images' },
  measuring: { label: 'Measuring', unit: 'models' },
} as const;

export interface EvaluationFollower {
  onProgress(progress: EvaluationProgress): void;
  /** Ends the bar that is on the terminal, if any. */
  finish(): void;
}

/** A bar for each stage, one after the other. What an earlier run has done counts, but not for the rate. */
export function followEvaluation(terminal: Terminal): EvaluationFollower {
  let current: { stage: EvaluationProgress['stage']; progress: ProgressBar } | undefined;
  return {
    onProgress({ stage, done, total }) {
      if (current?.stage !== stage) {
        current?.progress.finish();
        current = { stage, progress: startProgress({ terminal, ...STAGES[stage], total, initial: done }) };
      }
      current.progress.update(done);
    },
    finish: () => current?.progress.finish(),
  };
}
