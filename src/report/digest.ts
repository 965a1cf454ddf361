import { chosenTrials } from '../scheduling/chosen-trials.js';
import type { Reportable } from '../probe/stages.js';
import { TRAINING_RULE } from '../strategy/recipe.js';
import type { Analysis, StrategyName, Verdict } from '../verdict/model.js';
import { DECISION_RULE } from '../verdict/rule.js';

/** What one strategy got right at one size. */
export interface DigestPoint {
  /**
   * @asType integer
   * @minimum 1
   */
  trainExamples: number;
  /** Base64 of a bitset, least significant bit first, one bit a test image: 1 where it was right. */
  correct: string;
}

/** What is kept of a report to compare later ones with: small enough for a check run. */
export interface VerdictDigest {
  schema: 'headstart/digest/v1';
  /** @maxLength 1000 */
  dataset: string;
  /**
   * As the user gave it.
   * @maxLength 5000
   */
  path: string;
  /**
   * SHA-256 of images, labels, splits and settings as the commit has them; null: they are not in git.
   * @maxLength 64
   */
  data: string | null;
  /**
   * Eight hexadecimal digits a test image, of its pixels and its label.
   * @pattern ^([0-9a-f]{8})*$
   * @maxLength 40000
   */
  testImages: string;
  /**
   * What else scores depend on: backbone and image size.
   * @maxLength 1000
   */
  conditions: string;
  /**
   * How the verdict came about, as `ruleOf` says it: verdicts of other rules are not compared.
   * @maxLength 200
   */
  rule: string;
  /**
   * ISO 8601.
   * @maxLength 40
   */
  createdAt: string;
  family: Verdict['family'];
  choice: StrategyName | null;
  leaning: StrategyName;
  /**
   * As the report said it: its verdict's `claim`.
   * @minimum 0
   * @maximum 1
   */
  confidence: number;
  /**
   * Accuracy of the strategy that the verdict leans to, at the largest size.
   * @minimum 0
   * @maximum 1
   */
  accuracy: number;
  /** @maxItems 4 */
  strategies: {
    name: StrategyName;
    /**
     * The smallest size first.
     * @maxItems 100
     */
    points: DigestPoint[];
    /** As `rerunNoise` of the report. */
    noise: number;
  }[];
}

/** The rule of the decision, that of training, and the SHA-256 of the network that training starts from. */
export function ruleOf(network: string): string {
  return `${DECISION_RULE} ${TRAINING_RULE} ${network}`;
}

/** Whether a run that starts from one of these networks would judge by the same rule; null: from any. */
export function isByRule({ rule }: Pick<VerdictDigest, 'rule'>, networks: readonly string[] | null): boolean {
  return networks === null ? rule.startsWith(ruleOf('')) : networks.map(ruleOf).includes(rule);
}

/** @param data digest of the images as the commit has them. */
export function digestOf(
  state: Reportable,
  { verdict, strategies }: Analysis,
  { path, createdAt }: { path: string; createdAt: string },
  data: string | null,
): VerdictDigest {
  const { family, choice, leaning, claim } = verdict;
  const { dataset, backbone, test, samples, pixelHashes } = state;
  return {
    schema: 'headstart/digest/v1',
    dataset: dataset.name,
    path,
    data,
    testImages: Array.from(test, (row) =>
      shortDigest(`${pixelHashes[row]} ${dataset.classes[samples[row].label]}`),
    ).join(''),
    conditions: `${backbone.sha256} at ${dataset.image.size} px`,
    rule: ruleOf(backbone.sha256),
    createdAt,
    family,
    choice,
    leaning,
    confidence: claim,
    accuracy: strategies.find(({ name }) => name === leaning)?.accuracy.mean ?? 0,
    strategies: strategies.map(({ name, variant, rerunNoise }) => ({
      name,
      points: pointsOf(state, name, variant),
      noise: rerunNoise ?? 0,
    })),
  };
}

/** Of each size the trial with the lowest seed. */
function pointsOf({ outcomes: ends }: Reportable, strategy: StrategyName, variant: string): DigestPoint[] {
  const bySize = new Map<number, { seed: number; correct: string }>();
  for (const { spec, result } of chosenTrials(ends)) {
    if (spec.strategy !== strategy || spec.variant !== variant) continue;
    const { trainExamples, seed } = spec;
    const { correct } = result.measurement;
    const known = bySize.get(trainExamples);
    if (correct === undefined || (known !== undefined && known.seed <= seed)) continue;
    bySize.set(trainExamples, { seed, correct });
  }
  return [...bySize]
    .map(([trainExamples, { correct }]) => ({ trainExamples, correct }))
    .sort((a, b) => a.trainExamples - b.trainExamples);
}

/** FNV-1a of 32 bits. */
function shortDigest(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
