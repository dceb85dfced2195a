/** Reads the "flatted" text that n8n keeps run data in: a list whose strings point into the list. */
export function unflat(text: string): unknown {
	const list: unknown[] = JSON.parse(text);
	const known = new Map<number, unknown>();

	function at(index: number): unknown {
		if (known.has(index)) return known.get(index);
		const raw = list[index];
		if (typeof raw !== 'object' || raw === null) return raw;
		const whole: Record<string, unknown> = Array.isArray(raw) ? ([] as never) : {};
		known.set(index, whole);
		for (const [key, value] of Object.entries(raw)) {
			whole[key] = typeof value === 'string' ? at(Number(value)) : value;
		}
		return whole;
	}

	return at(0);
}
