/**
 * Mutates whole images of every form (bits, lengths, chunks, splices, truncations) and decodes them as the
 * daemon does, in a process of its own. Fails on a crash, on a decode that takes longer than the limit, on an
 * error without a code and a sentence, on pixels of a wrong length, and on memory that grows. Each input
 * follows from the seed and its number; one that fails is saved.
 *
 * npx tsx scripts/fuzz.ts [--minutes 5 | --inputs 400] [--seed 1] [--from 0] [--limit-s 30] [--save FOLDER]
 * npx tsx scripts/fuzz.ts --seed 1 --from 4711 --inputs 1     decodes one input again
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeCorpus } from './fuzz/corpus.js';
import { makeInput } from './fuzz/mutate.js';
import type { Assignment, FromDecoder } from './fuzz/protocol.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    inputs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    'limit-s': { type: 'string', default: '30' },
    save: { type: 'string', default: join(tmpdir(), 'smearwatch-fuzz') },
  },
});
const MIB = 1_048_576;
/**
 * Allocators keep the memory of the largest images: a process grows to its final size at first, and only a
 * leak still grows in the second half.
 */
const MOST_GROWTH_BYTES = 64 * MIB;
const FEWEST_SAMPLES = 20_000;
/**
 * Number of glibc's arenas: with one per thread, holes between images of very different sizes would hide a
 * leak.
 */
const FEW_ARENAS = '2';
const seed = Number(values.seed);
const from = Number(values.from);
const to = values.inputs === undefined ? Infinity : from + Number(values.inputs);
const limitMs = Number(values['limit-s']) * 1000;
const endMs = values.inputs === undefined ? performance.now() + Number(values.minutes) * 60_000 : Infinity;

const corpus = await makeCorpus();
const outcomes = new Map<string, number>();
const durations: number[] = [];
/** Memory samples of the present decoding process only: those of an earlier one cannot be compared. */
let memory: number[] = [];
const inWork = new Map<number, number>();
let findings = 0;
let restarts = 0;
let slowest = { index: from, durationMs: 0 };

function save(index: number, what: string): void {
  findings += 1;
  mkdirSync(values.save, { recursive: true });
  const { bytes, history } = makeInput(corpus, seed, index);
  const file = join(values.save, `seed-${seed}-input-${index}`);
  writeFileSync(file, bytes);
  console.log(`FAIL input ${index} of seed ${seed} (${history}): ${what}; saved as ${file}`);
}

function hear(message: FromDecoder): void {
  if (message.kind === 'begun') {
    inWork.set(message.index, performance.now());
    return;
  }
  const { index, durationMs, outcome, finding, rss } = message;
  inWork.delete(index);
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  durations.push(durationMs);
  memory.push(rss);
  if (durationMs > slowest.durationMs) slowest = { index, durationMs };
  if (finding !== undefined) save(index, finding);
  else if (durationMs > limitMs) save(index, `took ${(durationMs / 1000).toFixed(1)} s`);
}

/**
 * Runs one process from input `first` until the end, a crash or a hang. @returns the input to continue with,
 * or undefined at the end.
 */
async function decodeFrom(first: number): Promise<number | undefined> {
  memory = [];
  inWork.clear();
  const assignment: Assignment = {
    seed,
    from: first,
    to: Number.isFinite(to) ? to : Number.MAX_SAFE_INTEGER,
  };
  const child = fork(new URL('./fuzz/decoder.ts', import.meta.url), [JSON.stringify(assignment)], {
    env: { MALLOC_ARENA_MAX: FEW_ARENAS, ...process.env },
  });
  let last = first;
  child.on('message', (message: FromDecoder) => {
    last = Math.max(last, message.index);
    hear(message);
  });
  const watchdog = setInterval(() => watch(child), 250);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearInterval(watchdog);
  if (performance.now() >= endMs || code === 0) return undefined;
  for (const [index, sinceMs] of inWork) {
    const tookMs = performance.now() - sinceMs;
    save(
      index,
      tookMs > limitMs
        ? `hung for ${Math.round(tookMs / 1000)} s`
        : `in progress when the process ended (${signal ?? code ?? ''})`,
    );
  }
  if (inWork.size === 0)
    throw new Error(`the decoding process ended with ${signal ?? code ?? ''}, and no input was in progress`);
  return last + 1;
}

function watch(child: ChildProcess): void {
  const now = performance.now();
  const isHung = [...inWork.values()].some((sinceMs) => now - sinceMs > 2 * limitMs);
  if (isHung || now >= endMs) child.kill('SIGKILL');
}

const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;
const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;

const startMs = performance.now();
for (let next: number | undefined = from; next !== undefined;) {
  next = await decodeFrom(next);
  if (next !== undefined) restarts += 1;
}

const tried = durations.length;
/** Medians of each tenth of the run. */
const tenths = Array.from({ length: 10 }, (_, at) =>
  median(memory.slice((memory.length * at) / 10, (memory.length * (at + 1)) / 10)),
);
const growth = (tenths[9] ?? 0) - (tenths[4] ?? 0);
const peak = memory.reduce((most, rss) => Math.max(most, rss), 0);
durations.sort((a, b) => a - b);
const seconds = (performance.now() - startMs) / 1000;
console.log(
  `seed ${seed}: ${tried} inputs from ${from} in ${seconds.toFixed(0)} s, ${restarts} restarts, ${findings} findings`,
);
console.log(
  [...outcomes]
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `  ${outcome}: ${count}`)
    .join('\n'),
);
console.log(
  `time per input: median ${median(durations).toFixed(1)} ms, 99.9 % ${(durations[Math.floor(tried * 0.999)] ?? 0).toFixed(0)} ms, ` +
    `slowest ${slowest.durationMs.toFixed(0)} ms (input ${slowest.index})`,
);
console.log(
  `resident set size: ${mib(memory[0] ?? 0)} at the start, peak ${mib(peak)}, median of each tenth: ${tenths.map(mib).join(', ')}`,
);
const hasGrown = memory.length >= FEWEST_SAMPLES && growth > MOST_GROWTH_BYTES;
if (hasGrown) console.log(`FAIL memory has grown by ${mib(growth)} in the second half`);
process.exitCode = findings > 0 || hasGrown || tried === 0 ? 1 : 0;
