import { losses } from './delivery.mts';
import { PARSE_FLOOR, type Peer } from './peers.mts';
import type { Shape } from './records.mts';
import { type Measures, run, type Source } from './run.mts';
import type { Server } from './server.mts';
import type { Totals } from './sink.mts';

/** One run of a peer and its results. */
export type Sample<Told extends Totals = Totals> = {
	peer: Peer;
	shape: Shape;
	run: Measures;
	totals: Told;
	/** Losses, as sentences. */
	losses: string[];
};

/** Runs a peer once, and collects the server's totals. */
export async function measure<Told extends Totals>(
	peer: Peer,
	{ shape, source, server, folder }: Setting<Told>,
): Promise<Sample<Told>> {
	await server.collect();
	peer.prepare?.();
	const { lingers = 0 } = peer;
	const { exitCode, output, errors, ...taken } = await run(
		peer.command,
		lingers > 0 ? ['sh', '-c', `"$@"; sleep ${lingers}`, 'sh', ...source] : source,
		folder,
	);
	taken.seconds -= lingers;
	const totals = await server.collect();
	const { seconds, cpuSeconds } = taken;
	console.error(`  ${peer.name}: ${seconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s`);
	const lost = losses(peer, { exitCode, output, errors }, totals, shape);
	return { peer, shape, run: taken, totals, losses: lost };
}

/** The conditions of a run. */
export type Setting<Told extends Totals = Totals> = {
	shape: Shape;
	source: Source;
	server: Server<Told>;
	/** For temporary files. */
	folder: string;
};

/** A sample with the mean CPU time of the parse floors right before and after it. */
export type Paired = Sample & { floorCpuSeconds: number };

/** Floor, peer, floor, peer, …, floor: each peer runs between the two floors that it is compared with. */
export async function measurePaired(peers: Peer[], setting: Setting): Promise<Paired[]> {
	let before = await measure(PARSE_FLOOR, setting);
	const samples = [{ ...before, floorCpuSeconds: before.run.cpuSeconds }];
	for (const peer of peers) {
		const sample = await measure(peer, setting);
		const after = await measure(PARSE_FLOOR, setting);
		const floorCpuSeconds = (before.run.cpuSeconds + after.run.cpuSeconds) / 2;
		samples.push({ ...sample, floorCpuSeconds });
		samples.push({ ...after, floorCpuSeconds: after.run.cpuSeconds });
		before = after;
	}
	return samples;
}
