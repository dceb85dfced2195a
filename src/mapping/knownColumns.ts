import { looseName } from '../settings/names';
import type { Place } from './listings';

/** The known columns of a stream, in the order in which they appeared. */
export class KnownColumns {
	readonly #names = new Set<string>();
	readonly #similar = new Map<string, string[]>();

	add(column: string): void {
		if (this.#names.has(column)) return;
		this.#names.add(column);
		const loose = looseName(column);
		const others = this.#similar.get(loose);
		if (others === undefined) this.#similar.set(loose, [column]);
		else others.push(column);
	}

	has(column: string): boolean {
		return this.#names.has(column);
	}

	get size(): number {
		return this.#names.size;
	}

	[Symbol.iterator](): Iterator<string> {
		return this.#names.values();
	}

	/** The column with exactly this name, else those with similar names. */
	find(name: string): readonly string[] {
		return this.#names.has(name) ? [name] : this.similar(name);
	}

	/** Columns whose names are equal when compared loosely. */
	similar(name: string): readonly string[] {
		return this.#similar.get(looseName(name)) ?? [];
	}

	/**
	 * The places that a listed name may mean, most likely first: a name with dots is a column, or a path
	 * inside one.
	 */
	places(listed: string): Place[][] {
		const keys = listed.split('.');
		return keys
			.map((_, i) => keys.length - i)
			.map((length) =>
				this.find(keys.slice(0, length).join('.')).map((column) => ({
					column,
					rest: keys.slice(length),
				})),
			)
			.filter((places) => places.length > 0);
	}
}
