import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url)('../package.json') as { version: string };

/** What every record, manifest and log line names as its maker. */
export const SOFTWARE = {
  name: 'smearwatch',
  version: manifest.version,
  node: process.versions.node,
} as const;
