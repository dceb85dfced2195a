import fc from 'fast-check';
import { expect, it } from 'vitest';
import { retryDelay } from '../../src/flameup/retry';

it.each([
	['waits as long as the server asks', 3, 7_000, 0.5, 7_000],
	['does not wait when the server asks for that', 3, 0, 0.5, 0],
	['waits up to half a second at first', 0, undefined, 1, 500],
	['waits up to twice as long each time', 3, undefined, 1, 4_000],
	['waits any part of that', 3, undefined, 0.25, 1_000],
	['waits 30 seconds at most', 10, undefined, 1, 30_000],
	['still does after a thousand tries', 1_100, undefined, 1, 30_000],
	['never hurries below a tenth of a second', 5, undefined, 0, 100],
])('%s', (_name, attempt, asked, random, ms) => {
	expect(retryDelay(attempt, asked, random)).toBe(ms);
});

it('stays between 0.1 and 30 seconds', () => {
	const random = fc.double({ min: 0, max: 1, noNaN: true });
	fc.assert(
		fc.property(fc.nat(), random, (attempt, chance) => {
			const ms = retryDelay(attempt, undefined, chance);
			expect(ms).toBeGreaterThanOrEqual(100);
			expect(ms).toBeLessThanOrEqual(30_000);
		}),
	);
});
