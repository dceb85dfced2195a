import { describe, expect, it } from 'vitest';
import { type Checkpoint, Checkpoints } from '../../connectors/airbyte/checkpoints';
import { progressText, rejectionText } from '../../connectors/airbyte/logMessages';
import { RejectionPolicy } from '../../connectors/airbyte/rejectionPolicy';
import { readCatalog, readSettings } from '../../connectors/airbyte/settings';
import type { Stream } from '../../connectors/airbyte/stream';
import { Streams } from '../../connectors/airbyte/streams';
import { vocabulary } from '../../connectors/airbyte/vocabulary';
import type { FlameupError } from '../../src/errors';
import type { Outcome } from '../../src/loading/outcomes';
import { noCounts } from '../../src/loading/report';
import { describe as describeProblem, paragraph } from '../../src/texts';
import { catalogOf } from './world.mts';

type Ending = 'created' | 'updated' | 'merged' | 'uncounted' | 'rejected' | 'deleted' | 'skipped';

const REJECTION = {
	code: 'refused',
	status: 400,
	said: 'Ada!',
	fields: ['email'],
	userId: 'u1',
} as const;

/** Streams a and b without a network: records are settled at once, states go out when allowed. */
function setUp(rejected: object = {}) {
	const settings = readSettings(JSON.stringify({ api_key: 'key', rejected_records: rejected }));
	const catalog = readCatalog(JSON.stringify(catalogOf([{ name: 'a' }, { name: 'b' }])));
	const streams = new Streams(catalog, settings);
	const stats = { requests: 0, rateLimited: 0, faults: 0, waitedMs: 0, waitingUntil: 0 };
	const printed: string[] = [];
	const failures: FlameupError[] = [];
	const policy = new RejectionPolicy(settings.rejected_records, streams.totals, (error) =>
		failures.push(error),
	);
	const checkpoints = new Checkpoints({
		streams,
		policy,
		stats,
		acknowledges: true,
		printState: (line) => printed.push(line),
	});

	const stream = (name: string): Stream => {
		const found = streams.find({ name });
		if (found === undefined) throw new Error(`No stream ${name}.`);
		return found;
	};

	/** A record arrives; calling the result settles it. */
	function take(name: string): (ending: Ending) => void {
		const ref = streams.receive(stream(name));
		return (ending) => {
			if (ending === 'deleted') return streams.delete(ref);
			if (ending === 'skipped') return streams.skip(ref);
			const outcomes = {
				created: { status: 'upserted', ref, change: 'created' },
				updated: { status: 'upserted', ref, change: 'updated' },
				merged: { status: 'upserted', ref, merged: true },
				uncounted: { status: 'upserted', ref },
				rejected: { status: 'rejected', ref, rejection: REJECTION },
			} satisfies Record<Exclude<Ending, 'deleted' | 'skipped'>, Outcome<typeof ref>>;
			const outcome = outcomes[ending];
			streams.settle(outcome);
			policy.judge(outcome);
			if (outcome.status === 'upserted') checkpoints.releaseWithheld();
		};
	}

	/** A state arrives; `undefined` is a global one, `none` that of a stream that was not selected. */
	function mark(owner?: string): Checkpoint {
		const all = [...streams.values()];
		const owners = owner === undefined ? all : owner === 'none' ? [] : [stream(owner)];
		return checkpoints.take('{"state":{}}', owners);
	}

	const statsOf = () => printed.map((line) => JSON.parse(line).state.destinationStats);

	/** What went out, as [recordCount, rejected, created, updated, merged, requests]. */
	const counts = () =>
		statsOf().map(({ additionalStats: more, ...own }) => {
			const { created, merged, requests, updated } = more;
			return [own.recordCount, own.rejectedRecordCount, created, updated, merged, requests];
		});

	const complaints = () =>
		failures.map(({ problem }) => paragraph(describeProblem(problem, vocabulary())));

	return { checkpoints, policy, stats, streams, take, mark, counts, statsOf, complaints };
}

