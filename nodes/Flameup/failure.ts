import { type INode, type JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow';
import {
	ConfigError,
	FlameupError,
	StoppedError,
	TransientError,
	UncertainError,
} from '../../src/errors';
import type { Rejection, RejectionCode } from '../../src/mapping/rejection';
import { inN8nWords, sentence } from './wording';

/** Why a row came to nothing, beyond the codes of the core; each with its meaning and what to do. */
export const OTHER_FAILURES = {
	invalid_parameter: [
		'A parameter has no value, or one that cannot be used, or its expression failed; the error names the parameter.',
		'Correct the parameter, or the field that it reads.',
	],
	not_found: [
		'Flameup has nobody with this user ID or email address.',
		'Check the value; it must match exactly.',
	],
	already_exists: ['Flameup has this person already.', 'Use Create or Update.'],
	uncertain: [
		'No answer came, so the row may have arrived or not. It is not sent again, because a second event could message somebody twice.',
		'Look the person up in Flameup before you run the row again.',
	],
	configuration: [
		'The credential, the Base URL or an option is wrong, so no row could do better; nothing more was sent.',
		'Correct what the error names.',
	],
	unavailable: [
		'Flameup or the network was down or busy for longer than the option Give Up After Minutes allows.',
		'Run the workflow again later; it is safe.',
	],
	cancelled: ['The execution was cancelled before this row was confirmed.', 'Run it again.'],
	unexpected: ['The node met something that it was not made for.', 'Please report it.'],
} as const;

type FailureCode = RejectionCode | keyof typeof OTHER_FAILURES;

interface Details {
	readonly code: FailureCode;
	/** What happened, short and without foreign words. */
	readonly title: string;
	readonly reason?: string;
	/** What to do about it. */
	readonly hint?: string;
	readonly userId?: string;
	/** Flameup's own words, unabridged. */
	readonly said?: string;
	/** No other row can do better, so nothing more is sent. */
	readonly endsRun?: boolean;
	/** Flameup or the network, rather than the data or a setting. */
	readonly isFromApi?: boolean;
}

/** A failed row as a value; becomes an item or an error only at the very end. */
export class Failure {
	readonly details: Details;

	constructor(details: Details) {
		this.details = details;
	}
}

/** Where in the node each rejection of the core belongs, and what to do about it. */
export const ADVICE: Readonly<
	Record<RejectionCode, { readonly field?: string; readonly hint: string }>
> = {
	missing_user_id: {
		field: 'User ID',
		hint: 'Map a field that has a value in every row, or name it in the option User ID Field.',
	},
	invalid_user_id: {
		field: 'User ID',
		hint: 'Map a text or a whole number; turn long numbers into text before this node.',
	},
	user_id_too_long: { field: 'User ID', hint: 'Map a field with at most 255 characters.' },
	invalid_email: {
		field: 'Email',
		hint: 'Correct it in the source, or let the option When an Email Address Is Invalid send the person without it.',
	},
	email_too_long: {
		field: 'Email',
		hint: 'Correct it in the source; 254 characters are allowed.',
	},
	phone_too_long: {
		field: 'Phone',
		hint: 'Correct it in the source; 50 characters are allowed.',
	},
	person_too_large: { hint: 'Leave out large fields.' },
	invalid_record: { hint: 'Look at the row before this node; it may be nested too deeply.' },
	refused: { hint: 'Correct what Flameup names, and run the row again.' },
	too_large_for_flameup: { hint: 'Leave out large fields.' },
	not_confirmed: { hint: 'Look the person up in Flameup, and ask its support.' },
};

/** A row that the core rejected. */
export function fromRejection({ code, detail, reason, userId }: Rejection): Failure {
	const { field, hint } = ADVICE[code];
	const isRefusal = code === 'refused' || code === 'too_large_for_flameup';
	const text = inN8nWords(reason);
	return new Failure({
		code,
		title: isRefusal ? 'Flameup refused the person' : withField(field, withoutPeriod(text)),
		...(isRefusal && { reason: sentence(text) }),
		hint,
		...(userId !== undefined && { userId }),
		...(detail !== undefined && { said: detail }),
		isFromApi: isRefusal || code === 'not_confirmed',
	});
}

const withField = (field: string | undefined, text: string): string =>
	field === undefined ? text : `${field}: ${text}`;

const withoutPeriod = (text: string): string => text.replace(/\.$/, '');

/** Codes in brackets, such as (401) and (ECONNREFUSED); n8n replaces a message that has one of the latter. */
const IN_BRACKETS = / \((?:\d{3}|[A-Z][A-Z0-9_]+)\)/g;

/** Whatever the core threw, or a defect of ours. */
export function fromError(error: unknown): Failure {
	if (!(error instanceof FlameupError) || error.cause !== undefined) {
		const reason = error instanceof Error ? error.message : String(error);
		const title = 'The node met something that it was not made for';
		const hint = 'Please report it with the reason, and how to make it happen.';
		return new Failure({ code: 'unexpected', title, reason, hint, endsRun: true });
	}
	const text = inN8nWords(error.message);
	const [first = text] = text.split(/(?<=\.) |(?<=:) /, 1);
	const rest = text.slice(first.length).trim();
	return new Failure({
		code: codeOf(error),
		title: first.replace(IN_BRACKETS, '').replace(/[.:]$/, ''),
		...(rest !== '' && { reason: sentence(rest) }),
		endsRun: !(error instanceof UncertainError),
		isFromApi: error instanceof TransientError,
	});
}

function codeOf(error: FlameupError): FailureCode {
	if (error instanceof ConfigError) return 'configuration';
	if (error instanceof UncertainError) return 'uncertain';
	if (error instanceof TransientError) return 'unavailable';
	return error instanceof StoppedError ? 'cancelled' : 'unexpected';
}

/** What the row's error item holds: exactly the keys by which n8n knows a failed row. */
export function toJson({ details }: Failure, row: number) {
	const { code, hint, reason, said, title, userId } = details;
	return {
		error: `${titleOf(details, row)}${reason === undefined ? '' : `. ${reason}`}`,
		details: {
			code,
			reason: reason ?? title,
			...(hint !== undefined && { hint }),
			...(userId !== undefined && { userId }),
			...(said !== undefined && { said }),
		},
	};
}

/** The error that ends the run; `progress` tells what was done before it. */
export function toError(
	{ details }: Failure,
	row: number,
	node: INode,
	progress: string,
): NodeApiError | NodeOperationError {
	const message = titleOf(details, row);
	const parts = [details.reason, details.hint, progress].filter((part) => part !== undefined);
	const options = { message, description: escaped(parts.join(' ')), itemIndex: row };
	return details.isFromApi
		? new NodeApiError(node, { message } as JsonObject, options)
		: new NodeOperationError(node, message, options);
}

const titleOf = ({ endsRun, title }: Details, row: number): string =>
	endsRun ? title : `${title} [item ${row}]`;

/** n8n shows descriptions as HTML. */
const escaped = (text: string): string => text.replace(/</g, '&lt;').replace(/>/g, '&gt;');
