import type { Switches } from './switches.mts';

/** One problem: of a field of the body, or of a person of a batch. */
export interface Issue {
	field: string;
	message: string;
	index?: number;
	userId?: string | undefined;
}

const words: Record<number, [title: string, code: string]> = {
	400: ['Bad Request', 'bad_request'],
	401: ['Unauthorized', 'unauthorized'],
	403: ['Forbidden', 'forbidden'],
	404: ['Not Found', 'not_found'],
	409: ['Conflict', 'conflict'],
	413: ['Payload Too Large', 'payload_too_large'],
	422: ['Unprocessable Entity', 'validation_error'],
	429: ['Rate limit exceeded', 'rate_limit_exceeded'],
	500: ['Internal Server Error', 'internal_error'],
};

/** The body of an error in the shape of the switch `errorShape`. */
export function errorBody(
	status: number,
	message: string,
	issues: Issue[],
	switches: Switches,
	requestId: string,
): object {
	const [title, plainCode] = words[status] ?? ['Error', 'error'];
	const code = issues.length > 0 && status === 400 ? 'validation_error' : plainCode;
	const shown = switches.refusalLists === 'first' ? issues.slice(0, 1) : issues;
	const details = distinct(shown.map((issue) => pointed(issue, switches.namesPeople)));
	const text = [message, ...details.map((one) => `${one.field}: ${one.message}`)].join('; ');
	switch (switches.errorShape) {
		case 'A':
			return { success: false, error: { type: code, message: text }, request_id: requestId };
		case 'B':
			return { error: title, message: text };
		case 'C': {
			const fields = joined(details);
			return {
				error: { code, message, ...(details.length > 0 ? { details: { fields } } : {}) },
			};
		}
		case 'D':
			// The docs on rate limits show a flat body without a code.
			if (status === 429) return { error: title, message };
			return {
				error: title,
				message,
				code: status,
				...(details.length > 0 ? { details } : {}),
			};
	}
}

interface Detail {
	field: string;
	message: string;
}

function pointed({ field, message, index, userId }: Issue, names: Switches['namesPeople']): Detail {
	if (index === undefined || names === 'no') return { field, message };
	if (names === 'userId') {
		return { field, message: userId === undefined ? message : `${message} (userId "${userId}")` };
	}
	return { field: `${places[names](index)}.${field}`, message };
}

const places = {
	index: (index: number) => `people[${index}]`,
	'index-from-1': (index: number) => `people[${index + 1}]`,
	dotted: (index: number) => `people.${index}`,
};

function distinct(details: Detail[]): Detail[] {
	const byText = new Map(details.map((one) => [`${one.field}\n${one.message}`, one]));
	return [...byText.values()];
}

function joined(details: Detail[]): Record<string, string> {
	const fields = new Map<string, string>();
	for (const { field, message } of details) {
		const before = fields.get(field);
		fields.set(field, before === undefined ? message : `${before}; ${message}`);
	}
	return Object.fromEntries(fields);
}
