import { describe, expect, it, onTestFinished } from 'vitest';
import { ALONE_AFTER_CRASHES } from '../../src/ledger/queue.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { BLAMED_AFTER_CRASHES, type DeadlyFile } from '../../src/ledger/suspects.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { recordOf } from '../fixtures/records.js';

const file = (path: string) => ({ path, size: 1, mtimeMs: 1 });

/** A ledger with files, and what a start after a crash does with it. */
function open(...paths: string[]): { ledger: Ledger; crash: () => DeadlyFile[] } {
  const ledger = Ledger.own(temporaryFolder(), () => []);
  onTestFinished(() => ledger.close());
  ledger.queue.enqueue('left', paths.map(file));
  return {
    ledger,
    crash() {
      const blamed = ledger.suspects.blame();
      ledger.queue.recover();
      return blamed;
    },
  };
}

function crashTogether({ ledger, crash }: ReturnType<typeof open>): void {
  for (let crashes = 0; crashes < ALONE_AFTER_CRASHES; crashes += 1) {
    ledger.queue.claim(10);
    crash();
  }
}

describe('Suspects', () => {
  it('are claimed one by one, and with none of the others, once the process has died of them often enough', () => {
    const world = open('a.png', 'b.png');
    const { ledger } = world;
    expect(ledger.suspects.isDue()).toBe(false);
    crashTogether(world);
    ledger.queue.enqueue('left', [file('new.png')]);
    expect(ledger.suspects.isDue()).toBe(true);
    expect(ledger.queue.claim(10).map(({ path }) => path)).toEqual(['new.png']);
    expect(ledger.suspects.claim()).toMatchObject({ path: 'a.png', attempt: 1 });
    expect(ledger.suspects.claim()).toMatchObject({ path: 'b.png', attempt: 1 });
    expect(ledger.suspects.isDue()).toBe(false);
  });

  it('are cleared by being classified, and the one to blame is quarantined with a reason', () => {
    const world = open('deadly.png', 'innocent.png');
    const { ledger, crash } = world;
    crashTogether(world);
    for (let crashes = ALONE_AFTER_CRASHES; crashes < BLAMED_AFTER_CRASHES - 1; crashes += 1) {
      const claim = ledger.suspects.claim()!;
      if (claim.path === 'innocent.png') {
        ledger.results.complete([{ claim, record: recordOf(claim, 'innocent') }]);
        ledger.suspects.claim();
      }
      expect(crash()).toEqual([]);
    }
    ledger.suspects.claim();
    expect(crash()).toMatchObject([{ path: 'deadly.png', code: 'image-kills-process' }]);
    expect(ledger.queue.counts()).toMatchObject({ queued: 0, running: 0, done: 1, quarantined: 1 });
    expect(ledger.browse.quarantined({ limit: 1 })[0]?.reason).toContain('smearwatch replay --quarantined');
  });

  it('take turns, so that one that dies does not delay the clearing of the others', () => {
    const world = open('a.png', 'b.png');
    crashTogether(world);
    expect(world.ledger.suspects.claim()?.path).toBe('a.png');
    world.crash();
    expect(world.ledger.suspects.claim()?.path).toBe('b.png');
  });

  it('are tried alone at once when they are replayed', () => {
    const world = open('deadly.png');
    crashTogether(world);
    for (let crashes = ALONE_AFTER_CRASHES; crashes < BLAMED_AFTER_CRASHES; crashes += 1) {
      world.ledger.suspects.claim();
      world.crash();
    }
    expect(world.ledger.browse.replayQuarantined({})).toBe(1);
    expect(world.ledger.queue.claim(10)).toEqual([]);
    expect(world.ledger.suspects.claim()?.path).toBe('deadly.png');
  });

  it('are forgotten when their file is overwritten', () => {
    const world = open('a.png');
    crashTogether(world);
    world.ledger.queue.enqueue('left', [{ path: 'a.png', size: 2, mtimeMs: 2 }]);
    expect(world.ledger.suspects.isDue()).toBe(false);
    expect(world.ledger.queue.claim(10)).toHaveLength(1);
  });
});

describe('Queue, of paused scanners', () => {
  it('claims the others only, and looks out for the others only', () => {
    const { ledger } = open('a.png');
    ledger.queue.enqueue('right', [file('b.png')]);
    expect(ledger.queue.postponed(['left'])).toBe(1);
    expect(ledger.queue.claim(10, ['left']).map(({ scanner }) => scanner)).toEqual(['right']);
    expect(ledger.queue.nextDueInMs(['left'])).toBeUndefined();
    expect(ledger.queue.nextDueInMs()).toBeDefined();
    expect(ledger.queue.claim(10)).toHaveLength(1);
  });
});
