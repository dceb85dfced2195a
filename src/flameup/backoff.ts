const BASE_MS = 500;
const LONGEST_MS = 30_000;

/**
 * How long to wait after `failures` in a row: half of 0.5 to 30 s for certain, and up to the other half
 * by chance. A server that is down for a minute is so asked about ten times, which is less than a tenth of
 * the allowance.
 */
export const backoffMs = (failures: number, random: number): number =>
	(Math.min(LONGEST_MS, BASE_MS * 2 ** (failures - 1)) * (1 + random)) / 2;
