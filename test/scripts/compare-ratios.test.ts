import { expect, it } from 'vitest';
import { findingsOf } from '../../src/bench/findings.js';
import { compareRatios, expectedOn, ratiosOf } from '../../scripts/guard-ratios/compare-ratios.js';
import { readReference } from '../../src/bench/reference.js';
import { sampleMeasurements } from '../bench/sample-report.js';

const findings = findingsOf(sampleMeasurements());

it('ratios are recorded, figures that depend on the machine are not', () => {
  expect(ratiosOf(findings)).toEqual({
    'daemon-of-ideal/jpeg/both/fp32': 0.96,
    'int8-of-fp32': 3.333,
    'onnxruntime-of-peak': 0.72,
    'onnxruntime-of-tfjs': 1.5,
    'decode-of-sharp/jpeg': 2,
  });
});

it('a ratio that falls by more than 15 % is reported, one that falls by less or rises is not', () => {
  const recorded = { 'int8-of-fp32': 4, 'onnxruntime-of-tfjs': 1.6, 'decode-of-sharp/jpeg': 1 };
  const fallen = compareRatios(recorded, findings).filter(({ hasFallen }) => hasFallen);
  expect(fallen.map(({ id }) => id)).toEqual(['int8-of-fp32']);
  expect(fallen[0]?.fall).toBeCloseTo(1 / 6);
});

it('what was not recorded, or is not found here, is not compared', () => {
  expect(compareRatios({ 'something-else': 1 }, findings)).toEqual([]);
});

it('a processor is compared with itself, and an unknown one with the lowest of those that are known', () => {
  const recorded = {
    'with VNNI': { int8: 5, decode: 3 },
    'with AVX2': { int8: 1.6, decode: 3.5, tfjs: 1.4 },
  };
  expect(expectedOn('with VNNI', recorded)).toEqual({ ratios: { int8: 5, decode: 3 }, isOwn: true });
  const ratios = { int8: 1.6, decode: 3, tfjs: 1.4 };
  expect(expectedOn('of tomorrow', recorded)).toEqual({ ratios, isOwn: false });
});

it('the recorded figures are whole', () => {
  const { parts, quickRatios } = readReference();
  expect(parts.computer.cores).toBeGreaterThan(0);
  const { ratios, isOwn } = expectedOn(parts.computer.processor, quickRatios);
  expect(isOwn).toBe(true);
  expect(Object.keys(ratios)).toEqual(expect.arrayContaining(['int8-of-fp32', 'onnxruntime-of-peak']));
});
