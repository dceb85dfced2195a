import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { destination, root } from './environment.mts';
import { flameup, openStage, wrongKey } from './stage.mts';
import { itLeavesCleanTraces } from './traces.mts';

const goodSettings: Record<string, object> = {
	'the least': {},
	'a mapping': {
		mapping: { user_id_columns: ['customer_id'], rename: [{ column: 'tier', trait: 'plan' }] },
	},
	'every kind of setting': {
		rejected_records: { policy: 'fail_above', max_percent: 2.5, samples: 0 },
		pace: { requests_per_minute: 60, give_up_after_minutes: 0.5 },
		batches: { people_per_request: 1, max_age_seconds: 0.1 },
		dry_run: true,
	},
};

const badSettings: Record<string, [settings: object, says: string]> = {
	'no key': [{ api_key: undefined }, "'api_key' is a required property"],
	'a number as workspace': [{ workspace_id: 7 }, "7 is not of type 'string'"],
	'an address of another kind': [{ api_url: 'ftp://example.com' }, 'does not match'],
	'an unknown policy': [{ rejected_records: { policy: 'ignore' } }, 'is not one of'],
	'a batch of 101': [{ batches: { people_per_request: 101 } }, 'greater than the maximum'],
	'half a request': [{ pace: { requests_per_minute: 0.5 } }, "is not of type 'integer'"],
	'an empty column name': [{ mapping: { user_id_columns: [''] } }, "''"],
};

const stage = await openStage();
const simulator = await stage.simulator();
const ask = (action: string, settings: object = {}) =>
	stage.client.ask(action, { destination: flameup(simulator, destination, settings) });
const raised = (name: string, says: string) => ({ name, message: expect.stringContaining(says) });

it('returns the specification as written', async () => {
	const file = path.join(root, 'connectors/airbyte/spec.json');
	const { connectionSpecification } = JSON.parse(readFileSync(file, 'utf8'));
	expect(await ask('spec')).toEqual(connectionSpecification);
});

it.each(Object.entries(goodSettings))('accepts a configuration with %s', async (_, settings) => {
	expect(await ask('validate_config', settings)).toBeNull();
});

it.each(Object.entries(badSettings))('rejects a configuration with %s', async (_, wrong) => {
	const [settings, says] = wrong;
	const error = raised('AirbyteConnectorValidationFailedError', says);
	await expect(ask('validate_config', settings)).rejects.toMatchObject(error);
});

it('passes the connection test', async () => expect(await ask('check')).toBeNull());

it.each([
	[
		'api_key',
		wrongKey,
		'does not accept the API key. Flameup answered 401. Enter a valid key in api_key.',
	],
	['workspace_id', 'ws_other', 'Correct workspace_id'],
])('fails the connection test with a wrong %s, and names it', async (name, value, says) => {
	const error = raised('AirbyteConnectorCheckFailedError', says);
	await expect(ask('check', { [name]: value })).rejects.toMatchObject(error);
});

it('has written no person so far', () => expect(simulator.flameup.people().size).toBe(0));

itLeavesCleanTraces(stage, []);
