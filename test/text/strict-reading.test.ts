import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** Files that are decoded without `decodeText`, and who writes them. */
const WRITTEN_BY_PROGRAMS: Readonly<Record<string, string>> = {
  'audit/head-file.ts': 'the audit trail',
  'available-cores.ts': 'the kernel, /proc and the control groups',
  'bench/daemon/affinity.ts': 'the kernel (/proc)',
  'bench/daemon/daemon-folder.ts': 'the daemon of a bench (its log)',
  'bench/daemon/usage.ts': 'the kernel (/proc)',
  'cli/doctor/computer.ts': 'the kernel (/proc, /sys)',
  'daemon/http-address.ts': 'the daemon',
  'deliver/remove-document.ts': 'the sink that replaces the document',
  'evaluate/report/read-history.ts': 'a training; a report without its history is complete',
  'evaluate/read-metrics.ts': 'an evaluation',
  'evaluate/run/out-folder.ts': 'an evaluation',
  'ledger/repair/swap.ts': 'a repair of the ledger',
  'model/onnx/proto.ts': 'the ONNX project (vendor/)',
  'model/onnx/unpack-model.ts': 'the packing of a model (its header)',
  'model/tensorflow/engine.ts': 'an import; its SHA-256 was verified',
  'evaluate/planned/pins.ts': 'a planned evaluation',
  'evaluate/planned/run-log.ts': 'a planned evaluation',
  'text/decode-text.ts': 'people: this is the strict reader',
  'train/tensor-file.ts': 'a training',
};

it('only files that programs write are decoded without the strict reader', () => {
  const loose = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.c?tsx?$/.test(file))
    .filter((file) =>
      /readFile(Sync)?\(.*'utf-?8'|\.toString\('utf-?8'/.test(readFileSync(join(SRC, file), 'utf8')),
    );
  expect(loose.sort()).toEqual(Object.keys(WRITTEN_BY_PROGRAMS).sort());
});
