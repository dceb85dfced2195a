import { setTimeout as sleep } from 'node:timers/promises';

/** The configuration of the peers, from the same file as the destination's. */
export type Config = { api_url: string; api_key: string; workspace_id: string };

/** Maximum people per request. */
export const BATCH_SIZE = 100;

/** The person for a record, with its columns hard-coded. */
export const toPerson = ({ id, email, ...traits }: Record<string, unknown>) => ({
	userId: String(id),
	email,
	traits,
});

/** Sends a batch. After a 429, waits as Retry-After says and retries; throws on other errors. */
export async function send(people: object[], config: Config): Promise<void> {
	const { api_url, api_key, workspace_id } = config;
	const response = await fetch(`${api_url}/workspaces/${workspace_id}/people/batch`, {
		method: 'POST',
		headers: { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' },
		body: JSON.stringify({ people }),
	});
	await response.json();
	if (response.status === 429) {
		await sleep(Number(response.headers.get('retry-after')) * 1000);
		await send(people, config);
	} else if (!response.ok) {
		throw new Error(`Flameup answered ${response.status}`);
	}
}
