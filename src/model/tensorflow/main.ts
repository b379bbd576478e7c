import { parseArgs } from 'node:util';
import { EXIT, hintOf, messageOf } from '../../errors.js';
import { ensureTensorflow } from './ensure.js';

const USAGE = `node dist/model/tensorflow/main.js [--optional]
Installs TensorFlow for training, if it is not installed. With --optional, the exit code is 0 even if that is impossible.`;

/** Reports its steps on the terminal; returns the exit code. An interruption leaves nothing half built. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { optional: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(USAGE);
    return EXIT.done;
  }
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => abort.abort(new Error(`interrupted by ${name}`)));
  }
  try {
    const { packageFolder, isNew } = await ensureTensorflow({
      onProgress: console.log,
      signal: abort.signal,
    });
    console.log(`TensorFlow ${isNew ? 'is ready' : 'works'}: ${packageFolder}`);
    return EXIT.done;
  } catch (error) {
    return report(error, values.optional === true && !abort.signal.aborted);
  }
}

function report(error: unknown, isOptional: boolean): number {
  console.error(messageOf(error));
  const hint = hintOf(error);
  if (hint !== undefined) console.error(hint);
  if (!isOptional) return EXIT.failed;
  console.error(
    'Continuing without TensorFlow: tests that need it are skipped, and training is not possible.',
  );
  return EXIT.done;
}

process.exitCode = await main(process.argv.slice(2));
