/** What a list of simulated runs says about the verdict. Accuracies are fractions; the caller turns them into points. */

export function mean(values) {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

export function standardErrorOf(values) {
  const centre = mean(values);
  const squares = values.reduce((total, value) => total + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Share of the 80 % intervals of a strategy's prediction that hold its true accuracy, and how far the means are off. */
export function predictionOf(strategy, verdicts) {
  /** Neither where it was not measured nor where it has not started to learn. */
  const known = verdicts.filter(({ predicted }) => predicted[strategy] != null);
  const error = ({ predicted, truth }) => predicted[strategy].mean - truth[strategy];
  return {
    runs: known.length,
    coverage: mean(known.map(({ predicted, truth }) => holds(predicted[strategy], truth[strategy]))),
    bias: mean(known.map(error)),
    absolute: mean(known.map((one) => Math.abs(error(one)))),
  };
}

/** The same of the gap between the families. */
export function gapOf(verdicts) {
  const error = ({ verdict, truth }) => verdict.gap.mean - trueGap(truth);
  return {
    runs: verdicts.length,
    coverage: mean(verdicts.map(({ verdict, truth }) => holds(verdict.gap, trueGap(truth)))),
    bias: mean(verdicts.map(error)),
    absolute: mean(verdicts.map((one) => Math.abs(error(one)))),
  };
}

/** Accuracy lost by following the verdict: by its strategy, and by the best strategy of its family. */
export function regretsOf({ truth, verdict }) {
  const best = Math.max(...Object.values(truth));
  const { leaning } = verdict;
  return {
    strategy: best - truth[leaning],
    family: best - (leaning === 'scratch' ? truth.scratch : bestTransfer(truth)),
    alwaysFineTune: best - truth['fine-tune'],
    alwaysTransfer: best - bestTransfer(truth),
  };
}

/** How well P(transfer) is stated: squared error, and the mean distance of what is stated from what happens in ten bins. */
export function probabilityOf(verdicts) {
  const stated = verdicts.map(({ verdict }) => verdict.pTransfer);
  const won = verdicts.map(({ truth }) => (trueGap(truth) > 0 ? 1 : 0));
  const bins = binned(
    stated,
    Array.from({ length: 10 }, (_, i) => i / 10),
  );
  return {
    brier: mean(stated.map((p, i) => (p - won[i]) ** 2)),
    calibrationError:
      bins.reduce((total, bin) => total + Math.abs(bin.reduce((sum, i) => sum + stated[i] - won[i], 0)), 0) /
      verdicts.length,
  };
}

/** Of a strategy that was measured at the horizon itself: how far the prediction is from that measurement. */
export function shiftsAtHorizon(strategy, verdicts) {
  const there = verdicts.filter(
    ({ measured, predicted, horizon }) =>
      predicted[strategy] != null && measured[strategy].trainExamples === horizon,
  );
  return {
    verdicts: there,
    shifts: there.map(({ measured, predicted }) => predicted[strategy].mean - measured[strategy].mean),
  };
}

/** Stated confidence in the family beside how often it was right or within a point, by bins from these edges. */
export function confidenceOf(verdicts, edges) {
  const stated = verdicts.map(({ verdict }) => verdict.confidence);
  const right = verdicts.map((one) => (regretsOf(one).family <= 0.01 ? 1 : 0));
  return binned(stated, edges).map((bin, i) => ({
    from: edges[i],
    runs: bin.length,
    stated: mean(bin.map((run) => stated[run])),
    right: mean(bin.map((run) => right[run])),
  }));
}

export function decidedShare(verdicts) {
  return mean(verdicts.map(({ verdict }) => (verdict.family === 'inconclusive' ? 0 : 1)));
}

/** Best transfer strategy minus scratch. */
export function trueGap(truth) {
  return bestTransfer(truth) - truth.scratch;
}

function bestTransfer({ frozen = -Infinity, 'fine-tune': fineTune, hybrid = -Infinity }) {
  return Math.max(frozen, fineTune, hybrid);
}

function holds({ low, high }, value) {
  return value >= low && value <= high ? 1 : 0;
}

/** Indices of the values by the edge that they lie above; edges ascend. */
function binned(values, edges) {
  const bins = edges.map(() => []);
  values.forEach((value, i) => bins[edges.findLastIndex((edge) => value >= edge)]?.push(i));
  return bins;
}
