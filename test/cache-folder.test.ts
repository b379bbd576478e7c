import { describe, expect, it } from 'vitest';
import { cacheFolder } from '../src/cache-folder.js';

describe('cacheFolder', () => {
  const home = { HOME: '/home/lab' };

  it('is SMEARWATCH_CACHE before XDG_CACHE_HOME before ~/.cache', () => {
    expect(cacheFolder({ ...home, XDG_CACHE_HOME: '/xdg', SMEARWATCH_CACHE: '/own' })).toBe(
      '/own/smearwatch',
    );
    expect(cacheFolder({ ...home, XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/smearwatch');
    expect(cacheFolder(home)).toBe('/home/lab/.cache/smearwatch');
  });

  it('ignores empty and relative names, which would mean another folder for every working directory', () => {
    expect(cacheFolder({ ...home, XDG_CACHE_HOME: 'cache', SMEARWATCH_CACHE: '' })).toBe(
      '/home/lab/.cache/smearwatch',
    );
  });
});
