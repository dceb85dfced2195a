import type {
	Answered,
	Problem,
	ProblemCode,
	RejectionCode,
	SettingIssue,
	Subject,
} from './errors';
import { LIMITS } from './limits';

/** The terms that a host uses, and whether it may show personal data. */
export interface Vocabulary {
	/** Such as record or row. */
	readonly record: string;
	/** Such as column or field. */
	readonly column: string;
	/** Such as sync or workflow. */
	readonly run: string;
	/** The name under which the user sees the setting at a path. */
	setting(path: string): string;
	/** Whether Flameup's own messages may be shown; they can repeat personal data. */
	readonly showsValues: boolean;
	/** The user cannot allow http. */
	readonly insistsOnHttps?: boolean;
	/** The run goes on in spite of a problem. */
	readonly goesOn?: boolean;
}

/** A problem as text. The title quotes no data and has no full stop; the rest are full sentences. */
export interface Text {
	readonly title: string;
	readonly reason?: string;
	/** What to do about it. */
	readonly hint?: string;
}

type Texts = {
	readonly [Code in ProblemCode]: (facts: Problem<Code>, words: Vocabulary) => Text;
};

/** Replaces {record}, {column} and {run}, or {Record} and so on, in the text of a setting. */
export const fillIn = (text: string, words: Vocabulary): string =>
	text.replace(/\{([Rr]ecord|[Cc]olumn|[Rr]un)\}/g, (_, name: string) => {
		const word = words[name.toLowerCase() as 'record' | 'column' | 'run'];
		return name.charAt(0) === name.charAt(0).toLowerCase() ? word : capitalized(word);
	});

/** The text of a problem, in the terms of the host. */
export const describe = (problem: Problem, words: Vocabulary): Text =>
	(TEXTS[problem.code] as (facts: Problem, words: Vocabulary) => Text)(problem, words);

/** Title, reason and hint as one paragraph. */
export const paragraph = ({ hint, reason, title }: Text): string =>
	[title, reason, hint]
		.filter((part) => part !== undefined)
		.map(sentence)
		.join(' ');

