import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { createN8n, mapped, OPERATIONS, people, type Setting } from './fake-n8n.mts';
import { fakeTimers, finish } from './timed.mts';

fakeTimers();

/** A JSON schema as n8n's own nodes ship it. */
interface Schema {
	type?: string;
	properties?: Record<string, Schema>;
	items?: Schema;
	version?: number;
}

const folder = path.resolve(import.meta.dirname, '../../nodes/Flameup/__schema__/v1.0.0');

const schemaOf = (resource: string, operation: string): Schema =>
	JSON.parse(readFileSync(path.join(folder, resource, `${operation}.json`), 'utf8'));

/** Where a value does not fit a schema. A field without a value fits, as in Flameup's answers. */
function misfits(value: unknown, schema: Schema, at = ''): string[] {
	if (value === null || value === undefined || schema.type === undefined) return [];
	if (typeOf(value) !== schema.type) return [`${at}: ${typeOf(value)}, not ${schema.type}`];
	return Object.entries(schema.properties ?? {}).flatMap(([name, one]) =>
		misfits((value as Record<string, unknown>)[name], one, `${at}.${name}`),
	);
}

const typeOf = (value: unknown): string =>
	Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;

const items: IDataObject[] = people(2).map((row) => ({ ...row, campaign: 'cmp_simulator' }));
const traits = { assignments: [{ id: '1', name: 'plan', value: 'gold', type: 'string' }] };
const full = { first_name: 'Ada', last_name: 'Byron', phone: '+44 1' };

/** All parameters that some operation needs. */
const PARAMETERS = {
	...mapped({ traits }, full),
	who: { mode: 'userId', value: '={{ $json.userId }}' },
	...{ userId: '={{ $json.userId }}', event: 'left', templateId: 't' },
	...{ campaignId: '={{ $json.campaign }}', token: 'token', platform: 'ios' },
	options: { appVersion: '3', deviceModel: 'm', deviceName: 'n', osVersion: '26' },
};

/** The items of an operation, among people and events who are in Flameup already. */
async function outputOf(resource: string, operation: string) {
	const execute = async (setting: Setting) => finish(createN8n(setting));
	const first = createN8n({ items, parameters: PARAMETERS });
	await finish(first);
	const shared = first.flameup;
	const track = { ...PARAMETERS, resource: 'event', operation: 'track' };
	await execute({ items, parameters: track, shared });
	const rows = operation === 'create' ? [{ userId: 'new', email: 'n@example.com' }] : items;
	const parameters = { ...PARAMETERS, resource, operation };
	const done = await execute({ items: rows, parameters, shared });
	return done.items.map(({ json }) => json);
}

/** Flameup does not document the answers of these, so that they can have other fields too. */
const OPEN = ['campaign', 'device'];

describe.each(OPERATIONS)('the output schema of %s: %s', (resource, operation) => {
	const schema = schemaOf(resource, operation);
	const names = Object.keys(schema.properties ?? {});

	it('is of the kind that the editor takes', () => {
		expect(schema).toMatchObject({ type: 'object', version: 1 });
		expect(names.length).toBeGreaterThan(1);
	});

	it('fits what the operation returns', async () => {
		const output = await outputOf(resource, operation);
		expect(output).not.toHaveLength(0);
		for (const json of output) {
			expect(json.error).toBeUndefined();
			expect(misfits(json, schema)).toEqual([]);
			const own = Object.keys(json).filter((name) => names.includes(name));
			expect(own).toEqual(names);
			if (!OPEN.includes(resource)) expect(Object.keys(json)).toEqual(names);
		}
	});
});

it('exists for each operation, and for nothing else', () => {
	const files = OPERATIONS.map(([resource, operation]) => `${resource}/${operation}.json`);
	expect(globSync('**/*.json', { cwd: folder }).sort()).toEqual(files.toSorted());
});

it('a value that does not fit is found', () => {
	const schema = schemaOf('message', 'send');
	expect(misfits({ devices_count: '1', delivered_to: {} }, schema)).toEqual([
		'.delivered_to: object, not array',
		'.devices_count: string, not integer',
	]);
});
