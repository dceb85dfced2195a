import { join } from 'node:path';
import { losses } from './delivery.mts';
import type { Options } from './options.mts';
import { PARSE_FLOOR, type Peer, peers } from './peers.mts';
import { type Shape, writeRecords } from './records.mts';
import { run } from './run.mts';
import type { Sample } from './sample.mts';
import { type Server, startServer } from './server.mts';
import { summary } from './summary.mts';

/** Memory that grows with the sync shows in comparison with a sync of this size. */
const SMALL = 100_000;

/** Runs every peer at full speed, prints the figures, and tells whether all of it arrived. */
export async function throughput(options: Options, folder: string) {
	const { records, states, seed, rounds, latency } = options;
	const full = { records, perState: states, seed };
	const small = records > SMALL ? { ...full, records: SMALL } : full;
	const server = await startServer(latency);
	const everyone = peers(options.destination, server.apiUrl, folder);
	const samples: Sample[] = [];
	for (const shape of new Set([small, full])) {
		const source = join(folder, 'source.jsonl');
		console.error(`Writing ${shape.records} records …`);
		writeRecords(source, shape);
		for (let round = 1; round <= rounds; round++) {
			console.error(`Round ${round} of ${rounds}, ${shape.records} records`);
			samples.push(...(await playRound(everyone, shape, source, server)));
		}
	}
	server.stop();
	console.log(summary(samples, { small, full, latency }));
	return samples.every(({ losses }) => losses.length === 0);
}

/** Floor, peer, floor, peer, …, floor: each peer lies between the two that it is compared with. */
async function playRound(everyone: Peer[], shape: Shape, source: string, server: Server) {
	let before = await measured(PARSE_FLOOR, shape, source, server);
	const samples = [before];
	for (const peer of everyone) {
		const sample = await measured(peer, shape, source, server);
		const after = await measured(PARSE_FLOOR, shape, source, server);
		sample.floorCpuSeconds = (before.run.cpuSeconds + after.run.cpuSeconds) / 2;
		samples.push(sample, after);
		before = after;
	}
	return samples;
}

async function measured(peer: Peer, shape: Shape, source: string, server: Server): Promise<Sample> {
	await server.collect();
	const own = await run(peer.command, source);
	const totals = await server.collect();
	const { seconds, cpuSeconds } = own;
	console.error(`  ${peer.name}: ${seconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s`);
	const lost = losses(peer, own, totals, shape);
	return { peer, shape, run: own, floorCpuSeconds: cpuSeconds, totals, losses: lost };
}
