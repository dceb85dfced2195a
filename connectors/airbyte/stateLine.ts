/** Counts that Airbyte's platform compares with the source's and shows to its user. */
export interface DestinationStats {
	readonly recordCount: number;
	readonly rejectedRecordCount: number;
	readonly additionalStats: Readonly<Record<string, number>>;
}

/**
 * Adds `destinationStats` to a STATE message, and changes nothing else, not even whitespace: the platform
 * expects its own `id` back, and cursors may contain integers that a double would change. `line` must be
 * valid JSON; without an object `state` it is returned unchanged.
 */
export function withStats(line: string, stats: DestinationStats): string {
	const state = memberOf(line, line.indexOf('{'), 'state');
	if (state === undefined || line[state.from] !== '{') return line;
	const text = JSON.stringify(stats);
	const old = memberOf(line, state.from, 'destinationStats');
	if (old !== undefined) return line.slice(0, old.from) + text + line.slice(old.to);
	const end = state.to - 1;
	const isEmpty = line.slice(state.from + 1, end).trim() === '';
	return `${line.slice(0, end)}${isEmpty ? '' : ','}"destinationStats":${text}${line.slice(end)}`;
}

interface Span {
	readonly from: number;
	readonly to: number;
}

/**
 * The position of the value of `name` in the object that begins at `from`; like JSON.parse, uses the last
 * duplicate.
 */
function memberOf(text: string, from: number, name: string): Span | undefined {
	let found: Span | undefined;
	let at = skipBlanks(text, from + 1);
	while (text[at] === '"') {
		const keyEnd = skipString(text, at);
		const key: unknown = JSON.parse(text.slice(at, keyEnd));
		const valueFrom = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
		const valueTo = skipValue(text, valueFrom);
		if (key === name) found = { from: valueFrom, to: valueTo };
		at = skipBlanks(text, valueTo);
		if (text[at] === ',') at = skipBlanks(text, at + 1);
	}
	return found;
}

function skipBlanks(text: string, from: number): number {
	let at = from;
	while (' \t\r\n'.includes(text[at] ?? 'x')) at++;
	return at;
}

/** The position after the string that opens at `from`. */
function skipString(text: string, from: number): number {
	let at = text.indexOf('"', from + 1);
	while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
	return at + 1;
}

/** Whether an odd number of backslashes precedes `at`. */
function isEscaped(text: string, at: number): boolean {
	let from = at;
	while (text[from - 1] === '\\') from--;
	return (at - from) % 2 === 1;
}

function skipValue(text: string, from: number): number {
	let depth = 0;
	let at = from;
	do {
		const character = text[at] ?? '';
		if (character === '"') {
			at = skipString(text, at);
		} else if ('{['.includes(character)) {
			depth++;
			at++;
		} else if ('}]'.includes(character)) {
			depth--;
			at++;
		} else if (depth === 0) {
			while (!',}] \t\r\n'.includes(text[at] ?? ',')) at++;
		} else {
			at++;
		}
	} while (depth > 0);
	return at;
}
