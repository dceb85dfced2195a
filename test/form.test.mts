import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { page } from '../form/page.mts';
import type { Property } from '../form/schema.mts';

const SPEC = JSON.parse(
	readFileSync(new URL('../connectors/airbyte/spec.json', import.meta.url), 'utf8'),
);
const html = page(SPEC.connectionSpecification);
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, one]) => one);

/** Of a specification with these properties in one group. */
const pageOf = (properties: Readonly<Record<string, Property>>) =>
	page({ title: 'Test', type: 'object', groups: [{ id: 'one', title: 'One' }], properties });

it('has the cards of the specification, and every setting in one of them', () => {
	const { groups, properties } = SPEC.connectionSpecification;
	expect(all(html, /<h2>([^<]*)<\/h2>/g)).toEqual(
		groups.map(({ title }: { title: string }) => title),
	);
	for (const { oneOf, title } of Object.values<Property>(properties)) {
		// A choice is shown under the title of the alternative that is chosen.
		const [chosen] = oneOf ?? [];
		expect(html).toContain(`>${chosen?.title ?? title}<`);
	}
});

it('shows the key as a required password, and first', () => {
	const inputs = all(html, /(<input[^>]*>)/g);
	expect(inputs[0]).toMatch(/label="API Key".*required="".*type="password"/);
	expect(inputs.filter((input) => input?.includes('type="password"'))).toHaveLength(1);
});

it('orders settings as the specification says, and folds optional ones', () => {
	const shown = pageOf({
		late: { type: 'string', title: 'Late', group: 'one', order: 2 },
		early: { type: 'string', title: 'Early', group: 'one', order: 1 },
		always: { type: 'string', title: 'Always', group: 'one', order: 3, always_show: true },
	});
	expect(all(shown, / label="([^"]*)"/g)).toEqual(['Always', 'Early', 'Late']);
	expect(shown.indexOf('<details>')).toBeGreaterThan(shown.indexOf('label="Always"'));
	expect(shown.indexOf('<details>')).toBeLessThan(shown.indexOf('label="Early"'));
});

it('shows alternatives as a choice, with secrets inside', () => {
	const shown = pageOf({
		way: {
			group: 'one',
			type: 'object',
			title: 'Way',
			oneOf: [
				{
					title: 'By key',
					properties: { key: { type: 'string', title: 'Key', airbyte_secret: true } },
				},
				{ title: 'By name', properties: { name: { type: 'string', title: 'Name' } } },
			],
		},
	});
	expect(all(shown, /<option[^>]*>([^<]*)<\/option>/g)).toEqual(['By key', 'By name']);
	expect(shown).toMatch(/label="Key"[^>]*type="password"/);
});
