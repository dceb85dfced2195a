import type { Answered, Problem, Subject } from '../errors';
import type { HttpResponse, NetworkFault } from '../ports';
import { verdictOf } from './answers';
import { answeredBy, isComplaint, readComplaint } from './complaints';
import { isObject, parse } from './json';

/** Faults that a retry cannot fix: the certificate or the trusted authorities have to change. */
const UNTRUSTED: ReadonlySet<string> = new Set([
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'CERT_HAS_EXPIRED',
	'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const UNKNOWN_HOST: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN']);

const PROXY_REFUSES = 'ERR_PROXY_TUNNEL';
const PROXY_WANTS_LOGIN = 407;

/** Whether the certificate is not trusted, which a retry cannot change. */
export const isUntrusted = ({ fault }: NetworkFault): boolean => UNTRUSTED.has(fault);

/** Whether the address or the proxy is probably mistyped; before the first answer, a long wait is pointless. */
export const isProbablyMistyped = (answer: HttpResponse | NetworkFault): boolean =>
	'fault' in answer && (UNKNOWN_HOST.has(answer.fault) || answer.fault === PROXY_REFUSES);

/** The problem of an answer that ends the run: 401, 403, 404 and others that a retry cannot change. */
export function stopProblem(
	answer: HttpResponse | NetworkFault,
	permission: string | undefined,
): Problem {
	if ('fault' in answer) return { code: 'untrusted_certificate', fault: answer.fault };
	const answered = answeredBy(readComplaint(answer));
	switch (answer.status) {
		case 401:
			return { code: 'unauthorized', ...answered };
		case 403:
			return { code: 'forbidden', ...answered, ...(permission !== undefined && { permission }) };
		case 404:
			return { code: 'unknown_address', ...answered };
		case PROXY_WANTS_LOGIN:
			return { code: 'proxy_refuses', fault: PROXY_REFUSES };
		default:
			return {
				code: answer.status >= 300 && answer.status < 400 ? 'redirected' : 'not_served',
				...answered,
			};
	}
}

/** What the address has answered so far: nothing, anything, or a documented answer of Flameup. */
export type AnswersSoFar = 'nothing' | 'anything' | 'flameup';

/** The problem of a request that still fails after `forMs` of retries. */
export function faultProblem(
	answer: HttpResponse | NetworkFault,
	forMs: number,
	answersSoFar: AnswersSoFar,
): Problem {
	if ('fault' in answer) {
		const { fault } = answer;
		const isFirst = answersSoFar === 'nothing';
		if (isFirst && UNKNOWN_HOST.has(fault)) return { code: 'unknown_host', fault };
		if (isFirst && fault === PROXY_REFUSES) return { code: 'proxy_refuses', fault };
		return { code: 'unreachable', fault, forMs };
	}
	const body = parse(answer.body);
	const isFailure = isObject(body) && isComplaint(body);
	if (verdictOf(answer.status) === 'ok' && !isFailure) {
		return answersSoFar === 'flameup'
			? { code: 'unreadable_answers', forMs }
			: { code: 'not_flameup' };
	}
	const code = answer.status === 429 ? 'allowance_used_up' : 'unavailable';
	return { code, ...answered(answer), forMs };
}

/** The problem of a request that may have taken effect and must not be repeated. */
export const uncertainProblem = (
	answer: HttpResponse | NetworkFault,
	what: Subject | undefined,
): Problem => ({
	code: 'uncertain',
	...(what !== undefined && { what }),
	answer: 'fault' in answer ? { fault: answer.fault } : answered(answer),
});

const answered = (response: HttpResponse): Answered => answeredBy(readComplaint(response));
