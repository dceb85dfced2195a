import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Page } from '../../src/flameup/client';
import { readPages } from '../../src/flameup/paging';

interface Asked {
	readonly limit: number;
	readonly offset: number;
	/** How many pages were asked for before. */
	readonly page: number;
}

/** Reads from a scripted list; returns what was found, and what was requested. */
async function read(limit: number, answer: (asked: Asked) => Page) {
	const asked: Asked[] = [];
	const lister = {
		async readPage(limit: number, offset: number) {
			if (asked.length > 3_000) throw new Error('It would never end.');
			const one = { limit, offset, page: asked.length };
			asked.push(one);
			return { refused: false as const, page: answer(one) };
		},
	};
	const all = await readPages(lister.readPage, limit);
	if ('refused' in all) throw new Error('It was refused.');
	const found = [...all.items].map(({ id }) => Number(id));
	return { found, isUnsure: all.isUnsure, asked };
}

const people = (ids: readonly number[]) => ids.map((id) => ({ id }));
const upTo = (count: number) => Array.from({ length: count }, (_, id) => id);

/** A stable list, on a server with its own largest page. */
const resting =
	(count: number, largestPage: number, total: number | undefined = count) =>
	({ limit, offset }: Asked): Page => ({
		items: people(upTo(count).slice(offset, offset + Math.min(limit, largestPage))),
		total,
	});

describe('a list that does not change', () => {
	it.each<[string, number, number, number]>([
		['of pages as asked', 250, 100, 3],
		['of shorter pages than asked', 250, 50, 6],
		['that has nobody', 0, 100, 1],
	])('%s is read once', async (_name, count, largestPage, pages) => {
		const { asked, found, isUnsure } = await read(1e9, resting(count, largestPage));
		expect([found, isUnsure, asked.length]).toEqual([upTo(count), false, pages]);
	});

	it('without a total ends with a page that is not full', async () => {
		const { asked, found, isUnsure } = await read(1e9, (asked) => ({
			...resting(150, 100)(asked),
			total: undefined,
		}));
		expect([found, isUnsure, asked.length]).toEqual([upTo(150), false, 2]);
	});

	it.each([
		['49 of 50', 49, 50],
		['nobody of 50', 0, 50],
	])('that lists %s ends, and reports that', async (_name, listed, total) => {
		const { asked, found, isUnsure } = await read(50, resting(listed, 100, total));
		expect([found, isUnsure]).toEqual([upTo(listed), true]);
		expect(asked.length).toBeLessThanOrEqual(4);
	});

	it('is read only up to the limit, though pages are longer', async () => {
		const { asked, found, isUnsure } = await read(50, () => ({
			items: people(upTo(300)),
			total: 300,
		}));
		expect([found, isUnsure, asked.length]).toEqual([upTo(50), false, 1]);
	});

	it('that repeats one page forever ends, and reports that', async () => {
		const { asked, found, isUnsure } = await read(1e9, () => ({
			items: people(upTo(100)),
			total: 1_000_000,
		}));
		expect([found, isUnsure]).toEqual([upTo(100), true]);
		expect(asked.length).toBeLessThanOrEqual(4);
	});
});

it('sends a bounded number of requests, whatever the answers, and returns nobody twice', async () => {
	const most = 60;
	const page = fc.record({
		ids: fc.oneof(
			fc.array(fc.nat(most - 1), { maxLength: 150 }),
			fc.tuple(fc.nat(most), fc.nat(most)).map(([from, to]) => upTo(most).slice(from, to)),
		),
		total: fc.oneof(fc.nat(200), fc.constantFrom(undefined, 50, 100, 1e9)),
	});
	await fc.assert(
		fc.asyncProperty(
			...[
				fc.array(page, { minLength: 1, maxLength: 12 }),
				fc.integer({ min: 1, max: 120 }),
				fc.boolean(),
			],
			async (pages, limit, isCut) => {
				const { asked, found, isUnsure } = await read(limit, ({ limit: wanted, page }) => {
					const { ids, total } = pages[page % pages.length] ?? { ids: [], total: 0 };
					return { items: people(isCut ? ids.slice(0, wanted) : ids), total };
				});
				// Three passes, in each of which every page brings at least one more existing person.
				expect(asked.length).toBeLessThanOrEqual(3 * (most + 1));
				expect(new Set(found).size).toBe(found.length);
				expect(found.length).toBeLessThanOrEqual(limit);
				if (found.length === limit) expect(isUnsure).toBe(false);
			},
		),
		{ numRuns: 500 },
	);
});

it('finds everybody who was in the list all the time, though it changes once', async () => {
	const change = fc.record({
		at: fc.nat(5),
		removed: fc.nat(30),
		added: fc.nat(30),
		rotated: fc.nat(200),
	});
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 320 }), change, async (count, { at, ...by }) => {
			const before = upTo(count);
			const left = before.slice(Math.min(by.removed, count));
			const turned = [...left.slice(by.rotated), ...left.slice(0, by.rotated)];
			const after = [...upTo(by.added).map((id) => 1_000 + id), ...turned];
			const { found, isUnsure } = await read(1e9, ({ limit, offset, page }) => {
				const list = page < at ? before : after;
				return { items: people(list.slice(offset, offset + limit)), total: list.length };
			});
			if (!isUnsure) expect(left.filter((id) => !found.includes(id))).toEqual([]);
			expect(found.filter((id) => !before.includes(id) && !after.includes(id))).toEqual([]);
		}),
		{ numRuns: 300 },
	);
});
