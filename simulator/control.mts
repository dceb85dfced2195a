import type { Flameup } from './flameup.mts';
import { type HeldPerson, idOf } from './people.mts';
import { SwitchError } from './switches.mts';

/** An answer of a control endpoint; the body comes in pieces because it can be large. */
interface ControlAnswer {
	status: number;
	body: Iterable<string>;
}

/** The path of the endpoints that inspect and change the simulator itself. */
export const controlPath = '/simulator/';

/** Answers `/simulator/…`; needs no key and is not counted as a request. */
export function control(
	flameup: Flameup,
	{ method, path, body }: { method: string; path: string; body: string },
): ControlAnswer {
	const [name = '', query = ''] = path.slice(controlPath.length).split('?');
	switch (`${method} ${name}`) {
		case 'GET people':
			return { status: 200, body: peopleJson(flameup, new URLSearchParams(query)) };
		case 'GET events':
			return json(200, { events: flameup.events() });
		case 'GET messaging':
			return json(200, flameup.messaging());
		case 'GET stats':
			return json(200, flameup.stats());
		case 'GET switches':
			return json(200, shownSwitches(flameup));
		case 'POST switches':
			return change(flameup, body);
		case 'POST reset':
			flameup.reset();
			return json(200, shownSwitches(flameup));
		default:
			return json(404, {
				error: 'Use GET people, events, messaging, stats or switches, or POST switches or reset.',
			});
	}
}

const json = (status: number, value: object): ControlAnswer => ({
	status,
	body: [JSON.stringify(value)],
});

function change(flameup: Flameup, body: string): ControlAnswer {
	try {
		flameup.set(JSON.parse(body));
		return json(200, shownSwitches(flameup));
	} catch (error) {
		if (error instanceof SwitchError) return json(400, { error: error.message });
		return json(400, { error: 'The body must be a JSON object of switches.' });
	}
}

const shownSwitches = (flameup: Flameup) => ({ ...flameup.switches(), keys: undefined });

function* peopleJson(flameup: Flameup, query: URLSearchParams): Generator<string> {
	const held = flameup.people();
	const offset = Number(query.get('offset') ?? 0);
	const limit = Number(query.get('limit') ?? held.size);
	yield `{"total":${held.size},"people":[`;
	let position = 0;
	for (const person of held.values()) {
		if (position >= offset + limit) break;
		if (position >= offset) {
			yield (position > offset ? ',\n' : '\n') + JSON.stringify(shown(person));
		}
		position++;
	}
	yield '\n]}\n';
}

const shown = ({ number, createdAt, updatedAt, ...person }: HeldPerson) => ({
	id: idOf(number),
	...person,
	createdAt: new Date(createdAt).toISOString(),
	updatedAt: new Date(updatedAt).toISOString(),
});
