import { describe, expect, it } from 'vitest';
import { createAccounts } from '../../connectors/airbyte/accounts';
import { type Checkpoint, takeCheckpoint } from '../../connectors/airbyte/checkpoints';
import { progressText } from '../../connectors/airbyte/sentences';
import { readCatalog, readSettings } from '../../connectors/airbyte/settings';
import { createStreams, findStream, type Stream } from '../../connectors/airbyte/streams';
import type { ConfigError } from '../../src/errors';
import type { Outcome } from '../../src/loading/loader';
import { noCounts } from '../../src/loading/report';
import { catalogOf } from './world.mts';

type Ending = 'created' | 'updated' | 'merged' | 'uncounted' | 'rejected';

/** Streams a and b without a network: records are settled at once, states go out as they may. */
function setUp(policy: object = {}) {
	const settings = readSettings(JSON.stringify({ api_key: 'key', rejected_records: policy }));
	const catalog = readCatalog(JSON.stringify(catalogOf([{ name: 'a' }, { name: 'b' }])));
	const streams = createStreams(catalog, settings);
	const stats = { requests: 0, rateLimited: 0, faults: 0, waitedMs: 0, waitingUntil: 0 };
	const printed: string[] = [];
	const logged: string[] = [];
	const failures: ConfigError[] = [];
	const accounts = createAccounts({
		policy: settings.rejected_records,
		streams: [...streams.values()],
		stats,
		acknowledges: true,
		printState: (line) => printed.push(line),
		log: (_level, text) => logged.push(text),
		hash: (text) => `#${text.length}`,
		onOverLimit: (error) => failures.push(error),
	});

	const stream = (name: string): Stream => {
		const found = findStream(streams, { name });
		if (found === undefined) throw new Error(`No stream ${name}.`);
		return found;
	};

	/** A record comes in; it is settled when the result is called. */
	function take(name: string): (ending: Ending) => void {
		const { incoming: counts, report } = stream(name);
		accounts.totals.received++;
		report.received++;
		counts.received++;
		const ref = { stream: stream(name), number: report.received, counts };
		return (ending) => {
			const rejection = { code: 'refused', reason: 'No.', userId: 'u1', detail: 'Ada!' } as const;
			const upserted = {
				created: { status: 'upserted', ref, change: 'created' },
				updated: { status: 'upserted', ref, change: 'updated' },
				merged: { status: 'upserted', ref, merged: true },
				uncounted: { status: 'upserted', ref },
				rejected: { status: 'rejected', ref, rejection },
			} satisfies Record<Ending, Outcome<typeof ref>>;
			accounts.settled(upserted[ending]);
		};
	}

	/** A state comes in; `undefined` is everybody's, `none` that of a stream that was not selected. */
	function mark(owner?: string): Checkpoint {
		const all = [...streams.values()];
		const owners = owner === undefined ? all : owner === 'none' ? [] : [stream(owner)];
		return takeCheckpoint('{"state":{}}', owners, all);
	}

	/** What went out, as [recordCount, rejected, created, updated, merged, requests]. */
	const counts = () =>
		printed.map((line) => {
			const { additionalStats: more, ...own } = JSON.parse(line).state.destinationStats;
			const { created, merged, requests, updated } = more;
			return [own.recordCount, own.rejectedRecordCount, created, updated, merged, requests];
		});

	return { accounts, stats, take, mark, counts, logged, failures };
}

/** Settles in one breath: `a:created` is a record of a, `a!` a state of a, `!` one of everybody. */
function play(story: string, policy?: object) {
	const world = setUp(policy);
	for (const word of story.split(' ').filter((one) => one !== '')) {
		const [name = '', ending] = word.split(':');
		if (ending !== undefined) world.take(name)(ending as Ending);
		else if (word === 'request') world.stats.requests++;
		else world.accounts.release(world.mark(word === '!' ? undefined : word.slice(0, -1)));
	}
	return world;
}

describe('the counts of a state', () => {
	it.each([
		['none before the first record', 'a!', [[0, 0, 0, 0, 0, 0]]],
		[
			'every way to end',
			'a:created a:updated a:merged a:uncounted a:rejected a!',
			[[4, 1, 1, 1, 1, 0]],
		],
		[
			'only what came since the last',
			'a:created a! a:updated a:updated a!',
			[
				[1, 0, 1, 0, 0, 0],
				[2, 0, 0, 2, 0, 0],
			],
		],
		[
			'nothing twice',
			'a:created a! a!',
			[
				[1, 0, 1, 0, 0, 0],
				[0, 0, 0, 0, 0, 0],
			],
		],
		[
			'one stream only',
			'a:created b:updated a! b!',
			[
				[1, 0, 1, 0, 0, 0],
				[1, 0, 0, 1, 0, 0],
			],
		],
		[
			'of interleaved streams',
			'a:created b:created a! b:created a:created b! a!',
			[
				[1, 0, 1, 0, 0, 0],
				[2, 0, 2, 0, 0, 0],
				[1, 0, 1, 0, 0, 0],
			],
		],
		['of everybody', 'a:created b:updated !', [[2, 0, 1, 1, 0, 0]]],
		[
			'of everybody after one of one',
			'a:created b:created a! b:created !',
			[
				[1, 0, 1, 0, 0, 0],
				[2, 0, 2, 0, 0, 0],
			],
		],
		[
			'of a stream that was not selected',
			'a:created none! a!',
			[
				[0, 0, 0, 0, 0, 0],
				[1, 0, 1, 0, 0, 0],
			],
		],
		[
			'and the requests since the state before, whosever it is',
			'request request a:created a! request b:created b! b!',
			[
				[1, 0, 1, 0, 0, 2],
				[1, 0, 1, 0, 0, 1],
				[0, 0, 0, 0, 0, 0],
			],
		],
	])('%s', (_name, story, expected) => {
		expect(play(story).counts()).toEqual(expected);
	});

	it('belongs to the records before it, even when later ones are settled first', () => {
		const { accounts, counts, mark, take } = setUp();
		const first = take('a');
		const state = mark('a');
		const second = take('a');
		const next = mark('a');
		second('created');
		first('updated');
		accounts.release(state);
		accounts.release(next);
		expect(counts()).toEqual([
			[1, 0, 0, 1, 0, 0],
			[1, 0, 1, 0, 0, 0],
		]);
	});
});

