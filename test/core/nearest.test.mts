import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearestName } from '../../src/mapping/nearest';

const COLUMNS = ['id', 'org_id', 'Email Address', 'contact_number', 'plan', 'password_hash'];

it.each<[string, string | undefined]>([
	['org_idd', 'org_id'],
	['orgid', 'org_id'],
	['emailadress', 'Email Address'],
	['EMAIL-ADDRES', 'Email Address'],
	['contact_no', undefined],
	['contact_numbr', 'contact_number'],
	['pasword_hash', 'password_hash'],
	['plans', 'plan'],
	['paln', 'plan'],
	['subscription_tier', undefined],
	['', undefined],
	['zzzzzzzz', undefined],
])('finds for %j the name %s', (mistyped, expected) =>
	expect(nearestName(mistyped, COLUMNS)).toBe(expected),
);

it('finds the first of the nearest', () =>
	expect(nearestName('abcx', ['abcd', 'abce'])).toBe('abcd'));

it('finds any name in which one letter was forgotten or doubled', () => {
	const name = fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: 3, maxLength: 20 });
	fc.assert(
		fc.property(name, fc.nat(), fc.boolean(), (right, seed, isDoubled) => {
			const at = seed % right.length;
			const letter = isDoubled ? (right[at] ?? '').repeat(2) : '';
			const mistyped = right.slice(0, at) + letter + right.slice(at + 1);
			expect(nearestName(mistyped, [right, '1234567'])).toBe(right);
		}),
	);
});
