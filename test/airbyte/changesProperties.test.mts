import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type S3Fate, s3Error } from '../core/fake-s3.mts';
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
	| { readonly what: 'storage vanishes'; readonly at: number };

interface Run {
	readonly records: readonly Given[];
	readonly trouble: Trouble;
	readonly kind: 'usual' | 'another mapping' | 'no fingerprints' | 'another stream';
	readonly seesEnded: boolean;
}

const given: fc.Arbitrary<Given> = fc.record({
	person: fc.nat(7),
	version: fc.constantFrom('A', 'B', 'C'),
	flaw: fc.constantFrom('none', 'none', 'none', 'none', 'bad email', 'refused'),
	pauseMs: fc.constantFrom(0, 0, 0, 100, 5_000, 400_000),
});

const at = fc.nat(24);

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
	fc.constant({ what: 'nothing' as const }),
	fc.record({
		what: fc.constant('killed in a request' as const),
		request: fc.integer({ min: 1, max: 4 }),
		reaches: fc.boolean(),
	}),
	fc.record({
		what: fc.constant('killed in storage' as const),
		at,
		torn: fc.constantFrom(0, 0.3, 0.9, 1),
	}),
	fc.record({ what: fc.constantFrom('storage fails once', 'storage vanishes'), at }),
);

const run: fc.Arbitrary<Run> = fc.record({
	records: fc.array(given, { maxLength: 16 }),
	trouble,
	kind: fc.constantFrom(
		...(['usual', 'usual', 'usual', 'usual', 'usual', 'usual'] as const),
		...(['another mapping', 'no fingerprints', 'another stream'] as const),
	),
	seesEnded: fc.boolean(),
});

const line = ({ flaw, person, version }: Given): string =>
	record({
		id: `p${person}`,
		plan: version,
		...(flaw === 'bad email' && { email: 'nobody at home' }),
		...(flaw === 'refused' && { simulator_refuse: 'no' }),
	});

function fateOf(trouble: Trouble): NonNullable<NightOptions['fate']> {
	let operations = 0;
	const from = 'at' in trouble ? trouble.at : Number.POSITIVE_INFINITY;
	return {
		torn: trouble.what === 'killed in storage' ? trouble.torn : 0,
		before() {
			const number = operations++;
			if (trouble.what === 'storage vanishes' && number >= from) return 'fails';
			if (number !== from) return 'goes on';
			return trouble.what === 'killed in storage' ? 'never returns' : 'fails';
		},
	};
}

/** The same trouble, as requests to S3 meet it; those that fail may have been carried out. */
function s3FateOf(trouble: Trouble): NonNullable<NightOptions['s3']> {
	let requests = 0;
	const from = 'at' in trouble ? 2 * trouble.at : Number.POSITIVE_INFINITY;
	return {
		before({ body }): S3Fate {
			const number = requests++;
			const isLost = (body?.length ?? 0) % 2 === 0;
			const fails = isLost ? 'answer is lost' : s3Error(503, 'SlowDown');
			if (trouble.what === 'storage vanishes' && number >= from) return fails;
			if (number !== from) return 'goes on';
			return trouble.what === 'killed in storage' ? 'never returns' : fails;
		},
	};
}

/** One run; small batches, so that the versions of a person come to lie in one and in several. */
function play(nights: Nights, one: Run, size: number): Promise<Night> {
	const { kind, records, seesEnded, trouble } = one;
	async function* input() {
		for (const given of records) {
			yield line(given);
			if (given.pauseMs > 0) await nights.clock.sleep(given.pauseMs);
		}
	}
	return nights.night({
		input: input(),
		seesEnded,
		fate: fateOf(trouble),
		s3: s3FateOf(trouble),
		...(trouble.what === 'killed in a request' && { killedAt: trouble }),
		...(kind === 'another stream' && { streams: ['people', 'others'] }),
		settings: {
			batches: { people_per_request: size },
			streams_share_user_ids: true,
			...(kind === 'no fingerprints' && { changes: 'send_all' }),
			...(kind === 'another mapping' && { mapping: { exclude_columns: ['other'] } }),
		},
	});
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

it.each([
	['folder' as const, 400],
	['s3' as const, 200],
])(
	'with a storage such as %s, Flameup holds after each completed run what sending everything would have left there',
	async (storage, numRuns) => {
		const seen = { unchanged: 0, completed: 0, killed: 0, failed: 0 };
		await fc.assert(
			fc.asyncProperty(
				fc.array(run, { minLength: 2, maxLength: 7 }),
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
		// It proves nothing unless people were left out, and runs ended in each way.
		for (const times of Object.values(seen)) expect(times).toBeGreaterThan(30);
	},
);
