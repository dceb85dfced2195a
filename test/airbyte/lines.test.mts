import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../connectors/airbyte/lines';

/** Lines from bytes cut at these offsets; each chunk is overwritten once it is consumed. */
function linesOf(bytes: Buffer, cuts: readonly number[]): string[] {
	const lines: string[] = [];
	const splitter = new LineSplitter();
	let from = 0;
	for (const to of [...cuts, bytes.length]) {
		const chunk = Buffer.from(bytes.subarray(from, to));
		splitter.push(chunk, (line) => lines.push(line));
		chunk.fill('#');
		from = to;
	}
	splitter.end((line) => lines.push(line));
	return lines;
}

/** The same, byte by byte. */
const oneByOne = (text: string) =>
	linesOf(
		Buffer.from(text),
		Array.from({ length: Buffer.byteLength(text) }, (_, i) => i),
	);

describe('lines', () => {
	it.each([
		['none in nothing', '', []],
		['a last one without newline', 'a\nb', ['a', 'b']],
		['no empty one after the last newline', 'a\n', ['a']],
		['empty ones', '\n\na\n\n', ['', '', 'a', '']],
		['a carriage return stays: it is blank to JSON', 'a\r\nb\r', ['a\r', 'b\r']],
		['letters of two, three and four bytes', 'ž\n漢\n🔥', ['ž', '漢', '🔥']],
		['other line breaks do not count', 'a\u2028b\u0085c\vd\n', ['a\u2028b\u0085c\vd']],
	])('%s', (_name, text, expected) => {
		expect(linesOf(Buffer.from(text), [])).toEqual(expected);
		expect(oneByOne(text)).toEqual(expected);
	});

	it('are the same wherever the bytes are cut', () => {
		const text = fc
			.array(fc.string({ unit: 'binary' }), { maxLength: 20 })
			.map((parts) => parts.join('\n'));
		fc.assert(
			fc.property(text, fc.array(fc.nat(), { maxLength: 12 }), (whole, places) => {
				const bytes = Buffer.from(whole);
				const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
				const expected = whole.split('\n');
				if (expected.at(-1) === '') expected.pop();
				expect(linesOf(bytes, cuts)).toEqual(expected);
			}),
			{ numRuns: 300 },
		);
	});

	it('may have 20 MB, in chunks of 64 KB', () => {
		const text = 'ž'.repeat(10_000_000);
		const bytes = Buffer.from(`a\n${text}\nb`);
		const cuts = Array.from({ length: Math.floor(bytes.length / 65_536) }, (_, i) => i * 65_536);
		const started = process.cpuUsage().user;
		const lines = linesOf(bytes, cuts);
		expect(lines.map((line) => line.length)).toEqual([1, 10_000_000, 1]);
		expect(lines[1] === text).toBe(true);
		expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
	});
});
