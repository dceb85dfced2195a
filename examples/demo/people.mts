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
	const last = messages.findLast(({ state }) => state)?.state;
	return [...firsts.values()].flatMap((message, index) => {
		const data = {
			...message.record?.data,
			'Lead Score': 1_000 + index,
			updated_at: '2026-03-04T06:00:00Z',
		};
		const line = JSON.stringify({ ...message, record: { ...message.record, data } });
		const full = (index + 1) / RECORDS_PER_STATE;
		if (!Number.isInteger(full)) return [line];
		const sourceStats = { recordCount: RECORDS_PER_STATE };
		const state = { ...last, id: (last?.id ?? 0) + full, sourceStats };
		return [line, withNumbers(JSON.stringify({ type: 'STATE', state }))];
	});
};

/** Turns whole numbers that were read as text back into numbers. */
const withNumbers = (line: string) => line.replace(/:"(\d{16,})"/g, ':$1');
