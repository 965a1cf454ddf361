import { chosenTrials } from '../scheduling/chosen-trials.js';
import type { Reportable } from '../probe/stages.js';
import { TRAINING_RULE } from '../strategy/recipe.js';
import type { Analysis, StrategyName, Verdict } from '../verdict/types.js';
import { DECISION_RULE } from '../verdict/decide.js';

/** What one strategy got right at one size. The name is that of its schema. */
export interface DigestPoint {
  /**
   * @asType integer
   * @minimum 1
   */
  trainExamples: number;
  /** Base64 of a bitset, least significant bit first, one bit per test image: 1 where it was right. */
  correct: string;
}

/** What is kept of a report to compare later reports with; small enough for a check run. */
export interface VerdictSnapshot {
  schema: 'headstart/digest/v1';
  /** @maxLength 1000 */
  dataset: string;
  /**
   * As the user gave it.
   * @maxLength 5000
   */
  path: string;
  /**
   * SHA-256 of the images, labels, splits and settings in the commit; null: they are not in git.
   * @maxLength 64
   */
  data: string | null;
  /**
   * Eight hexadecimal digits per test image: a hash of its pixels and label.
   * @pattern ^([0-9a-f]{8})*$
   * @maxLength 40000
   */
  testImages: string;
  /**
   * The backbone and image size, on which scores depend as well.
   * @maxLength 1000
   */
  conditions: string;
  /**
   * The rule of the verdict, from `ruleOf`; verdicts of different rules are not compared.
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
   * As the report states it: the verdict's `claim`.
   * @minimum 0
   * @maximum 1
   */
  confidence: number;
  /**
   * Accuracy of the leaning strategy at its largest size.
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
    /** `rerunNoise` of the report. */
    noise: number;
  }[];
}

/** The rules of the decision and of training, and the SHA-256 of the network that training starts from. */
export function ruleOf(network: string): string {
  return `${DECISION_RULE} ${TRAINING_RULE} ${network}`;
}

/** Whether a run that starts from one of these networks follows the same rule; null: from any network. */
export function followsRule(
  { rule }: Pick<VerdictSnapshot, 'rule'>,
  networks: readonly string[] | null,
): boolean {
  return networks === null ? rule.startsWith(ruleOf('')) : networks.map(ruleOf).includes(rule);
}

/** @param data hash of the images in the commit; null: they are not in git. */
export function snapshotOf(
  state: Reportable,
  { verdict, strategies }: Analysis,
  { path, createdAt }: { path: string; createdAt: string },
  data: string | null,
): VerdictSnapshot {
  const { family, choice, leaning, claim } = verdict;
  const { dataset, backbone, test, samples, pixelHashes } = state;
  return {
    schema: 'headstart/digest/v1',
    dataset: dataset.name,
    path,
    data,
    testImages: Array.from(test, (row) =>
      fnv1a(`${pixelHashes[row]} ${dataset.classes[samples[row].label]}`),
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

/** For each size, the trial with the lowest seed. */
function pointsOf({ outcomes }: Reportable, strategy: StrategyName, variant: string): DigestPoint[] {
  const bySize = new Map<number, { seed: number; correct: string }>();
  for (const { spec, result } of chosenTrials(outcomes)) {
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

/** The 32-bit FNV-1a hash in hexadecimal. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
