import { defaultKey } from '../../../simulator/keys.mts';
import { readMessage } from '../../airbyte/messages.mts';
import { keepPrinted } from '../../airbyte/printed.mts';
import type { Plan } from './plan.mts';
import { type Positions, PRIVATE } from './source.mts';
import { createTracker } from './tracker.mts';

/** Reads the output of one attempt, and collects what the platform would not accept. */
export function createReader(plan: Plan) {
	const tracker = createTracker(plan);
	const problems: string[] = [];
	let acknowledged: Positions = {};
	let states = 0;

	function takeLine(line: string): boolean {
		const { type } = readMessage(line);
		keepPrinted([line]);
		if (line.includes(defaultKey)) problems.push('the key was printed');
		if (type !== 'STATE' && line.includes(PRIVATE)) problems.push('an email was printed');
		if (type !== 'STATE') return false;
		acknowledged = { ...acknowledged, ...tracker.returned(line) };
		states++;
		return true;
	}

	return {
		tracker,
		problems: problems as readonly string[],
		/** Reads one line of output; returns whether it was the expected state. */
		take(line: string): boolean {
			try {
				return takeLine(line);
			} catch (error) {
				problems.push(`${error} (${line.slice(0, 300)})`);
				return false;
			}
		},
		/** The positions that the returned states cover. */
		get acknowledged() {
			return acknowledged;
		},
		/** Number of returned states. */
		get states() {
			return states;
		},
	};
}