describe('a state', () => {
	it.each([
		['waits while all there is was rejected', 'a:rejected a! a!', 0],
		['goes once somebody got through', 'a:rejected a! a! b:created', 2],
		['does not wait when nobody was rejected', 'a! b!', 2],
	])('%s', (_name, story, states) => {
		expect(play(story).counts()).toHaveLength(states);
	});

	it('takes its rejected records with it after it had to wait', () => {
		expect(play('a:rejected a! a:rejected a:created a!').counts()).toEqual([
			[0, 1, 0, 0, 0, 0],
			[1, 1, 1, 0, 0, 0],
		]);
	});
});

describe('too many rejected records', () => {
	const first = { policy: 'fail_at_first' };
	const above = { policy: 'fail_above', max_count: 2 };

	it.each([
		['none', 'a:created a!', first, 1, undefined],
		[
			'the first',
			'a:created a! a:rejected a! a:created a!',
			first,
			1,
			'Record 2 of a was rejected (refused): No. The sync stops, because it is to stop at the first rejected record.',
		],
		['as many as there may be', 'a:created a:rejected b:rejected !', above, 1, undefined],
		[
			'one more',
			'a:created a:rejected b:rejected ! b:rejected ! a:created !',
			above,
			1,
			'Record 2 of b was rejected (refused): No. The sync stops, because no more than 2 records may be rejected (max_count).',
		],
	])('%s', (_name, story, policy, states, complaint) => {
		const { counts, failures } = play(story, policy);
		expect(counts()).toHaveLength(states);
		expect(failures.map(({ message }) => message)).toEqual(complaint ? [complaint] : []);
	});

	const percent = { policy: 'fail_above', max_percent: 50 };
	it.each([
		['half of them is half of them', 'a:created a:rejected', percent, undefined],
		[
			'more than half of them',
			'a:created a:rejected a:rejected',
			percent,
			'66.7 % of the records were rejected, and no more than 50 % may be (max_percent). Correct the source, then refresh the streams.',
		],
		['nothing at all', '', percent, undefined],
		[
			'all of one stream',
			'a:rejected b:created',
			{},
			/^Every record of the stream a was rejected \(1\), most of them as refused\. No\. /,
		],
	])('judged at the end: %s', (_name, story, policy, complaint) => {
		const { accounts } = play(story, policy);
		if (complaint === undefined) expect(() => accounts.judge()).not.toThrow();
		else expect(() => accounts.judge()).toThrow(complaint);
	});
});

describe('a rejected record in the log', () => {
	it.each([
		['by hash', {}, 'Rejected (refused): record 1 of a, user ID hash #2. No.'],
		[
			'by name when asked for',
			{ include_values: true },
			'Rejected (refused): record 1 of a, user ID u1. Flameup says: Ada!',
		],
	])('%s', (_name, policy, expected) => {
		expect(play('a:rejected', policy).logged).toEqual([expected]);
	});

	it.each([
		[0, 0],
		[2, 4],
		[10, 6],
	])('at most %i of a stream', (samples, lines) => {
		const story = 'a:rejected '.repeat(3) + 'b:rejected '.repeat(3);
		expect(play(story, { samples }).logged).toHaveLength(lines);
	});
});

const stats = { requests: 120, rateLimited: 0, faults: 0, waitedMs: 0, waitingUntil: 0 };
const totals = { ...noCounts(), received: 25_000, upserted: 24_000, rejected: 1 };

describe('the line of progress', () => {
	it.each([
		[
			'while requests may go',
			totals,
			stats,
			'25,000 records read, 24,000 upserted (200 a second), 1 rejected.',
		],
		[
			'while the allowance is used up',
			totals,
			{ ...stats, waitingUntil: 132_000 },
			'25,000 records read, 24,000 upserted (200 a second), 1 rejected. The allowance is used up; the next request goes in 12 s.',
		],
		['before anything', noCounts(), stats, '0 records read, 0 upserted (0 a second), 0 rejected.'],
		[
			'after one record',
			{ ...noCounts(), received: 1 },
			{ ...stats, waitingUntil: 121_500 },
			'1 record read, 0 upserted (0 a second), 0 rejected. The allowance is used up; the next request goes in 1.5 s.',
		],
	])('%s', (_name, counts, said, expected) => {
		expect(progressText(counts, said, 0, 120_000)).toBe(expected);
	});
});
