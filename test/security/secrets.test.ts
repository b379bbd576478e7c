import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ended, Lab } from '../daemon/lab.js';
import { runCli } from '../fixtures/daemon.js';
import { Receiver, SECRET, writeSecret, type Answer } from '../fixtures/receiver.js';

const TOKEN = 'correct-horse-battery-staple-0123456789';
const WRONG = 'wrong-horse-battery-staple-9876543210';

/** Every file below a folder except the secret ones, as bytes. */
function filesBelow(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter((name) => !['token', 'webhook.secret'].includes(name) && statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

/** A secret in every form in which it could be written by accident. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('base64').slice(0, -4), bytes.toString('hex'), encodeURIComponent(secret)];
}

it('The token, and what was tried instead of it, is in no log, no page, no file and no error', async () => {
  const lab = await Lab.open();
  const tokenFile = join(lab.folder, 'token');
  writeFileSync(tokenFile, `${TOKEN}\n`, { mode: 0o600 });
  lab.configure({ http: { port: 0, tokenFile: 'token' }, log: { level: 'debug' } });
  await lab.scan('a.png', 1);
  const daemon = lab.run();
  const url = await daemon.ready();
  await ended(daemon, 1);
  const written: string[] = [];
  const label = JSON.stringify({ scanner: 'left', path: 'a.png', class: 'lymphocyte', by: 'x' });
  const post = async (token: string, body = label): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/labels`, { method: 'POST', headers, body });
    written.push(await response.text(), JSON.stringify([...response.headers]));
    return response.status;
  };
  expect([await post(TOKEN), await post(WRONG), await post(TOKEN, '{')]).toEqual([200, 401, 400]);
  for (const page of ['status', 'metrics', 'readyz', 'healthz', TOKEN, `?token=${WRONG}`]) {
    const response = await fetch(`${url}/${page}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    written.push(await response.text(), JSON.stringify([...response.headers]));
  }
  // A reload with a token file that cannot be used, and one whose options are wrong in it.
  writeFileSync(tokenFile, `${TOKEN} with more\n`);
  daemon.signal('SIGHUP');
  await daemon.logged(({ event, msg }) => event === 'reloadRefused' || /rejected/i.test(msg));
  const commands = [
    ['status', '--url', url, '--json'],
    ['doctor', '--config', lab.configFile, '--json'],
    ['audit', 'list', '--config', lab.configFile, '--json'],
    ['run', '--config', lab.configFile, '--once', '--verbose'],
  ];
  for (const { stdout, stderr } of await Promise.all(commands.map((args) => runCli(...args))))
    written.push(stdout, stderr);
  expect(await daemon.stop()).toBe(0);
  written.push(JSON.stringify(daemon.log), daemon.stderr);
  for (const secret of [TOKEN, WRONG]) {
    for (const form of formsOf(secret)) {
      expect(written.filter((text) => text.includes(form))).toEqual([]);
      const files = [...filesBelow(lab.folder)].filter(([, bytes]) => bytes.includes(form));
      expect(files.map(([name]) => name)).toEqual([]);
    }
  }
});

it("A webhook's secret, and what else is in its address, is in no log, no page, no file and no error", async () => {
  const receiver = await Receiver.start();
  const lab = await Lab.open();
  writeSecret(lab.folder);
  const url = `${receiver.url}?key=only-in-the-address-7f3a`;
  const sinks = [{ type: 'webhook', url, secretFile: 'webhook.secret', timeoutMs: 500 }];
  lab.configure({ sinks, log: { level: 'debug' } });
  for (const index of [1, 2, 3]) await lab.scan(`${index}.png`, index);
  // The answers: refused, never answered, broken off, and at last accepted.
  const answers: Answer[] = [401, undefined, (request) => void request.socket.destroy()];
  receiver.answer = (index) => (index < answers.length ? answers[index] : 204);
  const daemon = lab.run();
  const pages = await daemon.ready();
  await daemon.logged(({ msg }) => msg.startsWith('Results cannot be delivered'));
  const written: string[] = [];
  for (const page of ['status', 'metrics', 'readyz'])
    written.push(await (await fetch(`${pages}/${page}`)).text());
  await ended(daemon, 3);
  writeSecret(lab.folder, `${SECRET} with more`);
  daemon.signal('SIGHUP');
  await daemon.logged(({ msg }) => msg.includes('rejected; the previous'));
  const commands = [
    ['doctor', '--config', lab.configFile, '--json'],
    ['audit', 'list', '--config', lab.configFile, '--json'],
    ['run', '--config', lab.configFile, '--once', '--verbose'],
  ];
  for (const { stdout, stderr } of await Promise.all(commands.map((args) => runCli(...args))))
    written.push(stdout, stderr);
  expect(await daemon.stop()).toBe(0);
  written.push(JSON.stringify(daemon.log), daemon.stderr);
  const base64 = SECRET.slice('whsec_'.length);
  const raw = Buffer.from(base64, 'base64').toString();
  for (const form of [...formsOf(SECRET), ...formsOf(raw), base64]) {
    expect(written.filter((text) => text.includes(form))).toEqual([]);
    const files = [...filesBelow(lab.folder)].filter(([, bytes]) => bytes.includes(form));
    expect(files.map(([name]) => name)).toEqual([]);
  }
  expect(written.filter((text) => text.includes('only-in-the-address'))).toEqual([]);
  // Three failed deliveries alone take seven seconds of waiting.
}, 60_000);

it('What is in the environment, and which images there are, is on no page', async () => {
  const lab = await Lab.open();
  await lab.scan('patient-4711.png', 1);
  process.env['SMEARWATCH_TEST_SECRET'] = 'only-in-the-environment-7f3a';
  const daemon = lab.run();
  const url = await daemon.ready();
  delete process.env['SMEARWATCH_TEST_SECRET'];
  await ended(daemon, 1);
  for (const page of ['status', 'metrics', 'readyz', 'healthz', 'environ']) {
    const text = await (await fetch(`${url}/${page}`)).text();
    expect(text).not.toContain('only-in-the-environment-7f3a');
    expect(text).not.toContain('patient-4711');
  }
  expect(JSON.stringify(daemon.log)).not.toContain('only-in-the-environment-7f3a');
  expect(await daemon.stop()).toBe(0);
});
