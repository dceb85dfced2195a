import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactly } from '../../src/mapping/exactNumbers';

const digits = (min: number, max: number) =>
	fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });

/** The text of any JSON number whose mantissa has so many digits before and behind the point. */
const numeral = (whole: fc.Arbitrary<string>, fraction: fc.Arbitrary<string>) =>
	fc
		.tuple(
			fc.constantFrom('', '-'),
			whole.map((text) => text.replace(/^0+(?=\d)/, '')),
			fraction,
			fc.constantFrom('', '', 'e5', 'E-7', 'e+30'),
		)
		.map(([sign, a, b, exponent]) => `${sign}${a}${b === '' ? '' : `.${b}`}${exponent}`);

const long = fc.oneof(
	numeral(
		digits(16, 60).filter((text) => !text.startsWith('0')),
		fc.constant(''),
	),
	numeral(
		digits(1, 3).filter((text) => !text.startsWith('0')),
		digits(15, 40),
	),
);
const short = numeral(digits(1, 8), digits(0, 7));

/** Text before the number shifts it relative to the 16 characters that are examined. */
const padding = fc.nat(40).map((length) => 'x'.repeat(length));

describe('numbers', () => {
	it.each([
		['9007199254740993'],
		['-7108510333361982070'],
		['1234567890123456789012345678901234567890'],
		['0.12345678901234567890'],
		['1234567.12345678901'],
		['12345678901234567890e-3'],
		['1.2345678901234567e+300'],
		['[1,[2,{"a":[9007199254740993]}]]'],
		['{"text":"9007199254740993","number":9007199254740993}'],
		['{"1234567890123456":1234567890123456789}'],
		['["1234567890123456",-1234567890123456789]'],
	])('arrive as written: %s', (text) => {
		expect(JSON.stringify(parseExactly(text.startsWith('{') ? text : `{"n":${text}}`))).toBe(
			text.startsWith('{') ? text : `{"n":${text}}`,
		);
	});

	it('arrive as written when they are long, wherever they stand', () => {
		fc.assert(
			fc.property(padding, short, long, fc.boolean(), (pad, other, text, inList) => {
				const lineOf = (first: string) => {
					const value = inList ? `[${first},${text}]` : `{"o":${first},"n":${text}}`;
					return `{"${pad}":"${pad}","v":${value}}`;
				};
				expect([lineOf(other), lineOf(JSON.stringify(+other))]).toContain(
					JSON.stringify(parseExactly(lineOf(other))),
				);
			}),
			{ numRuns: 1_000 },
		);
	});

	it('keep their value when they are short, and everything else is as with JSON.parse', () => {
		fc.assert(
			fc.property(fc.json(), short, (json, text) => {
				const line = `{"json":${json},"n":${text}}`;
				const plain = JSON.parse(line);
				expect(JSON.parse(JSON.stringify(parseExactly(line)))).toEqual(
					JSON.parse(JSON.stringify(plain)),
				);
			}),
			{ numRuns: 200 },
		);
	});

	it('take linear time', () => {
		const started = process.cpuUsage().user;
		parseExactly(`{"digits":"${'1'.repeat(5_000_000)}"}`);
		expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
	});

	it.each([['{"a":12345678901234567'], ['12345678901234567,'], ['']])(
		'invalid JSON stays invalid: %s',
		(text) => expect(() => parseExactly(text)).toThrow(SyntaxError),
	);
});
