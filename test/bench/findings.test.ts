import { expect, it } from 'vitest';
import { findingsOf } from '../../src/bench/findings.js';
import { benchSchema, type Finding } from '../../src/bench/report/schema.js';
import { sampleMeasurements, sampleReport } from './sample-report.js';

const findings = findingsOf(sampleMeasurements());

function finding(id: string): Finding {
  const found = findings.find((each) => each.id === id);
  if (found === undefined)
    throw new Error(`there is no ${id} among ${findings.map((each) => each.id).join(', ')}`);
  return found;
}

it.each([
  ['daemon-of-ideal/jpeg/both/fp32', 0.96, true],
  ['other-cpu/jpeg/both/fp32', 0.45, true],
  ['daemon-of-peer/jpeg/fp32', 1.15, true],
  ['int8-of-fp32', 10 / 3, true],
  ['onnxruntime-of-tfjs', 1.5, true],
  // 200 images/s of 720 million multiply-adds.
  ['onnxruntime-of-peak', (200 * 1.44) / 400, true],
  ['latency-p99-of-bare/jpeg/fp32', 3, false],
  ['memory/fp32', 1e9, true],
  ['backlog/main-memory', 200e6, true],
  ['backlog/first-result-delay', 1, true],
  ['backlog/rescan-cpu', 1.5, true],
])('%s is %f; met: %s', (id, value, met) => {
  expect(finding(id).value.median / value).toBeCloseTo(1, 2);
  expect(finding(id).met).toBe(met);
});

it('a ratio without a target is a figure like any other', () => {
  expect(finding('decode-of-sharp/jpeg')).toMatchObject({ value: { median: 2 }, unit: 'ratio' });
  expect(finding('decode-of-sharp/jpeg')).not.toHaveProperty('met');
});

it('a daemon is also compared with one that only decodes, classifies and fingerprints', () => {
  const found = finding('daemon-of-ideal-with-sha256/jpeg/both/fp32');
  expect(found.value.median).toBeCloseTo(120 * (1 / 125 + 1 / 40_000), 3);
  expect(found).not.toHaveProperty('met');
});

it('a part that was not measured has no figure', () => {
  const measured = { ...sampleMeasurements(), networks: [], daemon: [], backlog: [] };
  const ids = findingsOf(measured).map(({ id }) => id);
  expect(ids.some((id) => /int8-of|daemon-of-ideal|backlog/.test(id))).toBe(false);
  expect(ids).toContain('memory/fp32');
});

it('a report fits its schema', () => {
  expect(benchSchema.parse(JSON.parse(JSON.stringify(sampleReport())))).toEqual(sampleReport());
});
