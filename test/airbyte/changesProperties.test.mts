import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_URL } from '../core/fake-flameup.mts';
import { type S3Fate, s3Error } from '../core/fake-s3.mts';
import type { Objects } from '../core/fake-storage.mts';
import { record } from './input.mts';
import { createNights, type Night, type NightOptions, type Nights } from './nights.mts';

/** One record: a person in a version, and what is wrong with it. */
interface Given {
	readonly person: number;
	readonly version: string;
	readonly flaw: 'none' | 'bad email' | 'refused';
	/** How long the source waits afterwards. */
	readonly pauseMs: number;
}

/** How one run is disturbed. */
type Trouble =
	| { readonly what: 'nothing' }
	| { readonly what: 'killed in a request'; readonly request: number; readonly reaches: boolean }
	| { readonly what: 'killed in storage'; readonly at: number; readonly torn: number }
	| { readonly what: 'storage fails once'; readonly at: number }
	| { readonly what: 'storage vanishes'; readonly at: number }
	/** From then on the run finds an empty storage; the next run finds the old one again. */
	| { readonly what: 'storage is replaced'; readonly at: number }
	| { readonly what: 'storage hangs'; readonly at: number }
	/** After the run. */
	| { readonly what: 'last part is lost' | 'last part is emptied' };

type Kind =
	| 'usual'
	| 'another mapping'
	| 'no fingerprints'
	| 'another stream'
	/** The same one, in another way. */
	| 'address in another spelling'
	| 'workspace of the key';

interface Run {
	readonly records: readonly Given[];
	readonly trouble: Trouble;
	readonly kind: Kind;
	readonly seesEnded: boolean;
}

const given: fc.Arbitrary<Given> = fc.record({
	person: fc.nat(7),
	version: fc.constantFrom('A', 'B', 'C'),
	flaw: fc.constantFrom('none', 'none', 'none', 'none', 'bad email', 'refused'),
	pauseMs: fc.constantFrom(0, 0, 0, 100, 5_000, 400_000),
});

/** A run makes 25 operations in a folder, if somebody has changed; the fates of S3 count in twos. */
const MOST_OPERATIONS = 28;

const at = fc.nat(MOST_OPERATIONS);

const killedInStorage: fc.Arbitrary<Trouble> = fc.record({
	what: fc.constant('killed in storage' as const),
	at,
	torn: fc.constantFrom(0, 0.3, 0.9, 1),
});

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
	fc.constant({ what: 'nothing' as const }),
	fc.record({
		what: fc.constant('killed in a request' as const),
		request: fc.integer({ min: 1, max: 4 }),
		reaches: fc.boolean(),
	}),
	killedInStorage,
	fc.record({
		what: fc.constantFrom('storage fails once', 'storage vanishes', 'storage hangs'),
		at,
	}),
);

const loss: fc.Arbitrary<Trouble> = fc.oneof(
	fc.constant({ what: 'nothing' as const }),
	killedInStorage,
	fc.record({ what: fc.constant('storage is replaced' as const), at }),
	fc.record({ what: fc.constantFrom('last part is lost', 'last part is emptied') }),
);

const records = fc.array(given, { maxLength: 16 });

/** Most sources send people in the same order each time. */
const inOrder = records.map((all) => all.toSorted((a, b) => a.person - b.person));

const run: fc.Arbitrary<Run> = fc.record({
	records: fc.oneof(records, inOrder),
	trouble,
	kind: fc.constantFrom<Kind[]>(
		...(['usual', 'usual', 'usual', 'usual', 'usual', 'usual', 'usual', 'usual'] as const),
		...(['another mapping', 'no fingerprints', 'another stream'] as const),
		...(['address in another spelling', 'workspace of the key'] as const),
	),
	seesEnded: fc.boolean(),
});

/** So few people and versions that what is lost is often about someone who changes back. */
const losingRun: fc.Arbitrary<Run> = fc.record({
	records: fc.array(
		fc.record({
			person: fc.nat(2),
			version: fc.constantFrom('A', 'B'),
			flaw: fc.constant('none' as const),
			pauseMs: fc.constantFrom(0, 0, 400_000),
		}),
		{ maxLength: 5 },
	),
	trouble: loss,
	kind: fc.constant('usual' as const),
	seesEnded: fc.boolean(),
});

const line = ({ flaw, person, version }: Given): string =>
	record({
		id: `p${person}`,
		plan: version,
		...(flaw === 'bad email' && { email: 'nobody at home' }),
		...(flaw === 'refused' && { simulator_refuse: 'no' }),
	});

