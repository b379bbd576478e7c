import { userInfo } from 'node:os';

export const DAEMON = 'daemon';

/**
 * Who typed the command: `user:anna`, or `user:1000` where the system has no name for the number
 * (containers). The prefix keeps an account that is called "daemon", which many systems have, apart from the
 * daemon.
 */
export function commandActor(): string {
  try {
    return `user:${userInfo().username}`;
  } catch {
    return `user:${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * One line of printable text: an account's name may hold what a terminal, or the hashed form, must not get.
 */
export function cleanActor(actor: string): string {
  return actor.replace(/\p{C}/gu, '�').slice(0, 200) || 'unknown';
}
