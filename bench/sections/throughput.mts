import { join } from 'node:path';
import { fullSpeed, type Paired } from '../full-speed.mts';
import { measure, type Setting } from '../measure.mts';
import { LINE_FLOOR, PARSE_FLOOR, type Peer } from '../peers.mts';
import { writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startSink } from '../server.mts';

/** The smaller size, to detect memory that grows with the sync. */
const SMALL = 100_000;

/** All peers at full speed, for two sizes, compared with the floors. */
export const throughput: Section = {
	seconds: ({ records, rounds, states, peers }) => {
		const all = records + Math.min(records, SMALL);
		const perRecord = 13e-6 + peers.length * 12e-6;
		return states.length * (all * 10e-6 + rounds * all * perRecord);
	},
	async run({ options, senders, folder }) {
		const { records, states, seed, rounds } = options;
		const sizes = [...new Set([Math.min(SMALL, records), records])];
		const server = await startSink();
		const everyone = [LINE_FLOOR, ...senders({ apiUrl: server.apiUrl, limited: false })];
		const samples: Paired[] = [];
		for (const shape of states.flatMap((perState) =>
			sizes.map((size) => ({ records: size, perState, seed })),
		)) {
			const file = join(folder, 'source.jsonl');
			console.error(`Writing ${shape.records} records, a STATE every ${shape.perState} …`);
			writeRecords(file, shape);
			for (let round = 1; round <= rounds; round++) {
				console.error(`Round ${round} of ${rounds}, ${shape.records} records`);
				const setting = { shape, source: ['cat', file], server, folder };
				samples.push(...(await playRound(everyone, setting)));
			}
		}
		server.stop();
		return fullSpeed(samples, sizes, rounds);
	},
};

/** Floor, peer, floor, peer, …, floor: each peer runs between the two floors that it is compared with. */
async function playRound(everyone: Peer[], setting: Setting): Promise<Paired[]> {
	let before = await measure(PARSE_FLOOR, setting);
	const samples = [{ ...before, floorCpuSeconds: before.run.cpuSeconds }];
	for (const peer of everyone) {
		const sample = await measure(peer, setting);
		const after = await measure(PARSE_FLOOR, setting);
		const floorCpuSeconds = (before.run.cpuSeconds + after.run.cpuSeconds) / 2;
		samples.push({ ...sample, floorCpuSeconds });
		samples.push({ ...after, floorCpuSeconds: after.run.cpuSeconds });
		before = after;
	}
	return samples;
}
