import { expect, it } from 'vitest';
import { WinogradKernel } from '../../../../src/model/accelerate/winograd/kernel.js';

it('places do not overlap, and begin at lines of a cache', () => {
  const kernel = new WinogradKernel();
  const lengths = [3, 100_000, 0, 17, 1];
  const places = kernel.arrange(lengths);
  places.forEach((place, i) => kernel.floats(place, lengths[i]!).fill(i + 1));
  for (const [i, place] of places.entries()) {
    expect(place % 64).toBe(0);
    expect(kernel.floats(place, lengths[i]!).every((value) => value === i + 1)).toBe(true);
  }
});

it('an offset after another has the given distance in floats', () => {
  const kernel = new WinogradKernel();
  const [place = 0] = kernel.arrange([10]);
  kernel.floats(place, 10).set([0, 1, 2, 3]);
  expect([...kernel.floats(kernel.after(place, 2), 2)]).toEqual([2, 3]);
});

it('kernels have memory of their own', () => {
  const [one, other] = [new WinogradKernel(), new WinogradKernel()];
  const [[here = 0], [there = 0]] = [one.arrange([4]), other.arrange([4])];
  one.floats(here, 4).fill(1);
  expect([...other.floats(there, 4)]).toEqual([0, 0, 0, 0]);
});

it('a request larger than the memory is refused', () => {
  const kernel = new WinogradKernel();
  expect(() => kernel.arrange([2 ** 29, 2 ** 28])).toThrow(/do not fit into memory/);
  expect(kernel.arrange([1000])).toHaveLength(1);
});
