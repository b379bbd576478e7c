/** `npm run generate`: writes the files that follow from the schema. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedConfigFiles } from './generated-files.js';

for (const [path, content] of Object.entries(generatedConfigFiles())) {
  writeFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), content);
  process.stdout.write(`${path}\n`);
}
