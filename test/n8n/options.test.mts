import type { INodeProperties } from 'n8n-workflow';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod/v4';
import { OPERATIONS } from './fake-n8n.mts';

/** Settings of the core that the node does not show, with a value other than the default. */
const HIDDEN = {
	'pace.requests_in_flight': { name: 'requestsInFlight', type: 'number', value: 2 },
	'pace.follow_announced_limit': { name: 'followAnnouncedLimit', type: 'boolean', value: true },
	'mapping.nested_values': { name: 'nestedValues', type: 'options', value: 'flatten' },
	'mapping.only_columns': { name: 'onlyColumns', type: 'string', value: 'b, c' },
	'batches.bytes_per_request': { name: 'bytesPerRequest', type: 'number', value: 20_000 },
	'rejected_records.max_percent': { name: 'maxPercent', type: 'number', value: 5 },
};
type Path = keyof typeof HIDDEN;

const OPERATION_NAMES = new Set(OPERATIONS.map(([, operation]) => operation));

/** Adds only `n8n: true` to a core setting, and reloads the modules. */
async function declare(path: Path) {
	vi.resetModules();
	const { Settings } = await import('../../src/settings/settings.ts');
	let schema = Settings as unknown as z.ZodObject;
	for (const key of path.split('.')) {
		const member = schema.shape[key] as unknown as { unwrap?: () => z.ZodObject };
		schema = (key === path.split('.')[0] ? member.unwrap?.() : member) as z.ZodObject;
	}
	z.globalRegistry.add(schema, { ...schema.meta(), n8n: true });
	return {
		...(await import('./fake-n8n.mts')),
		...(await import('../../nodes/Flameup/Flameup.node.ts')),
	};
}

/** The option in each operation that shows it. */
const shownIn = (properties: INodeProperties[], name: string) =>
	properties
		.filter(({ type }) => type === 'collection')
		.flatMap(({ displayOptions, options = [] }) => {
			const option = (options as INodeProperties[]).find((one) => one.name === name);
			return option ? [{ option, operations: displayOptions?.show?.operation ?? [] }] : [];
		});

afterEach(() => vi.resetModules());

describe('n8n: true is enough to make a core setting an option', () => {
	it.each(Object.entries(HIDDEN))('%s', async (path, { name, type }) => {
		const { Flameup } = await declare(path as Path);
		const shown = shownIn(new Flameup().description.properties, name);
		const operations = shown.flatMap((one) => one.operations);
		const [group] = path.split('.');
		const expected = { pace: OPERATION_NAMES.size, batches: 1 }[group as 'pace' | 'batches'] ?? 2;
		expect(new Set(operations).size).toBe(expected);
		const [{ option } = { option: undefined }] = shown;
		expect(option).toMatchObject({ name, type });
		expect(option?.noDataExpression ?? false).toBe(name === 'onlyColumns');
		expect(option?.displayName).not.toMatch(/[{}]|Column/);
		expect(option?.description).toMatch(/^[A-Z]/);
		expect(option?.default).not.toBeNaN();
		if (name === 'onlyColumns') {
			expect(option).toMatchObject({
				displayName: 'Only These Fields',
				requiresDataPath: 'multiple',
				displayOptions: { show: { '/person.mappingMode': ['autoMapInputData'] } },
			});
		}
		if (name === 'requestsInFlight') {
			expect(option).toMatchObject({ default: 4, typeOptions: { minValue: 1, maxValue: 16 } });
		}
	});

	it('and the core gets its value', async () => {
		const sent = async (path: Path, item: object) => {
			const { automatic, createN8n } = await declare(path);
			const { name, value } = HIDDEN[path];
			const items = [{ userId: 'a', ...item }];
			const n8n = createN8n({ items, parameters: automatic({ [name]: value }) });
			await n8n.execute();
			return JSON.parse(n8n.requests[0]?.body ?? '').people[0].traits;
		};
		expect(await sent('mapping.nested_values', { a: { b: 1 } })).toEqual({ 'a.b': 1 });
		expect(await sent('mapping.only_columns', { a: 1, b: 2, c: 3 })).toEqual({ b: 2, c: 3 });
	});

	it('and errors show its title', async () => {
		const { automatic, createN8n } = await declare('pace.requests_in_flight');
		const parameters = automatic({ requestsInFlight: 99 });
		await expect(createN8n({ parameters }).execute()).rejects.toMatchObject({
			message: 'The settings are not valid',
			description: expect.stringContaining('"Requests in Flight" must be 16 or less.'),
		});
	});
});

it('passes each option to the setting it is generated from', async () => {
	const { OPTION_FIELDS, optionName } = await import('../../nodes/Flameup/options.ts');
	const { automatic, createN8n } = await import('./fake-n8n.mts');
	expect(OPTION_FIELDS.length).toBeGreaterThan(8);
	for (const { choices, path, title, type } of OPTION_FIELDS) {
		const wrong = choices || type === 'text' ? 5 : type === 'list' ? [5] : 'wrong';
		const parameters = automatic({ [optionName(path)]: wrong });
		await expect(createN8n({ parameters }).execute()).rejects.toMatchObject({
			message: 'The settings are not valid',
			description: expect.stringContaining(title),
		});
	}
});
