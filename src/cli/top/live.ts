import { setTimeout as delay } from 'node:timers/promises';
import { render, useApp, useInput } from 'ink';
import { createElement, type ReactElement } from 'react';
import { Frame, type FrameProps } from './screen/frame.js';
import type { Watcher } from './watcher.js';

export interface LiveOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly watcher: Watcher;
  readonly intervalMs: number;
  readonly url: string;
  readonly colours: boolean;
  /** Ends it as q does. */
  readonly signal: AbortSignal;
}

/** A second screen, as editors use it: what was there before comes back at the end. */
const SECOND_SCREEN = '\u001b[?1049h\u001b[2J\u001b[H';
const FIRST_SCREEN = '\u001b[?1049l';

/** Shows one frame after the other until the user presses q or Ctrl-C, or `signal` fires. */
export async function showLive(options: LiveOptions): Promise<void> {
  const { stdin, stdout, signal } = options;
  stdout.write(SECOND_SCREEN);
  const app = render(screenOf(options), { stdin, stdout, patchConsole: false });
  const ended = new AbortController();
  const redraw = (): void => app.rerender(screenOf(options));
  // At once, within the signal's handler: Ink's own one may end the process next.
  const quit = (): void => {
    app.unmount();
    stdout.write(FIRST_SCREEN);
  };
  stdout.on('resize', redraw);
  signal.addEventListener('abort', quit);
  try {
    const polling = pollUntil(ended.signal, options, redraw);
    await app.waitUntilExit();
    ended.abort();
    await polling;
  } finally {
    signal.removeEventListener('abort', quit);
    stdout.off('resize', redraw);
    app.cleanup();
    if (!signal.aborted) stdout.write(FIRST_SCREEN);
  }
}

async function pollUntil(
  ended: AbortSignal,
  { watcher, intervalMs }: LiveOptions,
  redraw: () => void,
): Promise<void> {
  for (;;) {
    // The frame says when it does not answer, and why.
    await watcher.ask(ended).catch(() => undefined);
    if (ended.aborted) return;
    redraw();
    await delay(intervalMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

function screenOf({ watcher, url, colours, stdout }: LiveOptions): ReactElement {
  // Some terminals do not tell their size, or say 0.
  const columns = stdout.columns > 0 ? stdout.columns : 80;
  // One line less than there are: Ink clears the whole terminal for a frame that fills it, which flickers.
  const rows = stdout.rows > 1 ? stdout.rows - 1 : 23;
  return createElement(Screen, { view: watcher.view, url, colours, columns, rows });
}

/** The frame, and the key that ends it. */
export function Screen(props: FrameProps): ReactElement {
  const { exit } = useApp();
  useInput((key) => {
    if (key === 'q' || key === 'Q') exit();
  });
  return createElement(Frame, { ...props, hint: 'q ends it' });
}
