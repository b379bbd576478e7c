import { inspect } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Deliverer } from '../../../src/deliver/deliverer.js';
import { deliveryId, WebhookSink } from '../../../src/deliver/webhook/webhook-sink.js';
import { WebhookSecrets } from '../../../src/deliver/webhook/webhook-secrets.js';
import { Ledger, type Claim, type Delivery } from '../../../src/ledger/ledger.js';
import { silent } from '../../../src/telemetry/silent.js';
import { temporaryFolder } from '../../fixtures/folders.js';
import { hasOpenssl, pathOf, Receiver, SECRET, selfSigned, writeSecret } from '../../fixtures/receiver.js';
import { recordOf } from '../../fixtures/records.js';

const CLAIM = { scanner: 'left', path: 'a.png', size: 1, mtimeMs: 1 } as Claim;
const GOES_ON = new AbortController().signal;

let folder: string;
let ledger: Ledger;
beforeEach(() => {
  folder = temporaryFolder();
  ledger = Ledger.own(folder, () => ['webhook']);
  onTestFinished(() => ledger.close());
});

/** Records results that the sink must deliver to the webhook. */
function record(...paths: string[]): void {
  ledger.queue.enqueue(
    'left',
    paths.map((path) => ({ path, size: 1, mtimeMs: 1 })),
  );
  ledger.results.complete(
    ledger.queue.claim(100).map((claim) => ({ claim, record: recordOf(claim, claim.path) })),
  );
}

function owed(...paths: string[]): Delivery[] {
  record(...paths);
  return ledger.outbox.next('webhook', 100);
}

async function sinkTo(url: string, timeoutMs = 5000): Promise<WebhookSink> {
  const secrets = new WebhookSecrets();
  const file = writeSecret(folder);
  await secrets.read([file]);
  return new WebhookSink({
    name: 'webhook',
    url,
    timeoutMs,
    sign: (...what) => secrets.sign(file, ...what),
  });
}

/** Delivers the outbox, as the daemon does, and collects the failures. */
async function deliverTo(
  url: string,
  timeoutMs?: number,
): Promise<{ failures: unknown[]; worker: Deliverer }> {
  const failures: unknown[] = [];
  const telemetry = {
    ...silent('delivered'),
    deliveryFailed: ({ error }: { error: unknown }) => void failures.push(error),
  };
  const worker = new Deliverer(ledger.outbox, await sinkTo(url, timeoutMs), telemetry, () => undefined);
  onTestFinished(() => worker.stop());
  worker.wake();
  return { failures, worker };
}

const nothingOwed = (): Promise<void> =>
  vi.waitFor(() => expect(ledger.outbox.counts()).toEqual({}), { timeout: 20_000 });

