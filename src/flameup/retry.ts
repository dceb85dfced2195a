const BASE_MS = 500;
const LEAST_MS = 100;
const LONGEST_MS = 30_000;

/** How long to wait before try `attempt` + 1: what the server asks for, else full jitter of 0.1 to 30 s. */
export const retryDelay = (attempt: number, askedMs: number | undefined, random: number): number =>
	askedMs ?? Math.max(LEAST_MS, random * Math.min(LONGEST_MS, BASE_MS * 2 ** attempt));
