import type { Dataset, Metric } from '../dataset/dataset.js';
import { stratifiedSample } from '../dataset/split/subset.js';
import type { Listed } from './stages.js';

/** Of each class, so that both sides of the split have images of it; many classes cost more than a short budget plans. */
const LEAST_PER_CLASS = 8;

/** As many images as decoding and embedding may take without eating the budget. */
export function sampleLimit(budgetSeconds: number, classes: number): number {
  const affordable = Math.max(2000, Math.min(20_000, Math.round(budgetSeconds * 40)));
  return Math.max(affordable, LEAST_PER_CLASS * classes);
}

/** The images that the probe is to read: all, or a stratified part where there are more than the budget allows. */
export function listImages(dataset: Dataset, budgetSeconds: number, seed: number): Listed {
  const chosen = stratifiedSample({
    labels: Int32Array.from(dataset.samples, (sample) => sample.label),
    paths: dataset.samples.map((sample) => sample.path),
    limit: sampleLimit(budgetSeconds, dataset.classes.length),
    seed,
  });
  return {
    dataset,
    samples: Array.from(chosen, (index) => dataset.samples[index]),
    metric: dataset.metric ?? defaultMetric(dataset),
  };
}

/** Balanced accuracy when the largest class is over three times the smallest. */
function defaultMetric({ samples, classes }: Dataset): Metric {
  const counts = new Float64Array(classes.length);
  for (const { label } of samples) counts[label]++;
  return Math.max(...counts) > 3 * Math.min(...counts) ? 'balanced-accuracy' : 'accuracy';
}
