import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { messageOf, SmearwatchError } from '../../errors.js';
import type { BenchContext, SampleOf } from '../context.js';
import { modelsOf } from '../prepare/material.js';
import { daemonRate } from '../statistics.js';

/**
 * Runs another program on the same files and the same model as the daemon just before it. The command line is
 * a template: `{model}` is the `model.onnx`, `{glob}` a pattern of the files (for the program to expand),
 * `{processes}` the number of cores. It is started without a shell. The last number that it prints is its
 * images per second once it is warm, like the daemon's.
 * @throws SmearwatchError `bench-peer-failed`
 */
export async function measurePeer(
  { plan, material, signal, say }: BenchContext,
  { of, figures }: SampleOf<'daemon'>,
): Promise<SampleOf<'peer'>[]> {
  const images = material.images.get(of.format);
  const [model] = modelsOf(material, 'alexnet', of.precision);
  const smearwatchPerSecond = daemonRate(figures);
  if (plan.peer === undefined || !images || !model || smearwatchPerSecond === undefined) return [];
  const command = fillIn(plan.peer, {
    model: model.file,
    glob: join(images.folder, `*${images.extension}`),
    processes: String(plan.allCores),
  });
  const imagesPerSecond = await runPeer(command, signal);
  say(`Peer, ${of.format} ${of.precision}: ${imagesPerSecond.toFixed(1)} images/s`);
  return [
    {
      of: { format: of.format, precision: of.precision },
      figures: { imagesPerSecond, smearwatchPerSecond },
    },
  ];
}

/**
 * The words of a template: between blanks, or between quotes.
 * @throws SmearwatchError `bench-peer-failed` for a template without a place for the model or the files
 */
export function fillIn(template: string, values: Readonly<Record<string, string>>): string[] {
  const missing = ['{model}', '{glob}'].find((place) => !template.includes(place));
  if (missing !== undefined) throw peerFailed(`its command line has no ${missing}`);
  const words = template.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  return words.map((word) =>
    word
      .replace(/^(["'])(.*)\1$/s, '$2')
      .replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place),
  );
}

/**
 * The last number that a program printed.
 * @throws SmearwatchError `bench-peer-failed` without a number above zero
 */
export function lastNumber(output: string): number {
  const found = Number(output.match(/\d+(\.\d+)?/g)?.at(-1) ?? NaN);
  if (found > 0) return found;
  throw peerFailed('it printed no images per second');
}

async function runPeer([program = '', ...args]: readonly string[], signal: AbortSignal): Promise<number> {
  // In a process group of its own, which can be ended with all the processes that the program starts.
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const abort = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  };
  signal.addEventListener('abort', abort, { once: true });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [code] = await ended
    .catch((error: unknown) => {
      throw peerFailed(messageOf(error));
    })
    .finally(() => signal.removeEventListener('abort', abort));
  signal.throwIfAborted();
  if (code !== 0) throw peerFailed(`it ended with ${code ?? 'a signal'}: ${said.err.trim().slice(-1000)}`);
  return lastNumber(said.out);
}

function peerFailed(why: string): SmearwatchError {
  return new SmearwatchError('bench-peer-failed', `The program to compare with failed: ${why}`);
}
