/** Flameup's answer to a request that it did not carry out. */
export interface Answered {
	readonly status: number;
	/** Flameup's own message; it can repeat personal data. */
	readonly said: string;
	/** The documented fields that the answer complains about. */
	readonly fields: readonly string[];
}

/** What is wrong with one setting. */
export type SettingIssue = { readonly setting: string } & (
	| { readonly problem: 'missing' | 'unknown' | 'empty' }
	| { readonly problem: 'type'; readonly expected: string }
	| { readonly problem: 'choice'; readonly choices: readonly string[] }
	| {
			readonly problem: 'too_small' | 'too_big';
			readonly bound: number;
			readonly inclusive: boolean;
	  }
	| { readonly problem: ContradictionCode; readonly other?: string }
);

/** A rule that a setting breaks; `other` in the issue is the value or the setting that it conflicts with. */
export type ContradictionCode =
	| 'one_line'
	| 'key_too_long'
	| 'not_a_workspace_id'
	| 'not_an_address'
	| 'needs_https'
	| 'also_in_only_columns'
	| 'also_in_email_column'
	| 'also_in_user_id_columns'
	| 'also_in_rename'
	| 'not_in_only_columns'
	| 'listed_twice'
	| 'needs_limit'
	| 'needs_storage'
	| 'not_a_storage_type'
	| 'not_a_region'
	| 'not_a_bucket'
	| 'not_a_bucket_path'
	| 'ignores_limit';

/** What a request was about. */
export type Subject = 'person' | 'event' | 'traits' | 'message' | 'campaign' | 'device' | 'request';

/** The facts that belong to each code. */
interface Facts {
	// Records that cannot become a person.
	/** `columns` are those without a value. */
	missing_user_id: { readonly columns: readonly string[]; readonly joined: boolean };
	invalid_user_id: {
		readonly column: string;
		readonly holds: 'lost digits' | 'a list' | 'an object' | 'a boolean' | 'a date';
	};
	user_id_too_long: { readonly length: number };
	invalid_email: object;
	email_too_long: { readonly length: number };
	phone_too_long: { readonly length: number };
	person_too_large: { readonly maxBytes: number };
	invalid_record: { readonly why: 'no object' | 'no JSON' };
	unreadable_line: object;

	// People that Flameup did not accept.
	refused: Answered & { readonly what?: Subject };
	too_large_for_flameup: Answered & { readonly what?: Subject };
	/** `answer` reports a failure although its status is 2xx; `named` is the user ID or ID of somebody else in it. */
	not_confirmed: { readonly answer?: Answered; readonly named?: string };
	already_exists: Answered;
	not_found: { readonly by: 'email' | 'userId' | 'id' };

	// Settings and input that do not fit together.
	/** Flameup has the endpoint only with a workspace in the path. */
	needs_workspace: object;
	invalid_settings: { readonly issues: readonly SettingIssue[] };
	unknown_column: {
		readonly setting: string;
		readonly column: string;
		readonly columns: readonly string[];
		readonly nearest?: string;
		readonly stream?: string;
	};
	columns_clash: { readonly columns: readonly [string, string]; readonly trait: string };
	streams_overlap: {
		readonly streams: readonly { readonly stream: string; readonly key: string }[];
	};
	not_people: {
		readonly stream: string;
		readonly columns: readonly string[];
		readonly hasEmail: boolean;
		/** Columns that would fit, but that settings or Airbyte's own use rule out. */
		readonly unused: readonly string[];
	};
	unclear_user_id: { readonly stream: string; readonly key: string; readonly column: string };
	duplicate_stream: { readonly stream: string };
	unknown_stream: { readonly stream: string; readonly nearest: string };
	unknown_sync_mode: {
		readonly stream: string;
		readonly mode: string;
		readonly modes: readonly string[];
	};
	record_of_unknown_stream: { readonly stream: string };
	no_messages: object;
	unreadable_input: { readonly fault: string };
	too_many_rejected: {
		readonly limit: 'first' | 'count' | 'percent';
		/** The maximum allowed. */
		readonly most: number;
		readonly rejected: number;
		readonly records: number;
		/** The record that crossed the limit. */
		readonly record?: {
			/** Such as `record 7 of people`. */
			readonly where: string;
			readonly rejection: Rejection;
		};
	};

