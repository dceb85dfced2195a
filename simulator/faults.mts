import { type Answer, type Answered, answerOf, foreignAnswer, type Moment } from './answers.mts';
import { failure, tooMany } from './call.mts';
import { isObject, userIdOf } from './rules.mts';

/** What a fault does to a request. */
interface Effect {
	/** One line for `--help`. */
	help: string;
	/** How much is written: `half` is every second person, `late` is all of it, after `lateMs`. */
	writes: 'nothing' | 'half' | 'all' | 'late';
	/** Returns the answer that is sent. */
	answer(moment: Moment, request: Struck): Answer;
}

/** The request that a fault hits. */
interface Struck {
	path: string;
	body: unknown;
	/** The regular answer; empty if the fault prevents the write. */
	answer: Answered;
	written: boolean;
}

type Answering = Effect['answer'];
const before = (help: string, answer: Answering): Effect => ({ help, writes: 'nothing', answer });
const after = (help: string, answer: Answering): Effect => ({ help, writes: 'all', answer });

const breaks =
	(fault: 'reset' | 'stall'): Answering =>
	(_moment, { written }) => ({ fault, written });
const refusal =
	(status: number, message: string): Answering =>
	(moment) =>
		answerOf(failure(status, message), moment);
const foreign =
	(status: number, body = '', headers = {}): Answering =>
	(moment) =>
		foreignAnswer(moment, status, body, headers);
const json = (value: unknown) =>
	foreign(200, JSON.stringify(value), { 'content-type': 'application/json' });
const page = (status: number, title: string) =>
	foreign(status, `<html><head><title>${title}</title></head><body>${title}</body></html>\n`, {
		'content-type': 'text/html; charset=utf-8',
	});

/** Changes the answer to a request that worked. */
const ifItWorked =
	(change: Answering): Answering =>
	(moment, request) =>
		request.answer.status < 300 ? change(moment, request) : request.answer;

const passing = {
	'429': before('rate limit exceeded', (moment) =>
		answerOf(tooMany, { ...moment, taken: { ...moment.taken, remaining: 0 } }),
	),
	'500': before("Flameup's own error", refusal(500, 'Something went wrong')),
	'503-html': before("a proxy's page", page(503, 'Service Temporarily Unavailable')),
	'502-empty': before("a proxy's answer without a body", foreign(502)),
	'reset-before': before('the connection is reset, nothing is written', breaks('reset')),
	'reset-after': after('the connection is reset, everything is written', breaks('reset')),
	stall: before('no answer, nothing is written', breaks('stall')),
	'stall-after': after('no answer, everything is written', breaks('stall')),
	truncated: after(
		'a complete answer with half of the JSON; everything is written',
		ifItWorked((_moment, { answer }) => ({
			...answer,
			body: answer.body.slice(0, answer.body.length >> 1),
		})),
	),
	cut: after(
		'the connection ends inside the body; everything is written',
		(_moment, { answer, written }) => ({ fault: 'cut', written, begun: answer }),
	),
	'html-200': after(
		'200 with a login page; everything is written',
		ifItWorked(page(200, 'Please log in')),
	),
} satisfies Record<string, Effect>;

const others = {
	'101': before(
		'an unrequested switch of protocols',
		foreign(101, '', { connection: 'upgrade', upgrade: 'websocket' }),
	),
	'302': before('redirect to /login', foreign(302, '', { location: '/login' })),
	'307': before(
		'redirect of the whole request to a port where nothing listens',
		(moment, { path }) => foreignAnswer(moment, 307, '', { location: `http://127.0.0.1:9${path}` }),
	),
	'403': before('forbidden', refusal(403, 'Forbidden')),
	'403-html': before("a firewall's page", page(403, 'Request blocked')),
	'409': before(
		'conflict with another writer',
		refusal(409, 'The resource was changed by another request'),
	),
	'503': before('temporarily unavailable', refusal(503, 'Service temporarily unavailable')),
	'html-200-before': before(
		'200 with a login page, nothing is written',
		page(200, 'Please log in'),
	),
	maintenance: before('200 {"status":"maintenance"}', json({ status: 'maintenance' })),
	hello: before('200 {"hello":"world"}', json({ hello: 'world' })),
	queued: before('200 {"queued":true}, but nothing is ever written', json({ queued: true })),
	null: before('200 with JSON null', json(null)),
	'success-false': before('200 with success: false and an error', (moment) => {
		const error = { type: 'internal_error', message: 'Something went wrong' };
		return answerOf({ status: 200, json: { success: false, error } }, moment);
	}),
	'errors-200': before('200 with an error for each person', (moment, { body }) => {
		const errors = peopleIn(body).map((person, index) => ({ index, ...failed(person) }));
		return answerOf({ status: 200, json: { errors } }, moment);
	}),
	'207-none': before('207 with status 422 for each person', (moment, { body }) =>
		multiStatus(moment, body, () => false),
	),
	'207-half': {
		help: '207; every second person is written, the others have status 422',
		writes: 'half',
		answer: ifItWorked((moment, { body }) => multiStatus(moment, body, isInHalf)),
	},
	'applied-late': {
		help: 'no answer; everything is written once --late-ms have passed',
		writes: 'late',
		answer: breaks('stall'),
	},
} satisfies Record<string, Effect>;

export type Fault = keyof typeof passing | keyof typeof others;

/** Faults that a client can survive by retrying. */
export const faultKinds = Object.keys(passing) as (keyof typeof passing)[];
/** Every other fault: refusals of one request, redirects, and answers that Flameup does not give. */
export const otherFaultKinds = Object.keys(others) as (keyof typeof others)[];

/** What each fault does. */
export const effects: Readonly<Record<Fault, Effect>> = { ...passing, ...others };

/** The effect of no fault: the regular answer. */
export const noFault = after('', (_moment, { answer }) => answer);

/** The body with the people whom `half` writes. */
export const halfOf = (body: unknown): unknown =>
	isObject(body) && Array.isArray(body.people)
		? { ...body, people: body.people.filter((_, index) => isInHalf(index)) }
		: body;

const isInHalf = (index: number) => index % 2 === 1;
const peopleIn = (body: unknown): unknown[] =>
	isObject(body) && Array.isArray(body.people) ? body.people : [];
const failed = (person: unknown) => ({
	external_id: userIdOf(person),
	message: 'could not be processed',
});

/** 207 as in RFC 4918, but in JSON: one status per person. */
function multiStatus(moment: Moment, body: unknown, isGood: (index: number) => boolean) {
	const results = peopleIn(body).map((person, index) =>
		isGood(index)
			? { status: 200, external_id: userIdOf(person) }
			: { status: 422, ...failed(person) },
	);
	return answerOf({ status: 207, json: { results } }, moment);
}
