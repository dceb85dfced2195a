import { type Call, failure, invalid, type Reply, written } from './call.mts';
import type { Issue } from './errors.mts';
import type { HeldPerson } from './people.mts';
import { shownPerson } from './person.mts';
import { roll } from './roll.mts';
import { breachesOf, createConflicts, isObject, type SentPerson, userIdOf } from './rules.mts';
import type { Switches } from './switches.mts';

const maxBatchSize = 100;

type PersonIssue = Issue & { index: number };

/** `POST people/batch`. */
export function batch(call: Call): Reply {
	const list = isObject(call.body) ? call.body.people : undefined;
	if (!Array.isArray(list)) return invalid(call, [{ field: 'people', message: 'must be a list' }]);
	call.stats.batchOf(list.length);
	if (list.length === 0 || list.length > maxBatchSize) {
		return invalid(call, [{ field: 'people', message: 'must hold 1 to 100 people' }]);
	}
	const { good, issues, isConflict } = sorted(list, call);
	call.stats.refused(list.length - good.length);
	if (issues.length === 0 || call.switches.skipSilently) return written(call, write(good, call));
	const status = isConflict ? 409 : call.switches.validationStatus;
	const message = isConflict ? 'Conflict' : 'Validation failed';
	const refusal = failure(status, message, listed(issues, list, call.switches));
	if (!call.switches.partial || good.length === 0) return refusal;
	write(good, call);
	return { ...refusal, wrote: true };
}

function sorted(list: unknown[], call: Call) {
	const good: SentPerson[] = [];
	const issues: PersonIssue[] = [];
	let breaches = 0;
	const conflictOf = createConflicts(call);
	for (const [index, person] of list.entries()) {
		const userId = userIdOf(person);
		const found = breachesOf(person, call.switches, call.refuse);
		breaches += found.length;
		const conflict = found.length === 0 ? conflictOf(person as SentPerson) : undefined;
		if (conflict) found.push(conflict);
		if (found.length === 0) good.push(person as SentPerson);
		issues.push(...found.map((breach) => ({ ...breach, index, userId })));
	}
	return { good, issues, isConflict: issues.length > 0 && breaches === 0 };
}

/** The issues that a refusal lists: those found, and those that `refusalLists` adds. */
function listed(issues: PersonIssue[], list: unknown[], switches: Switches): Issue[] {
	const about = (index: number) => ({ index, userId: userIdOf(list[index]) });
	if (switches.refusalLists === 'everybody' && !switches.partial) {
		const message = 'was not processed because other people are invalid';
		return list.flatMap((_, index): Issue[] => {
			const own = issues.filter((issue) => issue.index === index);
			return own.length > 0 ? own : [{ field: 'userId', message, ...about(index) }];
		});
	}
	if (switches.refusalLists !== 'neighbour' || list.length === 1) return issues;
	return issues.flatMap((issue) => {
		const next = issue.index + 1 < list.length ? issue.index + 1 : issue.index - 1;
		return [issue, { ...issue, ...about(next) }];
	});
}

function write(good: SentPerson[], call: Call): object {
	const { switches, people, stats, at } = call;
	const answered: HeldPerson[] = [];
	let created = 0;
	let updated = 0;
	for (const person of good) {
		const isLeftOut = switches.completeness === 'short' && leavesOut(person.userId, call);
		if (isLeftOut && switches.shortLoses) continue;
		const result = people.write(person, at, switches);
		if (result.created) created++;
		else updated++;
		if (!isLeftOut) answered.push(result.person);
	}
	stats.wrote(created, updated);
	stats.sent(good.map((person) => person.userId));
	if (switches.emptyBody) return {};
	const shown = switches.completeness === 'none' ? [] : ordered(answered, switches);
	return {
		people: shown.map((person) => shownPerson(person, switches)),
		...counts(created, updated, switches),
	};
}

function leavesOut(userId: string, { switches, stats }: Call) {
	if (roll(switches.seed, 'short', userId) >= switches.shortRate) return false;
	if (switches.shortTimes === 0) return true;
	return stats.leftOut(userId) <= switches.shortTimes;
}

function ordered(people: HeldPerson[], { order, seed }: Switches): HeldPerson[] {
	if (order === 'sent') return people;
	if (order === 'reversed') return people.reverse();
	const drawn = people.map((person) => ({ person, at: roll(seed, 'order', person.userId) }));
	return drawn.sort((a, b) => a.at - b.at).map(({ person }) => person);
}

function counts(created: number, updated: number, switches: Switches) {
	if (switches.counts === 'absent') return {};
	const missing = switches.counts === 'wrong' ? 1 : 0;
	return created > 0
		? { created_count: created - missing, updated_count: updated }
		: { created_count: 0, updated_count: Math.max(0, updated - missing) };
}
