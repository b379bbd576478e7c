import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Whether a program is installed; says loudly what is left out when it is not. */
export function hasProgram(name: string, leftOut: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`SKIPPED: there is no ${name} here (apt-get install prometheus), so ${leftOut}`);
    return false;
  }
}

/** What promtool says; throws with it when it exits other than 0. */
export function promtool(...args: string[]): string {
  const scratch = mkdtempSync(`${tmpdir()}/promtool-`);
  try {
    return execFileSync('promtool', args, {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: scratch },
      cwd: new URL('../../', import.meta.url),
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
