const BASE_MS = 500;
const LONGEST_MS = 30_000;

/**
 * The backoff after `failures` in a row: 0.5 s, doubled up to 30 s, of which half is random. An outage of a
 * minute costs about ten requests, less than a tenth of the allowance.
 */
export const backoffMs = (failures: number, random: number): number =>
	(Math.min(LONGEST_MS, BASE_MS * 2 ** (failures - 1)) * (1 + random)) / 2;
