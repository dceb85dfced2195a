import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Outcome } from '../../src/loading/loader';
import { count, createReport, noCounts, tally } from '../../src/loading/report';

const rejected = (ref: number, code: 'refused' | 'invalid_email'): Outcome<number> => ({
	status: 'rejected',
	ref,
	rejection: { code, reason: `because of ${ref}` },
});

it.each<[string, Partial<Outcome<number>>, object]>([
	['upserted without a change', { status: 'upserted' }, { upserted: 1 }],
	['created', { status: 'upserted', change: 'created' }, { upserted: 1, created: 1 }],
	['updated', { status: 'upserted', change: 'updated' }, { upserted: 1, updated: 1 }],
	['merged into another record', { status: 'upserted', merged: true }, { upserted: 1, merged: 1 }],
	[
		'merged, and so neither created nor updated',
		{ status: 'upserted', merged: true, change: 'created' },
		{ upserted: 1, merged: 1 },
	],
	['rejected', rejected(0, 'refused'), { rejected: 1 }],
])('counts a record that was %s', (_name, outcome, expected) => {
	const counts = noCounts();
	count(counts, { ref: 0, ...outcome } as Outcome<number>);
	expect(counts).toEqual({ ...noCounts(), ...expected });
});

it('keeps the first rejections of each code, and counts all', () => {
	const report = createReport<number>();
	for (const ref of [1, 2, 3]) tally(report, rejected(ref, 'refused'), 2);
	tally(report, rejected(4, 'invalid_email'), 2);
	expect([...report.rejections]).toEqual([
		[
			'refused',
			{
				count: 3,
				first: [
					{ ref: 1, reason: 'because of 1' },
					{ ref: 2, reason: 'because of 2' },
				],
			},
		],
		['invalid_email', { count: 1, first: [{ ref: 4, reason: 'because of 4' }] }],
	]);
});

it('keeps user ID and detail of a sample when they are known', () => {
	const report = createReport<number>();
	const rejection = { code: 'refused', reason: 'r', userId: 'u', detail: 'd' } as const;
	tally(report, { status: 'rejected', ref: 7, rejection }, 1);
	expect(report.rejections.get('refused')?.first).toEqual([
		{ ref: 7, reason: 'r', userId: 'u', detail: 'd' },
	]);
});

it('keeps no samples when none are wanted', () => {
	const report = createReport<number>();
	tally(report, rejected(1, 'refused'), 0);
	expect(report.rejections.get('refused')).toEqual({ count: 1, first: [] });
});

it('accounts for every record exactly once', () => {
	const outcome = fc.oneof<fc.Arbitrary<Outcome<number>>[]>(
		fc.constant({ status: 'upserted', ref: 0 }),
		fc.constant({ status: 'upserted', ref: 0, merged: true }),
		fc.constant({ status: 'upserted', ref: 0, change: 'created' }),
		fc.constantFrom(rejected(0, 'refused'), rejected(0, 'invalid_email')),
	);
	fc.assert(
		fc.property(fc.array(outcome), fc.nat(3), (outcomes, samples) => {
			const report = createReport<number>();
			for (const one of outcomes) tally(report, one, samples);
			const byCode = [...report.rejections.values()];
			expect(report.upserted + report.rejected).toBe(outcomes.length);
			expect(byCode.reduce((sum, entry) => sum + entry.count, 0)).toBe(report.rejected);
			expect(byCode.every(({ first }) => first.length <= samples)).toBe(true);
			expect(report.created + report.updated + report.merged).toBeLessThanOrEqual(report.upserted);
		}),
	);
});
