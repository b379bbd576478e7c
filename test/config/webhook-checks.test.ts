import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { messageOf } from '../../src/errors.js';

function configured(...webhooks: string[]): Config {
  const sinks = webhooks.map((options) => `  - { type: webhook, ${options} }\n`).join('');
  const text = `stateFolder: state\nscanners: [{ name: left, folder: in }]\nsinks:\n${sinks}`;
  return parseConfig(text, '/etc/lab.yaml');
}

function refusal(...webhooks: string[]): string {
  try {
    configured(...webhooks);
  } catch (error) {
    return messageOf(error);
  }
  throw new Error('the configuration was accepted');
}

describe('A webhook', () => {
  it('has a name, a time limit, and its secret relative to the configuration', () => {
    expect(configured('url: "https://lis.example/smears", secretFile: webhook.secret').sinks).toEqual([
      {
        type: 'webhook',
        name: 'webhook',
        url: 'https://lis.example/smears',
        secretFile: '/etc/webhook.secret',
        timeoutMs: 10_000,
        allowInsecure: false,
      },
    ]);
  });

  it.each([
    'https://lis.example:8443/a?b=c',
    'http://localhost:8080/',
    'http://127.0.0.1/x',
    'http://127.8.9.1/x',
    'http://[::1]:99',
    'https://10.0.0.7/lis',
  ])('may go to %s', (url) => {
    expect(configured(`url: "${url}", secretFile: s`).sinks).toMatchObject([{ url }]);
  });

  it.each([
    ['http://lis.example/', 'url: begins with http:// and is another computer'],
    ['http://10.0.0.7/', 'another computer'],
    ['http://localhost.example/', 'another computer'],
    ['http://127.0.0.1.example/', 'another computer'],
    ['ftp://lis.example/', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['lis.example/smears', 'is not an address such as https://'],
    ['', 'url: is empty'],
  ])('may not go to "%s"', (url, why) => {
    expect(refusal(`url: "${url}", secretFile: s`)).toContain(why);
  });

  it('may go to another computer without TLS if allowInsecure is set', () => {
    const options = 'url: "http://lis.example/", secretFile: s, allowInsecure: true';
    expect(configured(options).sinks).toHaveLength(1);
  });

  it.each([
    'https://smear:hunter2@lis.example/',
    'https://hunter2@lis.example/',
    'https://smear:hunter2@bad host/',
  ])('has no password in its address, and none is repeated: %s', (url) => {
    const message = refusal(`url: "${url}", secretFile: s`);
    expect(message).toMatch(/sinks\[0\]\.url: (contains a user name or password|is not an address)/);
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['url: "https://lis.example/"', 'sinks[0].secretFile: is missing'],
    ['secretFile: s', 'sinks[0].url: is missing'],
    ['url: "https://lis.example/", secretFile: s, timeoutMs: 5', 'timeoutMs: is 5, must be a whole number'],
    ['url: "https://lis.example/", secretFile: s, folder: x', 'folder: does not go with type: webhook'],
    ['url: "https://lis.example/", secretFile: s, secret: x', 'secret: unknown option'],
  ])('with { %s } is refused', (options, why) => {
    expect(refusal(options)).toContain(why);
  });

  it('is the only one that goes to its address, however that is written', () => {
    const first = 'url: "https://lis.example/smears", secretFile: s';
    const second = 'name: b, url: "https://LIS.example:443/smears", secretFile: s';
    expect(refusal(first, second)).toContain('sinks[1]: another sink writes to the same place (sinks[0])');
    expect(refusal(first, first)).toContain('sinks[1].name: another sink has this name');
  });
});
