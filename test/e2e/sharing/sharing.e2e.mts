import { expect, it } from 'vitest';
import { people } from '../../airbyte/input.mts';
import { createWorld } from '../../airbyte/world.mts';
import { automatic, createN8n } from '../../n8n/fake-n8n.mts';

const LIMIT = 120;
const DESTINATIONS = 4;
const PEOPLE_EACH = 10_800;

/** The least share of the allowance used in completed windows, and the largest share of 429s. */
const LEAST_USED = 0.97;
const MOST_TOO_MANY = 0.01;

/** Takes about four minutes, nearly all of it waiting. */
it('shares one key among four destinations and an n8n node that run independently', async ({
	annotate,
}) => {
	/** Accepted requests, by window. */
	const taken = new Map<number, number>();
	const log = ({ status }: { readonly status: string }) => {
		const window = flameup.stats().windows;
		if (status === '200') taken.set(window, (taken.get(window) ?? 0) + 1);
	};
	const world = await createWorld({ simulator: { limit: LIMIT, latencyMs: [20, 150], log } });
	const { flameup } = world;

	/**
	 * Starts a destination and waits until its first batch is accepted: one that starts after the others have
	 * used up a window always gets a 429. Returns a function that sends the rest of its people.
	 */
	async function begin(number: number) {
		const own = (from: number, to: number) =>
			people(from, to).replaceAll('"id":"p', `"id":"d${number}-p`);
		const connector = world.start();
		await connector.write(own(1, 100));
		await connector.acknowledged(10);
		return async () => {
			const { code, states } = await connector.end(own(101, PEOPLE_EACH));
			return { exitCode: code, states: states.length };
		};
	}

	async function node() {
		const items = Array.from({ length: PEOPLE_EACH }, (_, i) => ({ userId: `n-${i}` }));
		const n8n = createN8n({ items, parameters: automatic(), shared: flameup });
		return { rows: (await n8n.execute()).items.length };
	}

	const destinations = await Promise.all(Array.from({ length: DESTINATIONS }, (_, i) => begin(i)));
	const endings = await Promise.all([...destinations.map((end) => end()), node()]);
	const { requests, tooManyRequests } = flameup.stats();
	const over = [...taken.values()].slice(0, -1);
	const used = over.reduce((sum, count) => sum + count, 0) / (over.length * LIMIT);
	await annotate(
		`${(used * 100).toFixed(1)} % of the allowance used; ${[...taken.values()].join(', ')} requests in the windows; ${tooManyRequests} of ${requests} answered with 429`,
	);

	expect(endings).toEqual([
		...Array.from({ length: DESTINATIONS }, () => ({ exitCode: 0, states: PEOPLE_EACH / 10 })),
		{ rows: PEOPLE_EACH },
	]);
	expect(flameup.people().size, 'people stored').toBe((DESTINATIONS + 1) * PEOPLE_EACH);
	expect(used, 'share used before the last window').toBeGreaterThanOrEqual(LEAST_USED);
	expect(tooManyRequests / requests, 'share answered with 429').toBeLessThan(MOST_TOO_MANY);
});
