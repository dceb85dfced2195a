import { tryToParseDateTime } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { automatic, mapped, type Setting } from './fake-n8n.mts';
import { fakeTimers, run } from './timed.mts';

fakeTimers();

const ISO = '2026-11-15T05:00:00.000Z';
/** What `$now` gives, in the zone of its text. */
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

	it('inside a list or an object that becomes text', async () => {
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

	it('but is no number', async () => {
		const done = await run({ items, parameters: mapped(trait('number')) });
		expect(done.error?.message).toContain('The value is not of the type number');
	});
});

it('leaves out a date that is invalid', async () => {
	const items = [{ userId: 'a', at: new Date('no') as never }];
	expect(await sent({ items, parameters: mapped(trait('string')) })).toEqual([{ userId: 'a' }]);
	expect(await sent({ items, parameters: automatic() })).toEqual([{ userId: 'a' }]);
});
