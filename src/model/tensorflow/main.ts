import { parseArgs } from 'node:util';
import { EXIT, hintOf, messageOf } from '../../errors.js';
import { ensureTensorflow } from './ensure.js';

const USAGE = `node dist/model/tensorflow/main.js [--optional]
Provides TensorFlow for training, if it is not there. With --optional, exits 0 also where that is impossible.`;

/** Says on the terminal what is done; returns the exit code. Interrupting it leaves nothing half built. */
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
    'Going on without TensorFlow: tests that need it are left out, and training is not possible.',
  );
  return EXIT.done;
}

process.exitCode = await main(process.argv.slice(2));
