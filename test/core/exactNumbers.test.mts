import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExactNumber, parseExactly } from '../../src/mapping/exactNumbers';
import { mapperOf, sent, traitsOf, userIdOf } from './mapped.mts';

/** The user ID of a line that has it somewhere among other values. */
const idIn = (line: string): string => userIdOf((parseExactly(line) as { data: unknown }).data);

const lineWith = (id: string): string => `{"type":"RECORD","data":{"plan":"x","id":${id},"n":1.5}}`;

describe('a numeric user ID', () => {
	it.each([
		'9007199254740991',
		'9007199254740992',
		'9007199254740993',
		'-9007199254740993',
		'1234567890123456',
		'12345678901234567890123456789',
		'100000000000000000000',
		'42',
		'-7',
	])('is the original text: %s', (id) => expect(idIn(lineWith(id))).toBe(id));

	// Snowflakes, Facebook and Stripe-like IDs have 16 to 19 digits, and are consecutive.
	it.each([2n ** 53n - 500n, 10n ** 16n, 10n ** 17n - 500n, 10n ** 18n])(
		'is distinct for each of a thousand IDs from %s on',
		(first) => {
			const ids = Array.from({ length: 1_000 }, (_, i) => String(first + BigInt(i)));
			expect(ids.map((id) => idIn(lineWith(id)))).toEqual(ids);
		},
	);

	it('is the exact text of any integer above 2^53, wherever it stands in the line', () => {
		const above = fc.bigInt({ min: 2n ** 53n, max: 2n ** 90n });
		fc.assert(
			fc.property(above, fc.boolean(), fc.nat(40), (id, isNegative, shift) => {
				const text = `${isNegative ? '-' : ''}${id}`;
				expect(idIn(' '.repeat(shift) + lineWith(text))).toBe(text);
			}),
			{ numRuns: 2_000 },
		);
	});

	it.each([2 ** 53, 2 ** 53 + 2, -(2 ** 53), 1e21, 1e300])(
		'is rejected where its text is unknown: %s',
		(id) =>
			expect(mapperOf().toPerson({ id })).toEqual({
				code: 'invalid_user_id',
				column: 'id',
				holds: 'lost digits',
			}),
	);

	it.each([
		[2 ** 53 - 1, '9007199254740991'],
		[-(2 ** 53 - 1), '-9007199254740991'],
		[0.1 + 0.2, '0.30000000000000004'],
	])('is accepted where no digit can be lost: %s', (id, expected) =>
		expect(userIdOf({ id })).toBe(expected),
	);
});

describe('a number', () => {
	it.each(['3.141592653589793', '0.30000000000000004', '1234567890123456', '99.5', '1e5', '-0.5'])(
		'stays a number when a double holds it: %s',
		(text) => expect(parseExactly(`[${text}]`)).toEqual([Number(text)]),
	);

	it.each(['9007199254740993', '9007199254740992', '1234567890.1234567', '12345678901234567e3'])(
		'keeps its text when it does not: %s',
		(text) => {
			for (const json of [text, `[${text}]`, `{"a":{"b":${text}}}`, ` ${text}`]) {
				expect(JSON.stringify(parseExactly(json))).toBe(json.trim());
			}
		},
	);

	it('is kept as text, or as a double that is equal to it', () => {
		const part = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));
		const decimal = fc
			.tuple(part(25), fc.option(part(25)))
			.map(([whole, rest]) => `${BigInt(whole)}${rest === null ? '' : `.${rest}`}`);
		fc.assert(
			fc.property(decimal, fc.nat(20), (text, shift) => {
				const [value] = parseExactly(`${' '.repeat(shift)}[${text}]`) as [unknown];
				if (isExactNumber(value)) expect(value.rawJSON).toBe(text);
				else if (/^\d{1,15}$/.test(text)) expect(String(value)).toBe(text);
				else expect(value).toBe(Number(text));
				// A long number that a double prints differently has kept its text.
				if (text.length > 16 && String(Number(text)) !== text) {
					expect(isExactNumber(value)).toBe(true);
				}
			}),
			{ numRuns: 2_000 },
		);
	});

	it('is never confused with one inside a text', () => {
		fc.assert(
			fc.property(fc.jsonValue({ maxDepth: 3 }), fc.bigInt(), (value, number) => {
				const json = JSON.stringify([value, `${number}`, `x ${number}`, { [`${number}`]: 1 }]);
				expect(JSON.stringify(parseExactly(json))).toBe(json);
			}),
		);
	});
});

