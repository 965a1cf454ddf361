/** How a pull request changes the datasets, and the verdict of its base: stored, or measured here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareDatasets, isUnchanged } from '../dataset/change.js';
import type { Dataset } from '../dataset/dataset.js';
import { contentsOf, counterpart, datasetsIn, digestOfData, inGit } from '../github/git/base-data.js';
import { ensureCommit, topLevel } from '../github/git/commits.js';
import type { Remote } from '../github/git/remote.js';
import { asCheckedOut, filesOf, type TreeFile } from '../github/git/tree.js';
import { type ExtractRequest, extractFiles } from '../github/git/extract.js';
import { isImageName } from '../dataset/files/tree.js';
import type { ComparedDatasets, Outcome } from '../pipeline/run.js';
import type { Comparison } from '../report/assemble.js';
import { followsRule, type VerdictSnapshot } from '../report/snapshot.js';

export interface CompareRequest {
  cwd: string;
  path: string;
  manifest?: string;
  /** Commit to compare with; null: there is none. */
  base: string | null;
  remote: Remote;
  /** Whether to skip datasets that did not change. */
  onlyChanged: boolean;
  /** Whether to measure an unchanged dataset if the base has no verdict. */
  measureUnknown: boolean;
  /** File of the running workflow. If it changed, everything is measured; null: not known. */
  workflow: string | null;
  /** SHA-256 of the networks that this run may start from; null: any. Verdicts of other networks are ignored. */
  networks: readonly string[] | null;
  /** Stored verdicts of the base: from its check runs, then from the cache. */
  known: (base: string) => Promise<{ from: 'check run' | 'cache'; digests: readonly VerdictSnapshot[] }[]>;
  /** Measures the datasets in a folder; null: the base is not measured. */
  measure: { seconds: number; run: (folder: string, seconds: number) => Promise<Outcome[]> } | null;
  say: (message: string) => void;
}

const UNKNOWN: Comparison & { measure: boolean } = { change: null, data: null, base: null, measure: true };

/** Never throws. What cannot be compared is measured, and the log says why. */
export async function compareWithBase(
  datasets: readonly Dataset[],
  request: CompareRequest,
): Promise<ComparedDatasets> {
  const folder = mkdtempSync(join(tmpdir(), 'headstart-base-'));
  try {
    return await compared(datasets, request, folder);
  } catch (error) {
    request.say(`The datasets are not compared with the base: ${(error as Error).message}`);
    return { comparisons: datasets.map(() => UNKNOWN), spentSeconds: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compared(
  datasets: readonly Dataset[],
  request: CompareRequest,
  folder: string,
): Promise<ComparedDatasets> {
  const { cwd, base, remote, measure } = request;
  const root = await topLevel(cwd);
  const now = await filesOf(root, 'HEAD');
  const states = datasets.map((dataset) => inGit(dataset, root, contentsOf(now)));
  const data = states.map((state) => state && digestOfData(state));
  if (base === null) {
    return { comparisons: data.map((digest) => ({ ...UNKNOWN, data: digest })), spentSeconds: 0 };
  }
  await ensureCommit(root, base, remote);
  const before = await filesOf(root, base);
  const files = await asCheckedOut(root, now, before);
  const source = { folder: root, commit: base, remote };
  await extractFiles({ ...source, files, target: folder, pixels: false });
  const others = await datasetsIn(folder, request);
  const known = await request.known(base);
  const isOther = workflowChanged(request.workflow, before, now);
  const counterparts = datasets.map((dataset) => counterpart(dataset, datasets, others));
  const earlier = counterparts.map((other) => other && inGit(other, folder, contentsOf(before)));
  const comparisons = datasets.map((dataset, index): Comparison & { measure: boolean } => {
    const state = states[index];
    const other = counterparts[index];
    const was = earlier[index];
    if (state === null || (other !== null && was === null)) return { ...UNKNOWN, data: data[index] };
    const change = compareDatasets(was, state, base);
    const stored = was === null ? null : find(known, dataset, request, digestOfData(was));
    const skip =
      request.onlyChanged && isUnchanged(change) && !isOther && (stored !== null || !request.measureUnknown);
    return { change, data: data[index], base: stored, measure: !skip };
  });
  const wanted = comparisons.some(isUnknownBase);
  if (measure === null || !wanted) return { comparisons, spentSeconds: 0 };
  const started = performance.now();
  const images = new Set(
    others.flatMap((other) => inGit(other, folder, contentsOf(files))?.images.map(({ path }) => path) ?? []),
  );
  const needed = files.filter(({ path }) => images.has(path) || !isImageName(path));
  const measured = await measuredBase({ ...source, files: needed }, request, measure);
  const spentSeconds = Math.min(measure.seconds, Math.ceil((performance.now() - started) / 1000));
  return {
    comparisons: comparisons.map((comparison, index) => {
      const was = earlier[index];
      const digest = measured.get(counterparts[index]?.name ?? '');
      if (digest === undefined || was === null || !isUnknownBase(comparison)) return comparison;
      // With its data and the current name, the next run finds it in the cache.
      const named = { ...digest, dataset: datasets[index].name, data: digestOfData(was) };
      return { ...comparison, base: { digest: named, from: 'this run' } };
    }),
    spentSeconds,
  };
}

/** Whether a measured dataset changed and its base has no verdict. */
function isUnknownBase({ change, base, measure }: Comparison & { measure: boolean }): boolean {
  return measure && base === null && change !== null && change.before > 0 && !isUnchanged(change);
}

function workflowChanged(
  workflow: string | null,
  before: readonly TreeFile[],
  now: readonly TreeFile[],
): boolean {
  const contentIn = (files: readonly TreeFile[]) => files.find(({ path }) => path === workflow)?.content;
  return workflow !== null && contentIn(before) !== contentIn(now);
}

function find(
  known: Awaited<ReturnType<CompareRequest['known']>>,
  { name }: Dataset,
  { path, networks }: CompareRequest,
  data: string,
): Comparison['base'] {
  for (const { from, digests } of known) {
    const digest = digests.find(
      (each) =>
        each.dataset === name && each.path === path && each.data === data && followsRule(each, networks),
    );
    if (digest !== undefined) return { digest, from };
  }
  return null;
}

/** Verdicts by dataset name. */
async function measuredBase(
  source: Omit<ExtractRequest, 'target' | 'pixels'>,
  request: CompareRequest,
  measure: NonNullable<CompareRequest['measure']>,
): Promise<Map<string, VerdictSnapshot>> {
  const folder = mkdtempSync(join(tmpdir(), 'headstart-base-'));
  try {
    await extractFiles({ ...source, target: folder, pixels: true });
    request.say('nothing is known of the base, so it is measured first');
    const outcomes = await measure.run(folder, measure.seconds);
    return new Map(
      outcomes.flatMap(({ digest, report }) => {
        if (digest !== null) return [[digest.dataset, digest]];
        request.say(`the base has no verdict: ${report.statusReason ?? report.status}`);
        return [];
      }),
    );
  } catch (error) {
    request.say(`The base could not be measured: ${(error as Error).message}`);
    return new Map();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
