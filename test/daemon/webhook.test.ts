import { describe, expect, it, vi } from 'vitest';
import { hasOpenssl, pathOf, Receiver, selfSigned, writeSecret } from '../fixtures/receiver.js';
import { ended, Lab } from './lab.js';

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 'another').toString('base64')}`;

async function labWith(receiver: Receiver, more: object = {}): Promise<Lab> {
  const lab = await Lab.open();
  writeSecret(lab.folder);
  lab.configure({
    sinks: [{ type: 'webhook', url: receiver.url, secretFile: 'webhook.secret', timeoutMs: 2000, ...more }],
  });
  return lab;
}

describe('A daemon with a webhook', () => {
  it.skipIf(!hasOpenssl)('sends over TLS, and signs with a new secret after SIGHUP', async () => {
    const certificates = await Lab.open();
    const { certFile, ...tls } = selfSigned(certificates.folder);
    const receiver = await Receiver.start(tls);
    const lab = await labWith(receiver);
    await lab.scan('a.png', 1);
    process.env['NODE_EXTRA_CA_CERTS'] = certFile;
    const daemon = lab.run();
    delete process.env['NODE_EXTRA_CA_CERTS'];
    await ended(daemon, 1);
    writeSecret(lab.folder, OTHER_SECRET);
    receiver.secret = OTHER_SECRET;
    daemon.signal('SIGHUP');
    await daemon.logged(({ msg }) => msg === 'Configuration reloaded');
    await lab.scan('b.png', 2);
    await ended(daemon, 2);
    expect(receiver.posts.map(({ status }) => status)).toEqual([204, 204]);
    expect(receiver.taken).toEqual(['a.png', 'b.png']);
    expect(await daemon.stop()).toBe(0);
  });

  it('loses nothing when it is killed while its receiver is unavailable, and repeats under the same id', async () => {
    const receiver = await Receiver.start();
    const lab = await labWith(receiver);
    receiver.answer = () => undefined;
    for (const index of [1, 2, 3]) await lab.scan(`${index}.png`, index);
    const first = lab.run();
    await receiver.received(1);
    await vi.waitFor(async () => expect((await first.status()).work.done).toBe(3), { timeout: 20_000 });
    first.signal('SIGKILL');
    await first.exit();
    await receiver.stop();
    const second = lab.run();
    await second.logged(({ msg }) => msg.startsWith('Results cannot be delivered'));
    expect((await second.status()).outbox).toEqual({ webhook: 3 });
    receiver.answer = () => 200;
    await receiver.start();
    await ended(second, 3);
    const [unanswered, ...taken] = receiver.posts;
    expect(taken.map(pathOf).sort()).toEqual(['1.png', '2.png', '3.png']);
    expect(taken[0]!.headers['webhook-id']).toBe(unanswered!.headers['webhook-id']);
    expect(await second.stop()).toBe(0);
  });

  it('says in /readyz and the log why it cannot deliver, and stops then without waiting', async () => {
    const receiver = await Receiver.start();
    receiver.answer = () => 422;
    const lab = await labWith(receiver);
    await lab.scan('a.png', 1);
    const daemon = lab.run();
    const url = await daemon.ready();
    await daemon.logged(({ msg }) => msg.startsWith('Results cannot be delivered'));
    const { reasons } = (await (await fetch(`${url}/readyz`)).json()) as { reasons: string[] };
    expect(reasons).toEqual([expect.stringMatching(/^sink webhook fails: The webhook .* answered 422$/)]);
    expect(await daemon.stop()).toBe(0);
    const owed = await lab.withLedger(({ outbox }) => outbox.counts());
    expect(owed).toEqual({ webhook: 1 });
  });

  it('does not start with a secret that it cannot use, and keeps the one it has at a reload', async () => {
    const receiver = await Receiver.start();
    const lab = await labWith(receiver);
    writeSecret(lab.folder, 'short');
    const failed = lab.run();
    expect(await failed.exit()).toBe(2);
    expect(failed.stderr).toContain('webhook.secret (sinks[].secretFile) cannot be used');
    writeSecret(lab.folder);
    const daemon = lab.run();
    await daemon.ready();
    writeSecret(lab.folder, 'short');
    daemon.signal('SIGHUP');
    await daemon.logged(({ msg }) => msg.includes('rejected; the previous'));
    await lab.scan('a.png', 1);
    await ended(daemon, 1);
    expect(receiver.posts.map(({ status }) => status)).toEqual([204]);
    expect(await daemon.stop()).toBe(0);
  });
});
