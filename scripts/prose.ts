/**
 * Checks the words of documents, comments and messages against the rules in `scripts/prose/`, and exits with
 * 1 when one is broken. Tables and code are exempt from the length of lines, decision pages and the changelog
 * from everything.
 *
 * npm run prose                              all documents and sources
 * npm run prose -- --documents               documents only
 * npm run prose -- README.md docs src/files  these files and folders
 * npm run prose -- --count src               only how often each rule is broken
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { filesToCheck } from './prose/files.js';
import type { RuleName } from './prose/finding.js';
import { markdownProse } from './prose/markdown.js';
import { findingsIn } from './prose/rules.js';
import { sourceProse } from './prose/source.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { documents: { type: 'boolean', default: false }, count: { type: 'boolean', default: false } },
});

const counts = new Map<RuleName, number>();
const files = filesToCheck(root, positionals, { documentsOnly: values.documents });
for (const file of files) {
  const text = readFileSync(join(root, file), 'utf8');
  for (const { rule, line, message } of findingsIn(
    file.endsWith('.md') ? markdownProse(text) : sourceProse(text, file),
  )) {
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
    if (!values.count) console.log(`${file}:${line}: ${rule}: ${message}`);
  }
}
const summary = [...counts].map(([rule, count]) => `${count} ${rule}`).join(', ');
console.log(`${files.length} files, ${summary === '' ? 'no findings' : summary}`);
process.exitCode = counts.size > 0 ? 1 : 0;
