import { rateHeaders, retryAfter, type Taken } from './allowance.mts';
import type { Reply } from './call.mts';
import { errorBody } from './errors.mts';
import type { Switches } from './switches.mts';

/** A whole answer; header names are in lower case. */
export interface Answered {
	status: number;
	headers: Record<string, string>;
	body: string;
	delayMs?: number;
}

/** A connection that breaks (`reset`), stays silent (`stall`) or ends inside the body (`cut`). */
export interface Broken {
	fault: 'reset' | 'stall' | 'cut';
	/** Whether the request took effect all the same. */
	written: boolean;
	/** The whole answer of which `cut` sends the beginning. */
	begun?: Answered;
	delayMs?: number;
}
export type Answer = Answered | Broken;

/** What an answer depends on besides what was asked. */
export interface Moment {
	at: number;
	/** Number of the request since the start. */
	number: number;
	taken: Taken;
	switches: Switches;
}

/** An endpoint's reply as HTTP. */
export function answerOf(reply: Reply, { at, number, taken, switches }: Moment): Answered {
	const { status, json, error } = reply;
	const id = `req_${number.toString(16).padStart(12, '0')}`;
	const shown = error ? errorBody(status, error.message, error.issues, switches, id) : json;
	return {
		status,
		headers: {
			...dateHeader(at, switches),
			...rateHeaders(taken, at, switches),
			...(status === 429 ? retryAfter(taken, at, switches) : {}),
			...(shown ? { 'content-type': 'application/json' } : {}),
		},
		body: shown ? JSON.stringify(shown) : '',
	};
}

/** What something in front of Flameup answers: it knows nothing of allowances. */
export const proxyAnswer = (
	status: number,
	title: string | undefined,
	{ at, switches }: Moment,
): Answered => ({
	status,
	headers: {
		...dateHeader(at, switches),
		...(title ? { 'content-type': 'text/html; charset=utf-8' } : {}),
	},
	body: title ? `<html><head><title>${title}</title></head><body>${title}</body></html>\n` : '',
});

const dateHeader = (at: number, switches: Switches): Record<string, string> =>
	switches.dateHeader ? { date: new Date(at + switches.clockSkewMs).toUTCString() } : {};
