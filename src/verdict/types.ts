import type { RunPlan } from '../dataset/describe/manifest.js';

export type StrategyName = 'frozen' | 'fine-tune' | 'hybrid' | 'scratch';
/** `transfer` is frozen, fine-tune and hybrid together. */
export type Family = 'transfer' | 'scratch';

/** The result of one trial: one strategy, trained once on one subset with one seed. */
export interface Measurement {
  strategy: StrategyName;
  /** The network or the way of unfreezing: `joined depths`, `lp-ft`, `gradual unfreezing`, `fresh module`, `backbone net`, `small net`, … */
  variant?: string;
  /**
   * Size of the training subset.
   * @asType integer
   * @minimum 1
   */
  trainExamples: number;
  /**
   * @asType integer
   * @minimum 1
   */
  testExamples?: number;
  /**
   * On the shared test set, in the metric of the header.
   * @minimum 0
   * @maximum 1
   */
  accuracy: number;
  /**
   * @minimum 0
   * @maximum 1
   */
  macroF1?: number;
  /** Selects the nested order of the training images and the random start. */
  seed?: number;
  /** Base64 of a bitset, least significant bit first, one bit per test image in the order of the test set: 1 where it was right. */
  correct?: string;
  /** @minimum 0 */
  trainSeconds?: number;
  /**
   * Whether a second trial with half the epochs, on its own complete schedule, did as well on held-out images, within
   * its noise; absent: not compared.
   */
  converged?: boolean;
  /** False where accuracy is within two standard errors of chance, so it has not started to learn. */
  learning?: boolean;
  /**
   * Images that it was trained on: the subset without the held-out images.
   * @asType integer
   * @minimum 1
   */
  fitExamples?: number;
  /**
   * On the training subset; gives the overfit gap.
   * @minimum 0
   * @maximum 1
   */
  trainAccuracy?: number;
  /** Passes over the subset. */
  epochs?: number;
  /** Learning-rate settings tried on the inner split. */
  settingsTried?: number;
}

/** What one strategy costs to train, for the cost table. */
export interface StrategyCost {
  /** Multiply-accumulates of one training step per image. */
  trainMacs: number;
  /** Multiply-accumulates that every image costs once, however many epochs there are (embedding). */
  onceMacs: number;
  /** Passes over the training images in a full run. */
  epochs: number;
  parameters: number;
}

/** A backbone's gaps to scratch on other datasets at small sizes, on the logit scale. */
export interface BackboneRecord {
  sets: { name: string; trainExamples: number; logitGap: number }[];
}

/** Everything else that the verdict rests on; files made elsewhere may leave out any field. */
export interface MeasurementsHeader {
  /**
   * Number of training images that the decision is for.
   * @asType integer
   * @minimum 1
   */
  horizon?: number;
  plan?: RunPlan;
  metric?: 'accuracy' | 'balanced-accuracy';
  /** Classes of the dataset. */
  classes?: number;
  /** Seconds per giga-multiply-accumulate of training on this runner, with all cores, and the work of each strategy. */
  costs?: { secondsPerGmac: number; strategies: Partial<Record<StrategyName, StrategyCost>> };
  backbone?: { name: string; sha256: string };
  record?: BackboneRecord;
  /** Group index of each test image, so that intervals respect groups; absent: each image is its own group. */
  testGroups?: number[];
  /** Label index of each test image, for balanced accuracy. */
  testLabels?: number[];
  facts?: DatasetFacts;
  settings?: Record<string, unknown>;
}

export interface MeasurementsFile {
  schema: 'headstart/measurements/v1';
  header: MeasurementsHeader;
  measurements: Measurement[];
}

/** A mean with the ends of its 80 % interval; fractions. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

export interface NextExperiment {
  /** What to do, in plain words. */
  description: string;
  strategy: StrategyName | null;
  trainExamples: number | null;
  /** Estimated seconds on this runner. */
  seconds: number | null;
  costUsd: number | null;
  /** Probability that it changes the choice, 0 to 1. */
  changeProbability: number | null;
}

