import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { FlameupApi } from '../../credentials/FlameupApi.credentials.ts';
import codex from '../../nodes/Flameup/Flameup.node.json';
import { Flameup } from '../../nodes/Flameup/Flameup.node.ts';
import { Settings } from '../../src/settings/settings.ts';
import { OPERATIONS } from './fake-n8n.mts';

const { description, methods } = new Flameup();

/** Every parameter, also those inside a collection. */
const all = (properties: readonly INodeProperties[]): INodeProperties[] =>
	properties.flatMap((one) => [
		one,
		...(one.type === 'collection' ? all((one.options ?? []) as INodeProperties[]) : []),
	]);
const parameters = all([...description.properties, ...new FlameupApi().properties]);
const choices = parameters.flatMap(({ options, type }) =>
	type === 'options' ? ((options ?? []) as INodePropertyOptions[]) : [],
);
const texts = [...parameters, ...choices].flatMap((one) => one.description ?? []);

/** The parameters that an operation shows, and its options. */
function shown(resource: string, operation: string) {
	const own = description.properties.filter(({ displayOptions }) => {
		const show = displayOptions?.show ?? {};
		const fits = (key: string, value: string) =>
			(show[key] as string[] | undefined)?.includes(value);
		return fits('resource', resource) && fits('operation', operation);
	});
	const options = own.find(({ name }) => name === 'options')?.options as INodeProperties[];
	return { own: own.map(({ name }) => name), options: options.map(({ name }) => name) };
}

describe('the form', () => {
	it('has these parameters', () => {
		const table = OPERATIONS.map(([resource, operation]) => ({
			operation,
			...shown(resource, operation),
		}));
		expect(table).toMatchSnapshot();
	});

	it('lists options in the order of the alphabet', () => {
		for (const { name, options, type } of parameters) {
			// These are in the order of what most people need.
			const isByUse = name === 'resource' || name === 'output';
			if ((type !== 'collection' && type !== 'options') || isByUse) continue;
			const names = (options ?? []).map((one) =>
				'displayName' in one ? one.displayName : one.name,
			);
			if (names.length >= 3) expect(names).toEqual(names.toSorted());
		}
	});

	it.each(texts.map((text) => [text]))('speaks plainly and without jargon: %s', (text) => {
		expect(text).toMatch(/^[A-Z]/);
		expect(text.includes('. ')).toBe(text.endsWith('.'));
		expect(text).not.toMatch(
			/\bsync\b|\b[Rr]ecords?\b|\b[Cc]olumns?\b|[{}]|_columns|api_url|allow_http/,
		);
	});

	it('describes every parameter and every choice between operations, for people and models', () => {
		const undescribed = (all: readonly { name: string; description?: string }[]) =>
			all.filter(({ description: text }) => text === undefined).map(({ name }) => name);
		const explained = parameters.filter(({ type }) => !['collection', 'notice'].includes(type));
		expect(undescribed(explained)).toEqual([]);
		const [resource, ...operations] = parameters.filter(({ name }) =>
			['resource', 'operation'].includes(name),
		);
		for (const one of [resource, ...operations]) {
			expect(undescribed((one?.options ?? []) as INodePropertyOptions[])).toEqual([]);
		}
	});

	it('names actions as n8n does: with the resource, in sentence case, without articles', () => {
		const actions = choices.flatMap(({ action }) => action ?? []);
		expect(actions).toHaveLength(OPERATIONS.length);
		for (const action of actions) {
			expect(action).toMatch(/^[A-Z][a-z ]+$/);
			expect(action).not.toMatch(/\b(?:a|an|the)\b/);
		}
	});

	it('lists the resource that most people need first', () => {
		const resource = parameters.find(({ name }) => name === 'resource');
		expect(resource).toMatchObject({
			default: 'person',
			options: ['Person', 'Event', 'Message', 'Campaign', 'Device'].map((name) => ({ name })),
		});
	});

	it.each(['Track', 'Traits', 'Customer', 'Subscriber'])('can be searched for by %s', (word) => {
		expect(codex.alias).toContain(word);
	});

	it('takes defaults and texts of settings from the core', () => {
		const settings = Settings.parse({ api_key: 'x' });
		const of = (name: string) => parameters.find((one) => one.name === name);
		expect(of('requestsPerMinute')).toMatchObject({
			displayName: 'Requests per Minute',
			default: settings.pace.requests_per_minute,
			description: expect.stringMatching(/^Number of requests that may be sent in any 60 seconds/),
		});
		expect(of('peoplePerRequest')?.default).toBe(settings.batches.people_per_request);
		expect(of('timeoutSeconds')?.default).toBe(settings.pace.timeout_seconds);
		expect(of('giveUpAfterMinutes')?.default).toBe(settings.pace.give_up_after_minutes);
		expect(of('emptyValues')).toMatchObject({
			default: settings.mapping.empty_values,
			options: [
				{ name: 'Omit', value: 'omit' },
				{ name: 'Send', value: 'send' },
			],
		});
	});

	it('offers paths of the input for settings that name fields', () => {
		const paths = parameters.filter(({ requiresDataPath }) => requiresDataPath !== undefined);
		expect(
			Object.fromEntries(
				paths.map(({ displayName, requiresDataPath }) => [displayName, requiresDataPath]),
			),
		).toEqual({
			'Email Field': 'single',
			'Fields to Leave Out': 'multiple',
			'User ID Fields': 'multiple',
		});
		for (const { displayOptions } of paths) {
			expect(displayOptions?.show).toEqual({ '/person.mappingMode': ['autoMapInputData'] });
		}
	});

	it('takes the texts of the credential from the core too', () => {
		expect(new FlameupApi().properties).toMatchObject([
			{ displayName: 'API Key', name: 'apiKey', required: true, typeOptions: { password: true } },
			{ displayName: 'Workspace ID', name: 'workspaceId', placeholder: 'e.g. ws_abc123' },
			{ displayName: 'Base URL', name: 'baseUrl', default: 'https://api.flameup.ai/api/v1' },
		]);
	});

	it('shows four fields of a person, and four more on request', async () => {
		const { fields } = await methods.resourceMapping.getPersonFields.call({} as never);
		expect(fields.map(({ id, removed, required }) => [id, required, removed ?? false])).toEqual([
			['userId', true, false],
			['email', false, false],
			['first_name', false, false],
			['last_name', false, false],
			['phone', false, true],
			['avatar_url', false, true],
			['timezone', false, true],
			['locale', false, true],
		]);
	});
});
