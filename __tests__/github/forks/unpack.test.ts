import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unpackReports as acceptArtifact, MAX_ARTIFACT_BYTES } from '../../../src/github/forks/unpack.js';
import { InputError } from '../../../src/problem.js';
import { MAX_COMMENT, renderComment } from '../../../src/report/render/comment.js';
import { utf8Bytes } from '../../../src/report/escape.js';
import { renderMarkdown } from '../../../src/report/render/markdown.js';
import type { Report } from '../../../src/report/types.js';
import { type ZipEntry, zipOf } from '../../fixtures/zip.js';
import { aContext, aReport, startedBy } from '../../report/fixture.js';
import { reports } from '../../report/states.js';
import { injections } from '../../fixtures/injection.js';
import { reportSaying } from '../../report/hostile.js';
import { foreignTags, html, runningText } from '../../report/page.js';

const plainly = /^artifact: [^\n]{10,500}\. Run the first workflow again, with the same version\.$/u;

const acceptReports = async (zip: Uint8Array): Promise<Report[]> => (await acceptArtifact(zip)).reports;

async function refusal(zip: Uint8Array): Promise<string> {
  const error: unknown = await acceptReports(zip).then(
    () => new Error('was taken'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(plainly);
  return (error as Error).message;
}

function holding(report: unknown, name = 'report.json'): Buffer {
  return zipOf([{ name, content: typeof report === 'string' ? report : JSON.stringify(report) }]);
}

describe('acceptReports', () => {
  it.each(Object.keys(reports))('takes the report of the state %s, as it was written', async (state) => {
    expect(await acceptReports(holding(JSON.parse(JSON.stringify(reports[state]))))).toEqual([
      reports[state],
    ]);
  });

  it('takes no command: nobody is to type what a stranger’s report says', async () => {
    const said = startedBy(['headstart', 'probe', '.', '--out', '/']);
    expect(await acceptReports(holding(said))).toEqual([aReport()]);
  });

  it('takes what a step decided, and refuses what only looks like it', async () => {
    const step = { schema: 'headstart/step/v1', details: 'counts', causes: ['A gate.'] };
    const beside = (record: unknown): Buffer =>
      zipOf([
        { name: 'report.json', content: JSON.stringify(aReport()) },
        { name: 'step.json', content: JSON.stringify(record) },
      ]);
    expect((await acceptArtifact(beside(step))).steps).toEqual([step]);
    expect((await acceptArtifact(beside({ ...step, causes: null }))).steps).toHaveLength(1);
    expect((await acceptArtifact(holding(aReport()))).steps).toEqual([]);
    for (const wrong of [
      { causes: undefined },
      { causes: [1] },
      { details: 'all' },
      { conclusion: 'success' },
    ])
      expect(await refusal(beside({ ...step, ...wrong }))).toContain('step.json');
    expect(await refusal(beside({ ...step, causes: ['x'.repeat(5000)] }))).toContain('4000');
    expect(await refusal(zipOf([{ name: 'step.json', content: JSON.stringify(step) }]))).toContain(
      'report.json',
    );
  });

  it('takes one report a folder, in order, and opens nothing else', async () => {
    const named = (name: string): Report => ({
      ...aReport(),
      dataset: { ...aReport().dataset!, name },
    });
    const bomb = Buffer.alloc(30_000_000);
    const reports = await acceptReports(
      zipOf([
        { name: 'weave/report.json', content: JSON.stringify(named('weave')) },
        { name: 'weave/', content: '', method: 0 },
        { name: 'objects/report.json', content: JSON.stringify(named('objects')) },
        { name: 'objects/report.md', content: '# not read' },
        { name: 'objects/measurements.json', content: bomb },
        { name: 'a/b/report.json', content: '{}' },
        { name: 'other.zip', content: holding(named('nested')) },
        { name: 'xreport.json', content: '{}' },
        { name: 'REPORT.JSON', content: '{}' },
      ]),
    );
    expect(reports.map(({ dataset }) => dataset?.name)).toEqual(['objects', 'weave']);
  });

  const good = JSON.stringify(aReport());
  it.each<[string, readonly ZipEntry[] | Buffer, RegExp]>([
    ['no zip', Buffer.from('<html>not found</html>'.repeat(10)), /not a readable zip/u],
    ['nothing', Buffer.alloc(0), /not a readable zip/u],
    ['a truncated zip', holding(aReport()).subarray(0, 900), /not a readable zip/u],
    ['a zip whose start is gone', holding(aReport()).subarray(100), /not a readable zip/u],
    ['a zip without a report', [{ name: 'a.json', content: '{}' }], /no report\.json/u],
    ['a zip within a zip', [{ name: 'a.zip', content: holding(aReport()) }], /no report\.json/u],
    [
      'two reports of one name',
      [
        { name: 'report.json', content: good },
        { name: 'report.json', content: good },
      ],
      /report\.json twice/u,
    ],
    ['a path upwards', [{ name: '../report.json', content: good }], /relative path/u],
    [
      'a path upwards, of another file',
      [
        { name: 'a/../../x', content: '' },
        { name: 'report.json', content: good },
      ],
      /relative path/u,
    ],
    ['an absolute path', [{ name: '/report.json', content: good }], /absolute path/u],
    ['a path of Windows', [{ name: 'C:\\report.json', content: good }], /absolute path/u],
    ['a bomb', [{ name: 'report.json', content: Buffer.alloc(7_000_000, 0x20) }], /compressed more/u],
    [
      'a report of 9 MB',
      [{ name: 'report.json', content: Buffer.alloc(9_000_000), method: 0 }],
      /more than 8388608 bytes/u,
    ],
    [
      'many large reports',
      Array.from({ length: 5 }, (_, index) => ({
        name: `${index}/report.json`,
        content: Buffer.alloc(8_000_000),
        method: 0,
      })),
      /reports have more than 33554432 bytes/u,
    ],
    [
      'many reports',
      Array.from({ length: 101 }, (_, index) => ({ name: `${index}/report.json`, content: '{}' })),
      /more than 100 reports/u,
    ],
    [
      'many entries',
      Array.from({ length: 2001 }, (_, index) => ({ name: `${index}`, content: '', method: 0 })),
      /2001 entries/u,
    ],
    [
      'a size that is said too small',
      [{ name: 'report.json', content: good, says: 100 }],
      /not a readable zip/u,
    ],
    [
      'a size that is said too large',
      [{ name: 'report.json', content: good, says: good.length + 1 }],
      /not a readable zip/u,
    ],
    ['an encrypted report', [{ name: 'report.json', content: good, flags: 1 }], /encrypted/u],
    ['another way to pack', [{ name: 'report.json', content: good, method: 9 }], /unsupported compression/u],
    ['no JSON', [{ name: 'report.json', content: '{' }], /not JSON in UTF-8/u],
    ['no UTF-8', [{ name: 'report.json', content: Buffer.from([0x22, 0xff, 0x22]) }], /not JSON in UTF-8/u],
  ])('refuses %s', async (_, zip, message) => {
    expect(await refusal(Buffer.isBuffer(zip) ? zip : zipOf(zip as ZipEntry[]))).toMatch(message);
  });

  it('refuses an artifact beyond the bound before it looks into it', async () => {
    expect(await refusal(new Uint8Array(MAX_ARTIFACT_BYTES + 1))).toMatch(/67108865 bytes/u);
  });

  const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
  const { verdict, classes, receipt, strategies, dataset, findings } = aReport();
  it.each<[string, unknown, RegExp]>([
    ['a key that is not known', { ...aReport(), html: '<b>' }, /has the key html, which this version/u],
    [
      'such a key further in',
      { ...aReport(), findings: [{ ...findings[0], extra: 1 }] },
      /\/findings\/0 has the key extra/u,
    ],
    ['a prototype', good.replace('{', '{"__proto__":{"polluted":true},'), /the key __proto__/u],
    [
      'a prototype in the settings',
      { ...aReport(), receipt: { ...receipt, settings: { constructor: { prototype: { a: 1 } } } } },
      /the key constructor/u,
    ],
    ['a number that is infinite', good.replace('"horizon":8000', '"horizon":1e999'), /too large/u],
    ['a probability of 2', { ...aReport(), verdict: { ...verdict, confidence: 2 } }, /\/verdict/u],
    [
      'a chance below 0',
      { ...aReport(), strategies: [{ ...strategies[0], pBest: -0.1 }] },
      /pBest must be >= 0/u,
    ],
    [
      'an accuracy of 700',
      { ...aReport(), strategies: [{ ...strategies[0], accuracy: { mean: 700, low: 0, high: 1 } }] },
      /accuracy\/mean must be <= 2/u,
    ],
    [
      '20,000 classes',
      { ...aReport(), classes: many(20_000, classes[0]) },
      /\/classes must NOT have more than 10000/u,
    ],
    [
      '2,000 findings',
      { ...aReport(), findings: many(2000, findings[0]) },
      /\/findings must NOT have more than 1000/u,
    ],
    [
      'a text of 5,000 characters',
      { ...aReport(), statusReason: 'x'.repeat(5000) },
      /text of more than 4000/u,
    ],
    [
      'a key of 2,000 characters',
      { ...aReport(), dataset: { ...dataset, perClass: { ['x'.repeat(2000)]: 1 } } },
      /key of more than 1000/u,
    ],
    ['a deep nest', `{"settings":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /deeper than 16/u],
    ['a million values', { ...aReport(), more: many(1_000_000, 0) }, /more than 500000 values/u],
    [
      'a finding whose id is a sentence',
      { ...aReport(), findings: [{ ...findings[0], id: 'Click here: @octocat' }] },
      /\/findings\/0\/id must match pattern/u,
    ],
    ['a list', [], /It must be object/u],
    ['null', 'null', /It must be object/u],
  ])('refuses a report with %s', async (_, report, message) => {
    // Stored, so that no bound on packing is met first.
    const content = typeof report === 'string' ? report : JSON.stringify(report);
    expect(await refusal(zipOf([{ name: 'report.json', content, method: 0 }]))).toMatch(message);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });

  it('takes a class that is called constructor', async () => {
    const report = aReport({ dataset: { ...dataset!, perClass: { constructor: 7, prototype: 2 } } });
    expect(await acceptReports(holding(report))).toHaveLength(1);
  });
});

describe('whatever an artifact holds', () => {
  it('is refused with a sentence, or renders to a comment in which nothing acts', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(), async (report) => {
        const taken = await acceptReports(holding(report)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(plainly);
          return [];
        });
        for (const one of taken) expectInert(one);
      }),
      { numRuns: 300 },
    );
  });

  it('renders inertly also where every text is hostile', async () => {
    for (const text of injections) {
      const report = JSON.parse(JSON.stringify(reportSaying(text.slice(0, 900)))) as Report;
      // What a finding may be called is refused before it is rendered, which has a test of its own.
      for (const finding of report.findings) finding.id = 'leak-exact';
      for (const one of await acceptReports(holding(report))) expectInert(one);
    }
  });

  it('stays one zip or the other when bytes are turned over', async () => {
    const zip = holding(aReport());
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, turn) => {
        const bytes = Buffer.from(zip);
        bytes[at] ^= turn;
        const taken = await acceptReports(bytes).catch((error: unknown) => {
          expect((error as Error).message).toMatch(plainly);
          return [];
        });
        for (const one of taken) expectInert(one);
      }),
      { numRuns: 300 },
    );
  });
});

function expectInert(report: Report): void {
  const comment = renderComment(report, { ...aContext, runUrl: null, headSha: null });
  expect(utf8Bytes(comment)).toBeLessThanOrEqual(MAX_COMMENT);
  for (const text of [comment, renderMarkdown(report)]) {
    const page = html(text);
    expect(foreignTags(page)).toEqual([]);
    const seen = runningText(page);
    expect(seen).not.toMatch(/@[\p{L}\p{N}]|#[\p{L}\p{N}]|\bGH-\d|\w:\/\/|www\./u);
    expect(seen).not.toMatch(/\bNaN\b|\bundefined\b|\bInfinity\b/u);
  }
}

/** A report with up to six of its values replaced by others, of whatever kind, or left out. */
function mutated(): fc.Arbitrary<unknown> {
  const replacement = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, true, 0, -1, 0.5, 1, 1e15, -1e15, 1e300, '', [], {}),
    fc.constantFrom(...injections.map((text) => text.slice(0, 900))),
    fc.double({ noNaN: true }),
    fc.string({ maxLength: 200, unit: 'grapheme' }),
    fc.constantFrom('frozen', 'scratch', 'stopped', 'partial', 'inconclusive', 'equivalent', 'transfer'),
  );
  const start = fc.constantFrom(...Object.values(reports));
  return fc
    .tuple(start, fc.array(fc.tuple(fc.nat(), replacement), { maxLength: 6 }))
    .map(([report, changes]) => {
      const whole = JSON.parse(JSON.stringify(report)) as unknown;
      for (const [place, value] of changes) replaceAt(whole, place, value);
      return whole;
    });
}

/** Replaces the value at the `place`-th place of all there are, counted from the root. */
function replaceAt(root: unknown, place: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const collect = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null) return;
    for (const key of Object.keys(inner)) {
      places.push([inner as Record<string, unknown>, key]);
      collect((inner as Record<string, unknown>)[key]);
    }
  };
  collect(root);
  const [holder, key] = places[place % places.length];
  holder[key] = value;
}
