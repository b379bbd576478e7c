import type { FromTraining, PreparedTraining } from '../../train/protocol.js';
import { printable, type Terminal } from '../output.js';
import { percent } from './percent.js';
import { startProgress, type ProgressBar } from '../progress.js';

export interface TrainingFollower {
  onMessage(message: FromTraining): void;
  /** Ends the bar that is on the terminal, if any. */
  finish(): void;
}

/** Shows what a training process reports: a bar for decoding, then one for all iterations. */
export function followTraining(terminal: Terminal): TrainingFollower {
  let progress: ProgressBar | undefined;
  let phase = '';
  const barOf = (label: string, total: number, unit: string, initial = 0): ProgressBar => {
    if (phase === label && progress !== undefined) return progress;
    progress?.finish();
    phase = label;
    progress = startProgress({ terminal, label, total, unit, initial });
    return progress;
  };
  const say = (line: string): void => {
    progress?.finish();
    [progress, phase] = [undefined, ''];
    terminal.err.write(`${line}\n`);
  };
  return {
    onMessage(message) {
      switch (message.type) {
        case 'decoding':
          barOf('Reading', message.total, 'images').update(message.done);
          return;
        case 'prepared':
          for (const line of describeData(message)) say(line);
          return;
        case 'progress': {
          const { epoch, epochs, iteration, iterations, loss, accuracy } = message;
          const note = `epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}, right ${percent(accuracy)}`;
          barOf('Training', iterations, 'batches', iteration - 1).update(iteration, note);
          return;
        }
        case 'epoch': {
          const { epoch, measuredOn, shareRight, crossEntropy, seconds } = message.record;
          const best = message.isBest ? ', the best so far' : '';
          say(
            `Epoch ${epoch}: ${percent(shareRight)} of ${measuredOn} right, cross-entropy ${crossEntropy.toFixed(3)}, ${seconds.toFixed(0)} s${best}`,
          );
          return;
        }
        case 'finished':
        case 'stopped':
        case 'failed':
          return; // The answer of `runTraining`, which the command reports.
        default:
          message satisfies never;
      }
    },
    finish: () => progress?.finish(),
  };
}

function describeData({ classes, counts, leftOut, parameters, finishedEpochs }: PreparedTraining): string[] {
  const part = (name: string, perClass: readonly number[]): string =>
    `${name} ${perClass.reduce((sum, count) => sum + count, 0)}`;
  const parts = Object.entries(counts).map(([name, perClass]) => part(name, perClass));
  return [
    `${parameters.toLocaleString('en')} parameters; classes ${classes.map(printable).join(', ')}; images: ${parts.join(', ')}`,
    ...leftOut.map(({ file, reason }) => `left out: ${printable(file)}: ${printable(reason)}`),
    ...(finishedEpochs > 0 ? [`Resuming after epoch ${finishedEpochs}.`] : []),
  ];
}
