import { userInfo } from 'node:os';

export const DAEMON = 'daemon';

/**
 * Actor of a command: `user:anna`, or `user:1000` if the system has no name for the number (containers). The
 * prefix distinguishes an account called "daemon", which many systems have, from the daemon.
 */
export function commandActor(): string {
  try {
    return `user:${userInfo().username}`;
  } catch {
    return `user:${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * Reduces an actor to one line of printable text: an account's name may contain characters that a terminal,
 * or the hashed form, must not receive.
 */
export function cleanActor(actor: string): string {
  return actor.replace(/\p{C}/gu, '�').slice(0, 200) || 'unknown';
}
