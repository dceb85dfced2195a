import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs } from '../../src/flameup/backoff';

it.each([
	['at least a quarter of a second at first', 1, 0, 250],
	['at most half a second at first', 1, 1, 500],
	['up to twice as long each time', 4, 1, 4_000],
	['at least half of that', 4, 0, 2_000],
	['a random part of the other half', 4, 0.25, 2_500],
	['30 seconds at most', 10, 1, 30_000],
	['30 seconds at most after a thousand tries', 1_100, 1, 30_000],
])('waits %s', (_name, failures, random, ms) => {
	expect(backoffMs(failures, random)).toBe(ms);
});

it('grows with each failure, and stays between 0.25 and 30 seconds', () => {
	const random = fc.double({ min: 0, max: 1, noNaN: true });
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 2_000 }), random, (failures, chance) => {
			const ms = backoffMs(failures, chance);
			expect(ms).toBeGreaterThanOrEqual(250);
			expect(ms).toBeLessThanOrEqual(30_000);
			expect(backoffMs(failures + 1, chance)).toBeGreaterThanOrEqual(ms);
		}),
	);
});