/** Long after all that a run does without trouble. */
const TERMINATED_MS = 20 * 60_000 + 400_000 * 16;

/** The first operation that the storage treats differently. */
const firstOf = (trouble: Trouble): number =>
	'at' in trouble && trouble.what !== 'storage is replaced' ? trouble.at : Number.POSITIVE_INFINITY;

function fateOf(
	trouble: Trouble,
	onOperation: (number: number, writes: string) => void,
): NonNullable<NightOptions['fate']> {
	let operations = 0;
	const from = firstOf(trouble);
	return {
		torn: trouble.what === 'killed in storage' ? trouble.torn : 0,
		before(operation, name) {
			const number = operations++;
			if (trouble.what === 'storage vanishes' && number >= from) return 'fails';
			if (trouble.what === 'storage hangs' && number >= from) return 'hangs';
			onOperation(number, operation === 'write' ? name : '');
			if (number !== from) return 'goes on';
			return trouble.what === 'killed in storage' ? 'never returns' : 'fails';
		},
	};
}

/** The same trouble, as requests to S3 meet it; those that fail may have been carried out. */
function s3FateOf(
	trouble: Trouble,
	onOperation: (number: number, writes: string) => void,
): NonNullable<NightOptions['s3']> {
	let requests = 0;
	const from = 2 * firstOf(trouble);
	return {
		before({ body, method }, name = ''): S3Fate {
			const number = requests++;
			const isLost = (body?.length ?? 0) % 2 === 0;
			const fails = isLost ? 'answer is lost' : s3Error(503, 'SlowDown');
			if (trouble.what === 'storage vanishes' && number >= from) return fails;
			if (trouble.what === 'storage hangs' && number >= from) return 'hangs';
			onOperation(number, method === 'PUT' ? name : '');
			if (number !== from) return 'goes on';
			return trouble.what === 'killed in storage' ? 'never returns' : fails;
		},
	};
}

/** One run; small batches, so that the versions of a person come to lie in one and in several. */
async function play(nights: Nights, one: Run, size: number): Promise<Night> {
	const { kind, records, seesEnded, trouble } = one;
	async function* input() {
		for (const given of records) {
			yield line(given);
			if (given.pauseMs > 0) await nights.clock.sleep(given.pauseMs);
		}
	}
	const replacement = replacementOf(trouble, nights);
	const night = await nights.night({
		input: input(),
		seesEnded,
		fate: fateOf(trouble, replacement.before),
		s3: s3FateOf(trouble, replacement.before),
		...(trouble.what === 'storage hangs' && { terminatedAfterMs: TERMINATED_MS }),
		...(trouble.what === 'killed in a request' && { killedAt: trouble }),
		...(kind === 'another stream' && { streams: ['people', 'others'] }),
		settings: {
			batches: { people_per_request: size },
			streams_share_user_ids: true,
			...(kind === 'no fingerprints' && { changes: 'send_all' }),
			...(kind === 'address in another spelling' && { api_url: `${API_URL}/` }),
			...(kind === 'workspace of the key' && { workspace_id: '' }),
			...(kind === 'another mapping' && { mapping: { exclude_columns: ['other'] } }),
		},
	});
	replacement.undo();
	spoil(trouble, nights.objects);
	return night;
}

/** The storage is lost once this run has its lock there: before, nobody could know. It is back after the run. */
function replacementOf(trouble: Trouble, { objects, runs }: Nights) {
	const run = `"run ${runs() + 1}"`;
	const isOwnLock = ([name, content]: [string, Buffer]) =>
		name.endsWith('.lock') && content.includes(run);
	let lost: Objects | undefined;
	return {
		before(number: number, writes: string): void {
			// A lock that is about to be renewed would turn up in the new storage.
			if (writes.endsWith('.lock')) return;
			const isDue = trouble.what === 'storage is replaced' && number >= trouble.at;
			if (!isDue || lost !== undefined || ![...objects].some(isOwnLock)) return;
			lost = new Map(objects);
			objects.clear();
		},
		undo(): void {
			if (lost === undefined) return;
			objects.clear();
			for (const [name, content] of lost) objects.set(name, content);
		},
	};
}

/** Loses or empties the last part of each journal. */
function spoil({ what }: Trouble, objects: Objects): void {
	if (what !== 'last part is lost' && what !== 'last part is emptied') return;
	const last = new Map<string, { readonly name: string; readonly order: number }>();
	for (const name of objects.keys()) {
		const [, folder, generation, number] = /(.*)\/(\d+)-(\d+)\.journal$/.exec(name) ?? [];
		if (folder === undefined) continue;
		const order = Number(generation) * 1_000 + Number(number);
		if (order > (last.get(folder)?.order ?? 0)) last.set(folder, { name, order });
	}
	for (const { name } of last.values()) {
		if (what === 'last part is lost') objects.delete(name);
		else objects.set(name, Buffer.alloc(0));
	}
}

