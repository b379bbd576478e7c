import type { TextProps } from 'ink';
import { createContext, useContext } from 'react';

/**
 * The meaning of a text, which decides its colour. Every tone but `plain` also has a word, or is decoration:
 * no information is in the colour alone. Cyan, yellow and inverted red can be distinguished with every kind
 * of colour blindness.
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

/** True if the screen shows colours. */
export const Colours = createContext(false);

/** https://no-color.org: set, and not empty. */
export function wantsColours(environment: NodeJS.ProcessEnv): boolean {
  return (environment['NO_COLOR'] ?? '') === '';
}

export function useTones(): Readonly<Record<Tone, Style>> {
  return useContext(Colours) ? COLOURED : PLAIN;
}
