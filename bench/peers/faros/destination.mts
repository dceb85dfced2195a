/**
 * A minimal correct destination on `faros-airbyte-cdk`: sends full batches with `fetch`, one after the
 * other; STATEs wait until the people before them are sent. It detects the rate limit only by 429s,
 * does not validate people, and stops at the first error.
 */
import { createInterface } from 'node:readline';
import {
	AirbyteConnectionStatusMessage,
	AirbyteDestination,
	AirbyteDestinationRunner,
	AirbyteLogger,
	type AirbyteStateMessage,
	parseAirbyteMessage,
} from 'faros-airbyte-cdk';
import { BATCH_SIZE, type Config, send, toPerson } from '../people.mts';

const connectionSpecification = {
	type: 'object',
	title: 'Flameup',
	required: ['api_key', 'workspace_id'],
	properties: {
		api_key: { type: 'string', title: 'API Key', airbyte_secret: true },
		workspace_id: { type: 'string', title: 'Workspace ID' },
		api_url: { type: 'string', title: 'API URL', default: 'https://api.flameup.ai/api/v1' },
	},
};

class FlameupDestination extends AirbyteDestination<Config> {
	async spec() {
		const supported_destination_sync_modes = ['append', 'append_dedup'];
		return { type: 'SPEC', spec: { supported_destination_sync_modes, connectionSpecification } };
	}

	async check({ api_url, api_key, workspace_id }: Config) {
		const { ok, status } = await fetch(`${api_url}/workspaces/${workspace_id}/people?limit=1`, {
			headers: { authorization: `Bearer ${api_key}` },
		});
		return new AirbyteConnectionStatusMessage(
			ok ? { status: 'SUCCEEDED' } : { status: 'FAILED', message: `Flameup answered ${status}` },
		);
	}

	async *write(config: Config, _redacted: object, _catalog: object, stdin: NodeJS.ReadStream) {
		let people: object[] = [];
		let states: AirbyteStateMessage[] = [];
		for await (const line of createInterface({ input: stdin })) {
			const message = parseAirbyteMessage(line);
			if ('record' in message) people.push(toPerson(message.record.data));
			else if ('state' in message) states.push(message);
			if (people.length === BATCH_SIZE) {
				await send(people, config);
				people = [];
			}
			if (people.length === 0) {
				yield* states;
				states = [];
			}
		}
		if (people.length > 0) await send(people, config);
		yield* states;
	}
}

await new AirbyteDestinationRunner(new AirbyteLogger(), new FlameupDestination())
	.mainCommand()
	.parseAsync();
