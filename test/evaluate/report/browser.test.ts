import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../../src/evaluate/report/render-report.js';
import { makeThumbnail } from '../../../src/evaluate/report/thumbnails.js';
import { CHROMIUM_ARGUMENTS } from '../../fixtures/chromium-arguments.js';
import { smearPng } from '../../fixtures/images.js';
import { sampleHistory, sampleMetrics, sampleMistake } from './sample.js';

const executablePath = findChromium();
if (executablePath === undefined) {
  console.warn(
    'SKIPPED: no chromium, chromium-browser or google-chrome here, so no browser has opened the report',
  );
}

describe.skipIf(executablePath === undefined)('the report in a browser', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, await wholeReport());
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_ARGUMENTS });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  it('opens without an error and requests only the file', () => {
    expect(complaints).toEqual([]);
    const asked = requests.filter((url) => !url.startsWith('data:'));
    expect(asked.map((url) => url.slice(url.lastIndexOf('/')))).toEqual(['/report.html']);
  });

  it('shows every picture', async () => {
    const broken = '[...document.images].filter((image) => image.naturalWidth === 0).length';
    expect(await page.evaluate<number>('document.images.length')).toBe(3);
    expect(await page.evaluate<number>(broken)).toBe(0);
  });

  it.each([1280, 768, 390])('fits into %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  });

  it('folds long lists on the screen and shows them in print', async () => {
    const isShown = `document.querySelector('.folded').getClientRects().length > 0`;
    expect(await page.evaluate<boolean>(isShown)).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate<boolean>(isShown)).toBe(true);
    await page.emulateMedia({ media: 'screen' });
    await page.click('summary');
    expect(await page.evaluate<boolean>(isShown)).toBe(true);
  });

  it('prints on A4, on several pages', async () => {
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length).toBeGreaterThan(2);
    const [, width, height] = (/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? []).map(Number);
    expect([Math.round(width ?? 0), Math.round(height ?? 0)]).toEqual([595, 842]);
  });
});

async function wholeReport(): Promise<string> {
  const metrics = sampleMetrics();
  const leftOut = Array.from({ length: 40 }, (_, index) => ({
    file: `lymphocyte/${'long-name-'.repeat(12)}${index}.png`,
    why: 'duplicate' as const,
    reason: `is lymphocyte/${'long-name-'.repeat(12)}.png again`,
  }));
  const thumbnail = await makeThumbnail(await smearPng(1));
  return renderReport({
    metrics: { ...metrics, command: `smearwatch ${'x'.repeat(300)}`, data: { ...metrics.data, leftOut } },
    histories: new Map([['alexnet@1', sampleHistory()]]),
    mistakes: [
      sampleMistake({ thumbnail }),
      sampleMistake({ file: `<img src="https://example.org/x.png">${'y'.repeat(200)}`, thumbnail }),
      sampleMistake({ file: `"><script>alert(1)</script>`, thumbnail }),
    ],
  });
}

function findChromium(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // not this one: try the next name
    }
  }
  return undefined;
}
