import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rows = readFileSync(`${root}docs/security.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (threat|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('Every threat in docs/security.md', () => {
  it.each(rows.map(([, threat = '', stops = '', tests = '']) => ({ threat, stops, tests })))(
    '$threat: has what stops it, and a test that exists',
    ({ stops, tests }) => {
      expect(stops).not.toBe('');
      const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) expect([file, existsSync(`${root}${file}`)]).toEqual([file, true]);
    },
  );

  it('is one of many', () => {
    expect(rows.length).toBeGreaterThan(30);
  });
});
