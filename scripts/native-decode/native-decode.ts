import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { IMAGE_BYTES } from '../../src/images.js';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));

/** The native decoder as a process of its own, which decodes when it is asked to. */
export interface NativeDecoder {
  /**
   * Processor time of one decode in milliseconds, as the mean of `times`.
   * @throws when the program cannot decode the file
   */
  readonly time: (file: string, times: number) => Promise<number>;
  readonly stop: () => void;
}

/**
 * Compiles the program into `folder`.
 * @throws when there is no C compiler, or libdeflate or libtiff lack their headers
 */
export function buildNativeDecoder(folder: string, compiler: string): string {
  const program = join(folder, 'native-decode');
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.c'));
  const files = sources.map((name) => join(SOURCES, name));
  const libraries = ['-ldeflate', '-ltiff', '-lm'];
  execFileSync(compiler, ['-O3', '-march=native', '-o', program, ...files, ...libraries], {
    stdio: 'inherit',
  });
  return program;
}

export function startNativeDecoder(program: string): NativeDecoder {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    time: async (file, times) => {
      child.stdin.write(`${times} ${file}\n`);
      const line: IteratorResult<string, unknown> = await lines.next();
      if (line.done === true || line.value === 'failed') throw cannotDecode(file);
      return Number(line.value) / 1e6;
    },
    stop: () => child.stdin.end(),
  };
}

/** The pixels that the program makes of a file: 256×256 RGB. */
export async function nativePixels(program: string, file: string): Promise<Buffer> {
  const child: ChildProcess = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  child.stdout?.on('data', (part: Buffer) => parts.push(part));
  child.stdin?.end(`0 ${file}\n`);
  await once(child, 'close');
  const pixels = Buffer.concat(parts);
  if (pixels.length !== IMAGE_BYTES) throw cannotDecode(file);
  return pixels;
}

function cannotDecode(file: string): Error {
  return new Error(
    `The native program cannot decode ${file}; it takes PNG and striped TIFF of 8 bits of RGB`,
  );
}
