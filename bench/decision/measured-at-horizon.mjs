import { analyze } from '../../build/verdict/analyze.js';

const CLASSES = 10;

/** Predictions for frozen features that got 66 % three times at the horizon, by the luck of the others at 113 images. */
export function predictionsByLuck() {
  const frozen = [
    [113, 0.45],
    [225, 0.53],
    [450, 0.6],
    [900, 0.66],
  ].flatMap(([trainExamples, accuracy]) =>
    [0, 1, 2].map((seed) => trial('frozen', trainExamples, accuracy + (seed - 1) * 0.002, 480, seed)),
  );
  return [0.36, 0.4, 0.45, 0.5, 0.54].map((accuracy) => {
    const others = [
      trial('fine-tune', 113, accuracy, 480),
      trial('hybrid', 113, accuracy, 480),
      trial('scratch', 113, 0.25, 480),
    ];
    return { accuracy, predicted: predictionOfFrozen([...frozen, ...others], 900) };
  });
}

/** Frozen features near 100 % in all three replicates: how wide is the prediction for them? */
export function predictionAtCeiling() {
  const frozen = [
    [1000, [0.998, 1, 0.992]],
    [500, [0.99, 0.998, 1]],
    [100, [0.9, 0.91, 0.89]],
  ].flatMap(([trainExamples, accuracies]) =>
    accuracies.map((accuracy, seed) => trial('frozen', trainExamples, accuracy, 500, seed)),
  );
  const others = [trial('fine-tune', 100, 0.95, 500), trial('scratch', 100, 0.8, 500)];
  return analyseAt([...frozen, ...others], 1000);
}

function predictionOfFrozen(measurements, horizon) {
  return analyseAt(measurements, horizon).strategies.find(({ name }) => name === 'frozen').predicted;
}

function analyseAt(measurements, horizon) {
  const header = { horizon, classes: CLASSES };
  return analyze({ schema: 'headstart/measurements/v1', header, measurements });
}

function trial(strategy, trainExamples, accuracy, testExamples, seed = 0) {
  const variant = strategy === 'scratch' ? 'small net' : 'only';
  return { strategy, variant, trainExamples, testExamples, accuracy, seed };
}
