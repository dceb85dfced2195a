import { type INode, type JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow';
import {
	type Answered,
	kindOf,
	type Problem,
	type ProblemKind,
	problemOf,
	type RejectionCode,
	type Subject,
} from '../../src/errors';
import { answeredBy, type Complaint } from '../../src/flameup/complaints';
import { describe, paragraph, sentence, type Text, type Vocabulary } from '../../src/texts';
import type { Who } from './results';
import { WORDS } from './vocabulary';

/** What the node itself finds wrong. */
interface Fault extends Text {
	readonly code: 'invalid_parameter' | 'configuration';
}

/** The codes of problems that are not about a single row. */
const CODES = {
	config: 'configuration',
	transient: 'unavailable',
	uncertain: 'uncertain',
	stopped: 'canceled',
	unexpected: 'unexpected',
} as const satisfies Record<Exclude<ProblemKind, 'record'>, string>;

/** The stable codes of failed rows; users find them in `error`. */
export type FailureCode =
	| RejectionCode
	| 'already_exists'
	| 'not_found'
	| Fault['code']
	| (typeof CODES)[keyof typeof CODES];

interface Circumstances {
	/** All other rows would fail too, so nothing more is sent. */
	readonly endsRun?: boolean;
	readonly words?: Vocabulary;
}

/**
 * Why a row failed; becomes an item or an error of n8n only at the very end. It is thrown, but is no
 * Error: the stacks of a hundred thousand failed rows would fill the memory.
 */
export class Failure {
	readonly #problem: Problem | Fault;
	readonly #words: Vocabulary;
	readonly endsRun: boolean;

	constructor(problem: Problem | Fault, circumstances: Circumstances = {}) {
		const { endsRun, words = WORDS } = circumstances;
		this.#problem = problem;
		this.#words = words;
		this.endsRun = endsRun ?? !['record', 'uncertain', undefined].includes(this.#kind);
	}

	get code(): FailureCode {
		const kind = this.#kind;
		return kind === undefined || kind === 'record'
			? (this.#problem.code as FailureCode)
			: CODES[kind];
	}

	get text(): Text {
		return 'title' in this.#problem ? this.#problem : describe(this.#problem, this.#words);
	}

	/** What Flameup answered, if it did. */
	get answered(): Answered | undefined {
		const facts = 'answer' in this.#problem ? this.#problem.answer : this.#problem;
		return 'status' in facts ? facts : undefined;
	}

	/** Flameup or the network, rather than the data or a setting. */
	get isFromApi(): boolean {
		const isNetwork = this.#kind === 'transient' || this.#kind === 'uncertain';
		return isNetwork || this.answered !== undefined || this.code === 'not_confirmed';
	}

	get #kind(): ProblemKind | undefined {
		return 'title' in this.#problem ? undefined : kindOf(this.#problem);
	}
}

/** Whatever was thrown, as a failure. */
export const failureOf = (error: unknown): Failure =>
	error instanceof Failure ? error : new Failure(problemOf(error));

/** A parameter that cannot be used. */
export const invalidParameter = (
	title: string,
	hint: string,
	reason?: string,
	circumstances?: Circumstances,
): Failure =>
	new Failure(
		{
			code: 'invalid_parameter',
			title,
			hint,
			...(reason !== undefined && { reason: sentence(reason) }),
		},
		circumstances,
	);

/** What Flameup refused for a reason that lies in the row. */
export function refusal(complaint: Complaint, what: Subject): Failure {
	const answered = answeredBy(complaint);
	const isTooLarge = answered.status === 413;
	return new Failure(
		what === 'person' && answered.status === 409
			? { code: 'already_exists', ...answered }
			: { code: isTooLarge ? 'too_large_for_flameup' : 'refused', ...answered, what },
	);
}

/**
 * What the row's error item holds. n8n knows a failed row by these keys: with any other, such as `code`, the
 * row would leave by the success output.
 */
export function toJson({ answered, code, text }: Failure, who: Who = {}) {
	const { hint, reason, title } = text;
	return {
		error: code,
		details: {
			reason: paragraph({ title, ...(reason !== undefined && { reason }) }),
			...(hint !== undefined && { hint }),
			...who,
			...(answered !== undefined && answered.said !== '' && { said: answered.said }),
		},
	};
}

/** The error that ends the run; `progress` tells what was done before it. */
export function toError(
	failure: Failure,
	row: number,
	node: INode,
	progress: string,
): NodeApiError | NodeOperationError {
	const { answered, isFromApi, text } = failure;
	const message = titleOf(failure, row);
	const goOn = failure.endsRun ? undefined : GO_ON;
	const parts = [text.reason, text.hint, goOn, progress].filter((part) => part !== undefined);
	const options = { message, description: asHtml(parts.join(' ')), itemIndex: row };
	if (!isFromApi) return new NodeOperationError(node, message, options);
	// n8n shows the words and the status under "Error details".
	const said = answered?.said || message;
	return new NodeApiError(node, { message: said } as JsonObject, {
		...options,
		...(answered !== undefined && { httpCode: String(answered.status) }),
	});
}

/** In the words of n8n's own form. */
const GO_ON =
	'To go on with the other rows, set "On Error" to "Continue (using error output)" in the "Settings" of this node.';

/** n8n counts items from 0. */
const titleOf = ({ endsRun, text }: Failure, row: number): string =>
	endsRun ? text.title : `${text.title} [item ${row}]`;

/** n8n shows descriptions and hints as HTML. */
export const asHtml = (text: string): string =>
	text
		.replace(/&(?=#?\w+;)/g, '&amp;')
		.replace(/</g, '&lt;')
		.replace(/>/g, '&gt;');
