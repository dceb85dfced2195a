import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { record, state, sumOfStats, withoutStats } from './input.mts';
import { countsOf } from './sync.mts';
import { createWorld, type StreamSpec, type World } from './world.mts';

const FOLDER = new URL('../streams/', import.meta.url);

type Run = Awaited<ReturnType<World['write']>>;

interface Case {
	readonly streams?: readonly StreamSpec[];
	readonly settings?: Readonly<Record<string, unknown>>;
	/** User IDs that Flameup has in the end. */
	readonly holds: readonly string[];
	/** For each state that came back, [recordCount, rejectedRecordCount]. */
	readonly counts: readonly (readonly [number, number])[];
	/** The end of the message of the one error; without it the run succeeds. */
	readonly fails?: string;
	readonly more?: (run: Run, world: World) => void;
}

const people: StreamSpec = { name: 'people', key: ['id'] };
const withAccounts: StreamSpec[] = [people, { name: 'accounts' }];

const says = (text: string) => (run: Run) => expect(run.logs.join('\n')).toContain(text);

const CASES: Record<string, Case> = {
	'stream-states': {
		holds: ['p1', 'p2', 'p3', 'p4'],
		counts: [
			[2, 0],
			[1, 0],
			[0, 0],
		],
	},
	'global-states': {
		streams: withAccounts,
		settings: { streams_share_user_ids: true },
		holds: ['p1', 'p2', 'p3'],
		counts: [
			[2, 0],
			[1, 0],
		],
	},
	'legacy-states': {
		holds: ['p1', 'p2'],
		counts: [
			[1, 0],
			[1, 0],
			[0, 0],
		],
	},
	'null-and-empty-states': {
		holds: ['p1'],
		counts: [
			[1, 0],
			[0, 0],
			[0, 0],
			[0, 0],
			[0, 0],
		],
	},
	'awkward-states': {
		holds: ['p1'],
		counts: [
			[1, 0],
			[0, 0],
			[0, 0],
		],
	},
	namespaces: {
		streams: [people, { ...people, namespace: 'crm' }, { ...people, namespace: 'shop' }],
		settings: { streams_share_user_ids: true },
		holds: ['p1', 'p2', 'p3', 'p4', 'p5'],
		counts: [
			[2, 0],
			[2, 0],
			[1, 0],
			[0, 0],
		],
		more: ({ logs }) => {
			const lines = logs.filter((line) => line.includes(' received, '));
			expect(lines.map((line) => line.split(' received')[0])).toEqual([
				'Stream people: 2 records',
				'Stream crm.people: 2 records',
				'Stream shop.people: 1 record',
			]);
		},
	},
	'explicit-nulls': {
		holds: ['p1', 'p2'],
		counts: [
			[1, 0],
			[1, 0],
		],
		more: (_run, { flameup }) => expect(flameup.people().get('p1')?.traits).toEqual({}),
	},
	'other-messages': {
		holds: ['p1'],
		counts: [[1, 0]],
		more: says('Messages ignored because their type is unknown or their content is missing: 2.'),
	},
	'blank-lines': { holds: ['p1', 'p2'], counts: [[1, 0]] },
	crlf: {
		holds: ['p1', 'p2'],
		counts: [
			[1, 0],
			[1, 0],
		],
	},
	'no-last-newline': { holds: ['p1', 'p2'], counts: [[1, 0]] },
	'half-a-line': {
		holds: ['p1'],
		counts: [[1, 0]],
		more: says('Input: 1 line rejected (1 unreadable_line).'),
	},
	letters: {
		holds: ['žluťoučký', '🔥👩‍👩‍👧'],
		counts: [[2, 0]],
		more: (_run, { flameup }) => {
			expect(flameup.people().get('žluťoučký')?.traits).toEqual({ name: 'Žofie Å', city: '東京' });
		},
	},
	'long-ids': {
		holds: ['9007199254740993', '-7108510333361982070', '00012345678901234567890', '7'],
		counts: [[4, 0]],
		more: (_run, { flameup }) => {
			const traits = JSON.stringify(flameup.people().get('9007199254740993')?.traits);
			expect(traits).toMatch(/"score":"?1234567890.12345678901/);
			expect(traits).toContain('12345678901234567890');
		},
	},
	'repeated-people': {
		holds: ['p1', 'p2'],
		counts: [
			[2, 0],
			[1, 0],
			[2, 0],
		],
		more: ({ states }, { flameup }) => {
			expect(flameup.people().get('p1')?.traits).toEqual({ plan: 'team', city: 'Brno' });
			expect(flameup.people().get('p2')?.email).toBe('new@example.com');
			expect(sumOfStats(states)).toMatchObject({ created: 2, merged: 3, requests: 1 });
		},
	},
	clear: {
		streams: withAccounts.map((stream) => ({ ...stream, mode: 'overwrite' })),
		holds: [],
		counts: [
			[0, 0],
			[0, 0],
		],
		more: ({ logs }) => {
			const lines = logs.filter((line) => line.includes('cannot delete people'));
			expect(lines.map((line) => line.split(':')[0])).toEqual(['Stream people', 'Stream accounts']);
			expect(logs).toContain('Stream accounts: no records received.');
		},
	},
	nothing: {
		streams: withAccounts,
		holds: [],
		counts: [],
		more: says('Stream people: no records received.'),
	},
	'unknown-stream': {
		holds: [],
		counts: [],
		fails:
			'A record belongs to the stream "crm.invoices", which is not in the catalog. Refresh the schema of the connection, or use the catalog that belongs to these records.',
	},
	'state-of-unknown-stream': {
		holds: ['p1'],
		counts: [
			[0, 0],
			[1, 0],
		],
	},
	'not-json': {
		holds: ['p1', 'p2'],
		counts: [[2, 6]],
		more: (run) => {
			says('Input: 6 lines rejected (6 unreadable_line).')(run);
			expect(run.output).not.toMatch(/zora|quell|555/i);
		},
	},
	'odd-messages': {
		holds: ['p1'],
		counts: [[1, 2]],
		more: (run) => {
			says('content is missing: 5.')(run);
			says('Input: 2 lines rejected (2 invalid_record).')(run);
		},
	},
	'bad-records': {
		settings: { rejected_records: { samples: 1 } },
		holds: ['p1', 'p2'],
		counts: [[1, 12]],
		more: (run) => {
			const { rejected } = JSON.parse(
				run.logs.find((line) => line.startsWith('report '))?.slice('report '.length) ?? '',
			);
			const codes = Object.entries(rejected as Record<string, { count: number }>);
			expect(codes.map(([code, { count }]) => [code, count])).toEqual([
				['missing_user_id', 2],
				['invalid_user_id', 2],
				['user_id_too_long', 1],
				['invalid_email', 1],
				['email_too_long', 1],
				['phone_too_long', 1],
				['invalid_record', 4],
			]);
			expect(run.logs.filter((line) => line.startsWith('Rejected ('))).toHaveLength(7);
			expect(run.output).not.toMatch(/zora|quell|nobody@/i);
		},
	},
};

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.jsonl'));

/** The STATE lines of a file as they must come back, found by simple patterns. */
const statesIn = (text: string) =>
	text
		.split('\n')
		.map((line) => line.trimEnd())
		.filter((line) => /"STATE".*"state" ?: ?\{|^\{"state"/.test(line));

describe.concurrent('a stream with', () => {
	it('is tried for every file', () => {
		expect(files).toEqual(
			Object.keys(CASES)
				.map((name) => `${name}.jsonl`)
				.sort(),
		);
	});

	it.each(Object.entries(CASES))('%s', async (name, { counts, fails, holds, more, ...options }) => {
		const world = await createWorld({ streams: [people], ...options });
		const text = readFileSync(new URL(`${name}.jsonl`, FOLDER), 'utf8');
		const run = await world.write(text);

		expect(run.errors.map(({ failure_type, message }) => [failure_type, message])).toEqual(
			fails === undefined ? [] : [['config_error', fails]],
		);
		expect([run.code, run.signal, run.stderr]).toEqual([fails === undefined ? 0 : 1, null, '']);
		expect(world.held()).toEqual(holds);
		expect(countsOf(run.states)).toEqual(counts);
		if (fails === undefined) expect(asTheyCame(run.states, text)).toEqual(statesIn(text));
		expect(run.output).not.toContain('COMPLETE');
		more?.(run, world);
	});

	it('every byte on its own', async () => {
		const world = await createWorld({ streams: [people] });
		const connector = world.start();
		for (const byte of readFileSync(new URL('letters.jsonl', FOLDER))) {
			await connector.write(Uint8Array.of(byte));
		}
		const run = await connector.end();
		expect([run.code, world.held(), run.states.length]).toEqual([0, CASES.letters?.holds, 1]);
	});

	it('a record of 20 MB', async () => {
		const world = await createWorld({ streams: [people] });
		const big = record({ id: 'big', essay: 'ž'.repeat(10_000_000) });
		const run = await world.write(record({ id: 'a' }) + big + state(2) + record({ id: 'b' }));
		expect([run.code, world.held()]).toEqual([0, ['a', 'b']]);
		expect(countsOf(run.states)).toEqual([[1, 1]]);
		expect(run.logs.join('\n')).toContain('Rejected (person_too_large): record 2 of people');
	});

	it('a state of 20 MB', async () => {
		const world = await createWorld({ streams: [people] });
		const line = `{"type":"STATE","state":{"data":{"x":"${'\\"ž{'.repeat(4_000_000)}"}}}`;
		const run = await world.write(`${record({ id: 'a' })}${line}\n${record({ id: 'b' })}`);
		expect([run.code, world.held()]).toEqual([0, ['a', 'b']]);
		expect(countsOf(run.states)).toEqual([[1, 0]]);
		expect(run.states[0] !== undefined && withoutStats(run.states[0]) === line).toBe(true);
	});
});

/** States without their statistics, or with null in their place where that is what the text has. */
const asTheyCame = (states: readonly string[], text: string) =>
	states.map((line) => {
		const withNull = withoutStats(line, 'null');
		return text.includes(withNull) ? withNull : withoutStats(line);
	});