export interface Verdict {
  family: Family | 'equivalent' | 'inconclusive';
  choice: StrategyName | null;
  /** The strategy with the lowest expected regret; the choice, if that is sure enough. */
  leaning: StrategyName;
  /**
   * P(the family is the better one, or within a point of it, at the horizon); for `equivalent`: P(they lie within a point).
   * @minimum 0
   * @maximum 1
   */
  confidence: number;
  /**
   * The percentage that reports state: P(the leaning strategy beats all of the other family, or is at most a point
   * behind, at the horizon); for `equivalent`, the same as `confidence`.
   * @minimum 0
   * @maximum 1
   */
  claim: number;
  /**
   * P(no strategy is more than a point better than the leaning one, at the horizon).
   * @minimum 0
   * @maximum 1
   */
  choiceConfidence: number;
  /**
   * P(the best transfer strategy is better than scratch at the horizon).
   * @minimum 0
   * @maximum 1
   */
  pTransfer: number;
  /**
   * Accuracy that following the choice is expected to lose against the best strategy.
   * @minimum 0
   */
  expectedRegret: number;
  horizon: number;
  /** The pre-trained network that the verdict is for, and the side of its input in pixels; null: not known. */
  network: { backbone: string; size: number | null } | null;
  /** `contender` minus scratch at the horizon, as measured where both were measured there; null when one side was not measured. */
  gap: Interval | null;
  /** The transfer strategy that is expected to end highest. */
  contender: StrategyName | null;
  /**
   * How many times further than measured the families are compared: the horizon, divided by the smaller of their largest
   * sizes. 1: both were measured at the horizon; null: one side was not measured.
   * @minimum 1
   */
  extrapolation: number | null;
  /** The largest size at which strategies of both families were measured, as in `StrategySummary.atCommonSize`. */
  commonSize: number | null;
  /** Training images at which scratch would catch up; null: beyond the reach of the curves. */
  crossing: { examples: number; low: number | null; high: number | null } | null;
  reasons: string[];
  nextExperiment: NextExperiment | null;
}

export interface StrategySummary {
  name: StrategyName;
  /** The variant that stands for the strategy. */
  variant: string;
  /** As measured on the largest subset. */
  accuracy: Interval;
  /** Size of that subset. */
  trainExamples: number;
  /** False: at its largest size it is within two standard errors of chance, so it has no curve yet. */
  learning: boolean;
  /** Measured at `Verdict.commonSize`; null: not measured there. */
  atCommonSize: Interval | null;
  /** The learning curve's value at the horizon; null while it has no curve. */
  predicted: Interval | null;
  macroF1: number | null;
  /** Seconds of all its trials together. */
  trainSeconds: number;
  converged: boolean | null;
  /** Training minus test accuracy at the largest subset. */
  overfitGap: number | null;
  /** Paired difference to the choice on the same test images, at the largest size that both were trained on. */
  gapToChoice: (Interval & { trainExamples: number }) | null;
  /** P(it is the best strategy at the horizon). */
  pBest: number;
  trials: number;
  /**
   * Half-width of the 80 % interval of the difference between two runs on the same images.
   * @minimum 0
   */
  rerunNoise?: number;
}

export interface CurvePoint {
  trainExamples: number;
  mean: number;
  low: number;
  high: number;
  /** 0 for points that the curve predicts. */
  trials: number;
}

export interface Curve {
  strategy: StrategyName;
  variant: string;
  measured: CurvePoint[];
  /** At the horizon and at sizes before it. */
  predicted: CurvePoint[];
  /** Weights of the curve forms that were averaged. */
  forms: Record<string, number>;
}

export type Direction = 'transfer' | 'scratch' | 'neither';

/** One row of the scorecard: what was measured in words, which way it pushes, and the figures behind it. */
export interface ScorecardEntry {
  measured: string;
  pushes: Direction;
  strength: 'strong' | 'moderate' | 'weak' | 'none';
  values: Record<string, number | string | boolean | null>;
}

/** The five dimensions that are always answered. */
export interface Scorecard {
  data: ScorecardEntry;
  computeAndTime: ScorecardEntry;
  flexibility: ScorecardEntry;
  performance: ScorecardEntry;
  overfitting: ScorecardEntry;
}

/** A modeled full training run: FLOPs times measured seconds per FLOP. */
export interface FullRunCost {
  strategy: StrategyName;
  seconds: { mean: number; low: number; high: number };
  usd: { mean: number; low: number; high: number };
  kwh: number | null;
  kgCo2: number | null;
}

export interface CostTable {
  horizon: number;
  /** The hardware that the modeled seconds are for: `this runner`, or the plan's hardware. */
  hardware: string;
  hourlyCostUsd: number;
  /** Where prices and speed come from, with their date. */
  source: string;
  fullRun: FullRunCost[];
  /** The cost of measuring, filled in by the probe. */
  probe: { seconds: number; trials: number; usd: number } | null;
}

/** Everything that follows from the measurements alone; `headstart analyze` recomputes it from `measurements.json`. */
export interface Analysis {
  verdict: Verdict;
  strategies: StrategySummary[];
  curves: Curve[];
  scorecard: Scorecard;
  cost: CostTable;
}

/** Facts about the dataset for the scorecard; missing in files made elsewhere. */
export interface DatasetFacts {
  samples: number;
  trainSamples: number;
  /** All training images of the dataset, of which the probe may take a sample. Absent: not known. */
  trainImages?: number;
  classes: number;
  smallestClass: number;
  largestClass: number;
  /** Accuracy of the frozen features minus that of the same network with random weights: how useful pre-training is here. */
  sourceGain?: number | null;
  /** Distance of the images from those of pre-training, in standard deviations of its features; null: not known. */
  novelty?: number | null;
}
