import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ServiceManager } from '../../src/daemon/service-manager.js';
import { temporaryFolder } from '../fixtures/folders.js';

/** A `systemd-notify` that records the messages it receives. */
function systemd(watchdogMs = 0) {
  const folder = temporaryFolder();
  const heard = join(folder, 'heard');
  const program = join(folder, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\necho "$*" >> '${heard}'\n`);
  chmodSync(program, 0o755);
  return {
    environment: {
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      NOTIFY_SOCKET: '/run/systemd/notify',
      ...(watchdogMs > 0 && { WATCHDOG_USEC: String(watchdogMs * 1000) }),
    },
    heard: (): string[] => (existsSync(heard) ? readFileSync(heard, 'utf8').trimEnd().split('\n') : []),
  };
}

function manager(environment: NodeJS.ProcessEnv, isWell = () => true) {
  const errors: unknown[] = [];
  const serviceManager = new ServiceManager({ environment, isWell, onError: (error) => errors.push(error) });
  onTestFinished(() => serviceManager.close());
  return { serviceManager, errors };
}

describe('ServiceManager', () => {
  it('notifies systemd of each state, in order', async () => {
    const { environment, heard } = systemd();
    const { serviceManager } = manager(environment);
    serviceManager.ready('Images are taken in');
    serviceManager.reloading();
    serviceManager.ready('Configuration read again');
    serviceManager.stopping();
    await serviceManager.close();
    expect(heard()).toEqual([
      'READY=1 STATUS=Images are taken in',
      'RELOADING=1',
      'READY=1 STATUS=Configuration read again',
      'STOPPING=1',
    ]);
  });

  it('gives signs of life only while the daemon is well', async () => {
    const { environment, heard } = systemd(40);
    const state = { isWell: false, asked: 0 };
    const { serviceManager } = manager(environment, () => {
      state.asked += 1;
      return state.isWell;
    });
    serviceManager.ready('');
    await vi.waitFor(() => expect(state.asked).toBeGreaterThan(2));
    expect(heard()).not.toContain('WATCHDOG=1');
    state.isWell = true;
    await vi.waitFor(() => expect(heard()).toContain('WATCHDOG=1'), { timeout: 20_000 });
  });

  it('is silent where systemd did not start the daemon', async () => {
    const { environment, heard } = systemd(40);
    const { serviceManager, errors } = manager({ ...environment, NOTIFY_SOCKET: undefined });
    serviceManager.ready('');
    await serviceManager.close();
    expect(heard()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('reports once that systemd-notify is missing', async () => {
    const { serviceManager, errors } = manager({
      PATH: temporaryFolder(),
      NOTIFY_SOCKET: '/run/systemd/notify',
    });
    serviceManager.ready('');
    serviceManager.stopping();
    await serviceManager.close();
    expect(errors).toHaveLength(1);
  });
});
