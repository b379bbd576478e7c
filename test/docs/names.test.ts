import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { NamesInCode } from './names-in-code.js';
import { namesIn } from './names-in-documents.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const code = new NamesInCode(root);
const documents = code.files.filter((file) => file.endsWith('.md') && !/(?:^|\/)LICENSE/.test(file));

/** Records of the past: only paragraphs that speak of it may name what is gone. */
const RECORD = /^(?:CHANGELOG\.md$|docs\/decisions\/|docs\/experiments\.md$)/;

function unknownNames(markdown: string, document = 'docs/README.md', isRecord = false): string[] {
  return namesIn(markdown, { isRecord })
    .filter((named) => !code.has(named, document))
    .map(({ kind, name, line }) => `${line}: ${kind} ${name}`);
}

it.each(documents)('%s names nothing that the code does not have', (document) => {
  const markdown = readFileSync(`${root}${document}`, 'utf8');
  expect(unknownNames(markdown, document, RECORD.test(document))).toEqual([]);
});

it.each([
  ['a file', '`src/watch/crystal-ball.ts`', 'file src/watch/crystal-ball.ts'],
  ['a file without its folder', '`crystal-ball.ts`', 'file crystal-ball.ts'],
  ['a link', '[text](../src/watch/crystal-ball.ts)', 'link ../src/watch/crystal-ball.ts'],
  ['a heading', '[text](operations.md#crystal-ball)', 'link operations.md#crystal-ball'],
  ['a command', '`smearwatch divine --config lab.yaml`', 'command smearwatch divine --config lab.yaml'],
  ['a command of a group', '`smearwatch models divine`', 'command smearwatch models divine'],
  ['an option of a command', '`smearwatch run --divine`', 'command smearwatch run --divine'],
  ['an option of another command', '`smearwatch run --quarantined`', 'command smearwatch run --quarantined'],
  ['an option alone', '`--divine`', 'option divine'],
  ['an npm script', '`npm run divine`', 'command npm run divine'],
  ['a script', '`npx tsx scripts/divine.ts`', 'command tsx scripts/divine.ts'],
  [
    'an option of a script',
    '`npx tsx scripts/torture.ts --divine 1`',
    'command tsx scripts/torture.ts --divine 1',
  ],
  ['a metric', '`smearwatch_divinations_total`', 'metric smearwatch_divinations_total'],
  ['a configuration key', '`pipeline.crystalBall`', 'setting pipeline.crystalBall'],
  ['an identifier', '`CrystalBall`', 'identifier CrystalBall'],
  ['an error code', '`image-clairvoyant`', 'code image-clairvoyant'],
  [
    'an error message',
    '`The image is purple and was never drawn.`',
    'message The image is purple and was never drawn.',
  ],
])('%s that does not exist is found', (_, markdown, expected) => {
  expect(unknownNames(`See ${markdown}.`)).toEqual([`1: ${expected}`]);
});

it('commands and settings in examples are read, too', () => {
  expect(unknownNames('```sh\nnpx smearwatch run --divine   # --once\n```\n')).toEqual([
    '1: command smearwatch run --divine',
  ]);
  expect(unknownNames('```yaml\nscanners:\n  - crystalBall: 1\n```\n')).toEqual(['1: setting crystalBall']);
});

it('a message is found with its values, and with … for them', () => {
  expect(unknownNames('`The image has 40×40 pixels; scanner left writes 960×1080.`')).toEqual([]);
  expect(unknownNames('`paused: only … MiB are free on the disk …`')).toEqual([]);
});

it('a record may name what is gone only where it speaks of the past', () => {
  expect(unknownNames('`crystal-ball.ts` was removed.', 'CHANGELOG.md', true)).toEqual([]);
  expect(unknownNames('See `crystal-ball.ts`.', 'CHANGELOG.md', true)).toEqual(['1: file crystal-ball.ts']);
});