/** The text with a full stop, unless it has an end mark. */
export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** A list such as `"a", "b" and "c"`. */
export const quoted = (names: readonly string[], last = 'and'): string => {
	const all = names.map((name) => `"${name}"`);
	return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`;
};

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The most columns that a text lists. */
const MOST_COLUMNS = 20;

function listed(columns: readonly string[]): string {
	if (columns.length <= MOST_COLUMNS) return quoted(columns);
	const first = columns.slice(0, MOST_COLUMNS).map((name) => `"${name}"`);
	return `${first.join(', ')} and ${columns.length - MOST_COLUMNS} more`;
}

/** Flameup's own message where it may be shown, else the status and the fields. */
function answered({ fields, said, status }: Answered, { showsValues }: Vocabulary): string {
	if (showsValues && said !== '') return sentence(`Flameup says: ${said}`);
	return fields.length > 0
		? `Flameup answered ${status} (${fields.length === 1 ? 'field' : 'fields'}: ${fields.join(', ')}).`
		: `Flameup answered ${status}.`;
}

/** An answer that does not say whether the request was carried out. */
function unclear(answer: Answered, words: Vocabulary): string {
	const isSilent = answer.status < 300 && !(words.showsValues && answer.said !== '');
	return isSilent
		? `Flameup answered ${answer.status}, but did not confirm it in the documented way.`
		: answered(answer, words);
}

const SUBJECTS: Readonly<Record<Subject, string>> = {
	person: 'the person',
	event: 'the event',
	traits: 'the traits',
	message: 'the message',
	campaign: 'the campaign',
	device: 'the device',
	request: 'the request',
};

/** What a request may have done although no clear answer came. */
const MAY_HAVE: Readonly<Partial<Record<Subject, string>>> = {
	person: 'The person may have been created',
	event: 'The event may have been tracked',
	message: 'The message may have been sent',
	campaign: 'The campaign may have been triggered',
	device: 'The device may have been registered',
};

const lasting = (forMs: number): string => {
	const minutes = Math.round(forMs / 60_000);
	return minutes < 1 ? '' : ` for ${minutes} minute${minutes === 1 ? '' : 's'}`;
};

const UNTRUSTED =
	'Its certificate comes from an authority that is not trusted here. Set NODE_EXTRA_CA_CERTS to a file with the certificate of that authority.';

const FAULTS: Readonly<Record<string, string>> = {
	DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
	SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
	CERT_HAS_EXPIRED: 'Its certificate has expired.',
	ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate belongs to another host name.',
	ENOTFOUND: 'The host name could not be found.',
	EAI_AGAIN: 'The host name could not be looked up.',
	ECONNREFUSED: 'Nothing is listening at the address.',
	ECONNRESET: 'The connection was closed before an answer came.',
	EHOSTUNREACH: 'There is no route to the address.',
	ENETUNREACH: 'There is no route to the address.',
	EPROTO: 'The address does not answer over https.',
	ERR_SSL_WRONG_VERSION_NUMBER: 'The address answers over http, not https.',
	TIMEOUT: 'The request timed out.',
	ERR_PROXY_TUNNEL: 'The proxy refused the request.',
	ANSWER_TOO_LONG: 'The answer was far longer than any that Flameup sends.',
	ERR_ENCODING: 'The compressed answer could not be read.',
	ERR_UNEXPECTED_UPGRADE: 'The address answered with a protocol other than HTTP.',
};

/** A network fault as a sentence with its code. */
export const faultText = (fault: string): string => {
	const text = FAULTS[fault];
	return text === undefined
		? `The connection failed (${fault}).`
		: `${text.slice(0, text.indexOf('.'))} (${fault})${text.slice(text.indexOf('.'))}`;
};

const STORAGE_FAULTS: Readonly<Record<string, string>> = {
	ENOENT: 'The folder does not exist.',
	ENOTDIR: 'The path is not a folder.',
	EACCES: 'The process may not read and write there.',
	EPERM: 'The process may not read and write there.',
	EROFS: 'The file system is read-only.',
	ENOSPC: 'The disk is full.',
	EDQUOT: 'The disk quota is used up.',
	TAKEN: 'Another run has taken it over.',
	VANISHED:
		'The lock of this run has vanished from it, as if it had been removed, replaced or unmounted, so what was remembered before could come back with it.',
	NO_ANSWER_IN_TIME: 'It had not answered when the sync had to end.',
	CHANGED: 'What was written came back changed.',
	NoSuchBucket: 'The bucket does not exist.',
	NoSuchKey: 'The address is not that of a bucket; it must not contain the name of the bucket.',
	InvalidBucketName: 'That cannot be the name of a bucket.',
	PermanentRedirect: 'The bucket is in another region.',
	AuthorizationHeaderMalformed: 'The bucket is in another region.',
	NO_CREDENTIALS:
		'There is no access key: it takes an ID and a secret, both in the settings or both in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).',
	AccessDenied:
		'The access key may not read, write, list and delete objects in the bucket, or the name of the bucket is wrong.',
	InvalidAccessKeyId: 'There is no such access key.',
	InvalidToken: 'The session token is not valid.',
	ExpiredToken: 'The session token has expired.',
	SignatureDoesNotMatch: 'The secret does not belong to the access key.',
	RequestTimeTooSkewed: 'The clock of this computer is more than 15 minutes off.',
	SlowDown: 'It is overloaded.',
	HTTP_503: 'It is not available.',
	HTTP_507: 'It is full.',
	XMinioStorageFull: 'It is full.',
	QuotaExceeded: 'Its quota is used up.',
	NO_CONDITIONS: 'It does not support conditional writes, so two runs could use it at once.',
	NOT_S3: 'What answers there is not S3, nor compatible with it.',
	ANSWER_TOO_LONG: 'An object is far longer than any that a sync writes.',
};

const storageReason = (fault: string): string => {
	const text = STORAGE_FAULTS[fault];
	if (text !== undefined) return text;
	if (FAULTS[fault] !== undefined) return faultText(fault);
	return /[a-z_]/.test(fault) ? `The storage answered ${fault}.` : `The system reported ${fault}.`;
};

/** What to do about a fault that not exactly one setting causes. */
function storageHint(fault: string, words: Vocabulary): string | undefined {
	if (fault === 'RequestTimeTooSkewed') return 'Set the clock.';
	if (fault === 'EACCES' || fault === 'EPERM') {
		return `Give its user that permission, or correct ${words.setting('storage.path')}.`;
	}
	if (fault !== 'AccessDenied') return undefined;
	return `Give the key these permissions, or correct ${words.setting('storage.access_key_id')} or ${words.setting('storage.s3_bucket_name')}.`;
}

const EXPECTED: Readonly<Record<string, string>> = {
	string: 'text',
	number: 'a number',
	int: 'a whole number',
	boolean: 'true or false',
	array: 'a list',
	object: 'an object',
	record: 'an object',
};

function issueText(issue: SettingIssue, words: Vocabulary): string {
	const name = issue.setting === '' ? 'The configuration' : words.setting(issue.setting);
	switch (issue.problem) {
		case 'missing':
			return `${name} is missing.`;
		case 'unknown':
			return `${issue.setting} is not a setting.`;
		case 'empty':
			return `${name} must not be empty.`;
		case 'type':
			return `${name} must be ${EXPECTED[issue.expected] ?? issue.expected}.`;
		case 'choice':
			return `${name} must be one of ${issue.choices.join(', ')}.`;
		case 'too_small':
			return `${name} must be ${issue.inclusive ? `${issue.bound} or more` : `more than ${issue.bound}`}.`;
		case 'too_big':
			return `${name} must be ${issue.inclusive ? `${issue.bound} or less` : `less than ${issue.bound}`}.`;
		default:
			return `${name} ${CONTRADICTIONS[issue.problem](issue.other ?? '', words)}.`;
	}
}

const also =
	(setting: string) =>
	(other: string, words: Vocabulary): string =>
		`leaves out ${other}, which is in ${words.setting(setting)}; keep one`;

const CONTRADICTIONS = {
	one_line: () => 'must be one line of ASCII characters without spaces',
	key_too_long: () => 'must not be longer than 1,000 characters',
	not_a_workspace_id: () => 'must be the ID of a workspace',
	not_an_address: () =>
		'must be an http or https address without a login (user@), a query (?) and a fragment (#)',
	needs_https: (_: string, { insistsOnHttps }: Vocabulary) =>
		insistsOnHttps
			? 'must start with https://; http:// is only for addresses of this machine'
			: 'must start with https://, unless unencrypted http is allowed',
	also_in_only_columns: also('mapping.only_columns'),
	also_in_email_column: also('mapping.email_column'),
	also_in_user_id_columns: also('mapping.user_id_columns'),
	also_in_rename: also('mapping.rename'),
	not_in_only_columns: (other: string, words: Vocabulary) =>
		`renames ${other}, which ${words.setting('mapping.only_columns')} leaves out; add it there, or do not rename it`,
	listed_twice: (other: string) => `lists ${other} twice; keep one`,
	needs_limit: (_: string, words: Vocabulary) =>
		`is fail_above, which needs ${words.setting('rejected_records.max_count')} or ${words.setting('rejected_records.max_percent')}`,
	not_a_region: () => 'must be a name such as eu-central-1',
	not_a_bucket: () =>
		'must be the name of a bucket alone, which has only letters, digits, ".", "-", "_" and ":"',
	not_a_bucket_path: () =>
		'must be names with single slashes between them, none of them "." or "..", and without control characters',
	not_a_storage_type: () => 'must be none, folder or s3',
	needs_storage: (_: string, words: Vocabulary) =>
		`is send_changed, which needs ${words.setting('storage')}`,
	ignores_limit: (other: string, words: Vocabulary) =>
		`is ${other}, but ${words.setting('rejected_records.max_count')} and ${words.setting('rejected_records.max_percent')} apply to fail_above only`,
} as const;

function tooMany(facts: Problem<'too_many_rejected'>, words: Vocabulary): string {
	const { limit, most, record, records, rejected } = facts;
	const limits = {
		first: `${words.setting('rejected_records.policy')} is fail_at_first.`,
		count: `${words.setting('rejected_records.max_count')} allows ${most}, but ${rejected} were rejected.`,
		percent: `${words.setting('rejected_records.max_percent')} allows ${most}%, but ${((rejected * 100) / records).toFixed(1)}% of ${records} ${words.record}s were rejected.`,
	};
	if (record === undefined) return limits[limit];
	const { rejection, where } = record;
	const which = limit === 'first' ? 'It' : 'The last one';
	return `${limits[limit]} ${which} was ${where} (${rejection.code}). ${withReason(rejection, words)}`;
}

/** A problem without its hint. */
function withReason(problem: Problem, words: Vocabulary): string {
	const { reason, title } = describe(problem, words);
	return paragraph({ title, ...(reason !== undefined && { reason }) });
}

const USER_ID = 'mapping.user_id_columns';

const TEXTS: Texts = {
	missing_user_id: ({ columns, joined }, words) => ({
		title:
			columns.length === 0
				? `No ${words.column} for the user ID was found`
				: 'The user ID has no value',
		...(columns.length > 0 && {
			reason: `There is no value in ${quoted(columns, joined ? 'and' : 'or')}.`,
		}),
		hint: `Name the right ${words.column} in ${words.setting(USER_ID)}, or fill it in the source.`,
	}),
	invalid_user_id: ({ column, holds }, words) => ({
		title:
			holds === 'lost digits'
				? 'The user ID is a number with too many digits to be kept exactly'
				: `The user ID is ${holds}, not text or a number`,
		reason: `It comes from the ${words.column} "${column}".`,
		hint:
			holds === 'lost digits'
				? 'Convert it to text in the source.'
				: `Name another ${words.column} in ${words.setting(USER_ID)}.`,
	}),
	user_id_too_long: ({ length }, words) => ({
		title: `The user ID has ${length} characters; the limit is ${LIMITS.userId}`,
		hint: `Name another ${words.column} in ${words.setting(USER_ID)}.`,
	}),
	invalid_email: (_, words) => ({
		title: 'The email address is not well-formed',
		hint: `Correct it in the source, or let ${words.setting('rejected_records.invalid_email')} send the person without it.`,
	}),
	email_too_long: ({ length }, words) => ({
		title: `The email address has ${length} characters; the limit is ${LIMITS.email}`,
		hint: `Correct it in the source, or let ${words.setting('rejected_records.invalid_email')} send the person without it.`,
	}),
	phone_too_long: ({ length }) => ({
		title: `The phone number has ${length} characters; the limit is ${LIMITS.phone}`,
		hint: 'Correct it in the source.',
	}),
	person_too_large: ({ maxBytes }, words) => ({
		title: `The person is larger than ${maxBytes} bytes`,
		hint: `Leave out large ${words.column}s.`,
	}),
	invalid_record: ({ why }, words) => ({
		title:
			why === 'no object'
				? `The ${words.record} is not an object, or is nested too deeply`
				: `The ${words.record} is nested too deeply, or has a value that JSON cannot represent`,
		hint: `Correct the ${words.record} in the source.`,
	}),
	unreadable_line: () => ({
		title: 'The line is not a JSON object',
		hint: 'Check the output of the source: every line must be one JSON object.',
	}),

	refused: (facts, words) => ({
		title: `Flameup refused ${SUBJECTS[facts.what ?? 'person']}`,
		reason: answered(facts, words),
		hint: `Correct the data that Flameup refused, and send the ${words.record} again.`,
	}),
	too_large_for_flameup: (facts, words) => ({
		title: `${capitalized(SUBJECTS[facts.what ?? 'person'])} ${facts.what === 'traits' ? 'are' : 'is'} too large for Flameup`,
		reason: answered(facts, words),
		hint: `Leave out large ${words.column}s.`,
	}),
	not_confirmed: ({ answer, named }, words) => ({
		title:
			named === undefined
				? 'Flameup accepted the request twice without confirming the person'
				: 'Flameup accepted the request, but answered for somebody else',
		...(named !== undefined &&
			words.showsValues && { reason: `Its answer names the person "${named}".` }),
		...(answer !== undefined && { reason: answered(answer, words) }),
		hint: "Look up the person in Flameup. If they are missing, contact Flameup's support.",
	}),
	already_exists: () => ({
		title: 'Flameup already has this person',
		hint: 'Create or update the person instead.',
	}),
	not_found: ({ by }) => ({
		title: `Flameup has no person with this ${{ email: 'email address', userId: 'user ID', id: 'ID' }[by]}`,
		hint: 'Check the value; it must match exactly.',
	}),

	needs_workspace: (_, words) => ({
		title: 'This needs a workspace ID',
		hint: `Enter the ID of your workspace in ${words.setting('workspace_id')}; Flameup documents no way to do this without it.`,
	}),
	invalid_settings: ({ issues }, words) => ({
		title: 'The settings are not valid',
		reason: issues.map((issue) => issueText(issue, words)).join(' '),
	}),
	unknown_column: ({ column, columns, nearest, setting, stream }, words) => ({
		title: `${words.setting(setting)} names a ${words.column} that does not exist`,
		reason: [
			`${stream === undefined ? 'There is' : `The stream "${stream}" has`} no ${words.column} "${column}".`,
			...(columns.length > 0 ? [`The ${words.column}s are ${listed(columns)}.`] : []),
		].join(' '),
		hint:
			nearest === undefined
				? `Correct ${words.setting(setting)}.`
				: `Did you mean "${nearest}"? Correct ${words.setting(setting)}.`,
	}),
	columns_clash: ({ columns, trait }, words) => ({
		title: `Two ${words.column}s would become the same trait`,
		reason: `${quoted(columns)} would both become the trait "${trait}".`,
		hint: `Rename one of them, or add it to ${words.setting('mapping.exclude_columns')}.`,
	}),
	streams_overlap: ({ streams }, words) => ({
		title:
			'Several streams take the user ID from their own primary key, so their people would overwrite each other',
		reason: `${streams.map(({ key, stream }) => `"${stream}" takes it from ${key}`).join(', ')}.`,
		hint: `For each stream, name the column that holds the user ID, set a prefix (one that is not the beginning of another), or skip the stream (${words.setting('streams')}). If equal keys mean the same person, turn on ${words.setting('streams_share_user_ids')}.`,
	}),
	not_people: ({ columns, hasEmail, stream, unused }, words) => ({
		title: `The stream "${stream}" does not look like people`,
		reason: [
			`It has no ${words.column} with a usual name for a user ID${hasEmail ? '' : ' or an email address'}${unused.length > 0 ? ' that may be used' : ''}.`,
			...(unused.length > 0
				? [`Settings, or Airbyte's own use of it, rule out ${quoted(unused)}.`]
				: []),
			`Its ${words.column}s are ${listed(columns)}.`,
		].join(' '),
		hint: `Name the ${words.column} that holds the user ID in ${words.setting(USER_ID)}, or skip the stream (${words.setting('streams')}).`,
	}),
	unclear_user_id: ({ column, key, stream }, words) => ({
		title: `The stream "${stream}" does not look like people`,
		reason: `Its primary key is ${key}, but it also has the ${words.column} "${column}", and it has no email ${words.column}.`,
		hint: `Name the ${words.column} that holds the user ID in ${words.setting(USER_ID)}, or skip the stream (${words.setting('streams')}).`,
	}),
	duplicate_stream: ({ stream }) => ({
		title: `The catalog lists the stream "${stream}" twice`,
		hint: 'Remove one of them.',
	}),
	unknown_stream: ({ nearest, stream }, words) => ({
		title: `${words.setting('streams')} names a stream that is not in the catalog: "${stream}"`,
		hint: `Did you mean "${nearest}"? Correct the name or the namespace. If both streams exist, add an entry for "${nearest}" too.`,
	}),
	unknown_sync_mode: ({ mode, modes, stream }) => ({
		title: `The stream "${stream}" has a sync mode that this destination does not support: "${mode}"`,
		hint: `Choose one of ${modes.join(', ')}.`,
	}),
	record_of_unknown_stream: ({ stream }) => ({
		title: `A record belongs to the stream "${stream}", which is not in the catalog`,
		hint: 'Refresh the schema of the connection, or use the catalog that belongs to these records.',
	}),
	no_messages: () => ({
		title: 'The input holds no Airbyte messages',
		hint: 'Pipe in one JSON object per line, such as {"type":"RECORD","record":{"stream":"people","data":{…},"emitted_at":0}}. CSV, JSON arrays and bare rows are not supported; destination-flameup read-csv turns a CSV file into such lines.',
	}),
	unreadable_input: ({ fault }) => ({
		title: 'Standard input could not be read',
		reason: `The system reported ${fault}.`,
		hint: 'Pipe Airbyte messages into it.',
	}),
	too_many_rejected: (facts, words) => ({
		title:
			facts.limit === 'first'
				? `A ${words.record} was rejected`
				: `Too many ${words.record}s were rejected`,
		reason: tooMany(facts, words),
		hint: `Correct the source or the mapping, then run the ${words.run} again.`,
	}),

	unusable_storage: ({ fault, setting }, words) => ({
		title: 'The storage cannot be used',
		reason: storageReason(fault),
		hint: storageHint(fault, words) ?? `Correct ${words.setting(setting)}.`,
	}),
	storage_failed: ({ fault, setting }, words) => ({
		title: 'The storage could not be read or written',
		reason: storageReason(fault),
		hint: words.goesOn
			? `Check ${words.setting(setting)}.`
			: `Check ${words.setting(setting)}, and run the ${words.run} again.`,
	}),

	unauthorized: (facts, words) => ({
		title: 'Flameup does not accept the API key',
		reason: answered(facts, words),
		hint: `Enter a valid key in ${words.setting('api_key')}.`,
	}),
	forbidden: (facts, words) => ({
		title: 'The API key lacks a permission',
		reason: answered(facts, words),
		hint: `Give it ${facts.permission === undefined ? 'the permission for this' : `the permission ${facts.permission}`} in Flameup. If ${words.setting('workspace_id')} is set, it must be the workspace of the key.`,
	}),
	unknown_address: (facts, words) => ({
		title: 'Flameup does not know this workspace or address',
		reason: answered(facts, words),
		hint: `Correct ${words.setting('workspace_id')} or ${words.setting('api_url')}.`,
	}),
	redirected: ({ status }, words) => ({
		title: `The address in ${words.setting('api_url')} redirects elsewhere`,
		reason: `It answered ${status}.`,
		hint: 'Enter the address that it redirects to.',
	}),
	not_served: (facts, words) => ({
		title: 'Flameup does not support this request',
		reason: answered(facts, words),
		hint: `Correct ${words.setting('api_url')}, or ask Flameup's support.`,
	}),
	not_flameup: (_, words) => ({
		title: `The address in ${words.setting('api_url')} answers, but not as Flameup does`,
		reason: 'It may be wrong, or Flameup shows a maintenance page there.',
		hint: `Check ${words.setting('api_url')}. If it is right, run the ${words.run} again later.`,
	}),
	untrusted_certificate: ({ fault }, words) => ({
		title: 'The connection to Flameup is not secure',
		reason: faultText(fault),
		hint: `Check ${words.setting('api_url')} and the network.`,
	}),
	unknown_host: ({ fault }, words) => ({
		title: 'Flameup could not be reached',
		reason: faultText(fault),
		hint: `Correct ${words.setting('api_url')}, or check the network.`,
	}),
	proxy_refuses: ({ fault }) => ({
		title: 'Flameup could not be reached',
		reason: faultText(fault),
		hint: 'Correct HTTPS_PROXY, or allow the address in the proxy.',
	}),
	all_refused: (facts, words) => ({
		title: `Flameup refused the first ${facts.people} people, all for the same reason`,
		reason: answered(facts, words),
		hint: 'Correct the mapping or the source.',
	}),
	nobody_upserted: ({ reason, records }, words) => ({
		title: `None of the ${records} ${words.record}s could be sent`,
		reason: `Most of them were rejected as ${reason}. ${fillIn(MEANINGS[reason], words)}`,
		hint: `Correct the mapping or the source, then run the ${words.run} again.`,
	}),

	unreachable: ({ fault, forMs }, words) => ({
		title: `Flameup could not be reached${lasting(forMs)}`,
		reason: faultText(fault),
		hint: `Check ${words.setting('api_url')} and the network, and run the ${words.run} again later.`,
	}),
	unreadable_answers: ({ forMs }, words) => ({
		title: `Flameup's answers could not be read${lasting(forMs)}`,
		hint: `Check ${words.setting('api_url')}, or run the ${words.run} again later.`,
	}),
	allowance_used_up: (facts, words) => ({
		title: `The API key had no allowance left${lasting(facts.forMs)}`,
		reason: answered(facts, words),
		hint: `Run the ${words.run} again later, or use an API key that nothing else uses.`,
	}),
	unavailable: (facts, words) => ({
		title: `Flameup was unavailable${lasting(facts.forMs)}`,
		reason: answered(facts, words),
		hint: `Run the ${words.run} again later.`,
	}),

	uncertain: ({ answer, what }, words) => ({
		title: (what && MAY_HAVE[what]) ?? 'Flameup may or may not have processed the request',
		reason: 'status' in answer ? unclear(answer, words) : faultText(answer.fault),
		hint: `It was not retried. Check in Flameup before you send the ${words.record} again.`,
	}),
	stopped: ({ trouble }, words) => ({
		title: `The ${words.run} was stopped before it finished`,
		...(trouble !== undefined && {
			reason: `Requests were failing at that time: ${withReason(trouble, words)}`,
		}),
		hint: 'Everything saved so far is kept; start again to send the rest.',
	}),
	unexpected: ({ error }, words) => ({
		title: 'An unexpected error occurred',
		reason: sentence(error instanceof Error ? error.message : String(error)),
		hint: `Run the ${words.run} again, and report the error if it recurs.`,
	}),
};

/** What each rejection code means in general, for tables in the documentation. */
export const MEANINGS: Readonly<Record<RejectionCode, string>> = {
	missing_user_id: 'No {column} for the user ID has a value.',
	invalid_user_id: 'The user ID is neither text nor a number that can be kept exactly.',
	user_id_too_long: `The user ID has more than ${LIMITS.userId} characters.`,
	invalid_email: 'The email address is not well-formed.',
	email_too_long: `The email address has more than ${LIMITS.email} characters.`,
	phone_too_long: `The phone number has more than ${LIMITS.phone} characters.`,
	person_too_large: 'The person is larger than a whole request may be.',
	invalid_record: 'The {record} is not an object, or cannot be written as JSON.',
	unreadable_line: 'A line of the input is not a JSON object.',
	refused: 'Flameup refused the person.',
	too_large_for_flameup: 'Flameup refused the person as too large, even in a request of their own.',
	not_confirmed:
		'Flameup accepted the request twice without confirming the person, or answered for somebody else.',
};
