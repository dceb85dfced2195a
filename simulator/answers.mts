import type { Taken } from './allowance.mts';
import type { Reply } from './call.mts';
import { errorBody } from './errors.mts';
import { dateHeader, rateHeaders, retryAfter } from './headers.mts';
import type { Switches } from './switches.mts';

/** A complete answer; header names are in lower case. */
export interface Answered {
	status: number;
	headers: Record<string, string>;
	body: string;
	delayMs?: number;
}

/** A connection that is not answered, or that breaks before the answer is complete. */
export interface Broken {
	/** `refused`: not accepted; `reset`: closed; `stall`: kept open without an answer; `cut`: closed inside the body. */
	fault: 'refused' | 'reset' | 'stall' | 'cut';
	/** Whether the request took effect nevertheless. */
	written: boolean;
	/** The complete answer of which `cut` sends the first half. */
	begun?: Answered;
	delayMs?: number;
}
export type Answer = Answered | Broken;

/** What an answer depends on, apart from the request. */
export interface Moment {
	at: number;
	/** Number of the request since the start. */
	number: number;
	taken: Taken;
	switches: Switches;
	/** When a 503 is expected to end. */
	backAt: number;
}

/** An endpoint's reply as HTTP. */
export function answerOf(reply: Reply, moment: Moment): Answered {
	const { at, number, taken, switches } = moment;
	const { status, json, error } = reply;
	const id = `req_${number.toString(16).padStart(12, '0')}`;
	const good = switches.envelope === 'data' ? json && { data: json } : json;
	const shown = error ? errorBody(status, error.message, error.issues, switches, id) : good;
	return {
		status,
		headers: {
			...dateHeader(at, switches),
			...rateHeaders(taken, at, switches),
			...waitHeader(status, moment),
			...(shown ? { 'content-type': 'application/json' } : {}),
		},
		body: shown ? JSON.stringify(shown) : '',
	};
}

/** An answer from something other than Flameup, such as a proxy; it has no rate headers. */
export const foreignAnswer = (
	moment: Moment,
	status: number,
	body: string,
	headers: Record<string, string>,
): Answered => ({
	status,
	headers: {
		...dateHeader(moment.at, moment.switches),
		...(status === 503 ? waitHeader(status, moment) : {}),
		...headers,
	},
	body,
});

function waitHeader(status: number, { at, taken, switches, backAt }: Moment) {
	if (status === 429) return retryAfter(taken.resetAt, at, switches);
	const isTold = status === 503 && switches.retryAfterOn === '429-and-503';
	return isTold ? retryAfter(backAt, at, switches) : {};
}
