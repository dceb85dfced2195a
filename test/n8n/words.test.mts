import fc from 'fast-check';
import type { INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { Failure, refusal, toError, toJson } from '../../nodes/Flameup/failure.ts';
import type { Problem } from '../../src/errors.ts';
import { answeredBy } from '../../src/flameup/complaints.ts';
import { automatic, mapped, people } from './fake-n8n.mts';
import { fakeTimers, run } from './timed.mts';

/** Strings that could be mistaken for our own texts, a pattern, HTML or a code of n8n. */
const TRICKY = [
	...['.', '. ', ': ', '(', ')', '[', ']', '"', "'", '\\', '$&', '$1', '…', ' [item 3]', ' (401)'],
	...['{column}', '{Record}', '<b>', '&lt;', '&amp;', '&#39;', 'é', '\n', 'e.g. Dr. Smith'],
	...['column', 'columns', 'record', 'the sync', 'user_id_columns', 'api_key', 'mapping.rename'],
	...['(ECONNREFUSED)', 'ENOENT', 'getaddrinfo ENOTFOUND', 'EPERM', 'keepEpermissions'],
];
const words = fc
	.array(fc.oneof(fc.constantFrom(...TRICKY), fc.string({ maxLength: 4 })), { minLength: 1 })
	.map((parts) => parts.join(''));

const node = { name: 'Flameup', type: 'n8n-nodes-flameup.flameup' } as INode;

/** The text n8n shows for a description in HTML. */
const shown = (html: string | null | undefined): string =>
	(html ?? '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Codes in brackets, and codes for which n8n replaces our text with its own. */
const CODE =
	/\((?:\d{3}|[A-Z][A-Z0-9_]+)\)|ECONN|ENOTFOUND|ETIMEDOUT|ENOENT|EPERM|EACCES|EEXIST|GETADDRINFO/i;

/** Expects our own title, followed by the user's text unchanged. */
function expectUnchanged(error: NodeApiError | NodeOperationError | undefined, said: string): void {
	expect(error?.message).not.toMatch(CODE);
	expect(shown(error?.description)).toContain(said);
}

function expectFailureUnchanged(failure: Failure, said: string): void {
	const { hint = '', reason } = toJson(failure).details;
	expect(failure.text.title).not.toMatch(CODE);
	expect(`${reason} ${hint}`).toContain(said);
	const thrown = toError(failure, 0, node, 'Done.');
	expect(thrown.message).toBe(
		failure.endsRun ? failure.text.title : `${failure.text.title} [item 0]`,
	);
	expectUnchanged(thrown, said);
}

const answered = (said: string) => ({ status: 400, said, fields: [] });

const PROBLEMS: Record<string, (said: string) => Problem> = {
	missing_user_id: (said) => ({ code: 'missing_user_id', columns: [said], joined: false }),
	invalid_user_id: (said) => ({ code: 'invalid_user_id', column: said, holds: 'a list' }),
	unknown_column: (said) => ({
		code: 'unknown_column',
		setting: 'mapping.email_column',
		column: said,
		columns: [said, 'id'],
		nearest: said,
	}),
	columns_clash: (said) => ({ code: 'columns_clash', columns: [said, 'x'], trait: said }),
	invalid_settings: (said) => ({
		code: 'invalid_settings',
		issues: [{ setting: 'mapping.exclude_columns', problem: 'also_in_email_column', other: said }],
	}),
	refused: (said) => ({ code: 'refused', ...answered(said) }),
	too_large_for_flameup: (said) => ({ code: 'too_large_for_flameup', ...answered(said) }),
	all_refused: (said) => ({ code: 'all_refused', ...answered(said), people: 1000 }),
	unauthorized: (said) => ({ code: 'unauthorized', ...answered(said) }),
	forbidden: (said) => ({ code: 'forbidden', ...answered(said), permission: 'people:write' }),
	unavailable: (said) => ({ code: 'unavailable', ...answered(said), forMs: 0 }),
	uncertain: (said) => ({ code: 'uncertain', answer: answered(said) }),
	unexpected: (said) => ({ code: 'unexpected', error: new Error(said) }),
};

describe('texts of the user and of Flameup are unchanged', () => {
	it.each(Object.entries(PROBLEMS))('in %s', (_code, problemWith) => {
		fc.assert(
			fc.property(words, (said) => expectFailureUnchanged(new Failure(problemWith(said)), said)),
		);
	});

	it('in the stored refusal of one person', () => {
		fc.assert(
			fc.property(words, (message) => {
				const complaint = { status: 400, message, details: [{ field: 'email', message }] };
				const failure = refusal(complaint, 'person');
				const { said } = answeredBy(complaint);
				expect(toJson(failure, { user_id: message }).details).toMatchObject({
					said,
					user_id: message,
				});
				expectFailureUnchanged(failure, said);
			}),
		);
	});

	it.each(['ECONNREFUSED', 'ENOTFOUND', 'ERR_PROXY_TUNNEL', 'EPERM'])(
		'and the title does not contain the code of the network error: %s',
		(fault) => {
			for (const code of ['unreachable', 'unknown_host', 'untrusted_certificate'] as const) {
				expectFailureUnchanged(new Failure({ code, fault, forMs: 0 }), fault);
			}
		},
	);
});

describe('the node passes on unknown texts unchanged', () => {
	fakeTimers();

	const everyWord = (check: (said: string) => Promise<void>) =>
		fc.assert(fc.asyncProperty(words, check), { numRuns: 50 });

	it('field names', () =>
		everyWord(async (said) => {
			fc.pre(said.trim() !== '');
			const items = [{ [said]: 1 }];
			const { error } = await run({ items, parameters: automatic({ userIdColumns: 'zzzzzzzz' }) });
			expectUnchanged(error, `"${said}"`);
		}));

	it('trait names', () =>
		everyWord(async (said) => {
			fc.pre(said.trim() !== '' && !said.startsWith('='));
			const assignments = [{ id: '1', name: said, value: 'x', type: 'number' }];
			const parameters = mapped({ traits: { assignments } });
			const { error } = await run({ items: people(1), parameters });
			expectUnchanged(error, `"${said.trim()}"`);
		}));

	it('names of traits with a failing expression', () =>
		everyWord(async (said) => {
			fc.pre(said.trim() !== '' && !said.startsWith('='));
			const assignments = [
				{ id: '1', name: said, value: '={{ $json.no.such() }}', type: 'string' },
			];
			const parameters = mapped({ traits: { assignments } });
			const { error } = await run({ items: people(1), parameters });
			expectUnchanged(error, `"${said}"`);
		}));

	it('errors of n8n', () =>
		everyWord(async (said) => {
			const setting = { items: people(1), parameters: mapped(), credential: new Error(said) };
			const { error } = await run(setting);
			expectUnchanged(error, said);
		}));

	it('errors of Flameup', () =>
		everyWord(async (said) => {
			fc.pre(said.trim() !== '');
			const setting = { items: people(1), parameters: mapped(), flameup: { refuse: () => said } };
			const { error } = await run(setting);
			expectUnchanged(error, said.trim());
		}));
});