const NOTHING = { received: 0, rejections: 0, unchanged: 0, upserted: 0 };

/** What sending every record would leave in Flameup, for each person of the run. */
function lastVersions(records: readonly Given[]): Map<string, string> {
	const last = new Map<string, string>();
	for (const { flaw, person, version } of records) {
		if (flaw === 'none') last.set(`p${person}`, version);
	}
	return last;
}

const heldBy = ({ people }: Nights, ids: Iterable<string>) =>
	new Map([...ids].map((id) => [id, people().get(id)?.traits.plan]));

/** Plays histories; after each completed run, Flameup must hold what sending everything would have left there. */
async function prove(
	storage: 'folder' | 's3',
	runs: fc.Arbitrary<Run[]>,
	numRuns: number,
): Promise<{ unchanged: number; completed: number; killed: number; failed: number }> {
	const seen = { unchanged: 0, completed: 0, killed: 0, failed: 0 };
	await fc.assert(
		fc.asyncProperty(
			runs,
			fc.constantFrom(1, 2, 100),
			fc.constantFrom('merge', 'replace'),
			async (runs, size, traits) => {
				const nights = createNights({ traits, storage });
				for (const one of runs) {
					const { ending, report } = await play(nights, one, size);
					seen[ending === undefined ? 'killed' : ending === 'completed' ? ending : 'failed']++;
					if (ending !== 'completed') continue;
					const expected = lastVersions(one.records);
					expect(heldBy(nights, expected.keys())).toEqual(expected);
					const { received, rejections, unchanged, upserted } = report ?? NOTHING;
					expect(received).toBe(upserted + unchanged + rejections);
					seen.unchanged += unchanged;
				}
			},
		),
		{ numRuns },
	);
	return seen;
}

it.each([
	['folder' as const, 400],
	['s3' as const, 200],
])(
	'with a storage such as %s, Flameup holds after each completed run what sending everything would have left there',
	async (storage, numRuns) => {
		const seen = await prove(storage, fc.array(run, { minLength: 2, maxLength: 7 }), numRuns);
		// It proves nothing unless people were left out, and runs ended in each way.
		for (const times of Object.values(seen)) expect(times).toBeGreaterThan(30);
	},
);

it.each(['folder', 's3'] as const)('so it does if a %s loses what it held', async (storage) => {
	const seen = await prove(storage, fc.array(losingRun, { minLength: 3, maxLength: 5 }), 150);
	for (const times of [seen.unchanged, seen.completed, seen.failed]) {
		expect(times).toBeGreaterThan(30);
	}
});

/** One run with one person in this version. */
const runOf = (version: string, trouble: Trouble = { what: 'nothing' }): Run => ({
	records: version === '' ? [] : [{ person: 1, version, flaw: 'none', pauseMs: 0 }],
	trouble,
	kind: 'usual',
	seesEnded: true,
});

const LOSSES = ['last part is lost', 'last part is emptied'] as const;

const killedAt = (version: string, at: number): Run =>
	runOf(version, { what: 'killed in storage', at, torn: 0 });

describe.each(['folder', 's3'] as const)('so it does if in a %s', (storage) => {
	describe.each(LOSSES)('the %s', (what) => {
		/** Plays runs for each operation in which one of them is killed; Flameup must hold version A at the end. */
		async function proveForEach(runs: (at: number) => readonly (Run | 'loss')[]): Promise<void> {
			for (let at = 0; at <= MOST_OPERATIONS; at++) {
				const nights = createNights({ storage });
				for (const one of runs(at)) {
					if (one === 'loss') spoil({ what }, nights.objects);
					else await play(nights, one, 1);
				}
				expect([at, nights.people().get('p1')?.traits.plan]).toEqual([at, 'A']);
			}
		}

		it.each(['', 'A', 'C'])('before a run that is killed in any operation (%j)', (version) =>
			proveForEach((at) => [runOf('A'), runOf('B'), 'loss', killedAt(version, at), runOf('A')]),
		);

		it('after a run that was killed in any operation', () =>
			proveForEach((at) => [runOf('A'), killedAt('B', at), 'loss', runOf('A')]));

		it('after each of two runs that were killed in any operation', () =>
			proveForEach((at) => [
				runOf('A'),
				killedAt('B', at),
				'loss',
				killedAt('C', at),
				'loss',
				runOf('A'),
			]));
	});
});
