import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeCorpus } from '../../scripts/fuzz/corpus.js';
import { makeInput } from '../../scripts/fuzz/mutate.js';
import { temporaryFolder } from '../fixtures/folders.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/fuzz.ts', import.meta.url));

function fuzz(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', SCRIPT, ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });
}

it('mutated images are decoded or refused, without a crash or a hang', async () => {
  const { code, output } = await fuzz('--inputs', '800', '--seed', '1', '--save', temporaryFolder());
  expect(output).toContain('800 inputs from 0');
  expect(output).toContain('0 restarts, 0 findings');
  expect(code).toBe(0);
});

it('an input follows from its seed and number', async () => {
  const corpus = await makeCorpus();
  const again = await makeCorpus();
  for (let index = 0; index < 50; index += 1)
    expect(makeInput(corpus, 3, index).bytes.equals(makeInput(again, 3, index).bytes)).toBe(true);
  expect(makeInput(corpus, 3, 1).bytes.equals(makeInput(corpus, 4, 1).bytes)).toBe(false);
});
