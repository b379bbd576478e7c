import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../files/replace-file.js';
import { syncFolder } from '../../files/sync-file.js';
import type { BenchContext, RoundSamples, SampleOf } from '../context.js';
import { withLanes } from '../lanes/lanes.js';
import type { LaneSetup } from '../lanes/protocol.js';

/** Side of a matrix of 268 MB: larger than caches, and about the size of AlexNet's weights. */
const STREAMED_SIDE = 8192;
/** About the size of a scanner's PNG, in bytes. */
const HASHED_BYTES = 2_000_000;
const WRITERS = [1, 16];
const RESULT = 'x'.repeat(1500);

/**
 * Measures what limits a machine of many cores: how fast weights stream from memory, and files become
 * durable. It also measures how fast files are hashed, which every image needs in addition to decoding and
 * inference.
 */
export async function measureMachine(context: BenchContext): Promise<RoundSamples> {
  return {
    bandwidth: await measureBandwidth(context),
    hashing: await measureHashing(context),
    disk: await measureDisk(context),
  };
}

/**
 * Multiplies a vector by a matrix, which reads every weight once and computes little with it, like a network
 * at batch 1.
 */
async function measureBandwidth(context: BenchContext): Promise<SampleOf<'bandwidth'>[]> {
  const setup: LaneSetup = { kind: 'product', rows: 1, side: STREAMED_SIDE };
  return streamed(context, { what: 'Weights read', setup, bytesOfPiece: 4 * STREAMED_SIDE ** 2 });
}

async function measureHashing(context: BenchContext): Promise<SampleOf<'hashing'>[]> {
  const setup: LaneSetup = { kind: 'hash', bytes: HASHED_BYTES };
  return streamed(context, { what: 'SHA-256', setup, bytesOfPiece: HASHED_BYTES });
}

interface Streamed {
  readonly what: string;
  readonly setup: LaneSetup;
  readonly bytesOfPiece: number;
}

/** Bandwidth with each number of threads from 1 to all. */
async function streamed(
  { plan, compiled, signal, say }: BenchContext,
  { what, setup, bytesOfPiece }: Streamed,
): Promise<SampleOf<'bandwidth' | 'hashing'>[]> {
  const workerFile = new URL('bench/lanes/worker.js', compiled);
  const samples: SampleOf<'bandwidth' | 'hashing'>[] = [];
  for (const threads of plan.cores) {
    const setups = new Array<LaneSetup>(threads).fill(setup);
    const { perSecond } = await withLanes(setups, { workerFile, signal }, (lanes) =>
      lanes.measure(plan.seconds),
    );
    const gigabytesPerSecond = (perSecond * bytesOfPiece) / 1e9;
    say(`${what} by ${threads} threads: ${gigabytesPerSecond.toFixed(1)} GB/s`);
    samples.push({ of: { threads }, figures: { gigabytesPerSecond } });
  }
  return samples;
}

/**
 * Writes files of a result's size, made durable as by the JSON sink: written to a temporary name, synced,
 * renamed, their folder synced.
 */
async function measureDisk({ plan, folder, signal, say }: BenchContext): Promise<SampleOf<'disk'>[]> {
  const samples: SampleOf<'disk'>[] = [];
  for (const writers of WRITERS) {
    const target = join(folder, 'durable');
    await mkdir(target, { recursive: true });
    const start = performance.now();
    let files = 0;
    while (performance.now() - start < 1000 * plan.seconds) {
      signal.throwIfAborted();
      await Promise.all(
        Array.from({ length: writers }, (_, at) =>
          replaceFile(join(target, `${files + at}.json`), RESULT, { sync: 'file' }),
        ),
      );
      await syncFolder(target);
      files += writers;
    }
    const filesPerSecond = (1000 * files) / (performance.now() - start);
    await rm(target, { recursive: true });
    say(`Durable files by ${writers} writers: ${filesPerSecond.toFixed(0)} files/s`);
    samples.push({ of: { writers }, figures: { filesPerSecond } });
  }
  return samples;
}
