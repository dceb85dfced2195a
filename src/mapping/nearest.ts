import { looseName } from '../settings/names';

/** The name that is most similar to a mistyped one; undefined if none is similar enough. */
export function nearestName(mistyped: string, names: Iterable<string>): string | undefined {
	const wanted = looseName(mistyped);
	let nearest: string | undefined;
	let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
	for (const name of names) {
		const distance = editDistance(wanted, looseName(name));
		if (distance >= least) continue;
		least = distance;
		nearest = name;
	}
	return nearest;
}

/** Damerau-Levenshtein distance: characters to add, remove, replace or swap with their neighbor. */
function editDistance(a: string, b: string): number {
	let beforeThat: number[] = [];
	let above = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			const exchanged = isExchanged ? (beforeThat[j - 2] ?? 0) + 1 : replaced;
			row.push(Math.min(replaced, exchanged, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
		}
		beforeThat = above;
		above = row;
	}
	return above[b.length] ?? 0;
}
