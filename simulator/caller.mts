import { type Answered, createFlameup, type FlameupOptions } from './flameup.mts';
import { defaultKey } from './keys.mts';

/** A JSON body whose shape the test knows. */
// biome-ignore lint/suspicious/noExplicitAny: the tests check its shape
type Json = any;

/** For the simulator's own tests: a simulated Flameup, a clock to set, and short ways to call it. */
export function createCaller(options: Partial<FlameupOptions> = {}) {
	const clock = { now: Date.UTC(2026, 0, 1) };
	const flameup = createFlameup({ now: () => clock.now, ...options });
	const auth = `Bearer ${defaultKey}`;

	function raw(method: string, path: string, body = '', headers: Record<string, string> = {}) {
		return flameup.handle({
			method,
			path: `/api/v1${path}`,
			headers: { authorization: auth, 'content-type': 'application/json', ...headers },
			body,
		});
	}

	function call(method: string, path: string, body?: unknown): Answered & { json: Json } {
		const answer = raw(method, path, body === undefined ? '' : JSON.stringify(body));
		if ('fault' in answer) throw new Error(`The connection broke: ${answer.fault}`);
		return { ...answer, json: answer.body === '' ? undefined : JSON.parse(answer.body) };
	}

	return {
		flameup,
		clock,
		raw,
		call,
		batch: (...people: unknown[]) => call('POST', '/people/batch', { people }),
		held: (userId: string) => flameup.people().get(userId),
	};
}
