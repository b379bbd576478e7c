/** `npm run generate`: writes the files that follow from the schemas of the configuration and of metrics.json. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedMetricsFiles } from '../evaluate/metrics-schema.js';
import { generatedConfigFiles } from './generated-files.js';

const files = { ...generatedConfigFiles(), ...generatedMetricsFiles() };
for (const [path, content] of Object.entries(files)) {
  writeFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), content);
  process.stdout.write(`${path}\n`);
}
