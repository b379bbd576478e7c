import { DatabaseSync } from '@photostructure/sqlite';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Audit, auditFile } from '../../src/audit/audit.js';
import { temporaryFolder } from '../fixtures/folders.js';
import { compiled } from '../fixtures/compiled.js';

/** A state folder whose trail has this number of entries. */
export function trailOf(entries: number): string {
  const folder = temporaryFolder();
  const audit = Audit.open(folder);
  for (let number = 1; number <= entries; number += 1) {
    audit.append({ event: 'label-set', actor: 'user:anna', details: { number } });
  }
  audit.close();
  return folder;
}

/** Changes the file as a tampering user could, without the triggers. */
export function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(auditFile(folder));
  database.exec(`
    DROP TRIGGER IF EXISTS entries_never_change;
    DROP TRIGGER IF EXISTS entries_never_go;
    DROP TRIGGER IF EXISTS entries_only_follow;
    ${sql};
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
  database.close();
}

/** A process that appends `count` entries and prints the sequence of each once it is durable. */
export function appender(folder: string, count: number): { child: ChildProcess; durable: number[] } {
  const program = `
    import { writeSync } from 'node:fs';
    import { Audit } from '${compiled('audit/audit.js').href}';
    const audit = Audit.open(${JSON.stringify(folder)});
    for (let number = 0; number < ${count}; number += 1) {
      const { sequence } = audit.append({ event: 'label-set', details: { number, by: process.pid } });
      writeSync(1, sequence + '\\n');
    }
    audit.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const durable: number[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => durable.push(Number(line)));
  return { child, durable };
}
