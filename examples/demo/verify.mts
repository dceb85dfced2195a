import { isDeepStrictEqual } from 'node:util';
import type { Simulator } from '../../simulator/server.mts';
import type { Message, State } from './message.mts';
import { expectedPeople } from './people.mts';
import { type Report, rejectedOf } from './report.mts';
import { counted, styled } from './table.mts';

/** A fact that must hold after a run. */
interface Check {
	fact: string;
	expected: number;
	found: number;
	/** The items for which it does not hold. */
	differs?: string[];
}

const DIFFERENCES_SHOWN = 5;

const holds = ({ expected, found, differs = [] }: Check) =>
	expected === found && differs.length === 0;

const statesOf = (messages: Message[]) => messages.flatMap(({ state }) => state ?? []);

const withoutCounts = ({ destinationStats: _, ...state }: State) => state;

const upsertedIn = ({ destinationStats }: State) => destinationStats?.recordCount ?? 0;

const settledIn = (state: State) =>
	upsertedIn(state) + (state.destinationStats?.rejectedRecordCount ?? 0);

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

/** Every state must come back once, in order and unchanged, with the counts of its records. */
export const stateChecks = (sent: Message[], received: Message[]): Check[] => {
	const [before, after] = [statesOf(sent), statesOf(received)];
	const changed = before.filter(
		(state, index) => !isDeepStrictEqual(state, after[index] && withoutCounts(after[index])),
	);
	const miscounted = after.filter((state) => settledIn(state) !== state.sourceStats.recordCount);
	return [
		{
			fact: 'states came back in order, with every digit of their cursor',
			expected: before.length,
			found: after.length,
			differs: changed.map(({ id }) => `state ${id}`),
		},
		{
			fact: 'records are counted in these states',
			expected: sum(before.map(({ sourceStats }) => sourceStats.recordCount)),
			found: sum(after.map(settledIn)),
			differs: miscounted.map(({ id }) => `state ${id}`),
		},
	];
};

/** The report must match the messages, counted without the connector's code. */
export const reportChecks = (sent: Message[], received: Message[], report: Report): Check[] => [
	{
		fact: 'records were received',
		expected: sent.filter(({ record }) => record).length,
		found: report.received,
	},
	{
		fact: 'records were rejected: all those without an id or with a malformed email',
		expected: expectedPeople(sent).rejected,
		found: rejectedOf(report),
	},
	{
		fact: 'records were upserted, which is created + updated + merged',
		expected: report.created + report.updated + report.merged,
		found: report.upserted,
	},
	{
		fact: 'upserted and unchanged records are counted in the states',
		expected: report.upserted + report.unchanged,
		found: sum(statesOf(received).map(upsertedIn)),
	},
];

/** The simulator must hold exactly the valid people, each with the last values that were sent. */
export const peopleCheck = (sent: Message[], { flameup }: Simulator): Check => {
	const { people } = expectedPeople(sent);
	const held = flameup.people();
	const differs = [...people].filter(([userId, { email, leadScore }]) => {
		const person = held.get(userId);
		return (person?.email ?? '') !== email || person?.traits['Lead Score'] !== leadScore;
	});
	return {
		fact: 'people are in Flameup, with the last email and score that were sent',
		expected: people.size,
		found: held.size,
		differs: differs.map(([userId]) => `person ${userId}`),
	};
};

/** Prints each check; returns whether all hold. */
export const allHold = (checks: Check[]): boolean => {
	for (const check of checks) {
		const { fact, expected, found, differs = [] } = check;
		if (holds(check)) {
			console.log(`  ${styled('green', '✓')} ${counted(found)} ${fact}`);
			continue;
		}
		const some = differs.slice(0, DIFFERENCES_SHOWN).join(', ');
		const where = differs.length > 0 ? `; ${differs.length} differ: ${some}` : '';
		console.log(
			`  ${styled('red', '✗')} ${fact}: ${counted(expected)} expected, ${counted(found)} found${where}`,
		);
	}
	return checks.every(holds);
};
