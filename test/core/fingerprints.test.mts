import { crc32 as zlibs } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../connectors/airbyte/crc32';
import {
	closingFrame,
	encodeFrames,
	encodeHeader,
	JournalReader,
	mostEntries,
} from '../../connectors/airbyte/journal';
import {
	type Fingerprint,
	FingerprintTable,
	type Half,
	halfOf,
} from '../../src/loading/fingerprintTable';
import { sha256 } from './fake-storage.mts';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Few people, some of them side by side in the table or with the same first word. */
const id = fc.constantFrom([0, 1], [0, 2], [1, 1], [2 ** 32 - 1, 1], [2 ** 32 - 1, 2], [7, 9]);
/** The last bit of a digest is 0. */
const content = fc.oneof(fc.constant([0, 0]), fc.tuple(word, fc.constantFrom(2, 4, 2 ** 32 - 2)));
const entry = fc
	.tuple(fc.oneof(id, fc.tuple(word, fc.integer({ min: 1, max: 2 ** 32 - 1 }))), content)
	.map(([[id1 = 0, id2 = 0], [one = 0, two = 0]]): Fingerprint => [id1, id2, one, two]);

it('the CRC is that of zlib', () => {
	fc.assert(
		fc.property(fc.uint8Array(), (bytes) => {
			expect(crc32(bytes)).toBe(zlibs(bytes));
		}),
	);
	expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

describe('the table', () => {
	const idOf = ([id1, id2]: Fingerprint): Half => [id1, id2];
	const contentOf = ([, , one, two]: Fingerprint): Half => [one, two];
	const isKnown = ([, , one, two]: Fingerprint) => one !== 0 || two !== 0;
	const other = ([one, two]: Half): Half => [(one ^ 1) >>> 0, two];

	/** What a map of the people knows, in the order in which they came. */
	function inOrder(entries: readonly Fingerprint[]): Fingerprint[] {
		const map = new Map(entries.map((one) => [String(idOf(one)), one]));
		return [...map.values()];
	}

	it('knows of each person what was set last, as a map does', () => {
		fc.assert(
			fc.property(fc.array(entry, { maxLength: 3_000 }), fc.nat(50), (entries, expected) => {
				const table = new FingerprintTable(expected);
				for (const one of entries) table.set(one, false);
				const people = inOrder(entries);
				const known = people.filter(isKnown);
				expect([...table]).toEqual(known);
				expect(table.count()).toEqual({ known: known.length, unseen: known.length });
				for (const one of people) {
					expect(table.has(idOf(one))).toBe(isKnown(one));
					expect(table.contentOf(idOf(one))).toEqual(contentOf(one));
					expect(table.matches(idOf(one), other(contentOf(one)))).toBe(false);
					if (isKnown(one)) expect(table.matches(idOf(one), contentOf(one))).toBe(true);
				}
				expect([...table]).toEqual(known);
				expect(table.count()).toEqual({ known: known.length, unseen: 0 });
			}),
			{ numRuns: 60 },
		);
	});

	/** A table, and what must be known of who comes next in it. */
	function createOrder(entries: readonly Fingerprint[]) {
		const table = new FingerprintTable();
		for (const one of entries) table.set(one, false);
		const people = inOrder(entries);
		const seen = new Set<number>();
		let next = people.length;
		const expectMatch = (at: number, search: (content: Half) => boolean) => {
			const person = people[at];
			if (person === undefined || !isKnown(person)) return;
			expect(search(other(contentOf(person)))).toBe(false);
			expect(search(contentOf(person))).toBe(true);
			seen.add(at);
			next = at + 1;
		};
		const person = (number: number) => people[number % people.length] ?? ([0, 0, 0, 0] as const);
		return {
			find: (number: number) =>
				expectMatch(number % people.length, (content) =>
					table.matches(idOf(person(number)), content),
				),
			next() {
				const follower = people[next];
				expect(table.hasNext).toBe(follower !== undefined && isKnown(follower));
				expectMatch(next, (content) => table.isNext(content));
			},
			set(number: number, content: Half) {
				const changed: Fingerprint = [...idOf(person(number)), ...content];
				table.set(changed, true);
				people[number % people.length] = changed;
				seen.add(number % people.length);
				next = people.length;
			},
			expectCounts() {
				const known = people.filter(isKnown);
				const unseen = people.filter((one, at) => isKnown(one) && !seen.has(at));
				expect([...table]).toEqual(known);
				expect(table.count()).toEqual({ known: known.length, unseen: unseen.length });
			},
		};
	}

	it('knows who comes next only after a match, until something is set', () => {
		const step = fc.tuple(fc.constantFrom('find', 'next', 'next', 'set'), fc.nat(), content);
		const steps = fc.array(step, { maxLength: 200 });
		const some = fc.array(entry, { minLength: 1, maxLength: 30 });
		fc.assert(
			fc.property(some, steps, (entries, taken) => {
				const order = createOrder(entries);
				for (const [kind, number, [one = 0, two = 0]] of taken) {
					if (kind === 'find') order.find(number);
					else if (kind === 'next') order.next();
					else order.set(number, [one, two]);
				}
				order.expectCounts();
			}),
		);
	});

	it('grows while it is used, and keeps what was seen', () => {
		const table = new FingerprintTable();
		const id = (n: number) => halfOf(sha256(`id ${n}`));
		const sent = (n: number) => halfOf(sha256(`content ${n}`));
		for (let n = 0; n < 20_000; n++) table.set([...id(n), ...sent(n)], n % 2 === 0);
		expect(table.count()).toEqual({ known: 20_000, unseen: 10_000 });
		for (let n = 0; n < 20_000; n++) expect(table.matches(id(n), sent(n))).toBe(true);
		expect(table.matches(id(20_000), sent(20_000))).toBe(false);
	});
});

describe('the journal', () => {
	const header = { owner: [1, 2 ** 32 - 1], begunAt: 1_767_225_600_123.5 } as const;
	const whole = (entries: readonly Fingerprint[]) =>
		Buffer.concat([encodeHeader(header), ...encodeFrames(entries), closingFrame()]);

	function read(bytes: Uint8Array, piece = bytes.length || 1) {
		const entries: Fingerprint[] = [];
		const reader = new JournalReader((one) => void entries.push(one));
		for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
		return { entries, end: reader.end, header: reader.header, count: reader.entries };
	}

	it('is read as it was written, in pieces of any size', () => {
		fc.assert(
			fc.property(fc.array(entry), fc.integer({ min: 1, max: 90 }), (entries, piece) => {
				const bytes = whole(entries);
				const expected = { entries, end: 'closed', header, count: entries.length };
				expect(read(bytes, piece)).toEqual(expected);
				expect(mostEntries(bytes.length)).toBeGreaterThanOrEqual(entries.length);
			}),
		);
	});

	it('has frames of 4,096 entries at most', () => {
		const many = Array.from({ length: 10_000 }, (_, n): Fingerprint => [n, 1, n, 2]);
		expect([...encodeFrames(many)].map(({ length }) => (length - 12) / 16)).toEqual([
			4_096, 4_096, 1_808,
		]);
		expect(read(whole(many), 50_000).entries).toEqual(many);
	});

	it('is never whole when it was cut off anywhere, and gives nothing that was not written', () => {
		fc.assert(
			fc.property(
				fc.array(entry, { maxLength: 20 }),
				fc.double({ min: 0, max: 1 }),
				(all, share) => {
					const bytes = whole(all);
					const cut = read(bytes.subarray(0, Math.floor(share * (bytes.length - 1))), 33);
					expect(cut.end).not.toBe('closed');
					expect(cut.entries).toEqual(all.slice(0, cut.entries.length));
				},
			),
		);
	});

	it('notices a single wrong bit anywhere', () => {
		fc.assert(
			fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), fc.nat(), (all, at) => {
				const bytes = whole(all);
				const bit = at % (bytes.length * 8);
				bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
				const { end } = read(bytes);
				expect(['damaged', 'torn']).toContain(end);
			}),
		);
	});
});
