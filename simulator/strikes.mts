import { type Answer, type Answered, answerOf, type Moment, proxyAnswer } from './answers.mts';
import { failure, tooMany } from './call.mts';
import type { Fault } from './faults.mts';

/** The answer of a fault that strikes before anything is done. */
export function strikeBefore(fault: Fault, moment: Moment): Answer {
	switch (fault) {
		case '429':
			return answerOf(tooMany, { ...moment, taken: { ...moment.taken, remaining: 0 } });
		case '500':
			return answerOf(failure(500, 'Something went wrong'), moment);
		case '503-html':
			return proxyAnswer(503, 'Service Temporarily Unavailable', moment);
		case '502-empty':
			return proxyAnswer(502, undefined, moment);
		default:
			return { fault: fault === 'stall' ? 'stall' : 'reset', written: false };
	}
}

/** What a fault makes of an answer whose work is done. */
export function strikeAfter(
	fault: Fault,
	answer: Answered,
	written: boolean,
	moment: Moment,
): Answer {
	const worked = answer.status < 300;
	switch (fault) {
		case 'html-200':
			return worked ? proxyAnswer(200, 'Please log in', moment) : answer;
		case 'truncated':
			return worked ? { ...answer, body: answer.body.slice(0, answer.body.length >> 1) } : answer;
		case 'cut':
			return { fault, written, begun: answer };
		default:
			return { fault: fault === 'stall-after' ? 'stall' : 'reset', written };
	}
}
