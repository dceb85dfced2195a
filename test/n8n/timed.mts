import type { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { afterEach, beforeEach, vi } from 'vitest';
import { createN8n, type Setting } from './fake-n8n.mts';

/** Gives every test of a file or a group fake timers. */
export function fakeTimers(): void {
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(() => {
		vi.useRealTimers();
	});
}

/** Runs the node to its end under fake timers; returns an error as a value. */
export async function run(setting: Setting) {
	const n8n = createN8n(setting);
	return { ...n8n, ...(await finish(n8n)) };
}

/** One more execution in the same n8n, with the same Flameup. */
export async function finish(n8n: ReturnType<typeof createN8n>) {
	const outcome = n8n.execute().then(
		(executed) => ({ ...executed, error: undefined }),
		(error: NodeApiError | NodeOperationError) => ({ items: [], hints: [], evaluated: [], error }),
	);
	await vi.runAllTimersAsync();
	return await outcome;
}
