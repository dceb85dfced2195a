import { expect } from 'vitest';
import { defaults } from '../../../simulator/switches.mts';
import { createNights } from '../../airbyte/nights.mts';
import type { Cell } from './combine.mts';
import { hidesLosses } from './invariants.mts';
import { sceneOf } from './scene.mts';
import { isSendable, linesOf, type Row } from './source.mts';

/** The last value of each person that Flameup accepts; people who own or take an address of others are left out. */
function lastAccepted(rows: readonly Row[]): Map<string, unknown> {
	const last = new Map<string, unknown>();
	for (const row of rows.filter(isSendable)) last.set(row.userId, row.traits.n);
	for (const { kind, userId } of rows) {
		if (kind === 'refused' || kind === 'owner' || kind === 'conflict') last.delete(userId);
	}
	return last;
}

/**
 * Runs a cell with `send_changed`, and then the same records with a Flameup that behaves: nobody may be left out
 * whom the first night has left in doubt. Returns how many records were unchanged.
 */
export async function runTwoNights(cell: Cell): Promise<number> {
	const scene = sceneOf(cell);
	const { refuse, rows, settings, streams, switches } = scene;
	const { latencyMs, ...others } = switches;
	const range = typeof latencyMs === 'number' ? ([latencyMs, latencyMs] as const) : latencyMs;
	const nights = createNights({ ...others, refuse, ...(range && { latencyMs: range }) });
	const night = {
		input: [linesOf(rows)],
		streams: streams.map(({ name }) => name),
		settings: { ...settings, changes: 'send_changed' },
	};
	await nights.night(night);
	nights.fake.flameup.set({ ...defaults(), limit: 0 });
	const { ending, report } = await nights.night(night);
	const expected = lastAccepted(rows);
	if (expected.size > 0) expect(ending, 'the second night').toBe('completed');
	const held = nights.people();
	const wrong = [...expected].filter(([userId, n]) => held.get(userId)?.traits.n !== n);
	if (!hidesLosses(scene)) expect(wrong, 'not held with their last values').toEqual([]);
	return report?.unchanged ?? 0;
}
