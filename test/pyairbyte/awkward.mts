import { parseJson } from '../../simulator/json.mts';
import type { Wanted } from './people.mts';

/** An edge-case row, and the expected result. */
interface Awkward {
	row: Record<string, unknown>;
	/** The person, or the code of the rejected record. */
	becomes: Wanted | string;
}

const long = (length: number, end = '') => 'x'.repeat(length - end.length) + end;
const deep = { a: [{ b: { c: [1, [2, [3]], null] } }], '': { '': '' } };
const text = 'a "quoted" \\ line\r\n\u0000\u0001\u2028\u2029\u00a0</script> 🔥👨‍👩‍👧 ‮ᚠ ﷽';
const hidden = JSON.parse('{"__proto__":{"x":1},"constructor":"c","hasOwnProperty":0}');

/** Rows of a stream `people` whose primary key is user_id. */
export const awkward: readonly Awkward[] = [
	is('tränen', { first_name: '李', name: 'Zoë 🔥 שלום' }, 'zoë@bücher.example'),
	is('O\u2019Neil/../?a=1&b=%00#', { plan: '<b>' }),
	is(long(255), { plan: 'longest id' }),
	is('odd texts', { text, ' spaced out ': ' kept ', 'a.b': 1, '': 'no name' }),
	is('odd names', hidden),
	is('nested', { deep, list: [], object: {}, mixed: [1, 'a', null, false] }),
	is('numbers', { tiny: 1e-10, huge: 1e300, minus: -0.5, none: 0, no: false }),
	is('much', { text: long(300_000, '🔥') }),
	{
		row: { user_id: parseJson('9007199254740993'), plan: 'more digits than a double holds' },
		becomes: {
			userId: '9007199254740993',
			email: undefined,
			traits: { plan: 'more digits than a double holds' },
		},
	},
	{
		row: { user_id: '  spaced\t', email: ' padded@example.com\n', phone: 15551234567, at: null },
		becomes: {
			userId: 'spaced',
			email: 'padded@example.com',
			traits: { phone: '15551234567' },
		},
	},
	{
		row: { user_id: 'twice', email: 'old@example.com', plan: 'free', seats: 1 },
		becomes: { userId: 'twice', email: 'old@example.com', traits: { plan: 'free', seats: 1 } },
	},
	{
		row: { user_id: 'twice', email: null, plan: 'pro', seats: null, note: '' },
		becomes: { userId: 'twice', traits: { plan: 'pro' } },
	},
	{ row: { user_id: null, email: 'a@example.com' }, becomes: 'missing_user_id' },
	{ row: { user_id: '', email: 'a@example.com' }, becomes: 'missing_user_id' },
	{ row: { user_id: ' \t ', email: 'a@example.com' }, becomes: 'missing_user_id' },
	{ row: { email: 'a@example.com' }, becomes: 'missing_user_id' },
	{ row: {}, becomes: 'missing_user_id' },
	{ row: { user_id: { id: 1 } }, becomes: 'invalid_user_id' },
	{ row: { user_id: ['a'] }, becomes: 'invalid_user_id' },
	{ row: { user_id: true }, becomes: 'invalid_user_id' },
	{ row: { user_id: long(256) }, becomes: 'user_id_too_long' },
	{ row: { user_id: 'bad-1', email: 'nobody' }, becomes: 'invalid_email' },
	{ row: { user_id: 'bad-2', email: 'a@b@example.com' }, becomes: 'invalid_email' },
	{ row: { user_id: 'bad-3', email: 42 }, becomes: 'invalid_email' },
	{ row: { user_id: 'bad-4', email: long(255, '@example.com') }, becomes: 'email_too_long' },
	{ row: { user_id: 'bad-5', phone: long(51) }, becomes: 'phone_too_long' },
	{ row: { user_id: 'bad-6', text: long(1_000_001) }, becomes: 'person_too_large' },
	{ row: { user_id: 'bad-7', simulator_refuse: 'is not wanted' }, becomes: 'refused' },
];

function is(userId: string, traits: Record<string, unknown>, email?: string): Awkward {
	return {
		row: { user_id: userId, ...traits, ...(email !== undefined && { email }) },
		becomes: { userId, email, traits },
	};
}