/** Settles at once: `a:created` is a record of a, `a!` a state of a, `!` a global one. */
function play(story: string, policy?: object) {
	const world = setUp(policy);
	for (const word of story.split(' ').filter((one) => one !== '')) {
		const [name = '', ending] = word.split(':');
		if (ending !== undefined) world.take(name)(ending as Ending);
		else if (word === 'request') world.stats.requests++;
		else world.checkpoints.release(world.mark(word === '!' ? undefined : word.slice(0, -1)));
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
		['of a global state', 'a:created b:updated !', [[2, 0, 1, 1, 0, 0]]],
		[
			'of a global state after a stream state',
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
			'and the requests since the last state of any stream',
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

	it('include records handled without being sent, and list them separately too', () => {
		// Airbyte compares recordCount + rejectedRecordCount with what the source has sent.
		const world = play('a:created a:deleted a:deleted a:rejected a! b:skipped b! a:deleted !');
		expect(world.statsOf()).toMatchObject([
			{
				recordCount: 3,
				rejectedRecordCount: 1,
				additionalStats: { created: 1, deleted_in_source: 2 },
			},
			{ recordCount: 1, rejectedRecordCount: 0, additionalStats: { skipped: 1 } },
			{ recordCount: 1, rejectedRecordCount: 0, additionalStats: { deleted_in_source: 1 } },
		]);
		expect(world.statsOf()[1].additionalStats).not.toHaveProperty('deleted_in_source');
	});

	it('include the broken lines before it, whichever stream it is of', () => {
		const world = setUp();
		const broken = () => {
			const ref = world.streams.receive(world.streams.input);
			const rejection = { code: 'unreadable_line' } as const;
			world.streams.settle({ status: 'rejected', ref, rejection });
		};
		world.take('a')('created');
		broken();
		broken();
		world.checkpoints.release(world.mark('none'));
		broken();
		world.checkpoints.release(world.mark('b'));
		world.checkpoints.release(world.mark());
		expect(world.counts()).toEqual([
			[0, 2, 0, 0, 0, 0],
			[0, 1, 0, 0, 0, 0],
			[1, 0, 1, 0, 0, 0],
		]);
	});

	it('belong to the records before it, even when later ones are settled first', () => {
		const { checkpoints, counts, mark, take } = setUp();
		const first = take('a');
		const state = mark('a');
		const second = take('a');
		const next = mark('a');
		second('created');
		first('updated');
		checkpoints.release(state);
		checkpoints.release(next);
		expect(counts()).toEqual([
			[1, 0, 0, 1, 0, 0],
			[1, 0, 1, 0, 0, 0],
		]);
	});
});

describe('a state', () => {
	it.each([
		['waits while all records were rejected', 'a:rejected a! a!', 0],
		['goes out once a record was accepted', 'a:rejected a! a! b:created', 2],
		['does not wait when no record was rejected', 'a! b!', 2],
	])('%s', (_name, story, states) => {
		expect(play(story).counts()).toHaveLength(states);
	});

	it('includes its rejected records after it had to wait', () => {
		expect(play('a:rejected a! a:rejected a:created a!').counts()).toEqual([
			[0, 1, 0, 0, 0, 0],
			[1, 1, 1, 0, 0, 0],
		]);
	});
});

const CREATED = 'a:created ';
const REJECTED = 'a:rejected ';

describe('the policy of rejected records', () => {
	const first = { policy: 'fail_at_first' };
	const above = { policy: 'fail_above', max_count: 2 };
	const percent = { policy: 'fail_above', max_percent: 50 };
	const both = { policy: 'fail_above', max_count: 60, max_percent: 50 };
	const refused = 'Flameup refused the person. Flameup answered 400 (field: email).';
	const after = 'Correct the source or the mapping, then run the sync again.';

	it.each([
		['first: none', 'a:created a!', first, 1, undefined],
		[
			'first: the first',
			'a:created a! a:rejected a! a:created a!',
			first,
			1,
			`A record was rejected. rejected_records.policy is fail_at_first. It was record 2 of a (refused). ${refused} ${after}`,
		],
		['count: as many as there may be', 'a:created a:rejected b:rejected !', above, 1, undefined],
		[
			'count: one more',
			'a:created a:rejected b:rejected ! b:rejected ! a:created !',
			above,
			1,
			`Too many records were rejected. rejected_records.max_count allows 2, but 3 were rejected. The last one was record 2 of b (refused). ${refused} ${after}`,
		],
		['percent: nothing at all', '!', percent, 1, undefined],
		['percent: half of a few is half of them', `${CREATED}${REJECTED}!`, percent, 1, undefined],
		[
			'percent: more than half of a few, evaluated at the end',
			`${CREATED}! ${REJECTED}! ${REJECTED}! !`,
			percent,
			2,
			`Too many records were rejected. rejected_records.max_percent allows 50%, but 66.7% of 3 records were rejected. ${after}`,
		],
		[
			'percent: more than half of 99 is not evaluated before the end',
			`${REJECTED.repeat(60)}${CREATED.repeat(39)}! ${CREATED.repeat(60)}!`,
			percent,
			0,
			'but 60.0% of 100 records were rejected.',
		],
		[
			'percent: more than half of 98, but not at the end; the states wait for it',
			`${REJECTED.repeat(49)}! ${CREATED.repeat(49)}!`,
			percent,
			2,
			undefined,
		],
		[
			'percent: good at first, then more than half of a few: no state from there on',
			`${CREATED.repeat(10)}! ${REJECTED.repeat(10)}! ${REJECTED}! ${CREATED.repeat(1)}! ${REJECTED.repeat(2)}!`,
			percent,
			4,
			'but 54.2% of 24 records were rejected.',
		],
		[
			'percent: crossed at the 100th, which is a good one',
			`${REJECTED.repeat(51)}${CREATED.repeat(48)}! ${CREATED}! ${CREATED.repeat(99)}!`,
			percent,
			0,
			'but 51.0% of 100 records were rejected.',
		],
		[
			'percent: crossed far behind the 100th',
			`${CREATED.repeat(100)}! ${REJECTED.repeat(100)}! ${REJECTED}! ${CREATED.repeat(300)}!`,
			percent,
			2,
			'but 50.2% of 201 records were rejected. The last one was record 201 of a (refused).',
		],
		[
			'both: the count comes first',
			`${CREATED.repeat(100)}! ${REJECTED.repeat(61)}!`,
			both,
			1,
			'rejected_records.max_count allows 60, but 61 were rejected.',
		],
		[
			'both: the share comes first',
			`${CREATED.repeat(49)}! ${REJECTED.repeat(51)}!`,
			both,
			1,
			'rejected_records.max_percent allows 50%, but 51.0% of 100 records were rejected.',
		],
		['skip: all of one stream', 'a:rejected a! b:created b!', {}, 2, undefined],
		['skip: nearly all of very many', `${REJECTED.repeat(999)}! ${CREATED}!`, {}, 2, undefined],
		['skip: all of 19', `${REJECTED.repeat(19)}!`, {}, 1, undefined],
		[
			'skip: all of 20',
			`${REJECTED.repeat(20)}!`,
			{},
			0,
			'None of the 20 records could be sent. Most of them were rejected as refused. Flameup refused the person. Correct the mapping or the source, then run the sync again.',
		],
		[
			'skip: all of 20 but one that was deleted',
			`a:deleted ${REJECTED.repeat(19)}!`,
			{},
			1,
			undefined,
		],
	])('%s', (_name, story, rejected, states, complaint) => {
		const { checkpoints, complaints, counts, policy } = play(story, rejected);
		policy.judgeEnd();
		checkpoints.releaseWithheld();
		expect(counts()).toHaveLength(states);
		expect(complaints()).toEqual(
			complaint === undefined ? [] : [expect.stringContaining(complaint)],
		);
	});
});

describe('a rejected record in the log', () => {
	const hash = (text: string) => `#${text.length}`;
	const { streams } = setUp();
	const ref = streams.receive(streams.find({ name: 'a' }) ?? streams.input);

	it.each([
		[
			'by hash, and without what Flameup says',
			false,
			'Rejected (refused): record 1 of a, user ID hash #2. Flameup refused the person. Flameup answered 400 (field: email).',
		],
		[
			'by name and in the words of Flameup when asked for',
			true,
			'Rejected (refused): record 1 of a, user ID u1. Flameup refused the person. Flameup says: Ada!',
		],
	])('%s', (_name, showsValues, expected) => {
		expect(rejectionText(ref, REJECTION, hash, vocabulary(showsValues))).toBe(expected);
	});

	it('by its line when it belongs to no stream', () => {
		const line = streams.receive(streams.input, 1_234);
		expect(rejectionText(line, { code: 'unreadable_line' }, hash, vocabulary())).toBe(
			'Rejected (unreadable_line): line 1,234 of the input. The line is not a JSON object.',
		);
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
			'25,000 records read, 24,000 upserted (200 a second), 1 rejected. The allowance is used up; the next request is sent in 12 s.',
		],
		['before anything', noCounts(), stats, '0 records read, 0 upserted (0 a second), 0 rejected.'],
		[
			'after one record',
			{ ...noCounts(), received: 1 },
			{ ...stats, waitingUntil: 121_500 },
			'1 record read, 0 upserted (0 a second), 0 rejected. The allowance is used up; the next request is sent in 1.5 s.',
		],
	])('%s', (_name, counts, said, expected) => {
		expect(progressText(counts, said, 0, 120_000)).toBe(expected);
	});
});
