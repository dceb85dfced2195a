import type { Message } from './message.mts';

/** The values that Flameup must hold for one person. */
interface ExpectedPerson {
	email: string;
	leadScore: unknown;
}

type Contact = Record<string, unknown>;

const RECORDS_PER_STATE = 100;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

const asText = (value: unknown) => String(value ?? '').trim();

const isValid = ({ id, Email }: Contact) =>
	asText(id) !== '' && (asText(Email) === '' || EMAIL.test(asText(Email)));

/** The people that Flameup must hold after these messages; uses none of the connector's code. */
export const expectedPeople = (messages: Message[]) => {
	const people = new Map<string, ExpectedPerson>();
	let rejected = 0;
	for (const { record } of messages) {
		if (record && isValid(record.data)) {
			const userId = asText(record.data.id);
			const email = asText(record.data.Email) || people.get(userId)?.email || '';
			people.set(userId, { email, leadScore: record.data['Lead Score'] });
		} else if (record) rejected++;
	}
	return { people, rejected };
};

/** The first people of a run again, two days later, each with a new lead score. */
export const changedPeople = (messages: Message[], count: number): string[] => {
	const firsts = new Map<string, Message>();
	for (const message of messages) {
		const contact = message.record?.data;
		if (!contact || !isValid(contact) || asText(contact.Email) === '') continue;
		const userId = asText(contact.id);
		if (firsts.size < count && !firsts.has(userId)) firsts.set(userId, message);
	}
	const lines = [...firsts.values()].map((message, index) => {
		const data = {
			...message.record?.data,
			'Lead Score': 1_000 + index,
			updated_at: '2026-03-04T06:00:00Z',
		};
		return JSON.stringify({ ...message, record: { ...message.record, data } });
	});
	return withStates(lines, messages);
};

/**
 * Each person once more, as the runs sent them last. Leaves out the few who came several times in one run:
 * their records may have been merged.
 */
export const samePeople = (runs: Message[][]): string[] => {
	const lasts = new Map<string, string>();
	for (const messages of runs) {
		const contacts = messages.filter(({ record }) => record && isValid(record.data));
		const byId = Map.groupBy(contacts, ({ record }) => asText(record?.data.id));
		for (const [userId, [first, ...others]] of byId) {
			if (others.length === 0) lasts.set(userId, JSON.stringify(first));
			else lasts.delete(userId);
		}
	}
	return withStates([...lasts.values()], runs.flat());
};

/** Adds a state after every hundred records and at the end; their positions follow those of the messages. */
const withStates = (lines: string[], messages: Message[]): string[] => {
	const last = messages.findLast(({ state }) => state)?.state;
	return lines.flatMap((line, index) => {
		const count = index + 1;
		const rest = count % RECORDS_PER_STATE;
		if (rest !== 0 && count < lines.length) return [line];
		const sourceStats = { recordCount: rest || RECORDS_PER_STATE };
		const id = (last?.id ?? 0) + Math.ceil(count / RECORDS_PER_STATE);
		const state = { ...last, id, sourceStats };
		return [line, withNumbers(JSON.stringify({ type: 'STATE', state }))];
	});
};

/** Turns whole numbers that were read as text back into numbers. */
const withNumbers = (line: string) => line.replace(/:"(\d{16,})"/g, ':$1');
