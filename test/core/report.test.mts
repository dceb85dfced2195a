import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rejection } from '../../src/errors';
import type { Outcome } from '../../src/loading/outcomes';
import { count, createReport, noCounts, tally } from '../../src/loading/report';

type Code = 'missing_user_id' | 'not_confirmed';

const rejectionOf = (code: Code): Rejection =>
	code === 'not_confirmed' ? { code, userId: 'u' } : { code, columns: ['id'], joined: false };

const rejected = (ref: number, code: Code): Outcome<number> => ({
	status: 'rejected',
	ref,
	rejection: rejectionOf(code),
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
	['rejected', rejected(0, 'not_confirmed'), { rejected: 1 }],
])('counts a record that was %s', (_name, outcome, expected) => {
	const counts = noCounts();
	count(counts, { ref: 0, ...outcome } as Outcome<number>);
	expect(counts).toEqual({ ...noCounts(), ...expected });
});

it('keeps the first rejections of each code, and counts all', () => {
	const report = createReport<number>();
	for (const ref of [1, 2, 3]) tally(report, rejected(ref, 'not_confirmed'), 2);
	tally(report, rejected(4, 'missing_user_id'), 2);
	expect([...report.rejections]).toEqual([
		[
			'not_confirmed',
			{
				count: 3,
				first: [
					{ ref: 1, rejection: rejectionOf('not_confirmed') },
					{ ref: 2, rejection: rejectionOf('not_confirmed') },
				],
			},
		],
		[
			'missing_user_id',
			{ count: 1, first: [{ ref: 4, rejection: rejectionOf('missing_user_id') }] },
		],
	]);
});

it('keeps a sample as it was given, with what Flameup answered', () => {
	const report = createReport<number>();
	const answered = { status: 422, said: 'is bad', fields: ['email'] };
	const rejection = { code: 'refused', ...answered, userId: 'u' } as const;
	tally(report, { status: 'rejected', ref: 7, rejection }, 1);
	expect(report.rejections.get('refused')?.first).toEqual([{ ref: 7, rejection }]);
});

it('keeps no samples when none are wanted', () => {
	const report = createReport<number>();
	tally(report, rejected(1, 'not_confirmed'), 0);
	expect(report.rejections.get('not_confirmed')).toEqual({ count: 1, first: [] });
});

it('accounts for every record exactly once', () => {
	const outcome = fc.oneof<fc.Arbitrary<Outcome<number>>[]>(
		fc.constant({ status: 'upserted', ref: 0 }),
		fc.constant({ status: 'upserted', ref: 0, merged: true }),
		fc.constant({ status: 'upserted', ref: 0, change: 'created' }),
		fc.constantFrom(rejected(0, 'not_confirmed'), rejected(0, 'missing_user_id')),
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
