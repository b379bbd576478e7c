/** Part of `npm run generate`: writes dashboards and rules from grafana/source. */
import { writeFileSync } from 'node:fs';
import { generatedGrafanaFiles } from './source/generated-files.js';

for (const [path, content] of Object.entries(generatedGrafanaFiles())) {
  writeFileSync(new URL(`../${path}`, import.meta.url), content);
  process.stdout.write(`${path}\n`);
}
