import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { Lab } from '../daemon/lab.js';
import { cliFile } from '../fixtures/daemon.js';
import { giveToNobody, NOBODY, whyNotAsNobody } from '../fixtures/nobody.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('Smearwatch', () => {
  it('listens on this computer only, and allows no changes, unless configured otherwise', () => {
    const { http } = parseConfig('{ stateFolder: s, scanners: [{ name: a, folder: in }] }', '/lab.yaml');
    expect([http.host, http.tokenFile]).toEqual(['127.0.0.1', undefined]);
  });

  it('has a unit that removes the privileges it does not need', () => {
    const unit = readFileSync(join(root, 'deploy', 'smearwatch.service'), 'utf8');
    for (const line of [
      'User=smearwatch',
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=',
      'ProtectSystem=strict',
      'PrivateTmp=yes',
      'ProtectHome=yes',
      'Environment=ORT_DISABLE_TELEMETRY=1',
    ])
      expect(unit).toMatch(new RegExp(`^${line}$`, 'm'));
  });

  it('starts other programs without a shell', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const shells = sources.filter((name) => {
      const text = readFileSync(join(root, 'src', name), 'utf8');
      return /shell:\s*(true|['"])|\bexecSync\(|[^.\w]exec\(/.test(text);
    });
    expect(shells).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)('runs as a user without other rights', async ({ skip }) => {
    const why = whyNotAsNobody(cliFile());
    if (why !== undefined) skip(why);
    const lab = await Lab.open();
    await lab.scan('a.png', 1);
    mkdirSync(join(lab.folder, 'home'));
    giveToNobody(lab.folder);
    const child = spawn(process.execPath, [cliFile(), 'run', '--once', '--config', lab.configFile], {
      uid: NOBODY,
      gid: NOBODY,
      env: { PATH: process.env['PATH'], HOME: join(lab.folder, 'home') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, stderr]).toEqual([0, '']);
    expect(lab.documents().size).toBe(1);
  });
});
