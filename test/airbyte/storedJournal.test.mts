import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StoredJournal } from '../../connectors/airbyte/storedJournal';
import { createFakeStorage, type Objects } from '../core/fake-storage.mts';

/** A process that finds the journal and does something with it, until its storage fails. */
interface Process {
	readonly does: 'append' | 'rewrite' | 'remove';
	/** Chunks, which several parts have to hold if they are large. */
	readonly chunks: readonly number[];
	readonly size: number;
	/** The operation of the storage that fails; the process has then crashed. */
	readonly failsAt: number;
}

const one: fc.Arbitrary<Process> = fc.record({
	does: fc.constantFrom('append', 'append', 'rewrite', 'rewrite', 'remove'),
	chunks: fc.array(fc.nat(255), { minLength: 1, maxLength: 3 }),
	size: fc.constantFrom(10, 100_000, 5_000_000),
	failsAt: fc.constantFrom(1, 2, 3, 4, 5, 6, 99),
});

const journal = (objects: Objects, failsAt = 99): StoredJournal => {
	let operations = 0;
	const before = () => (operations++ === failsAt ? 'fails' : 'goes on');
	return new StoredJournal(createFakeStorage(objects, { before }), 'folder');
};

async function content(objects: Objects): Promise<Buffer | undefined> {
	const found = await journal(objects).find();
	if (found === undefined || found.names.length === 0) return undefined;
	expect(found.isWhole).toBe(true);
	const all = Buffer.concat(found.names.map((name) => objects.get(name) ?? Buffer.alloc(0)));
	expect(all.length).toBe(found.bytes);
	return all;
}

/** What the process leaves if it does not crash; with appends, that may be any number of them. */
function possible({ chunks, does, size }: Process, before: Buffer | undefined) {
	const buffers = chunks.map((value) => Buffer.alloc(size, value));
	if (does === 'remove') return { buffers, outcomes: [before, undefined] };
	if (does === 'rewrite') return { buffers, outcomes: [before, Buffer.concat(buffers)] };
	const grown = buffers.map((_, i) =>
		Buffer.concat([before, ...buffers.slice(0, i + 1)].flatMap((b) => b ?? [])),
	);
	return { buffers, outcomes: [before, ...grown] };
}

const areEqual = (a: Buffer | undefined, b: Buffer | undefined): boolean =>
	a === undefined || b === undefined ? a === b : a.equals(b);

it('is after a crash at any moment what it was before, or what it was to become', async () => {
	const seen = { crashed: 0, completed: 0, leftovers: 0 };
	await fc.assert(
		fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 6 }), async (processes) => {
			const objects: Objects = new Map();
			for (const process of processes) {
				const before = await content(objects);
				const { buffers, outcomes } = possible(process, before);
				const stored = journal(objects, process.failsAt);
				const work = async () => {
					await stored.find();
					if (process.does === 'remove') await stored.remove();
					else if (process.does === 'rewrite') await stored.rewrite(buffers);
					else for (const chunk of buffers) await stored.append(chunk);
				};
				const isCompleted = await work().then(
					() => true,
					() => false,
				);
				seen[isCompleted ? 'completed' : 'crashed']++;
				const after = await content(objects);
				const expected = isCompleted ? outcomes.slice(-1) : outcomes;
				expect(expected.some((outcome) => areEqual(outcome, after))).toBe(true);
				if (objects.size > ((await journal(objects).find())?.names.length ?? 0)) seen.leftovers++;
			}
		}),
		{ numRuns: 100 },
	);
	for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20);
});
