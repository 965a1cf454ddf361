/** How a budget is divided. */

/** Share of the budget after which no trial may end: what follows is the verdict and the report. */
export const TRIALS_UNTIL = 0.97;
/** Share of the budget at which trials that take longer than foreseen are given up. */
export const LAST_CALL = 1.04;
/** Share of the budget that reading images may take; what is not read by then is as if it had not been sampled. */
export const READ_WITHIN = 0.3;
/** Shares of the budget after which no linear probe is begun, and none is waited for. */
export const FROZEN_UNTIL = 0.45;
export const FROZEN_LAST_CALL = 0.55;
