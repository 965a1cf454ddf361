import type { Arm } from '../strategy/recipe.js';
import { trainedStrategy } from '../strategy/strategies.js';
import { startingWeights, withZeroHead } from '../strategy/initial-weights.js';
import type { TrialContext } from '../strategy/trial.js';

/** Measured throughput of one worker while its neighbors are busy too. */
export interface Throughput {
  /** Seconds that one image takes in one training step, by arm. */
  trainSeconds: Record<string, number>;
  /** Seconds that one image takes in a forward pass of the backbone. */
  embedSeconds: number;
}

const BATCH = 32;
/** Seconds above which one measurement is enough. */
const LONG = 0.05;

/** Times one warm training step of each arm's network and one embedding; the first step of each is not counted. */
export function calibrate(context: TrialContext, arms: string[], now: () => number): Throughput {
  const pixels = new Uint8Array(BATCH * context.size * context.size * 3).map(
    (_, i) => (i * 2654435761) >>> 24,
  );
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % context.classes);
  const trainSeconds = Object.fromEntries(
    arms.map((arm) => [arm, secondsPerTrainedImage(context, arm as Arm, pixels, labels, now)]),
  );
  const network = context.backbone.network(context.size, context.classes);
  const model = context.engine.model(network, withZeroHead(network, context.backbone.weights), BATCH);
  const embedSeconds = fastest(() => model.embed(pixels, BATCH), now) / BATCH;
  model.dispose();
  return { trainSeconds, embedSeconds };
}

function secondsPerTrainedImage(
  context: TrialContext,
  arm: Arm,
  pixels: Uint8Array,
  labels: Int32Array,
  now: () => number,
): number {
  const [strategy, variant] = arm.split('/') as ['scratch', string];
  const spec = { strategy, variant, trainExamples: BATCH, seed: 0, epochs: 1, rates: [], flip: false };
  const trained = trainedStrategy(context, spec);
  const recipe = trained.recipe(0);
  const few = context.orders[0].slice(0, BATCH);
  const { weights } = startingWeights(
    context,
    { ...trained, head: 'zeros' },
    { train: few, validation: few },
    0,
  );
  const model = context.engine.model(trained.network, weights, BATCH);
  const learningRates = Float32Array.from([
    ...trained.network.layers.map((layer) => (recipe.blockScale[layer.block] === 0 ? 0 : 1e-6)),
    1e-6,
  ]);
  const seconds =
    fastest(() => model.trainStep(pixels, labels, BATCH, { ...recipe, learningRates }), now) / BATCH;
  model.dispose();
  return seconds;
}

/** Seconds of a run after a warm-up; the faster of two where they are short and easily disturbed. */
function fastest(work: () => unknown, now: () => number): number {
  const timed = () => {
    const started = now();
    work();
    return (now() - started) / 1000;
  };
  work();
  const seconds = timed();
  return seconds > LONG ? seconds : Math.min(seconds, timed());
}
