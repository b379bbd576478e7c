import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliFile } from '../fixtures/daemon.js';
import { temporaryFolder } from '../fixtures/folders.js';

const SENTENCE = 'error: The folder in which this command was started does not exist any more\n';

/** Runs a command in a folder that is removed before the program starts. */
function runInRemovedFolder(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const folder = join(temporaryFolder(), 'gone');
  mkdirSync(folder);
  const script = 'rmdir "$PWD" && exec "$@"';
  return spawnSync('sh', ['-c', script, 'sh', process.execPath, cliFile(), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
}

it.each([['results'], ['run', '--config', '/etc/smearwatch.yaml'], ['--help'], ['doctor']])(
  'A command in a folder that was removed says so and exits 2: %s',
  (...args) => {
    const { status, stdout, stderr } = runInRemovedFolder(...args);
    expect(status).toBe(2);
    expect(stderr).toBe(`${SENTENCE}hint: Change to another folder (cd), and run the command again.\n`);
    expect(stdout).toBe('');
  },
);

it('A command in a folder that was removed says so as JSON with --json', () => {
  const { stderr } = runInRemovedFolder('results', '--json');
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'working-folder-gone' } });
});

it('A folder that is there is no hindrance', () => {
  expect(
    execFileSync(process.execPath, [cliFile(), '--version'], { cwd: temporaryFolder(), encoding: 'utf8' }),
  ).toMatch(/^\d/);
});
