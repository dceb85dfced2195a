import { looseName } from '../settings/names';

/** Columns in the order in which they were added, found by exact and by similar names. */
export class KnownColumns {
	readonly #names = new Set<string>();
	readonly #similar = new Map<string, string[]>();
	readonly #before: KnownColumns | undefined;

	/** Starts with the columns of `before`, which must not change any more. */
	constructor(columns: Iterable<string> = [], before?: KnownColumns) {
		this.#before = before;
		for (const column of columns) this.add(column);
	}

	add(column: string): void {
		if (this.has(column)) return;
		this.#names.add(column);
		const loose = looseName(column);
		const others = this.#similar.get(loose);
		if (others === undefined) this.#similar.set(loose, [column]);
		else others.push(column);
	}

	has(column: string): boolean {
		return this.#names.has(column) || this.#before?.has(column) === true;
	}

	get size(): number {
		return this.#names.size + (this.#before?.size ?? 0);
	}

	*[Symbol.iterator](): Iterator<string> {
		if (this.#before !== undefined) yield* this.#before;
		yield* this.#names;
	}

	/** The column with exactly this name, else those with similar names. */
	find(name: string): readonly string[] {
		return this.has(name) ? [name] : this.similar(name);
	}

	/** Columns whose names are equal when compared loosely. */
	similar(name: string): readonly string[] {
		return this.#withLooseName(looseName(name));
	}

	#withLooseName(loose: string): readonly string[] {
		const own = this.#similar.get(loose) ?? [];
		const before = this.#before === undefined ? [] : this.#before.#withLooseName(loose);
		return before.length === 0 ? own : [...before, ...own];
	}
}
