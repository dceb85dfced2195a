/** A pseudo-random number from 0 up to 1 that depends only on the seed and the parts. */
export function roll(seed: number, ...parts: (string | number)[]): number {
	let hash = 0x811c9dc5 ^ seed;
	for (const part of parts) {
		const text = `${part}|`;
		for (let i = 0; i < text.length; i++) {
			hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
		}
	}
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
