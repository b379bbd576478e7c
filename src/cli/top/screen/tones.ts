import type { TextProps } from 'ink';
import { createContext, useContext } from 'react';

/**
 * What a text is, as far as it is to be seen. Every tone but `plain` also has a word, or is decoration:
 * nothing is said by colour alone. Cyan, yellow and inverted red are told apart with every kind of colour
 * blindness.
 */
export type Tone = 'plain' | 'title' | 'quiet' | 'good' | 'warning' | 'alert';

type Style = Omit<TextProps, 'children'>;

const COLOURED: Readonly<Record<Tone, Style>> = {
  plain: {},
  title: { bold: true },
  quiet: { dimColor: true },
  good: { color: 'cyan' },
  warning: { color: 'yellow', bold: true },
  alert: { color: 'whiteBright', backgroundColor: 'red', bold: true },
};

const PLAIN: typeof COLOURED = {
  plain: {},
  title: { bold: true },
  quiet: {},
  good: {},
  warning: { bold: true },
  alert: { bold: true, inverse: true },
};

/** Whether colours are shown. */
export const Colours = createContext(false);

/** https://no-color.org: set, and not empty. */
export function wantsColours(environment: NodeJS.ProcessEnv): boolean {
  return (environment['NO_COLOR'] ?? '') === '';
}

export function useTones(): Readonly<Record<Tone, Style>> {
  return useContext(Colours) ? COLOURED : PLAIN;
}
