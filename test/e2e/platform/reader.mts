import { defaultKey } from '../../../simulator/keys.mts';
import { readMessage } from '../../airbyte/messages.mts';
import { keepPrinted } from '../../airbyte/printed.mts';
import type { Plan } from './plan.mts';
import { type Positions, PRIVATE } from './source.mts';
import { createTracker } from './tracker.mts';

/** Reads what one attempt prints, and notes what the platform would not take. */
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
		/** Takes one line of output; tells whether it was a state that was due. */
		take(line: string): boolean {
			try {
				return takeLine(line);
			} catch (error) {
				problems.push(`${error} (${line.slice(0, 300)})`);
				return false;
			}
		},
		/** What the states that came back cover. */
		get acknowledged() {
			return acknowledged;
		},
		/** States that came back. */
		get states() {
			return states;
		},
	};
}
