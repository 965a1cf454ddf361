/** What an hour on some hardware costs and draws; every figure is a list price or a data-sheet value with its source. */
export interface Hardware {
  /** How it is called in reports. */
  title: string;
  usdPerHour: number;
  /** Kilowatt while training; null: not known. */
  kilowatt: number | null;
  /** Peak of 32-bit arithmetic, in giga-multiply-accumulates a second; null: as fast as the runner that measured. */
  peakGmacs: number | null;
}

/** As of the prices below. */
export const PRICE_DATE = 'January 2026';

/** Power: twice Azure's 3.76 W a busy virtual core times its power usage effectiveness of 1.185 (Cloud Carbon Footprint). */
export const RUNNER: Hardware = {
  title: 'this runner',
  usdPerHour: 0.36,
  kilowatt: 0.009,
  peakGmacs: null,
};

export const RUNNER_SOURCE = `GitHub's price of a private two-core Linux runner, 0.006 USD a minute, ${PRICE_DATE} (github/docs)`;

/** Peaks and powers of the makers' data sheets; prices of the smallest machine with one, on demand. */
export const HARDWARE: ReadonlyMap<string, Hardware> = new Map(
  Object.entries({
    'github-2core': { ...RUNNER, title: 'a two-core GitHub runner' },
    t4: { title: 'an NVIDIA T4', usdPerHour: 0.526, kilowatt: 0.07, peakGmacs: 4050 },
    l4: { title: 'an NVIDIA L4', usdPerHour: 0.805, kilowatt: 0.072, peakGmacs: 15150 },
    a10g: { title: 'an NVIDIA A10G', usdPerHour: 1.006, kilowatt: 0.15, peakGmacs: 15600 },
    v100: { title: 'an NVIDIA V100', usdPerHour: 3.06, kilowatt: 0.3, peakGmacs: 7850 },
    a100: { title: 'an NVIDIA A100', usdPerHour: 4.1, kilowatt: 0.4, peakGmacs: 9750 },
  }),
);

export const HARDWARE_SOURCE =
  "Amazon's list prices on demand, us-east-1, 2026 (g4dn.xlarge, g6.xlarge, g5.xlarge, p3.2xlarge, an eighth of p4d.24xlarge)";

/** Share of the peak that training of small images reaches on a GPU: usual, best and worst. */
export const GPU_UTILISATION = { mean: 0.25, low: 0.45, high: 0.1 };
