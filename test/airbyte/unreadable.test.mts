import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../connectors/airbyte/protocol';
import { people, record, state } from './input.mts';
import { countsOf, sync } from './sync.mts';

const BROKEN = {
	'half a record': '{"type":"RECORD","record":{"stream":"people","data":{"id":"zora"',
	'a record in single quotes': "{'type': 'RECORD', 'record': {'data': {'id': 'zora'}}}",
	'a record with undefined':
		'{"type":"RECORD","record":{"stream":"people","data":{"id":undefined}}}',
	'two records on one line': `${record({ id: 'zora' }).trim()}${record({ id: 'zora' }).trim()}`,
	'a line of CSV': 'zora,zora@quell.example',
	'a list': '[{"id":"zora"}]',
	'a number': '42',
	null: 'null',
	'a text': '"zora"',
	'a line of a log': 'Zora was read',
	'bytes of nothing': '\u0000\u0000',
	'half a character': '\ufffd',
	'a record without its content': '{"type":"RECORD","record":null}',
	'NaN in a key': '{"type":"RECORD",NaN:1}',
};

describe('a line that is not readable among good ones', () => {
	it.each(Object.entries(BROKEN))(
		'is rejected, counted, and never shown: %s',
		async (_name, line) => {
			const run = await sync({
				input: `${people(1, 10)}${line}\n${people(11, 20)}${people(21, 30)}`,
			});
			expect([run.failure, run.held.length]).toEqual([undefined, 30]);
			expect(countsOf(run.states)).toEqual([
				[10, 0],
				[10, 1],
				[10, 0],
			]);
			expect(run.log).toMatch(
				/Rejected \((unreadable_line|invalid_record)\): line 12 of the input\./,
			);
			expect(run.log).toMatch(/\nInput: 1 line rejected \(1 (unreadable_line|invalid_record)\)\./);
			expect(run.log).not.toMatch(/zora|quell/i);
		},
	);

	it.each([
		['skip', {}, undefined, 3],
		['fail_at_first', { policy: 'fail_at_first' }, /line 12 of the input \(unreadable_line\)/, 0],
		['max_count 1', { policy: 'fail_above', max_count: 1 }, undefined, 3],
		['max_percent 1', { policy: 'fail_above', max_percent: 1 }, /3\.2% of 31 records/, 0],
	])('is subject to the policy: %s', async (_name, rejected_records, failure, states) => {
		const run = await sync({
			settings: { rejected_records },
			input: [people(1, 10), `oh no\n${people(11, 20)}`, people(21, 30)],
		});
		if (failure === undefined) expect(run.failure).toBeUndefined();
		else expect(run.failure).toMatch(failure);
		expect(run.states).toHaveLength(states);
	});

	it('fails the run once there are more than max_count', async () => {
		const rejected_records = { policy: 'fail_above', max_count: 2 };
		const run = await sync({
			settings: { rejected_records },
			input: `${people(1, 10)}x\n\nx\n${people(11, 20)}x\n${people(21, 30)}`,
		});
		expect(run.failure).toContain('rejected_records.max_count allows 2, but 3 were rejected.');
		expect(run.failure).toContain('line 26 of the input (unreadable_line)');
		expect(run.states.length).toBeLessThan(3);
	});

	it('counts for the last state, also after all records of its stream', async () => {
		const run = await sync({ input: `${people(1, 10)}x\nx\n${state(11)}x\n` });
		expect(countsOf(run.states)).toEqual([
			[10, 0],
			[0, 2],
		]);
		expect(run.log).toContain('Input: 3 lines rejected (3 unreadable_line).');
	});

	it('counts with the records of a GLOBAL state', async () => {
		const global =
			'{"type":"STATE","state":{"type":"GLOBAL","global":{"stream_states":[]},"id":1}}\n';
		const run = await sync({
			streams: [{ name: 'people' }, { name: 'leads' }],
			settings: { streams_share_user_ids: true },
			input: `${record({ id: 1 })}x\n${record({ id: 2 }, { stream: 'leads' })}${global}`,
		});
		expect(countsOf(run.states)).toEqual([[2, 1]]);
	});
});

describe('a line that is not UTF-8', () => {
	it('is rejected, because two names in Latin-1 would become one', async () => {
		const latin1 = (id: string) => Buffer.from(record({ id, email: 'm@example.com' }), 'latin1');
		const run = await sync({
			input: [latin1('Müller'), latin1('Möller'), people(1, 1), record({ id: 'Ämter \ufffd' })],
		});
		expect([run.failure, run.held]).toEqual([undefined, ['p1', 'Ämter \ufffd']]);
		expect(run.log).toContain('Input: 2 lines rejected (2 unreadable_line).');
	});
});

