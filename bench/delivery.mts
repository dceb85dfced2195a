import type { Peer } from './peers.mts';
import { changedOf, peopleOf, type Shape, states } from './records.mts';
import type { Ending } from './run.mts';
import type { Totals } from './sink.mts';

/** The losses of a run, as sentences; empty if all records arrived and all STATEs came back. */
export function losses(peer: Peer, run: Ending, totals: Totals, shape: Shape): string[] {
	if (run.exitCode !== 0) return [`exited with ${run.exitCode}: ${run.errors.slice(-500)}`];
	if (peer.delivers) {
		const states = peer.echoes === false ? [] : stateLosses(peer, run.output, shape);
		const expected = peer.skipsUnchanged ? changedOf(shape) : peopleOf(shape);
		const repeats = peer.skipsUnchanged ? 0 : shape.records - expected;
		return [...peopleLosses(totals, { expected, repeats }), ...states];
	}
	const lines = shape.records + Math.ceil(shape.records / shape.perState);
	return Number(run.output) === lines ? [] : [`read ${run.output.trim()} of ${lines} lines`];
}

function peopleLosses(
	{ people, distinct, repeats, refused }: Totals,
	allowed: { expected: number; repeats: number },
) {
	const { expected } = allowed;
	const wrong: [boolean, string][] = [
		[distinct !== expected, `${distinct} of ${expected} people arrived`],
		[repeats > allowed.repeats, `${repeats} of ${people} people had arrived before`],
		[refused > 0, `${refused} requests were refused`],
	];
	return wrong.filter(([isWrong]) => isWrong).map(([, sentence]) => sentence);
}

/** Finds the first STATE that is missing, changed, out of order or wrongly counted. */
function stateLosses({ counts }: Peer, output: string, shape: Shape) {
	const echoed = output.split('\n').filter((line) => line.includes('"STATE"'));
	let next = 0;
	for (const state of states(shape)) {
		const line = echoed[next++];
		if (line === undefined) return [`STATE ${state.id} did not come back`];
		const { destinationStats, ...rest } = JSON.parse(line).state;
		const same = JSON.stringify(rest) === JSON.stringify(state);
		if (!same) return [`instead of STATE ${state.id}, received ${line.slice(0, 500)}`];
		if (counts && destinationStats?.recordCount !== state.sourceStats.recordCount)
			return [`STATE ${state.id} counts ${destinationStats?.recordCount} records`];
	}
	return next < echoed.length ? [`${echoed.length - next} extra STATEs came back`] : [];
}
