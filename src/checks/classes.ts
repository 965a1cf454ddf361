import { classCounts, evidence, plural, type Check } from './check.js';

/** Fewer images than this say little about a class (AutoTrain asks for five to train, and some are needed to test). */
const FEW = 10;

/** Classes with so few images that their results are anecdotes; with none usable, that is said as well. */
export const tinyClasses: Check = (input) => {
  const counts = classCounts(input);
  const { classes } = input.dataset;
  const tiny = classes.flatMap((name, k) => (counts[k] < FEW ? [{ name, count: counts[k] }] : []));
  if (tiny.length === 0) return null;
  const single = tiny.filter(({ count }) => count < 2).length;
  return {
    id: 'tiny-class',
    severity: 'warning',
    effect: single > 0 ? 'weakens' : 'informs',
    message: `${plural(tiny.length, 'class has', 'classes have')} fewer than ${FEW} images${single > 0 ? `, ${single} of them at most one, which cannot be both learned and tested` : ''}.`,
    remedy: 'Collect more of them, or merge classes.',
    count: tiny.length,
    evidence: evidence(tiny.map(({ name, count }) => `${name}: ${count}`)),
  };
};

/** The rarest class's share against an even one, as cleanlab's Datalab judges imbalance. */
const RAREST_SHARE = 0.1;

export const imbalance: Check = (input) => {
  const counts = classCounts(input);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const rarest = Math.min(...counts);
  if (total === 0 || rarest / total >= RAREST_SHARE / counts.length) return null;
  const { classes } = input.dataset;
  const largest = Math.max(...counts);
  return {
    id: 'imbalance',
    severity: 'info',
    effect: 'informs',
    message: `The largest class has ${largest} images, the smallest ${rarest}.`,
    remedy: 'Balanced accuracy is compared; collect more of the rare classes.',
    count: counts.filter((count) => count / total < RAREST_SHARE / counts.length).length,
    evidence: [
      `${classes[counts.indexOf(rarest)]}: ${rarest}`,
      `${classes[counts.indexOf(largest)]}: ${largest}`,
    ],
  };
};
