import { chmodSync } from 'node:fs';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { WebhookSecrets } from '../../../src/deliver/webhook/webhook-secrets.js';
import { SmearwatchError } from '../../../src/errors.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { SECRET, writeSecret } from '../../fixtures/receiver.js';

const AT = new Date('2026-01-02T03:04:05.678Z');

async function refusalOf(file: string): Promise<SmearwatchError> {
  const error: unknown = await new WebhookSecrets().read([file]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SmearwatchError);
  expect(error).toMatchObject({ code: 'webhook-secret-unusable', kind: 'configuration' });
  return error as SmearwatchError;
}

describe('A secret', () => {
  it.each([
    ['with its prefix', SECRET],
    ['without', SECRET.slice('whsec_'.length)],
  ])('%s signs id, time and body as the specification says', async (_, text) => {
    const secrets = new WebhookSecrets();
    const file = writeSecret(temporaryFolder(), text);
    await secrets.read([file]);
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
    const mac = createHmac('sha256', key).update('msg_1.1767323045.{"é":1}').digest('base64');
    expect(secrets.sign(file, 'msg_1', AT, '{"é":1}')).toBe(`v1,${mac}`);
  });

  it('gives the signature of the specification’s example', async () => {
    const secrets = new WebhookSecrets();
    const file = writeSecret(temporaryFolder(), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    await secrets.read([file]);
    const at = new Date(1_614_265_330_000);
    expect(secrets.sign(file, 'msg_p5jXN8AQM9LWM0D4loKWxJek', at, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('is another one after its file was written again; a file that cannot be used changes nothing', async () => {
    const secrets = new WebhookSecrets();
    const folder = temporaryFolder();
    const file = writeSecret(folder);
    await secrets.read([file]);
    const first = secrets.sign(file, 'msg_1', AT, '{}');
    writeSecret(folder, Buffer.alloc(24, 7).toString('base64'));
    await secrets.read([file]);
    const second = secrets.sign(file, 'msg_1', AT, '{}');
    expect(second).not.toBe(first);
    writeSecret(folder, 'short');
    await expect(secrets.read([file])).rejects.toThrow();
    expect(secrets.sign(file, 'msg_1', AT, '{}')).toBe(second);
  });

  it('is kept beside a new one until its sink is replaced, and forgotten then', async () => {
    const secrets = new WebhookSecrets();
    const folder = temporaryFolder();
    const [old, next] = [writeSecret(folder), writeSecret(folder, SECRET, 'next.secret')];
    await secrets.read([old]);
    await secrets.read([next]);
    expect(secrets.sign(old, 'msg_1', AT, '{}')).toBe(secrets.sign(next, 'msg_1', AT, '{}'));
    secrets.keepOnly([next]);
    expect(() => secrets.sign(old, 'msg_1', AT, '{}')).toThrow('was not read');
  });

  it('that every user can read is refused', async () => {
    const file = writeSecret(temporaryFolder());
    chmodSync(file, 0o644);
    const error = await refusalOf(file);
    expect(error.message).toContain('every user of this computer can read it');
    expect(error.hint).toMatch(/^Run: chmod o-rwx /);
  });

  it.each([
    ['is empty', '', '24 to 64 bytes'],
    ['is short', Buffer.from('secret').toString('base64'), '24 to 64 bytes'],
    ['is long', Buffer.alloc(65, 'secret').toString('base64'), '24 to 64 bytes'],
    ['is a sentence', 'this secret is no base64, it is a sentence', 'not one line of base64'],
    ['has two lines', `${SECRET}\n${SECRET}`, 'not one line of base64'],
  ])('that %s is refused, and not shown', async (_, text, why) => {
    const error = await refusalOf(writeSecret(temporaryFolder(), text));
    expect(error.message).toContain(why);
    expect(error.message).toContain('sinks[].secretFile');
    expect(error.hint).toContain('openssl rand -base64 32');
    if (text !== '') expect(inspect(error, { depth: 9 })).not.toContain(text);
  });

  it('of a file that is not there is refused', async () => {
    expect((await refusalOf(join(temporaryFolder(), 'none'))).message).toContain('ENOENT');
  });

  it('is nowhere in the object', async () => {
    const secrets = new WebhookSecrets();
    await secrets.read([writeSecret(temporaryFolder())]);
    const shown = inspect(secrets, { showHidden: true, depth: 9 }) + JSON.stringify(secrets);
    expect(shown).not.toContain('thirty-two');
    expect(shown).not.toContain(SECRET.slice('whsec_'.length));
  });
});
