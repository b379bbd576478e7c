/**
 * `npm run generate`: writes the files that follow from the schemas of the configuration, of metrics.json and
 * of the ledger, from the metrics, and from grafana/.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedErrorsReference } from './generated/errors-reference.js';
import { generatedConfigFiles } from './generated/config-files.js';
import { generatedMetricsFiles } from './generated/metrics-schema.js';
import { generatedLedgerSchema } from './generated/ledger-schema.js';
import { generatedMetricsReference } from './generated/metrics-reference.js';

const root = new URL('../', import.meta.url);
const files = {
  ...generatedConfigFiles(),
  ...generatedMetricsFiles(),
  ...generatedMetricsReference(),
  ...generatedErrorsReference(),
  ...generatedLedgerSchema(),
};
for (const [path, content] of Object.entries(files)) {
  writeFileSync(new URL(path, root), content);
  process.stdout.write(`${path}\n`);
}
// Not compiled, since the program does not need it.
execFileSync(process.execPath, ['--import', 'tsx', 'grafana/generate.ts'], {
  cwd: fileURLToPath(root),
  stdio: 'inherit',
});
