import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export type Rebuilt = { readonly isSame: boolean } | { readonly skipped: string };

/**
 * Builds a kernel again and compares every byte, if the compiler that its README.md names is installed.
 * @param libjpegTurbo folder of the unpacked library that native/shrink is built with
 */
export function rebuild(folder: string, libjpegTurbo: string | undefined): Rebuilt {
  const wanted = compilerIn(readFileSync(join(folder, 'README.md'), 'utf8'));
  const found = installedCompiler();
  if (found !== wanted) return { skipped: `it is built with ${wanted}, and here is ${found}` };
  const needsLibrary = readFileSync(join(folder, 'build.sh'), 'utf8').includes('$1');
  if (needsLibrary && libjpegTurbo === undefined)
    return { skipped: 'LIBJPEG_TURBO does not name the folder of its library' };
  const temporary = mkdtempSync(join(tmpdir(), 'smearwatch-wasm-'));
  try {
    const name = `${basename(folder)}.wasm`;
    const OUT = join(temporary, name);
    const library = needsLibrary ? [libjpegTurbo ?? ''] : [];
    execFileSync(join(folder, 'build.sh'), library, { env: { ...process.env, OUT }, stdio: 'pipe' });
    return { isSame: readFileSync(OUT).equals(readFileSync(join(folder, name))) };
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** `emscripten 3.1.6, clang 14`, as a README.md says "With emscripten 3.1.6 (Debian 12: …, clang 14)". */
function compilerIn(text: string): string {
  const [, emscripten, clang] = /emscripten (\d+\.\d+\.\d+)[^)]*clang (\d+)/.exec(text) ?? [];
  if (emscripten === undefined || clang === undefined) throw new Error('the README.md names no compiler');
  return `emscripten ${emscripten}, clang ${clang}`;
}

function installedCompiler(): string {
  const { stdout, stderr, error } = spawnSync('emcc', ['-v'], { encoding: 'utf8' });
  if (error) return 'no emcc';
  const text = stdout + stderr;
  const emscripten = /emcc \(.*\) (\d+\.\d+\.\d+)/.exec(text)?.[1] ?? 'unknown';
  return `emscripten ${emscripten}, clang ${/clang version (\d+)/.exec(text)?.[1] ?? 'unknown'}`;
}
