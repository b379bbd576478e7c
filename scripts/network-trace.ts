/**
 * Runs the commands that take minutes under strace, with a new home and a new temporary folder, and prints
 * every connection, file and program that docs/security.md does not name. What test/security/outside.test.ts
 * does with the short commands. Exits 1 when there is one, or when a command fails. Needs Linux with strace;
 * `train` is left out without TensorFlow.
 *
 * npx tsx scripts/network-trace.ts [train] [bench] [demo] without a name: all three
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../src/cache-folder.js';
import { findTensorflow } from '../src/model/tensorflow/paths.js';
import { Secluded, type Permission, type Seclusion } from '../test/fixtures/trace/secluded.js';
import { whyNoTracing } from '../test/fixtures/trace/strace.js';

interface LongCommand {
  readonly args: readonly string[];
  readonly permission: Permission;
  /** Prepares the lab's folder; returns why the command is left out, if it is. */
  readonly prepare?: (secluded: Secluded) => Promise<string | undefined>;
}

/** The command's own daemon, on a port that the system chooses. */
const OWN_DAEMON = /^127\.0\.0\.1:\d+$/;

const COMMANDS: Readonly<Record<string, LongCommand>> = {
  train: {
    args: ['train', '--network', 'lenet5', '--data', 'cells', '--epochs', '2', '--registry', 'models'],
    permission: {},
    prepare: prepareTraining,
  },
  bench: {
    args: ['bench', '--quick', '--out', 'bench'],
    // bench keeps its daemon on some cores with taskset.
    permission: { temporary: ['smearwatch-bench-'], addresses: OWN_DAEMON, programs: ['taskset'] },
  },
  demo: { args: ['demo', '--images', '60'], permission: { addresses: OWN_DAEMON } },
};

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !(name in COMMANDS));
const reason =
  unknown.length > 0
    ? `Not among ${Object.keys(COMMANDS).join(', ')}: ${unknown.join(', ')}`
    : whyNoTracing();
if (reason !== undefined) {
  console.error(`Nothing was traced: ${reason}.`);
  process.exit(2);
}

for (const name of positionals.length > 0 ? positionals : Object.keys(COMMANDS)) await report(name);

async function report(name: string): Promise<void> {
  const command = COMMANDS[name];
  if (command === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'smearwatch-network-'));
  try {
    const secluded = new Secluded(folder);
    const why = await command.prepare?.(secluded);
    if (why !== undefined) console.log(`${name}: left out, ${why}`);
    else printSeclusion(name, await secluded.smearwatch(command.args, command.permission, showProgress));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function showProgress(chunk: string): void {
  process.stderr.write(chunk);
}

function printSeclusion(name: string, { code, strays, touches }: Seclusion): void {
  const connections = touches.filter(({ kind }) => kind === 'connection').length;
  console.log(
    `${name}: exit code ${code ?? 'none'}, ${connections} connections, ` +
      `${touches.length} calls looked at, ${strays.length} not permitted`,
  );
  for (const stray of strays) console.log(`  ${stray}`);
  if (code !== 0 || strays.length > 0) process.exitCode = 1;
}

/**
 * TensorFlow is linked from where it is: providing it downloads it, which is what `npm run tensorflow` is
 * for.
 */
async function prepareTraining(secluded: Secluded): Promise<string | undefined> {
  if (findTensorflow() === undefined) return 'TensorFlow is not there: npm run tensorflow';
  const own = join(secluded.home, '.cache', 'smearwatch');
  mkdirSync(own, { recursive: true });
  symlinkSync(join(cacheFolder(), 'tfjs-node'), join(own, 'tfjs-node'));
  const { code, stderr } = await secluded.smearwatch(['generate', '--out', 'cells', '--count', '60']);
  return code === 0 ? undefined : `generate failed: ${stderr}`;
}
