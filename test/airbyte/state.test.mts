import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withStats } from '../../connectors/airbyte/stateLine';

const STATS = { recordCount: 20_261_121, rejectedRecordCount: 3, additionalStats: { requests: 1 } };
const TEXT = JSON.stringify(STATS);
const ADDED = `"destinationStats":${TEXT}`;

/** `«+»` stands for the member added behind a comma, `«-»` for it alone, `«=»` for its value. */
const meant = (shown: string) =>
	shown.replace('«+»', `,${ADDED}`).replace('«-»', ADDED).replace('«=»', TEXT);

describe('statistics in a STATE', () => {
	it.each([
		['goes last', '{"state":{"data":{}}}', '{"state":{"data":{}«+»}}'],
		['needs no comma in an empty state', '{"state":{}}', '{"state":{«-»}}'],
		['nor in a blank one', '{"state":{ \t}}', '{"state":{ \t«-»}}'],
		[
			'replaces an explicit null',
			'{"state":{"destinationStats":null,"id":7}}',
			'{"state":{"destinationStats":«=»,"id":7}}',
		],
		[
			'replaces older statistics',
			'{"state":{"destinationStats" : {"recordCount":1,"x":[{}]} ,"id":7}}',
			'{"state":{"destinationStats" : «=» ,"id":7}}',
		],
		[
			'replaces the last of two, which is the one that counts',
			'{"state":{"destinationStats":1,"destinationStats":null}}',
			'{"state":{"destinationStats":1,"destinationStats":«=»}}',
		],
		[
			'knows the name with escapes',
			'{"st\\u0061te":{"destinationSt\\u0061ts":null}}',
			'{"st\\u0061te":{"destinationSt\\u0061ts":«=»}}',
		],
		['takes the last of two states', '{"state":1,"state":{}}', '{"state":1,"state":{«-»}}'],
		[
			'leaves namesakes elsewhere alone',
			'{"x":{"state":{}},"state":{"stream":{"destinationStats":null,"state":{}}},"destinationStats":null}',
			'{"x":{"state":{}},"state":{"stream":{"destinationStats":null,"state":{}}«+»},"destinationStats":null}',
		],
		[
			'is not fooled by texts',
			'{"a":"\\"state\\":{}","state":{"k}]\\\\":"{\\"\\\\","b":["]}"]}}',
			'{"a":"\\"state\\":{}","state":{"k}]\\\\":"{\\"\\\\","b":["]}"]«+»}}',
		],
		[
			'keeps blanks, the id and every digit',
			' { "type" : "STATE", "state" : { "id" : 3, "data" : { "lsn" : -7108510333361982070, "f": 1.50e+01 } } } ',
			' { "type" : "STATE", "state" : { "id" : 3, "data" : { "lsn" : -7108510333361982070, "f": 1.50e+01 } «+»} } ',
		],
		['adds nothing where there is no state', '{"type":"STATE"}', '{"type":"STATE"}'],
		['nor where it is not an object', '{"state":"x"}', '{"state":"x"}'],
		['nor where it is a list', '{"state":[1]}', '{"state":[1]}'],
		['nor where it is null', '{"state":null}', '{"state":null}'],
	])('%s', (_name, line, expected) => {
		expect(withStats(line, STATS)).toBe(meant(expected));
	});

	const blank = fc.constantFrom('', '', ' ', '\t', ' \r ');
	const name = fc.oneof(
		fc.constantFrom('"state"', '"destinationStats"', '"id"', '"st\\u0061te"', '"\\"{[\\\\"', '""'),
		fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
	);
	const scalar = fc.oneof(
		fc.constantFrom('null', 'true', '0', '-0.50', '9007199254740993', '1E+2', '"}"', '"\\\\"'),
		fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
		fc.bigInt().map(String),
	);
	const list = (open: string, parts: fc.Arbitrary<string>, close: string) =>
		fc
			.tuple(blank, fc.array(fc.tuple(blank, parts, blank), { maxLength: 4 }))
			.map(([empty, all]) =>
				[open, all.length ? all.map((one) => one.join('')).join(',') : empty, close].join(''),
			);
	const { member, object } = fc.letrec<{ value: string; member: string; object: string }>(
		(tie) => ({
			value: fc.oneof({ maxDepth: 3 }, scalar, tie('object'), list('[', tie('value'), ']')),
			member: fc
				.tuple(name, blank, blank, tie('value'))
				.map(([key, a, b, value]) => `${key}${a}:${b}${value}`),
			object: list('{', tie('member'), '}'),
		}),
	);
	const isNoState = (text: string) =>
		!['state', 'st\\u0061te'].some((key) => text.startsWith(`"${key}"`));
	const message = fc
		.tuple(blank, fc.array(member), object, fc.array(member.filter(isNoState)), blank)
		.map(
			([before, first, state, last, after]) =>
				`${before}{${[...first, `"state" :${state}`, ...last].join(',')}}${after}`,
		);

	it('changes nothing else in any message', () => {
		fc.assert(
			fc.property(message, (line) => {
				const result = withStats(line, STATS);
				const parsed = JSON.parse(line);
				const wasThere = Object.hasOwn(parsed.state, 'destinationStats');
				const at = result.indexOf(TEXT);
				const after = result.slice(at + TEXT.length);
				const before = result.slice(0, at);
				expect(JSON.parse(result)).toEqual({
					...parsed,
					state: { ...parsed.state, destinationStats: STATS },
				});
				expect(line.endsWith(after)).toBe(true);
				expect(
					line.startsWith(wasThere ? before : before.replace(/,?"destinationStats":$/, '')),
				).toBe(true);
			}),
			{ numRuns: 500 },
		);
	});

	it('handles a 20 MB state quickly', () => {
		const big = `"${'\\"{'.repeat(6_700_000)}"`;
		const started = process.cpuUsage().user;
		const result = withStats(`{"state":{"data":${big}}}`, STATS);
		expect(result.endsWith(`${big},${ADDED}}}`)).toBe(true);
		expect(process.cpuUsage().user - started).toBeLessThan(3_000_000);
	});
});
