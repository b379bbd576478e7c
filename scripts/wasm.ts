/**
 * Checks that each committed WebAssembly belongs to its sources: rebuilt and compared if its compiler is
 * installed, otherwise by the SHA-256 of the sources, which build.sh writes next to it. `npm run wasm` runs
 * it.
 *
 * [LIBJPEG_TURBO=folder] npx tsx scripts/wasm.ts
 */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rebuild } from './wasm/rebuild.js';
import { problemsOf } from './wasm/sums.js';

const native = relative(process.cwd(), fileURLToPath(new URL('../native/', import.meta.url)));
for (const name of readdirSync(native)) {
  const folder = join(native, name);
  const problems = problemsOf(folder);
  const rebuilt = rebuild(folder, process.env['LIBJPEG_TURBO']);
  if ('isSame' in rebuilt && !rebuilt.isSame)
    problems.push(`${folder} gives another binary when it is built`);
  for (const problem of problems) console.error(problem);
  const how = 'isSame' in rebuilt ? 'rebuilt' : `by the SHA-256 of its sources: ${rebuilt.skipped}`;
  console.log(`${name}.wasm ${problems.length > 0 ? 'does not belong' : 'belongs'} to its sources (${how})`);
  if (problems.length > 0) process.exitCode = 1;
}
