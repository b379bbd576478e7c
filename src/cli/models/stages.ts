import type { Terminal } from '../output.js';
import { startProgress, type ProgressBar } from '../progress.js';

export type OnProgress = (done: number, total: number) => void;
/**
 * Runs one part of a longer work with a progress bar of its own, which starts when the part knows its total.
 */
export type RunStage = <T>(label: string, work: (onProgress: OnProgress) => Promise<T>) => Promise<T>;

export function stagesOn(terminal: Terminal): RunStage {
  return async (label, work) => {
    let progress: ProgressBar | undefined;
    try {
      return await work((done, total) => {
        progress ??= startProgress({ terminal, label, total, unit: 'images' });
        progress.update(done);
      });
    } finally {
      progress?.finish();
    }
  };
}
