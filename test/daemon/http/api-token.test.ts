import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ApiToken } from '../../../src/daemon/http/api-token.js';
import { SmearwatchError } from '../../../src/errors.js';
import { temporaryFolder } from '../../fixtures/folders.js';

const TOKEN = 'correct-horse-battery-staple';

function tokenFile(content: string, mode = 0o600): string {
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, content, { mode });
  chmodSync(file, mode);
  return file;
}

async function refusalOf(file: string): Promise<SmearwatchError> {
  const error: unknown = await new ApiToken().use(file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SmearwatchError);
  expect(error).toMatchObject({ code: 'token-unusable', kind: 'configuration' });
  return error as SmearwatchError;
}

describe('The token', () => {
  it('of the file is right, with or without a line break at its end, and no other is', async () => {
    const token = new ApiToken();
    await token.use(tokenFile(`${TOKEN}\n`));
    expect(token.isConfigured).toBe(true);
    expect(token.matches(TOKEN)).toBe(true);
    for (const wrong of ['', `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase(), `${TOKEN}\n`, 'x'.repeat(1e6)])
      expect(token.matches(wrong)).toBe(false);
  });

  it('is not set without a file: then every token is refused, the empty one included', async () => {
    const token = new ApiToken();
    await token.use(tokenFile(TOKEN));
    await token.use(undefined);
    expect(token.isConfigured).toBe(false);
    expect(token.matches(TOKEN)).toBe(false);
    expect(token.matches('')).toBe(false);
  });

  it('is another one after its file was written again; a file that cannot be used changes nothing', async () => {
    const token = new ApiToken();
    const file = tokenFile(TOKEN);
    await token.use(file);
    writeFileSync(file, 'another-one-that-is-long');
    await token.use(file);
    expect([token.matches(TOKEN), token.matches('another-one-that-is-long')]).toEqual([false, true]);
    writeFileSync(file, 'short');
    await expect(token.use(file)).rejects.toThrow('shorter than 16');
    expect(token.matches('another-one-that-is-long')).toBe(true);
  });

  it('may be readable by a group, not by every user', async () => {
    await new ApiToken().use(tokenFile(TOKEN, 0o640));
    const error = await refusalOf(tokenFile(TOKEN, 0o644));
    expect(error.message).toContain('every user of this computer can read it');
    expect(error.hint).toMatch(/^Run: chmod o-rwx '.*token'$/);
  });

  it.each([
    ['is empty', '', 'shorter than 16'],
    ['is short', 'hidden', 'shorter than 16'],
    ['has spaces', 'hidden hidden hidden', 'not one line'],
    ['has two lines', 'hiddenhiddenhidden\nhiddenhiddenhidden', 'not one line'],
    ['is larger than a token', 'hidden'.repeat(1000), 'larger than'],
  ])('of a file that %s is refused, and not shown', async (_, content, why) => {
    const error = await refusalOf(tokenFile(content));
    expect(error.message).toContain(why);
    expect(error.hint).toContain('openssl rand');
    expect(inspect(error, { depth: 9 })).not.toContain('hidden');
  });

  it('of a file that is not there, or a folder, is refused', async () => {
    const folder = temporaryFolder();
    expect((await refusalOf(join(folder, 'none'))).message).toContain('ENOENT');
    mkdirSync(join(folder, 'token'));
    expect((await refusalOf(join(folder, 'token'))).message).toContain('it is not a file');
  });

  it('is nowhere in the object', async () => {
    const token = new ApiToken();
    await token.use(tokenFile(TOKEN));
    expect(inspect(token, { showHidden: true, depth: 9 }) + JSON.stringify(token)).not.toContain(TOKEN);
  });
});
