import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPages } from '../../src/flameup/paging.ts';

/** A list that changes before each page is read. */
function moving(ids: number[], change: (list: number[], page: number) => number[]) {
	let list = ids;
	let pages = 0;
	return {
		pages: () => pages,
		list: () => list,
		async readPage(limit: number, offset: number) {
			list = change(list, pages++);
			const items = list.slice(offset, offset + limit).map((id) => ({ id }));
			return { refused: false as const, page: { items, total: list.length } };
		},
	};
}

const ids = (count: number) => Array.from({ length: count }, (_, i) => i);

async function read(api: ReturnType<typeof moving>, limit = Number.POSITIVE_INFINITY) {
	const all = await readPages(api.readPage, limit);
	if ('refused' in all) throw new Error('refused');
	return { found: [...all.items].map(({ id }) => id), isUnsure: all.isUnsure };
}

it.each([0, 1, 99, 100, 101, 199, 200, 1000])('finds %i people, each once', async (count) => {
	const { found, isUnsure } = await read(moving(ids(count), (list) => list));
	expect(found).toEqual(ids(count));
	expect(isUnsure).toBe(false);
});

it('finds all people although one already read is deleted meanwhile', async () => {
	const api = moving(ids(300), (list, page) => (page === 1 ? list.slice(1) : list));
	const { found, isUnsure } = await read(api);
	expect(new Set(found)).toEqual(new Set(ids(300)));
	expect(isUnsure).toBe(false);
});

it('finds all people although an unread one moves to the front', async () => {
	const api = moving(ids(300), (list, page) =>
		page === 2 ? [299, ...list.filter((id) => id !== 299)] : list,
	);
	const { found } = await read(api);
	expect(new Set(found)).toEqual(new Set(ids(300)));
	expect(found).toHaveLength(300);
});

it('ends on a list that keeps changing, and reports it', async () => {
	const api = moving(ids(250), (list, page) => [1000 + page, ...list]);
	const { found, isUnsure } = await read(api);
	expect(new Set(found).size).toBe(found.length);
	expect(isUnsure).toBe(true);
	expect(api.pages()).toBeLessThan(15);
});

it('never returns more than the limit, nor a person twice', () =>
	fc.assert(
		fc.asyncProperty(
			fc.nat(400),
			fc.integer({ min: 1, max: 500 }),
			fc.array(fc.nat(20), { maxLength: 10 }),
			async (count, limit, moves) => {
				const api = moving(ids(count), (list, page) => {
					const by = moves[page] ?? 0;
					return [...list.slice(by), ...list.slice(0, by)];
				});
				const { found } = await read(api, limit);
				expect(found.length).toBeLessThanOrEqual(limit);
				expect(new Set(found).size).toBe(found.length);
			},
		),
	));
