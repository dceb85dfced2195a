import { closeSync, openSync, writeSync } from 'node:fs';

const STREAM = { name: 'people', namespace: 'crm' };
const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

/** In `languages`, two thirds of the rows hold text outside Latin-1, which V8 stores as two-byte strings. */
const PLACES = [
	{ first: 'José', last: 'Núñez Ibáñez', city: 'Málaga', street: 'Calle Ángel', country: 'ES' },
	{ first: 'Priya', last: 'Ramachandran', city: 'Chennai', street: 'Anna Salai', country: 'IN' },
	{ first: 'Grace', last: "O'Connor", city: 'Cork', street: 'South Mall', country: 'IE' },
	{ first: 'Łukasz', last: 'Wiśniewski', city: 'Łódź', street: 'Piotrkowska', country: 'PL' },
	{ first: 'Олена', last: 'Шевченко', city: 'Київ', street: 'Хрещатик', country: 'UA' },
	{ first: 'Ελένη', last: 'Παπαδοπούλου', city: 'Αθήνα', street: 'Ερμού', country: 'GR' },
	{ first: '美咲', last: '佐藤', city: '大阪市', street: '北区梅田', country: 'JP' },
	{ first: 'ليلى', last: 'الحسن', city: 'عمّان', street: 'شارع مكة', country: 'JO' },
	{ first: 'Zoë 🌻', last: 'van den Berg', city: 'Utrecht', street: 'Oudegracht', country: 'NL' },
] as const;
const PLAIN = [
	{ first: 'Grace', last: "O'Connor", city: 'Cork', street: 'South Mall', country: 'IE' },
	{ first: 'Priya', last: 'Ramachandran', city: 'Chennai', street: 'Anna Salai', country: 'IN' },
	{ first: 'Jan', last: 'van den Berg', city: 'Utrecht', street: 'Oudegracht', country: 'NL' },
] as const;
const PLANS = ['free', 'team', 'business', null] as const;
const TAGS = ['newsletter', 'beta', 'webinar', 'trial', 'partner'] as const;

/** The kinds of data, and what is particular about each. */
export const KINDS = {
	ascii: 'plain ASCII',
	languages: 'several languages',
	numbers: 'several languages, doubles of 16 and 17 digits, IDs above 2^53, repeated people',
} as const;
export type Kind = keyof typeof KINDS;

/** The size of a source file, the number of records before each STATE, and the kind of data. */
export type Shape = {
	records: number;
	perState: number;
	seed: number;
	kind: Kind;
	/** Every record of this many differs from the same source without this member; by default none does. */
	changedEvery?: number;
};

/** In `numbers`, every record of this many repeats the person of an earlier one. */
const REPEAT_EVERY = 20;
const REPEAT_BACK = 7;

/** The number of different people in a source. */
export const peopleOf = ({ kind, records }: Shape) =>
	kind === 'numbers' ? records - Math.floor(records / REPEAT_EVERY) : records;

const [INTEGER, TEXT] = [{ type: 'integer' }, { type: 'string' }];

/** The number of records that differ from an earlier source. */
export const changedOf = ({ changedEvery, records }: Shape) =>
	changedEvery === undefined ? 0 : Math.floor(records / changedEvery);

/** The configured catalog for every source file; sources often declare only some of the columns. */
export const CATALOG = {
	streams: [
		{
			stream: {
				...STREAM,
				json_schema: { type: 'object', properties: { id: INTEGER, email: TEXT } },
				supported_sync_modes: ['full_refresh', 'incremental'],
				source_defined_primary_key: [['id']],
			},
			sync_mode: 'incremental',
			cursor_field: ['updated_at'],
			destination_sync_mode: 'append_dedup',
			primary_key: [['id']],
		},
	],
};

/** Writes the source's messages to a file; the same shape gives the same bytes. */
export function writeRecords(path: string, shape: Shape) {
	const file = openSync(path, 'w');
	let block = '';
	for (const { record, state } of steps(shape)) {
		block += state === undefined ? record : record + state;
		if (block.length > 500_000) {
			writeSync(file, block);
			block = '';
		}
	}
	writeSync(file, block);
	closeSync(file);
}

/** The source's lines: each record, and the STATE after it if there is one. */
export function* steps(shape: Shape): Generator<{ record: string; state: string | undefined }> {
	const random = randomFrom(shape.seed);
	for (let id = 1; id <= shape.records; id++) {
		const isLast = id % shape.perState === 0 || id === shape.records;
		const state = isLast ? `${stateLine(stateAt(id, shape))}\n` : undefined;
		yield { record: `${recordLine(id, shape, random)}\n`, state };
	}
}

/** The `state` values of a source file's STATE messages, in order. */
export function* states(shape: Shape) {
	for (let id = shape.perState; id < shape.records; id += shape.perState) yield stateAt(id, shape);
	yield stateAt(shape.records, shape);
}

function stateAt(id: number, { perState }: Shape) {
	return {
		id: Math.ceil(id / perState),
		type: 'STREAM',
		stream: {
			stream_descriptor: STREAM,
			stream_state: { updated_at: timestamp(START + id * 1000), id, snapshot: null },
		},
		sourceStats: { recordCount: id % perState || perState },
	};
}

const stateLine = (state: object) => JSON.stringify({ type: 'STATE', state });

function recordLine(
	number: number,
	{ changedEvery = Infinity, kind }: Shape,
	random: (below: number) => number,
) {
	const places = kind === 'ascii' ? PLAIN : PLACES;
	const place = places[random(places.length)] ?? PLAIN[0];
	const updated = START + number * 1000 + (number % changedEvery === 0 ? DAY : 0);
	const repeats = kind === 'numbers' && number % REPEAT_EVERY === 0;
	const id = repeats ? number - REPEAT_BACK : number;
	return JSON.stringify({
		type: 'RECORD',
		record: {
			stream: STREAM.name,
			namespace: STREAM.namespace,
			data: {
				id,
				email: `user.${id}@mail${random(50)}.example.com`,
				first_name: place.first,
				last_name: place.last,
				phone: `+${1 + random(98)} ${200 + random(800)} ${1_000_000 + random(9_000_000)}`,
				created_at: timestamp(START - random(49 * DAY)),
				updated_at: timestamp(updated),
				last_seen_at: timestamp(updated - random(30 * DAY)),
				address: {
					street: `${place.street} ${1 + random(200)}`,
					city: place.city,
					postal_code: String(10_000 + random(90_000)),
					country: place.country,
				},
				plan: PLANS[random(PLANS.length)],
				score: random(100_000) / 100,
				opted_in: random(2) === 1,
				tags: TAGS.slice(random(3), 3 + random(3)),
				visits: [random(50), random(50), random(50)],
				...(kind === 'numbers' && longNumbers(number, random)),
				company: null,
				deleted_at: null,
			},
			emitted_at: updated,
		},
	});
}

/** As exports of warehouses have them; the ID is one that a double cannot hold. */
const longNumbers = (number: number, random: (below: number) => number) => ({
	latitude: 36 + random(1_000_000) / 7_000_001,
	longitude: -4 - random(1_000_000) / 9_000_001,
	churn_risk: random(1_000_000) / 1_000_003,
	account_id: rawJSON(String(2n ** 53n + 2n * BigInt(number) + 1n)),
});

/** Not in TypeScript's library yet. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

const timestamp = (ms: number) => new Date(ms).toISOString();

/** Marsaglia's xorshift: numbers below a bound, the same sequence for the same seed. */
function randomFrom(seed: number) {
	let state = Math.imul(seed, 2_654_435_761) | 1;
	return (below: number) => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) % below;
	};
}
