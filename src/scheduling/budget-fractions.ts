/** How a budget is divided. All are fractions of it. */

/** Reading images ends here; what is left unread counts as if it had not been sampled. */
export const DECODE_FRACTION = 0.3;
/** No linear probe starts later. */
export const LINEAR_PROBE_FRACTION = 0.45;
/** No linear probe is waited for any longer. */
export const LINEAR_PROBE_STOP_FRACTION = 0.55;
/** No trial may end later: the verdict and the report follow. */
export const TRAIN_FRACTION = 0.97;
/** Trials that take longer than planned are stopped. */
export const HARD_STOP_FRACTION = 1.04;
