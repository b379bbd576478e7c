import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Receiver, writeSecret } from '../fixtures/receiver.js';
import { writeLabConfig } from '../fixtures/trace/lab.js';
import { Secluded, type Permission } from '../fixtures/trace/secluded.js';
import { whyNoTracing } from '../fixtures/trace/strace.js';
import { foreignFile } from '../model/import/foreign.js';

const SHIPPED_LENET5 = fileURLToPath(new URL('../../models/lenet5', import.meta.url));
// A trace takes longer than its command, and some run several.
vi.setConfig({ testTimeout: 120_000 });

const why = whyNoTracing();
let folder: string;
let secluded: Secluded;
/** A port of this computer on which nothing listens. */
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smearwatch-outside-'));
  secluded = new Secluded(folder);
  port = await freePort();
  writeLabConfig(secluded, { port });
  writeFileSync(join(secluded.lab, 'net.onnx'), foreignFile());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(why !== undefined)(`Under strace${why === undefined ? '' : ` (left out: ${why})`}`, () => {
  /** Runs a command that may use only the configuration's address, and expects that it uses nothing else. */
  async function staysInside(args: readonly string[], code = 0, permission: Permission = {}): Promise<void> {
    const addresses = new RegExp(`^127\\.0\\.0\\.1:${port}$`);
    const { strays, stderr, ...ended } = await secluded.smearwatch(args, { addresses, ...permission });
    // Standard error explains an unexpected exit code.
    const said = ended.code === code ? '' : stderr;
    expect({ strays, code: ended.code, said }).toEqual({ strays: [], code, said: '' });
  }

  it('a program that connects, writes and starts others elsewhere is found out, in all of its threads', async () => {
    const work = `
      const { writeFileSync } = require('node:fs');
      writeFileSync(process.env.HOME + '/stray', '');
      require('node:net').connect(${port}, '127.0.0.1').on('error', () => undefined);
      require('node:child_process').execFileSync('true');`;
    const script = `new (require('node:worker_threads').Worker)(${JSON.stringify(work)}, { eval: true })`;
    const { strays } = await secluded.run([process.execPath, '-e', script]);
    expect([...strays].sort()).toEqual([
      `connect 127.0.0.1:${port}`,
      expect.stringMatching(/^execve .*\/true$/),
      `openat ${secluded.home}/stray`,
    ]);
    rmSync(join(secluded.home, 'stray'));
  });

  it('generate stays in its folder', async () => {
    await staysInside(['generate', '--out', 'in', '--count', '3', '--flat']);
    await staysInside(['generate', '--out', 'cells', '--count', '12']);
  });

  it('a daemon that runs once connects to its webhook only, and listens on the configured address only', async () => {
    const receiver = await Receiver.start();
    const { hostname, port: receiverPort } = new URL(receiver.url);
    writeSecret(secluded.lab);
    const webhook = { type: 'webhook', url: receiver.url, secretFile: 'webhook.secret' };
    writeLabConfig(secluded, { port, sinks: [webhook] });
    const addresses = new RegExp(`^(127\\.0\\.0\\.1:${port}|(127\\.0\\.0\\.1|\\[::1\\]):${receiverPort})$`);
    await staysInside(['run', '--once', '--config', 'lab.yaml'], 0, { addresses });
    expect([hostname, receiver.taken.length]).toEqual(['localhost', 3]);
    expect(readdirSync(join(secluded.home, '.cache'))).toEqual(['smearwatch']);
  });

  it.each<[line: string, code?: number, permission?: Permission]>([
    ['--version'],
    ['doctor --config lab.yaml'],
    ['status --config lab.yaml', 1],
    ['classify in --config lab.yaml'],
    ['results --config lab.yaml'],
    ['label --path smear-1-0.png --class lymphocyte --by test --config lab.yaml'],
    ['rebaseline --scanner left --config lab.yaml'],
    ['replay --quarantined --config lab.yaml'],
    ['audit export --out audit.ndjson --config lab.yaml'],
    ['ledger verify --config lab.yaml'],
    ['ledger backup backup.sqlite --config lab.yaml'],
    ['models verify'],
    ['evaluate --data cells --models lenet5'],
    ['evaluations --config lab.yaml'],
    ['plan --images-per-day 10000'],
  ])('%s stays inside', async (line, code = 0, permission = {}) => {
    await staysInside(line.split(' '), code, permission);
  });

  it("top asks the daemon only, not React's developer tools", async () => {
    const addresses = new RegExp(`^127\\.0\\.0\\.1:${port}$`);
    const { strays, stderr } = await secluded.smearwatch(['top', '--once', '--config', 'lab.yaml'], {
      addresses,
    });
    expect(strays).toEqual([]);
    expect(stderr).toContain(`No daemon answers at http://127.0.0.1:${port}`);
    expect(stderr).not.toContain('react-devtools');
  });

  it('models import, quantize and promote use the temporary folder only for what they remove', async () => {
    cpSync(SHIPPED_LENET5, join(secluded.lab, 'registry', 'lenet5'), { recursive: true });
    const own = ['--registry', 'registry'];
    const stated = ['--name', 'own', '--classes', 'a,b,c', '--input-size', '256'];
    await staysInside(['models', 'import', 'net.onnx', ...stated, ...own], 0, {
      temporary: ['smearwatch-import-'],
    });
    await staysInside(['models', 'quantize', 'lenet5@1', '--data', 'cells', '--force', ...own], 0, {
      temporary: ['smearwatch-int8-'],
    });
    await staysInside(['models', 'promote', 'own@1', ...own, '--config', 'lab.yaml']);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
