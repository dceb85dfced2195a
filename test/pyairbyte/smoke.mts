import { awkward } from './awkward.mts';
import { heldBy, merged, samePeople, smokePersonOf, type Wanted } from './people.mts';
import { flameup, type Stage } from './stage.mts';
import type { Message, Taken } from './taps.mts';

interface SmokeResult {
	success: boolean;
	records_delivered: number;
	preflight_passed: boolean;
	error: string | null;
}

const lost = 'schema_with_no_primary_key';

const people = {
	name: 'people',
	json_schema: { type: 'object', properties: { user_id: {}, email: {}, first_name: {} } },
	primary_key: [['user_id']],
	records: awkward.map(({ row }) => row),
};

/** What became of the smoke test with and without a fallback for the user ID. */
interface Smoked {
	fallback: Smoke;
	plain: Smoke;
}

/** PyAirbyte's own smoke test of a destination, and a scenario of awkward people in it. */
export async function runSmoke(stage: Stage): Promise<Smoked> {
	const mapping = { user_id_columns: ['user_id', 'id', 'event_id'] };
	const fallback = await smoke(stage, 'smoke-fallback', { mapping }, true);
	return { fallback, plain: await smoke(stage, 'smoke-plain', {}, false) };
}

/** Looks at what became of it. */
export async function checkSmoke(stage: Stage, smoked: Promise<Smoked>) {
	const { fallback, plain } = await smoked;
	checkFallback(stage, fallback);
	checkPlain(stage, plain);
}

/** A user ID from whatever column the scenarios have: everything is taken. */
function checkFallback(stage: Stage, { result, runs, held }: Smoke) {
	const { check, same } = stage;
	const [preflight, write] = runs;
	check('with a fallback for the user ID, it passes', result?.success === true, result);
	same('the preflight as well', [result?.preflight_passed, runs.length], [true, 2]);
	if (!preflight || !write) return;

	const sent = rowsOf(write);
	const streams = new Set(sent.map(({ stream }) => stream));
	check('it sends all its scenarios', streams.size > 15 && sent.length > 1000, {
		streams: streams.size,
		records: sent.length,
	});
	same('and every awkward row', rowsNamed(sent, 'people').length, awkward.length);
	same('a record for each is delivered', result?.records_delivered, sent.length);

	const good = sent.filter(({ stream }) => stream !== 'people').map(({ data }) => data);
	const wanted = merged([
		...rowsOf(preflight).map(({ data }) => smokePersonOf(data)),
		...good.map(smokePersonOf),
		...awkward.flatMap(({ becomes }) => (typeof becomes === 'string' ? [] : [becomes])),
	]);
	samePeople(stage, 'Flameup holds exactly these people', held, wanted);

	const rejected = awkward.flatMap(({ becomes }) => (typeof becomes === 'string' ? becomes : []));
	const { received, upserted, rejected: found } = reportOf(write);
	same('rejected are the awkward rows that cannot be people', countsOf(found), tally(rejected));
	same(
		'everything has an outcome',
		[received, upserted],
		[sent.length, sent.length - rejected.length],
	);
}

/** Without one, the scenario that has no key at all is lost, and only that one. */
function checkPlain(stage: Stage, { result, runs, held }: Smoke) {
	const { check, same } = stage;
	const [write] = runs;
	same('by default, the smoke test fails', result?.success, false);
	check('because no row of the scenario without a key has a user ID', says(result?.error), result);
	if (!write) return;

	const others = rowsOf(write).filter(({ stream }) => ![lost, 'people'].includes(stream));
	const ids = new Set(others.map(({ data }) => String(data.id)));
	for (const { becomes } of awkward) if (typeof becomes !== 'string') ids.add(becomes.userId);
	same('everybody else is there', [...held.keys()].sort(), [...ids].sort());
}

const says = (error?: string | null) =>
	/AirbyteConnectorWriteError/.test(error ?? '') &&
	error?.includes('Every record of the stream') === true &&
	error.includes(`${lost} was rejected (3), most of them as missing_user_id`);

interface Smoke {
	result: SmokeResult | undefined;
	runs: Taken[];
	held: Map<string, Wanted>;
}

async function smoke(
	stage: Stage,
	name: string,
	settings: object,
	hasPreflight: boolean,
): Promise<Smoke> {
	const simulator = await stage.simulator();
	const tap = stage.tap(name);
	const destination = flameup(simulator, tap.executable, settings);
	const given = { destination, scenarios: [people], has_preflight: hasPreflight };
	const { value: result, error } = await stage.client.ask<SmokeResult>('smoke', given);
	if (error) throw new Error(error.text);
	return { result, runs: tap.taken('write'), held: heldBy(simulator.flameup) };
}

const rowsOf = ({ input }: Taken) => input.flatMap(({ record }) => (record ? [record] : []));

const rowsNamed = (rows: NonNullable<Message['record']>[], name: string) =>
	rows.filter(({ stream }) => stream === name);

/** The figures that the destination gives at its end. */
function reportOf({ output }: Taken) {
	const texts = output.flatMap(({ log }) => log?.message ?? []);
	const report = texts.findLast((text) => text.startsWith('report ')) ?? 'report {}';
	return JSON.parse(report.replace('report ', ''));
}

const countsOf = (rejected: Record<string, { count: number }> = {}) =>
	Object.fromEntries(Object.entries(rejected).map(([code, { count }]) => [code, count]));

function tally(codes: readonly string[]) {
	const counts: Record<string, number> = {};
	for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
	return counts;
}
