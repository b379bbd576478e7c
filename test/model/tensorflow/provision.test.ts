import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SmearwatchError } from '../../../src/errors.js';
import { tensorflowFolder } from '../../../src/model/tensorflow/paths.js';
import { provisionTensorflow } from '../../../src/model/tensorflow/provision.js';
import { fakeMachine, WORKING_TOOLS, type FakeMachine } from './fake-tools.js';

let machine: FakeMachine;
afterEach(() => machine.remove());

async function failureOf(promise: Promise<unknown>): Promise<SmearwatchError> {
  const outcome: unknown = await promise.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  if (outcome instanceof SmearwatchError) return outcome;
  throw outcome;
}

function builds(): Promise<string[]> {
  return readdir(dirname(tensorflowFolder(machine.env)));
}

const FINAL = tensorflowFolder({ SMEARWATCH_CACHE: '/' }).split('/').at(-1)!;

describe.runIf(process.platform === 'linux')('providing TensorFlow', () => {
  it('names every missing tool at once, with the packages that bring them', async () => {
    machine = await fakeMachine({});
    const failure = await failureOf(provisionTensorflow({ env: machine.env }));
    expect(failure.code).toBe('tensorflow-unavailable');
    expect(failure.message).toContain("npm, python3, make, g++, pip (Python's package installer)");
    expect(failure.hint).toContain('apt-get install npm python3 make g++ python3-pip');
  });

  it('tells a Python without pip from one with it', async () => {
    machine = await fakeMachine({ ...WORKING_TOOLS, python3: 'echo No module named pip >&2; exit 1' });
    const failure = await failureOf(provisionTensorflow({ env: machine.env }));
    expect(failure.message).toMatch(/PATH: pip \(/);
    expect(failure.hint).toContain('apt-get install python3-pip.');
  });

  it('shows the end of what a failing pip printed and leaves nothing behind', async () => {
    const python3 = '[ "$3" = --version ] && exit 0\necho "ERROR: No matching distribution" >&2; exit 1';
    machine = await fakeMachine({ ...WORKING_TOOLS, python3 });
    const failure = await failureOf(provisionTensorflow({ env: machine.env }));
    expect(failure.code).toBe('tensorflow-unavailable');
    expect(failure.message).toContain('while downloading tensorflow-cpu 2.21.0 with pip');
    expect(failure.message).toContain('ERROR: No matching distribution');
    expect(failure.hint).toContain('python3 -m pip download');
    expect(await builds()).toEqual([]);
  });

  it("names the sources of Node's headers when node-gyp cannot download them, before the long downloads", async () => {
    const npm =
      'case "$1" in config) echo undefined ;; *) echo "getaddrinfo ENOTFOUND nodejs.org"; exit 1 ;; esac';
    machine = await fakeMachine({ ...WORKING_TOOLS, npm });
    const failure = await failureOf(provisionTensorflow({ env: machine.env, nodePrefix: machine.cache }));
    expect(failure.hint).toContain('npm_config_nodedir');
    expect(failure.cause).toMatchObject({
      message: expect.stringContaining('ENOTFOUND nodejs.org') as string,
    });
    expect(await builds()).toEqual([]);
  });

  it('builds once, reports its steps, and finds the result the second time', async () => {
    machine = await fakeMachine(WORKING_TOOLS);
    const messages: string[] = [];
    const onProgress = (message: string): number => messages.push(message);
    const first = await provisionTensorflow({ env: machine.env, onProgress });
    expect(first).toMatchObject({ folder: tensorflowFolder(machine.env), isNew: true });
    expect(messages.join('\n')).toMatch(/Downloading about \d+ MB.*npm.*pip.*Compiling/s);
    const second = await provisionTensorflow({ env: machine.env });
    expect(second).toEqual({ ...first, isNew: false });
    expect(await builds()).toEqual([FINAL]);
  });

  it('prevents npm from looking for a newer npm', async () => {
    const npm = `case "$1" in config) ;; *) [ "$npm_config_update_notifier" = false ] || exit 1 ;; esac\n${WORKING_TOOLS.npm}`;
    machine = await fakeMachine({ ...WORKING_TOOLS, npm });
    expect(await provisionTensorflow({ env: machine.env })).toMatchObject({ isNew: true });
  });

  it('lets one of two processes at once win, and discards the copy of the other', async () => {
    machine = await fakeMachine(WORKING_TOOLS);
    const both = [provisionTensorflow({ env: machine.env }), provisionTensorflow({ env: machine.env })];
    const results = await Promise.all(both);
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await builds()).toEqual([FINAL]);
  });

  it('replaces an installation that does not compute', async () => {
    machine = await fakeMachine(WORKING_TOOLS);
    const { packageFolder } = await provisionTensorflow({ env: machine.env });
    await writeFile(join(packageFolder, 'index.js'), 'throw new Error("truncated in a power cut")');
    expect(await provisionTensorflow({ env: machine.env })).toMatchObject({ isNew: true });
    expect(await builds()).toEqual([FINAL]);
  });

  it('leaves nothing behind when aborted', async () => {
    machine = await fakeMachine(WORKING_TOOLS);
    const abort = new AbortController();
    const onProgress = (message: string): void => {
      if (message.startsWith('Compiling')) abort.abort(new Error('interrupted'));
    };
    const provisioning = provisionTensorflow({ env: machine.env, signal: abort.signal, onProgress });
    await expect(provisioning).rejects.toThrow('interrupted');
    expect(await builds()).toEqual([]);
  });

  it('removes what a killed process left a day ago, and keeps what another process may still be building', async () => {
    machine = await fakeMachine(WORKING_TOOLS);
    const folder = tensorflowFolder(machine.env);
    const [old, recent] = ['old', 'recent'].map((name) => join(dirname(folder), `.incoming-${name}`)) as [
      string,
      string,
    ];
    for (const path of [old, recent]) await mkdir(path, { recursive: true });
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    await utimes(old, twoDaysAgo, twoDaysAgo);
    await provisionTensorflow({ env: machine.env });
    expect(await builds()).toEqual(['.incoming-recent', FINAL]);
  });
});
