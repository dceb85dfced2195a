import { expect, it } from 'vitest';
import { openStage } from './stage.mts';
import { chain, code, flameup as node, people, trigger } from './workflows.mts';

const { flameup, rest, credential, run } = await openStage();

const ISO = '2026-11-15T05:00:00.000Z';
const luxon = `DateTime.fromISO('2026-11-15T00:00:00', { zone: 'America/New_York' })`;
const date = `new Date('${ISO}')`;
const row = `return [{ json: { userId: 'a', at: ${date}, deep: { at: ${luxon} } } }];`;

it('sends dates as ISO 8601, whatever type the expression engine returns', async () => {
	const trait = (name: string, value: string) => ({
		id: name,
		name,
		value: `={{ ${value} }}`,
		type: 'string',
	});
	const traits = { assignments: [trait('luxon', luxon), trait('date', date)] };
	const person = { mappingMode: 'defineBelow', value: { userId: 'a' }, schema: [] };
	expect((await run(row, node({ person, traits }))).status).toBe('success');
	expect((await run(row, node())).status).toBe('success');
	const held = flameup.people().get('a')?.traits as Record<string, string>;
	const { deep, ...texts } = held as { deep?: { at: string } } & Record<string, string>;
	for (const text of [...Object.values(texts), deep?.at ?? '']) {
		expect(text).toMatch(/^2026-11-15T\d\d:/);
		expect(new Date(text).toISOString()).toBe(ISO);
	}
	expect(Object.keys(texts).sort()).toEqual(['at', 'date', 'luxon']);
});

it("tracks events in the workflow's time zone", async () => {
	const times = [`'2026-11-15T00:00:00'`, `'${ISO}'`, '1794718800', luxon, date, `'no'`];
	const events = times.map((value, i) => ({
		...node(
			{
				...{ resource: 'event', operation: 'track', userId: 'a', event: `e${i}` },
				timestamp: `={{ ${value} }}`,
			},
			{ name: `Track ${i}`, onError: 'continueRegularOutput' },
		),
	}));
	const workflow = chain('times', trigger, ...events);
	const settings = { executionOrder: 'v1', timezone: 'America/New_York' };
	const done = await rest.run({ ...workflow, settings }, credential);
	expect(done.status).toBe('success');
	expect(flameup.events().map(({ timestamp }) => timestamp)).toEqual(Array(5).fill(ISO));
	expect(done.items('Track 5')[0]?.json.details).toMatchObject({
		reason: '"Timestamp" is not a date and time.',
	});
});

it.each(['simple', 'raw'])('changes no person when read and saved (Output: %s)', async (output) => {
	await run(people(3), node());
	const held = () => [...flameup.people()].map(([id, { traits }]) => [id, traits]);
	const before = held();
	const read = node({ operation: 'getAll', returnAll: true, output }, { name: 'Read' });
	const workflow = chain('round', trigger, code('return [{ json: {} }];'), read, node());
	const done = await rest.run(workflow, credential);
	expect(done.items('Flameup')).toHaveLength(3);
	expect(held()).toEqual(before);
	expect(done.run('Flameup').hints.join()).toContain('User ID from');
});
