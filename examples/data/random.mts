/** Pseudo-random numbers, the same on every run. */
export interface Random {
	/** A whole number from `low` to `high`, both included. */
	between(low: number, high: number): number;
	/** True once in `n` times, on average. */
	oneIn(n: number): boolean;
	pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32: 32 bits of state, good enough for sample data. */
export const createRandom = (seed: number): Random => {
	let state = seed;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
	return {
		between,
		oneIn: (n) => next() * n < 1,
		pick: <Item,>(items: readonly Item[]) => items[between(0, items.length - 1)] as Item,
	};
};
