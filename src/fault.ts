import type { NetworkFault } from './ports';

/** Codes of faults that happen before anything could have reached Flameup. */
const NOT_SENT: ReadonlySet<string> = new Set([
	'ENOTFOUND',
	'EAI_AGAIN',
	'ECONNREFUSED',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ERR_INVALID_URL',
]);

/** The fault that a code such as ECONNREFUSED or TIMEOUT stands for. */
export const networkFault = (code: string): NetworkFault => ({
	fault: code,
	sent: !NOT_SENT.has(code),
});
