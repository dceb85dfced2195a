import { readFileSync } from 'node:fs';
import path from 'node:path';
import { destination, root } from './environment.mts';
import { flameup, type Stage } from './stage.mts';

/** A key that no simulator accepts; it must not turn up in anything that is printed. */
export const wrongKey = 'ws_wrong_5e7b1c.c0ffee5ec4e7c0ffee5ec4e7';

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

/** Specification, configurations good and bad, and the connection test. */
export async function checkConnection(stage: Stage) {
	const { client, check, same } = stage;
	const simulator = await stage.simulator();
	const wish = (settings: object = {}) => flameup(simulator, destination, settings);
	const ask = (action: string, settings?: object) =>
		client.ask(action, { destination: wish(settings) });

	const file = path.join(root, 'connectors/airbyte/spec.json');
	const { connectionSpecification } = JSON.parse(readFileSync(file, 'utf8'));
	same('the specification arrives as written', (await ask('spec')).value, connectionSpecification);

	for (const [name, settings] of Object.entries(goodSettings)) {
		const { error } = await ask('validate', settings);
		check(`a configuration with ${name} is valid`, !error, error?.text);
	}
	for (const [name, [settings, says]] of Object.entries(badSettings)) {
		const { error } = await ask('validate', settings);
		const isRefused =
			error?.type === 'AirbyteConnectorValidationFailedError' && error.text.includes(says);
		check(`a configuration with ${name} is not valid`, isRefused, isRefused ? says : error);
	}

	const checked = await ask('check');
	check('the connection test succeeds', !checked.error, checked.error?.text);
	const { error } = await ask('check', { api_key: wrongKey });
	same('a wrong key fails the connection test', error?.type, 'AirbyteConnectorCheckFailedError');
	const sentence = 'Flameup does not accept the API key (401). Enter a valid key in api_key.';
	check('and PyAirbyte says why', error?.text.includes(sentence) === true, error?.text);
	const elsewhere = await ask('check', { workspace_id: 'ws_other' });
	check(
		'another workspace fails it as well, with the setting named',
		elsewhere.error?.text.includes('workspace_id') === true,
		elsewhere.error?.text,
	);
	same('nobody was written', simulator.flameup.people().size, 0);
}