describe('input without any messages', () => {
	it.each([
		['CSV', 'id,email\n1,a@example.com\n2,b@example.com\n'],
		['CSV of many lines', 'zora,quell\n'.repeat(5_000)],
		['a JSON list', '[{"id":1},{"id":2}]\n'],
		['a JSON list over several lines', '[\n{"id":1},\n{"id":2}\n]\n'],
		['bare rows', '{"id":1,"email":"a@example.com"}\n{"id":2}\n'],
		['many bare rows', '{"id":1}\n'.repeat(5_000)],
		['records without an envelope', '{"stream":"people","data":{"id":1}}\n'],
		['one word', 'hello'],
		['bare rows behind a BOM', '\ufeff{"id":1}\n'],
		['a wrapped message', '{"message":{"type":"RECORD"}}\n'],
	])('fails with what the input must be: %s', async (_name, text) => {
		const run = await sync({ input: text });
		expect(run.failure).toMatch(
			/^config_error: The input holds no Airbyte messages\. Pipe in one JSON object per line, such as \{"type":"RECORD"/,
		);
		expect([run.requests, run.states]).toEqual([0, []]);
		expect(run.lines.length).toBeLessThan(20);
		expect(run.log).not.toMatch(/zora|quell/);
	});

	it.each([
		['CSV', 'zora,quell\n'],
		['bare rows', '{"id":1}\n'],
	])('is reported before it is read to its end: %s', async (_name, line) => {
		let taken = 0;
		const run = await sync({
			input: (function* () {
				for (; taken < 10_000; taken++) yield line;
			})(),
		});
		expect(run.failure).toContain('The input holds no Airbyte messages.');
		expect(taken).toBeLessThan(200);
	});

	it.each([
		['nothing', ''],
		['blank lines', '\n\r\n \n\t\n\n'],
		['only a BOM', '\ufeff'],
		['only other messages', '{"type":"LOG","log":{}}\n{"type":"TRACE","trace":{}}\n'],
	])('is accepted when it is empty: %s', async (_name, text) => {
		const run = await sync({ input: text });
		expect([run.failure, run.warnings]).toEqual([undefined, []]);
		expect(run.log).toContain('Stream people: no records received.');
	});

	it('is no reason to fail when messages follow', async () => {
		const run = await sync({ input: `${'starting\n'.repeat(50)}${people(1, 10)}` });
		expect([run.failure, countsOf(run.states)]).toEqual([undefined, [[10, 50]]]);
	});
});

describe('a byte order mark', () => {
	it.each([
		['before a record', `\ufeff${people(1, 10)}`],
		['before a state', `\ufeff${state(0)}${people(1, 10)}`],
		['inside, where files were put together', `${people(1, 5)}\ufeff${people(6, 10)}`],
	])('is ignored: %s', async (_name, text) => {
		const run = await sync({ input: text });
		expect([run.failure, run.held.length, run.warnings]).toEqual([undefined, 10, []]);
		for (const line of run.states) expect(line.startsWith('{')).toBe(true);
	});
});

describe('bare words that JSON does not have', () => {
	const line = (data: string) => `{"type":"RECORD","record":{"stream":"people","data":${data}}}\n`;

	it.each([
		['NaN', '{"id":"a","x":NaN,"y":1}', { y: 1 }],
		['Infinity', '{"id":"a","x": Infinity ,"y":1}', { y: 1 }],
		['-Infinity', '{"id":"a","x":-Infinity,"y":[NaN,-Infinity,2]}', { y: [null, null, 2] }],
		['the last of an object', '{"id":"a","y":{"z":NaN}}', { y: { z: null } }],
		[
			'inside a text',
			'{"id":"a","x":NaN,"y":"NaN, Infinity: -Infinity"}',
			{ y: 'NaN, Infinity: -Infinity' },
		],
		['behind quotation marks in a text', '{"id":"a","x":NaN,"y":"\\"NaN\\\\"}', { y: '"NaN\\' }],
		['in a key', '{"id":"a","NaN":NaN,"Infinity":1}', { Infinity: 1 }],
	])('are null where they stand alone: %s', async (_name, data, traits) => {
		const run = await sync({ input: line(data) + state(1) });
		expect([run.failure, run.held, countsOf(run.states)]).toEqual([undefined, ['a'], [[1, 0]]]);
		expect(run.people.get('a')?.traits).toEqual(traits);
	});

	it('leave long numbers beside them as they are', async () => {
		const run = await sync({ input: line('{"id":12345678901234567890123,"x":NaN}') });
		expect(run.held).toEqual(['12345678901234567890123']);
	});

	it.each([
		['part of a word', '{"id":"a","x":NaNa}'],
		['Nan', '{"id":"a","x":Nan}'],
		['infinity', '{"id":"a","x":infinity}'],
		['where no value can be', '{"id":"a" NaN}'],
		['None, which Python has', '{"id":"a","x":None}'],
	])('do not make other bare words valid: %s', async (_name, data) => {
		const run = await sync({ input: line(data) + line('{"id":"b"}') });
		expect(run.held).toEqual(['b']);
		expect(run.log).toContain('Input: 1 line rejected (1 unreadable_line).');
	});

	it('never change a text, and become null wherever a value can be', () => {
		const { value } = fc.letrec<{ value: string }>((tie) => ({
			value: fc.oneof(
				{ maxDepth: 3 },
				fc.constantFrom('NaN', 'Infinity', '-Infinity', '1', 'true'),
				fc
					.array(fc.constantFrom('NaN', 'Infinity', '"', '\\', '-', ' ', 'ž', '{', ',', ':'))
					.map((parts) => JSON.stringify(parts.join(''))),
				fc.array(tie('value')).map((parts) => `[${parts.join(' , ')}]`),
				fc
					.array(fc.tuple(fc.constantFrom('"NaN"', '"\\"Infinity"', '"a"'), tie('value')))
					.map((parts) => `{${parts.map((one) => one.join(':')).join(',')}}`),
			),
		}));
		fc.assert(
			fc.property(value, (text) => {
				// Texts first: the remaining words stand alone.
				const expected = text.replace(/"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)/g, (part) =>
					part.startsWith('"') ? part : 'null',
				);
				expect(parseMessage(`{"v":${text}}`)).toEqual(JSON.parse(`{"v":${expected}}`));
			}),
			{ numRuns: 500 },
		);
	});

	it.each([
		['an endless text', `{"type":"RECORD","x":NaN,"y":"${'x'.repeat(20_000_000)}`],
		['endless quotation marks', `{"type":"RECORD","x":NaN,"y":"${'\\"'.repeat(2_000_000)}`],
		['endless words', `{"x":${'[NaN,'.repeat(500_000)}`],
	])('are searched for in linear time: %s', (_name, text) => {
		const started = process.cpuUsage().user;
		expect(parseMessage(text)).toBeUndefined();
		expect(process.cpuUsage().user - started).toBeLessThan(3_000_000);
	});
});

it.each([
	['an empty text', { _ab_cdc_deleted_at: '' }, 1],
	['false', { _ab_cdc_deleted_at: false }, 1],
	['a time in a column in capitals', { _AB_CDC_DELETED_AT: '2026-01-01' }, 0],
])('recognizes with %s whether a record is deleted', async (_name, more, held) => {
	const run = await sync({ input: record({ id: 'p', email: 'p@example.com', ...more }) });
	expect([run.failure, run.held.length]).toEqual([undefined, held]);
});

describe('records that the source marks as deleted', () => {
	const deleted = (id: string, at: unknown) =>
		record({ id, email: `${id}@example.com`, _ab_cdc_deleted_at: at });

	it('are counted, in the states too, and never sent', async () => {
		const run = await sync({
			input:
				deleted('gone', '2026-01-01T00:00:00Z') +
				deleted('here', null) +
				record({ id: 'here too', _ab_cdc_updated_at: 'x' }) +
				state(1) +
				deleted('gone too', 1_767_225_600) +
				state(2) +
				people(1, 10),
		});
		expect(run.failure).toBeUndefined();
		expect(run.held.slice(0, 2)).toEqual(['here', 'here too']);
		expect(JSON.stringify([...run.people])).not.toMatch(/gone|_ab_cdc/);
		expect(run.log).toContain(
			'Stream people: 14 records received, 12 upserted (12 created, 0 updated, 0 merged with another record of the same person), none rejected, 2 deleted in the source and not sent.',
		);
		expect(run.log).not.toContain('Rejected');
		const stats = run.states.map((line) => JSON.parse(line).state.destinationStats);
		expect(stats).toMatchObject([
			{ recordCount: 3, rejectedRecordCount: 0, additionalStats: { deleted_in_source: 1 } },
			{ recordCount: 1, rejectedRecordCount: 0, additionalStats: { deleted_in_source: 1 } },
			{ recordCount: 10, rejectedRecordCount: 0, additionalStats: { created: 10 } },
		]);
		expect(JSON.parse(run.lines.at(-1)?.text.slice('report '.length) ?? '')).toMatchObject({
			received: 14,
			deletedInSource: 2,
		});
	});

	it('are not rejected records, however many there are', async () => {
		const run = await sync({
			settings: { rejected_records: { policy: 'fail_at_first' } },
			input: Array.from({ length: 50 }, (_, i) => deleted(`p${i}`, 'x')).join('') + state(50),
		});
		expect([run.failure, run.requests, countsOf(run.states)]).toEqual([undefined, 0, [[50, 0]]]);
	});

	it('need no user ID', async () => {
		const run = await sync({ input: record({ _ab_cdc_deleted_at: 'x' }) + people(1, 10) });
		expect([run.failure, run.warnings]).toEqual([undefined, []]);
	});
});