describe('What is sent', () => {
  it('is the document of the result, with a signature that the library verifies', async () => {
    const receiver = await Receiver.start();
    const [delivery] = owed('slide 1/ä.png');
    const sink = await sinkTo(receiver.url);
    expect(await sink.deliver([delivery!], GOES_ON)).toBe(1);
    const [post] = receiver.posts;
    expect(post).toMatchObject({ status: 204, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(post!.body)).toEqual(delivery!.record);
    expect(post!.headers['user-agent']).toMatch(/^smearwatch\/\d/);
  });

  it('is refused by a receiver that has another secret', async () => {
    const receiver = await Receiver.start();
    receiver.secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const sink = await sinkTo(receiver.url);
    await expect(sink.deliver(owed('a.png'), GOES_ON)).rejects.toMatchObject({
      code: 'webhook-refused',
      message: expect.stringContaining('answered 401') as string,
      hint: expect.stringContaining('same secret') as string,
    });
  });
});

describe('The id of a delivery', () => {
  it('is another one for another file, image or set of models, and else the same', () => {
    const [first, second] = owed('a.png', 'b.png') as [Delivery, Delivery];
    const copy: Delivery = { ...first, path: 'copy.png' };
    const otherModels = { ...first, record: recordOf(CLAIM, 'a.png', '2') };
    const ids = [first, second, copy, otherModels].map(deliveryId);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(deliveryId({ ...first, id: 99, resultId: 99, mtimeMs: 5 })).toBe(ids[0]);
  });

  it('is the same at each try, with the time of the try', async () => {
    const receiver = await Receiver.start();
    receiver.answer = (index) => (index === 0 ? 500 : 204);
    record('a.png');
    await deliverTo(receiver.url);
    await nothingOwed();
    const [first, second] = receiver.posts.map(({ headers }) => headers);
    expect(receiver.posts.map(({ status }) => status)).toEqual([500, 204]);
    expect(second!['webhook-id']).toBe(first!['webhook-id']);
    expect(Number(second!['webhook-timestamp'])).toBeGreaterThan(Number(first!['webhook-timestamp']));
  });

  it('is the same when a new ledger gives the same row to another result', () => {
    const [delivery] = owed('a.png');
    ledger.outbox.remove('webhook', [delivery!]);
    const [other] = owed('b.png');
    expect(other!.id).toBe(delivery!.id);
    expect(deliveryId(other!)).not.toBe(deliveryId(delivery!));
  });
});

describe('A receiver', () => {
  it('gets all in order, each once, when it answers', async () => {
    const receiver = await Receiver.start();
    const paths = Array.from({ length: 80 }, (_, index) => `${index}.png`);
    record(...paths);
    await deliverTo(receiver.url);
    await nothingOwed();
    expect(receiver.posts.map(pathOf)).toEqual(paths);
  });

  it('that is down for a while loses nothing, and gets nothing twice that it has acknowledged', async () => {
    const receiver = await Receiver.start();
    const paths = Array.from({ length: 12 }, (_, index) => `${index}.png`);
    // The connection breaks at the fifth request and at every later one.
    receiver.answer = (index) => (index < 4 ? 204 : (request) => void request.socket.destroy());
    record(...paths.slice(0, 8));
    const { failures } = await deliverTo(receiver.url);
    await receiver.received(6);
    await receiver.stop();
    record(...paths.slice(8));
    await vi.waitFor(() => expect(failures).not.toEqual([]));
    expect(failures[0]).toMatchObject({
      code: 'webhook-unreachable',
      message: expect.stringMatching(/cannot be reached: \S/) as string,
    });
    expect(ledger.outbox.counts()).toEqual({ webhook: 8 });
    receiver.answer = () => 204;
    await receiver.start();
    await nothingOwed();
    expect(receiver.taken).toEqual(paths);
  });

  it.each([400, 404, 410, 429, 503])('that answers %i keeps its place in the queue', async (status) => {
    const receiver = await Receiver.start();
    receiver.answer = (index) => (index === 1 ? status : 200);
    const sink = await sinkTo(receiver.url);
    const deliveries = owed('a.png', 'b.png', 'c.png');
    expect(await sink.deliver(deliveries, GOES_ON)).toBe(1);
    expect(await sink.deliver(deliveries.slice(1), GOES_ON)).toBe(2);
    expect(receiver.taken).toEqual(['a.png', 'b.png', 'c.png']);
  });

  it('that redirects is not followed', async () => {
    const [receiver, other] = [await Receiver.start(), await Receiver.start()];
    receiver.answer = () => (_, response) => void response.writeHead(308, { location: other.url }).end();
    const sink = await sinkTo(receiver.url);
    await expect(sink.deliver(owed('a.png'), GOES_ON)).rejects.toMatchObject({
      message: expect.stringContaining('answered 308') as string,
      hint: expect.stringContaining('not followed') as string,
    });
    expect(other.posts).toEqual([]);
  });

  it('that never answers is given up in time', async () => {
    const receiver = await Receiver.start();
    receiver.answer = () => undefined;
    const sink = await sinkTo(receiver.url, 150);
    await expect(sink.deliver(owed('a.png'), GOES_ON)).rejects.toThrow('did not answer within 150 ms');
  });

  it('whose answer never ends, or is huge, has answered', async () => {
    const receiver = await Receiver.start();
    receiver.answer = (index) => (_, response) => {
      response.writeHead(200);
      const send = (): void => {
        if (!response.destroyed) response.write('x'.repeat(60_000), send);
      };
      if (index === 0) response.write('and then nothing');
      else send();
    };
    const sink = await sinkTo(receiver.url, 300);
    expect(await sink.deliver(owed('a.png', 'b.png'), GOES_ON)).toBe(2);
  });

  it('is sent no further result once the daemon stops', async () => {
    const receiver = await Receiver.start();
    const stopping = new AbortController();
    receiver.answer = () => {
      stopping.abort();
      return 204;
    };
    const sink = await sinkTo(receiver.url);
    expect(await sink.deliver(owed('a.png', 'b.png'), stopping.signal)).toBe(1);
  });

  it.skipIf(!hasOpenssl)('whose certificate is unknown gets nothing', async () => {
    const receiver = await Receiver.start(selfSigned(folder));
    const sink = await sinkTo(receiver.url);
    await expect(sink.deliver(owed('a.png'), GOES_ON)).rejects.toMatchObject({
      message: expect.stringContaining('certificate') as string,
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    });
    expect(receiver.posts).toEqual([]);
  });
});

it('No error has the secret, the address beyond the host, or the document', async () => {
  const receiver = await Receiver.start();
  const url = `${receiver.url}?key=in-the-address`;
  const failures: unknown[] = [];
  for (const answer of [500, 401, undefined, 302]) {
    receiver.answer = () => answer;
    const sink = await sinkTo(url, 100);
    failures.push(await sink.deliver(owed('patient-4711.png'), GOES_ON).catch((error: unknown) => error));
    failures.push(sink);
  }
  await receiver.stop();
  const sink = await sinkTo(url);
  failures.push(
    await sink.deliver(ledger.outbox.next('webhook', 1), GOES_ON).catch((error: unknown) => error),
  );
  const told = inspect(failures, { depth: 12, showHidden: true });
  for (const secret of [SECRET.slice(6), 'thirty-two', 'v1,', 'in-the-address', 'patient-4711'])
    expect(told).not.toContain(secret);
});