	// The storage; `fault` is a code such as ENOSPC.
	unusable_storage: { readonly setting: string; readonly fault: string };
	storage_failed: { readonly setting: string; readonly fault: string };

	// Answers that end a run.
	unauthorized: Answered;
	/** `permission` is missing if Flameup's documentation does not name it. */
	forbidden: Answered & { readonly permission?: string };
	unknown_address: Answered;
	redirected: Answered;
	not_served: Answered;
	not_flameup: object;
	untrusted_certificate: { readonly fault: string };
	unknown_host: { readonly fault: string };
	proxy_refuses: { readonly fault: string };
	all_refused: Answered & { readonly people: number };
	nobody_upserted: { readonly records: number; readonly reason: RejectionCode };

	// Outages of Flameup or the network.
	unreachable: { readonly fault: string; readonly forMs: number };
	unreadable_answers: { readonly forMs: number };
	allowance_used_up: Answered & { readonly forMs: number };
	unavailable: Answered & { readonly forMs: number };

	uncertain: {
		readonly answer: Answered | { readonly fault: string };
		readonly what?: Subject;
	};
	/** `trouble` is why requests were failing when the run was stopped. */
	stopped: { readonly trouble?: Problem };
	unexpected: { readonly error: unknown };
}

/** The stable code of a problem. */
export type ProblemCode = keyof Facts;

/** A problem as a code with its facts; `describe` turns it into text. */
export type Problem<Code extends ProblemCode = ProblemCode> = {
	[One in Code]: { readonly code: One } & Facts[One];
}[Code];

/** Codes of records that cannot become a person; users see them in logs and documentation. */
export const INVALID = [
	'missing_user_id',
	'invalid_user_id',
	'user_id_too_long',
	'invalid_email',
	'email_too_long',
	'phone_too_long',
	'person_too_large',
	'invalid_record',
	'unreadable_line',
] as const;

/** Codes of people that Flameup did not accept. */
export const REFUSED = ['refused', 'too_large_for_flameup', 'not_confirmed'] as const;

/** Why a record was rejected. */
export type RejectionCode = (typeof INVALID)[number] | (typeof REFUSED)[number];

/** Why a record did not become a person in Flameup, with its user ID if that could be read. */
export type Rejection = Problem<RejectionCode> & { readonly userId?: string };

/**
 * What a problem calls for: correcting a record or a setting, retrying later, checking in Flameup, or
 * reporting it.
 */
export type ProblemKind =
	| 'record'
	| 'config'
	| 'transient'
	| 'uncertain'
	| 'stopped'
	| 'unexpected';

const TRANSIENT: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
	'unreachable',
	'unreadable_answers',
	'allowance_used_up',
	'unavailable',
	'storage_failed',
]);

const RECORD: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
	...INVALID,
	...REFUSED,
	'already_exists',
	'not_found',
]);

/** The kind of a problem. */
export function kindOf({ code }: Problem): ProblemKind {
	if (code === 'uncertain' || code === 'stopped' || code === 'unexpected') return code;
	if (RECORD.has(code)) return 'record';
	return TRANSIENT.has(code) ? 'transient' : 'config';
}

/** Ends a run; carries the problem. */
export class FlameupError extends Error {
	override name = 'FlameupError';
	readonly problem: Problem;

	/** The message is only the code; `describe` makes the text, in the host's terms. */
	constructor(problem: Problem) {
		super(problem.code, problem.code === 'unexpected' ? { cause: problem.error } : {});
		this.problem = problem;
	}
}

/** The problem of a thrown error; anything but a FlameupError is unexpected. */
export const problemOf = (error: unknown): Problem =>
	error instanceof FlameupError ? error.problem : { code: 'unexpected', error };
