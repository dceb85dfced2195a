import { tryToParseDateTime } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { automatic, mapped, type Setting } from './fake-n8n.mts';
import { fakeTimers, run } from './timed.mts';

fakeTimers();

const ISO = '2026-11-15T05:00:00.000Z';
/** The value of `$now`, in its own time zone. */
const luxon = (text: string) => tryToParseDateTime(text) as never;

const DATES = [
	['a JavaScript date', () => new Date(ISO) as never, ISO],
	['a Luxon date', () => luxon('2026-11-15T00:00:00-05:00'), '2026-11-15T00:00:00.000-05:00'],
] as const;

/** What is sent of each person. */
async function sent(setting: Setting) {
	const done = await run(setting);
	if (done.error) throw done.error;
	return JSON.parse(done.requests[0]?.body ?? '').people;
}

const trait = (type: string) => ({
	traits: { assignments: [{ id: '1', name: 'at', value: '={{ $json.at }}', type }] },
});

describe.each(DATES)('%s becomes ISO 8601', (_name, date, iso) => {
	const items = [{ userId: 'a', at: date() }];

	it.each(['string', 'object'])('as a custom trait of the type %s', async (type) => {
		const [person] = await sent({ items, parameters: mapped(trait(type)) });
		expect(person.traits).toEqual({ at: iso });
	});

	it('inside a list or an object that is converted to text', async () => {
		const nested = [{ userId: 'a', at: [{ on: date() }] }];
		const [person] = await sent({ items: nested, parameters: mapped(trait('string')) });
		expect(JSON.parse(person.traits.at)).toEqual([{ on: iso }]);
	});

	it.each(['ws_simulator', ''])(
		'in the fields of a person (workspace "%s")',
		async (workspaceId) => {
			const value = { first_name: '={{ $json.at }}', phone: '={{ $json.at }}' };
			const [person] = await sent({ items, workspaceId, parameters: mapped({}, value) });
			expect(person.traits.first_name).toBe(iso);
			expect(person.phone ?? person.traits.phone).toBe(iso);
		},
	);

	it('in automatic mapping, at the top and nested', async () => {
		const nested = { list: [date()], inner: { at: date() } };
		const rows = [{ userId: 'a', createdAt: date(), nested }];
		const [person] = await sent({ items: rows, parameters: automatic() });
		expect(person.traits).toEqual({ createdAt: iso, nested: { list: [iso], inner: { at: iso } } });
	});

	it('in JSON, properties and traits that are updated', async () => {
		const json = '={{ ({ at: $json.at, deep: { at: $json.at } }) }}';
		const parameters = mapped({ options: { traitsJson: json } });
		const [person] = await sent({ items, parameters });
		expect(person.traits).toEqual({ at: iso, deep: { at: iso } });

		const { assignments } = trait('string').traits;
		const track = {
			resource: 'event',
			operation: 'track',
			userId: 'a',
			event: 'x',
			properties: { assignments },
			options: { propertiesJson: '={{ ({ deep: { at: $json.at } }) }}' },
		};
		const done = await run({ items, parameters: track });
		expect(done.flameup.events()[0]?.parameters).toEqual({ at: iso, deep: { at: iso } });
	});

	it('but is not a number', async () => {
		const done = await run({ items, parameters: mapped(trait('number')) });
		expect(done.error?.message).toContain('A value in "Custom Traits" is not of the type number');
	});
});

it('leaves out a date that is invalid', async () => {
	const items = [{ userId: 'a', at: new Date('no') as never }];
	expect(await sent({ items, parameters: mapped(trait('string')) })).toEqual([{ userId: 'a' }]);
	expect(await sent({ items, parameters: automatic() })).toEqual([{ userId: 'a' }]);
});

describe("an event's timestamp", () => {
	const track = {
		resource: 'event',
		operation: 'track',
		userId: 'a',
		event: 'x',
		timestamp: '={{ $json.at }}',
	};
	/** The stored times of events; undefined for a row that failed. */
	async function stored(times: readonly unknown[], timezone = 'America/New_York') {
		const items = times.map((at) => ({ at: at as never }));
		const done = await run({ items, parameters: track, timezone, onError: 'continue' });
		const events = done.flameup.events().map(({ timestamp }) => timestamp);
		const failed = new Map(
			done.items.flatMap(({ json, pairedItem }) =>
				json.error === undefined ? [] : [[(pairedItem as { item: number }).item, json]],
			),
		);
		return times.map((_, row) => failed.get(row) ?? events.shift());
	}

	it.each([
		['2026-11-15T05:00:00Z', ISO],
		['2026-11-15T05:00Z', ISO],
		['2026-11-15t05:00:00.000z', ISO],
		['2026-11-15T00:00:00-05:00', ISO],
		['2026-11-15T00:00:00-0500', ISO],
		['2026-11-15 00:00:00-05', ISO],
		['2026-11-15 05:00:00 +00:00', ISO],
		[' 2026-11-15T05:00:00Z ', ISO],
		['2026-11-15T00:00:00', ISO],
		['2026-11-15 00:00', ISO],
		['2026-11-15', ISO],
		['2026-07-15T00:00:00', '2026-07-15T04:00:00.000Z'],
		[new Date(ISO), ISO],
		[luxon('2026-11-15T00:00:00-05:00'), ISO],
		[1763600000, '2025-11-20T00:53:20.000Z'],
		['1763600000', '2025-11-20T00:53:20.000Z'],
		[1763600000.5, '2025-11-20T00:53:20.500Z'],
		[1763600000123, '2025-11-20T00:53:20.123Z'],
		['1763600000123', '2025-11-20T00:53:20.123Z'],
		[946684800, '2000-01-01T00:00:00.000Z'],
		[4133980799, '2100-12-31T23:59:59.000Z'],
	])('%s is %s', async (given, expected) => {
		expect(await stored([given])).toEqual([expected]);
	});

	it.each([
		...[0, 5, '5', -1, 946684799, 4133980800, 20261121, 1e15, Number.NaN],
		...[true, false, [], {}, [1763600000], 'yesterday', '32nd of May', 'Nov 15, 2026'],
		...['2026-02-30', '2026-13-01T00:00:00Z', '2026-11-15T25:00:00Z', '05:00', '11/15/2026'],
		new Date('no'),
	])('%s fails its row', async (given) => {
		const [end] = await stored([given]);
		expect(end).toMatchObject({
			error: 'invalid_parameter',
			details: {
				reason: '"Timestamp" is not a date and time.',
				hint: expect.stringContaining('ISO 8601'),
			},
		});
	});

	it('fails only the rows where it is invalid', async () => {
		const ends = await stored(['2026-11-15', 'no', 1763600000]);
		expect(ends).toEqual([
			ISO,
			expect.objectContaining({ details: expect.anything() }),
			'2025-11-20T00:53:20.000Z',
		]);
	});

	it('is the current time if empty', async () => {
		for (const given of [null, undefined, '', ' ']) {
			const done = await run({ items: [{ at: given as never }], parameters: track });
			expect(done.error).toBeUndefined();
			expect(JSON.parse(done.requests[0]?.body ?? '')).not.toHaveProperty('timestamp');
		}
	});
});