describe('a text with long numbers', () => {
	/** The rule itself, without any shortcut: each number is judged by its own source text. */
	function judged(text: string): unknown {
		const { parse, rawJSON } = JSON as unknown as {
			parse(
				text: string,
				reviver: (key: string, value: unknown, at: { source?: string }) => unknown,
			): unknown;
			rawJSON(text: string): unknown;
		};
		const isLost = (source: string) => {
			const value = Number(source);
			const isUnsafe = Number.isInteger(value) && !Number.isSafeInteger(value);
			return /^-?[\d.]{16}/.test(source) && (String(value) !== source || isUnsafe);
		};
		return parse(text, (_key, value, { source = '' }) =>
			typeof value === 'number' && isLost(source) ? rawJSON(source) : value,
		);
	}

	function ending(parse: (text: string) => unknown, text: string): unknown {
		try {
			return JSON.stringify(parse(text));
		} catch (error) {
			return (error as Error).name;
		}
	}

	const number = fc.oneof(
		fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
		fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
		fc.stringMatching(/^-?[0-9]{1,20}\.[0-9]{1,20}(e[+-]?[0-9]{1,2})?$/),
	);
	const words = fc.constantFrom(
		'"',
		'\\"',
		'\\',
		'\\u007f',
		'\u007f',
		' ',
		': ',
		', ',
		'[',
		'], ',
		'{',
		'e',
	);
	const phrase = fc.array(fc.oneof(number, words), { maxLength: 8 }).map((parts) => parts.join(''));
	const member = fc.oneof(
		number,
		phrase.map((text) => JSON.stringify(text)),
		fc.tuple(number, phrase).map(([n, text]) => `{"a":${n}, ${JSON.stringify(text)}:[${n} ]}`),
	);
	const line = fc
		.tuple(fc.array(member, { maxLength: 4 }), fc.nat(20))
		.map(([members, blanks]) => `${' '.repeat(blanks)}[${members.join(',')}]`);

	it('is parsed as if each number were judged alone', () => {
		fc.assert(
			fc.property(line, (text) => {
				expect(ending(parseExactly, text)).toBe(ending(judged, text));
			}),
			{ numRuns: 3_000 },
		);
	});

	it('is refused where JSON.parse refuses it', () => {
		const cut = fc.tuple(line, fc.nat(), phrase, fc.nat(3)).map(([text, place, added, removed]) => {
			const at = place % text.length;
			return text.slice(0, at) + added + text.slice(at + removed);
		});
		fc.assert(
			fc.property(cut, (text) => {
				expect(ending(parseExactly, text)).toBe(ending(judged, text));
			}),
			{ numRuns: 5_000 },
		);
	});

	it.each([
		'{12345678901234567:1}',
		'{"a":1,12345678901234567:2}',
		'{"a":1, 12345678901234567 : 2}',
	])('is refused with a number as a name: %s', (text) =>
		expect(ending(parseExactly, text)).toBe('SyntaxError'),
	);

	it.each([
		['{"a":"\u007f","n":9007199254740993}', 'a raw mark'],
		['{"a":"\\u007F12345678901234567","n":9007199254740993}', 'an escaped mark'],
		['{"note":"see: 12345678901234567, or so","n":9007199254740993}', 'a number in a string'],
		['{"__proto__":9007199254740993}', 'an odd name'],
	])('keeps everything else: %s (%s)', (text) =>
		expect(JSON.stringify(parseExactly(text))).toBe(text.replace(/\\u007F/g, '\u007f')),
	);
});

describe('a text in a column of numbers', () => {
	const numericColumns = new Set(['n', 'id']);
	const json = (n: unknown): string => {
		const result = mapperOf({}, { columns: ['id', 'n'], numericColumns }).toPerson({ id: 'a', n });
		return 'json' in result
			? result.json.slice('{"userId":"a","traits":{"n":'.length, -2)
			: result.code;
	};

	it.each<[unknown, string]>([
		['99.000000000', '99'],
		['1.50', '1.5'],
		['0.0', '0'],
		['100', '100'],
		['100.0', '100'],
		['-12.340', '-12.34'],
		['9007199254740993', '9007199254740993'],
		['1234567890123456789012345', '1234567890123456789012345'],
		['1234567890123456789012345.500', '1234567890123456789012345.5'],
		['0.1234567890123456789012345', '0.1234567890123456789012345'],
		[7, '7'],
		['007', '"007"'],
		['1e5', '"1e5"'],
		['abc', '"abc"'],
		['+5', '"+5"'],
		['5.', '"5."'],
		['.5', '".5"'],
		['-', '"-"'],
		['1,5', '"1,5"'],
		[' 5', '" 5"'],
		['NaN', '"NaN"'],
		[true, 'true'],
	])('%j is %s', (given, expected) => expect(json(given)).toBe(expected));

	it('is nothing when it is empty', () =>
		expect(sent({ id: 'a', n: '' }, {}, { numericColumns })).toEqual({ userId: 'a' }));

	it.each([
		['99.000000000', '99'],
		['9007199254740993.000', '9007199254740993'],
		['007', '007'],
		['u-1', 'u-1'],
	])('%s as the user ID is %s', (id, expected) => {
		expect(userIdOf({ id }, {}, { columns: ['id'], numericColumns })).toBe(expected);
		expect(userIdOf({ ID: id }, {}, { columns: ['id'], numericColumns })).toBe(expected);
	});

	it('stays a text in other columns', () => expect(traitsOf({ m: '1.50' })).toEqual({ m: '1.50' }));

	it('loses no digit that counts', () => {
		const digits = fc.stringMatching(/^[1-9][0-9]{0,30}$/);
		fc.assert(
			fc.property(digits, fc.nat(12), fc.nat(30), (all, zeros, point) => {
				const at = Math.min(point, all.length);
				const whole = all.slice(0, at) || '0';
				const rest = all.slice(at);
				const shown = json(`${whole}.${rest}${'0'.repeat(zeros + 1)}`);
				const kept = rest.replace(/0+$/, '');
				const exact = kept === '' ? whole : `${whole}.${kept}`;
				// Short ones are doubles, which JSON may print differently.
				expect(shown.length > 16 ? shown : String(Number(shown))).toBe(
					exact.length > 16 ? exact : String(Number(exact)),
				);
			}),
			{ numRuns: 1_000 },
		);
	});

	it('of a megabyte of zeros is handled quickly', () => {
		const zeros = `0.${'0'.repeat(1_000_000)}1`;
		expect(json(zeros)).toBe('person_too_large');
	});
});
