import { spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/cli/program.js';
import type { Terminal } from '../../src/cli/output.js';
import { compiled } from '../fixtures/compiled.js';

export interface Outcome {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** A terminal that keeps what is written. */
export class CapturedTerminal implements Terminal {
  readonly #written = { out: '', err: '' };
  readonly out = this.#sink('out');
  readonly err: Writable & { isTTY?: boolean; columns?: number } = this.#sink('err');

  get text(): { readonly out: string; readonly err: string } {
    return this.#written;
  }

  #sink(name: 'out' | 'err'): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#written[name] += chunk.toString();
        done();
      },
    });
  }
}

/** A command line, run in this process. */
export async function smearwatch(...argv: string[]): Promise<Outcome> {
  const terminal = new CapturedTerminal();
  const exitCode = await runProgram(argv, terminal);
  return { exitCode, ...terminal.text };
}

/** The same as a process of its own, compiled. */
export function spawnSmearwatch(...argv: string[]): Promise<Outcome> {
  const cli = fileURLToPath(compiled('cli.js'));
  const child = spawn(process.execPath, [cli, ...argv]);
  const written = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.err += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...written }));
  });
}
