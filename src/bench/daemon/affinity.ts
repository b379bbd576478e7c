import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Command that starts a program on the first `cores` of this process's cores, so that it is measured as on a
 * smaller machine: Node and all its threads then see no more cores. Undefined if that is not possible.
 */
export function pinnedTo(cores: number): readonly string[] | undefined {
  const allowed = allowedCores();
  if (allowed.length < cores || !hasTaskset()) return undefined;
  return ['taskset', '--cpu-list', allowed.slice(0, cores).join(',')];
}

function allowedCores(): number[] {
  try {
    const [, list = ''] =
      /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return parseCpuList(list);
  } catch {
    return []; // no /proc: not Linux
  }
}

/** Parses a list of cores: `0-3,8` → 0, 1, 2, 3, 8. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Number.isNaN(first) || range === ''
      ? []
      : Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // util-linux is not installed
  }
}
