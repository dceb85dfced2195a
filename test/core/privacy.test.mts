import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutPersonalData } from '../../src/flameup/privacy';

it.each<[string, string, unknown[], string]>([
	['an email address', 'ann@example.org is taken', [], '… is taken'],
	['an email address in quotes', 'bad value "ann.b+x@mail.example.org"', [], 'bad value "…"'],
	['an address of another script', 'not valid: анна@почта.рф', [], 'not valid: …'],
	['a phone number', 'phone +1 (555) 010-9999 is bad', [], 'phone … is bad'],
	['a long number', 'id 1234567 exists', [], 'id … exists'],
	['a value of the person', 'Ann Lee exists', ['Ann Lee'], '… exists'],
	['every mention of it', 'u-1 and u-1', ['u-1'], '… and …'],
	['a value with blanks around it', 'no u-1 here', [' u-1 '], 'no … here'],
	[
		'the whole of a value that begins like another',
		'Annabell is bad',
		['Ann', 'Annabell'],
		'… is bad',
	],
	['a number of the person', 'account 4711 exists', [4711], 'account … exists'],
	[
		'a value inside a list or an object',
		'Elm Row 5, Ghent',
		[{ at: ['Elm Row 5'], city: 'Ghent' }],
		'…, …',
	],
	['a value with special characters', 'is (a|b)* ok', ['(a|b)*'], 'is … ok'],
])('takes out %s', (_name, text, values, expected) => {
	expect(withoutPersonalData(text, values)).toBe(expected);
});

it.each<[string, string, unknown[]]>([
	['words of Flameup', 'userId must have at most 255 characters', []],
	['what is no value', 'plan is required', [undefined, null, true, '', {}]],
	['values too short to mean anything', 'a or b', ['a', 'b', 7]],
])('keeps %s', (_name, text, values) => expect(withoutPersonalData(text, values)).toBe(text));

it('leaves no value of the person in any text', () => {
	const value = fc.string({ minLength: 3, unit: fc.constantFrom(...'ab.@ $') });
	const pieces = fc.array(fc.oneof(value, fc.string()));
	fc.assert(
		fc.property(fc.array(value), pieces, (values, others) => {
			const clean = withoutPersonalData([...others, ...values, ...others].join(''), values);
			for (const part of values.map((one) => one.trim())) {
				if (part.length >= 3) expect(clean).not.toContain(part);
			}
		}),
	);
});

it('takes its time only once for a long text', () => {
	const started = performance.now();
	for (const unit of ['a', '1', '1 ', 'a@', '@', '+(', '1('])
		withoutPersonalData(unit.repeat(100_000));
	expect(performance.now() - started).toBeLessThan(2_000);
});
