import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAudit } from '../../src/audit/read-audit.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { addLeNet5 } from '../fixtures/registry.js';
import { ended, Lab } from './lab.js';

interface Told {
  readonly event: string;
  readonly actor: string;
  readonly details: Record<string, unknown>;
}

function trail(lab: Lab): Told[] {
  return readAudit(join(lab.folder, 'state'), {}, (entries) =>
    [...entries].map(({ event, actor, details }) => ({
      event,
      actor,
      details: JSON.parse(details) as Record<string, unknown>,
    })),
  );
}

it('A daemon records its start, its models, its configurations and its end; the log and /status have the hashes too', async () => {
  const lab = await Lab.open();
  await lab.registry.promote('lenet5', 1);
  const daemon = lab.run();
  await daemon.ready();
  await addLeNet5(lab.registry, 2);
  await lab.registry.promote('lenet5', 2);
  await daemon.logged(({ msg }) => msg === 'Models swapped');
  lab.configure({ review: { minConfidence: 0.5 } });
  await daemon.logged(({ msg }) => msg === 'Configuration reloaded');
  lab.configure({ models: { registry: 'models', use: [{ model: 'lenet5@9' }] } });
  await daemon.logged(({ msg }) => msg.includes('rejected'));
  const { audit } = await daemon.status();
  expect(verifyAudit(join(lab.folder, 'state'), [audit.head!]).problem).toBeUndefined();
  expect(audit).toMatchObject({ writable: true, waiting: 0 });
  await daemon.stop();
  const entries = trail(lab);
  expect(new Set(entries.map(({ actor }) => actor))).toEqual(new Set(['daemon']));
  const events = entries.map(({ event }) => event);
  expect(events.slice(0, 3)).toEqual(['daemon-started', 'models-loaded', 'models-swapped']);
  expect(events.slice(-2)).toEqual(['configuration-refused', 'daemon-stopped']);
  expect(events).toContain('configuration-applied');
  expect(entries[0]?.details).toMatchObject({ previousRun: 'none', configuration: { file: lab.configFile } });
  expect(entries[2]?.details['models']).toMatchObject([{ model: 'lenet5@2' }]);
  expect(entries.at(-2)?.details).toMatchObject({ code: 'model-unknown' });
  const logged = daemon.log.filter(({ msg }) => msg === 'Audit entry').map(({ audit: entry }) => entry);
  expect(logged.at(-1)).toMatchObject(verifyAudit(join(lab.folder, 'state')).head);
});

it('A daemon whose audit trail cannot be written continues to classify, and raises an alarm', async () => {
  const lab = await Lab.open();
  mkdirSync(join(lab.folder, 'state', 'audit.sqlite'), { recursive: true });
  await lab.scan('a.png', 1);
  const daemon = lab.run();
  await ended(daemon, 1);
  const url = await daemon.ready();
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await daemon.status()).audit).toMatchObject({ writable: false, waiting: 2 });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('smearwatch_audit_writable 0');
  expect(daemon.log.find(({ msg }) => msg.startsWith('The audit trail cannot be written'))).toMatchObject({
    level: 'error',
  });
  expect(await daemon.stop()).toBe(0);
});

it('The start after a kill says that the run before did not stop', async () => {
  const lab = await Lab.open();
  const daemon = lab.run();
  await daemon.ready();
  daemon.signal('SIGKILL');
  await daemon.exit();
  expect(await lab.run('--once').exit()).toBe(0);
  const starts = trail(lab).filter(({ event }) => event === 'daemon-started');
  expect(starts.map(({ details }) => details['previousRun'])).toEqual(['none', 'ended without stopping']);
});
