import { expect, it } from 'vitest';
import { awkward } from './awkward.mts';
import { heldBy, merged, smokePersonOf } from './people.mts';
import { flameup, openStage } from './stage.mts';
import type { Taken } from './taps.mts';
import { itLeavesCleanTraces } from './traces.mts';

interface SmokeResult {
	success: boolean;
	records_delivered: number;
	preflight_passed: boolean;
	error: string | null;
}

const people = {
	name: 'people',
	json_schema: { type: 'object', properties: { user_id: {}, email: {}, first_name: {} } },
	primary_key: [['user_id']],
	records: awkward.map(({ row }) => row),
};
const good = awkward.flatMap(({ becomes }) => (typeof becomes === 'string' ? [] : [becomes]));
const rejected = awkward.flatMap(({ becomes }) => (typeof becomes === 'string' ? becomes : []));

const stage = await openStage();

/** Runs PyAirbyte's own smoke test of a destination, with a scenario of edge cases added. */
async function smoke(name: string, settings: object, hasPreflight: boolean) {
	const simulator = await stage.simulator();
	const tap = stage.tap(name);
	const destination = flameup(simulator, tap.executable, settings);
	const given = { destination, scenarios: [people], has_preflight: hasPreflight };
	const result = await stage.client.ask<SmokeResult>('smoke', given);
	return { result, runs: tap.taken('write'), held: heldBy(simulator.flameup) };
}

it('accepts every scenario when the user ID may be in any of their columns', async () => {
	const mapping = { user_id_columns: ['user_id', 'id', 'event_id'] };
	const { result, runs, held } = await smoke('fallback', { mapping }, false);
	expect(result).toMatchObject({ success: true });
	expect(runs).toHaveLength(1);

	const sent = recordsOf(runs[0] as Taken);
	expect(new Set(sent.map(({ stream }) => stream)).size).toBeGreaterThan(15);
	expect(sent.length).toBeGreaterThan(1000);
	expect(sent.filter(({ stream }) => stream === 'people')).toHaveLength(awkward.length);
	expect(result.records_delivered).toBe(sent.length);

	const plain = sent.filter(({ stream }) => stream !== 'people');
	expect(held).toEqual(merged([...plain.map(({ data }) => smokePersonOf(data)), ...good]));

	const report = reportOf(runs[0] as Taken);
	expect(countsOf(report.rejected)).toEqual(tally(rejected));
	expect(report.received).toBe(sent.length);
	expect(report.upserted).toBe(sent.length - rejected.length);
});

it('stops at a scenario without the user ID column, after the preflight has passed', async () => {
	const { result, runs, held } = await smoke(
		'named',
		{ mapping: { user_id_columns: ['id'] } },
		true,
	);
	expect(result).toMatchObject({ success: false, preflight_passed: true });
	expect(result.error).toMatch(/The stream "\S*schema_with_no_primary_key" has no column "id"/);
	const [preflight, write] = runs as [Taken, Taken];
	expect(held).toEqual(merged(recordsOf(preflight).map(({ data }) => smokePersonOf(data))));
	expect(reportOf(write)).toMatchObject({ received: 0, requests: 0 });
});

it('stops by default, because the scenarios are not tables of people, and names them', async () => {
	const { result, held } = await smoke('plain', {}, false);
	expect(result.success).toBe(false);
	expect(result.error).toContain('AirbyteConnectorWriteError');
	expect(result.error).toContain('Several streams take the user ID from their own primary key');
	expect(result.error).toMatch(/"\S*\.basic_types" takes it from "id"/);
	expect(held.size).toBe(0);
});

itLeavesCleanTraces(stage, ['LOG', 'TRACE']);

const recordsOf = ({ input }: Taken) => input.flatMap(({ record }) => (record ? [record] : []));

/** The final report of the destination. */
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
