import { type FlameupError, problemOf, type Rejection, type RejectionCode } from '../../src/errors';
import type { Sample } from '../../src/loading/report';
import { parseExactly } from '../../src/mapping/exactNumbers';
import { isBlank, isObject, type SourceRecord } from '../../src/mapping/jsonValues';
import type { Mapped } from '../../src/mapping/mapper';
import type { ColumnUse } from '../../src/mapping/uses';
import { describe, paragraph } from '../../src/texts';
import { type Oddities, warningTexts } from './logMessages';
import type { Preview, RejectionPreview, StreamPreview } from './previewResult';
import type { RecordRef, Stream } from './stream';
import { doubtPeople } from './streamChecks';
import type { Streams } from './streams';
import { vocabulary } from './vocabulary';
import type { Watcher } from './write';

/** How many people of a stream are shown. */
const PEOPLE_SHOWN = 3;

/** What is kept of one stream. */
class Seen {
	/** Filled records for each path of `uses`. */
	readonly filled = new Map<string, number>();
	/** Paths at which a record has an object. */
	readonly objects = new Set<string>();
	/** Of the records that are people. */
	readonly userIds = new Set<string>();
	readonly firstPeople: unknown[] = [];
}

/** Collects what becomes of the records in a dry run. */
export class PreviewWatcher implements Watcher {
	#streams: Streams | undefined;
	#odd: Readonly<Oddities> = { unknownTypes: 0, answers: new Map() };
	#memory: string | undefined;
	readonly #seen = new Map<Stream, Seen>();
	readonly #values = new WeakMap<RecordRef, unknown>();
	readonly #sent = new Set<string>();
	#requests = 0;
	#hasStopped = false;
	readonly #failures: FlameupError[] = [];

	get received(): number {
		return this.#streams?.totals.received ?? 0;
	}

	begin(streams: Streams, odd: Readonly<Oddities>, memory: string | undefined): void {
		this.#streams = streams;
		this.#odd = odd;
		this.#memory = memory;
	}

	mapped(ref: RecordRef, data: unknown, mapped: Mapped | Rejection): void {
		const { stream } = ref;
		const seen = this.#seenOf(stream);
		if (isObject(data)) this.#countFilled(stream, seen, data);
		if ('code' in mapped) {
			this.#keepValue(ref, data, mapped);
			return;
		}
		seen.userIds.add(mapped.person.userId);
	}

	request(userIds: readonly string[], people: readonly string[]): void {
		this.#requests++;
		for (const [i, userId] of userIds.entries()) {
			if (!this.#sent.has(userId)) this.#keepPerson(userId, people[i] ?? '');
			this.#sent.add(userId);
		}
	}

	/** Keeps the first people of each stream. */
	#keepPerson(userId: string, person: string): void {
		for (const { firstPeople, userIds } of this.#seen.values()) {
			const isShown = firstPeople.length < PEOPLE_SHOWN && userIds.has(userId);
			if (isShown) firstPeople.push(parseExactly(person));
		}
	}

	broken(error: FlameupError): void {
		this.#failures.push(error);
	}

	/** Keeps why the run failed; if no record was read before, throws the first reason, as a sync does. */
	fail(error: unknown): void {
		const isUnexpected = problemOf(error).code === 'unexpected';
		if (isUnexpected) throw error;
		this.#failures.push(error as FlameupError);
		const records = this.received - (this.#streams?.input.report.received ?? 0);
		if (records === 0) throw this.#failures[0];
		this.#hasStopped = true;
	}

	/** What was seen; `hasEnded` is whether the input has no more records. */
	result(hasEnded: boolean): Omit<Preview, 'minutes' | 'requestsPerMinute' | 'peoplePerRequest'> {
		const streams = this.#streams;
		if (streams === undefined) throw new Error('The run has not begun.');
		const all = [...streams.values()];
		return {
			received: this.received,
			isWhole: hasEnded && !this.#hasStopped,
			streams: all.map((stream) => this.#streamPreview(stream)),
			lines: this.#rejections(streams.input),
			requests: this.#requests,
			...(this.#memory !== undefined && { memory: this.#memory }),
			warnings: [
				...all.flatMap(doubtText),
				...warningTexts({ streams, odd: this.#odd, isDryRun: true }),
			],
			failures: this.#failures,
		};
	}

	#seenOf(stream: Stream): Seen {
		const known = this.#seen.get(stream) ?? new Seen();
		this.#seen.set(stream, known);
		return known;
	}

	#countFilled({ mapper }: Stream, { filled, objects }: Seen, data: SourceRecord): void {
		const paths = new Map(mapper.uses().map(({ path }) => [nameOf(path), path]));
		for (const [name, path] of paths) {
			const value = mapper.valueAt(data, path);
			if (hasText(value)) filled.set(name, (filled.get(name) ?? 0) + 1);
			if (isObject(value)) objects.add(name);
		}
	}

	/** Keeps what a rejected record has in place of a valid value. */
	#keepValue(ref: RecordRef, data: unknown, { code }: Rejection): void {
		const field = FIELDS[code];
		if (field === undefined || !isObject(data)) return;
		const { mapper } = ref.stream;
		const values = mapper
			.uses()
			.filter(({ becomes }) => becomes === field)
			.map(({ path }) => mapper.valueAt(data, path));
		this.#values.set(ref, values.find(hasText));
	}

	#streamPreview(stream: Stream): StreamPreview {
		const { deletedInSource, merged, received, rejected, skipped, unchanged, upserted } =
			stream.report;
		const seen = this.#seenOf(stream);
		return {
			stream: stream.name,
			...{ received, upserted, merged, unchanged, rejected, deletedInSource, skipped },
			people: [...seen.userIds].filter((userId) => this.#sent.has(userId)).length,
			columns: stream.mapper.uses().map((use) => ({
				column: nameOf(use.path),
				...(stream.mapping.nested_values === 'flatten' ? flattened(use, seen) : own(use)),
				filled: seen.filled.get(nameOf(use.path)) ?? 0,
			})),
			rejections: this.#rejections(stream),
			firstPeople: seen.firstPeople,
		};
	}

	#rejections({ report }: Stream): RejectionPreview[] {
		return [...report.rejections].flatMap(([code, { count, first }]) =>
			first.slice(0, 1).map(({ rejection }) => {
				const { hint, ...why } = describe(rejection, vocabulary(true));
				const samples = first.map((sample) => this.#sample(sample));
				return { code, count, reason: paragraph(why), ...(hint && { hint }), first: samples };
			}),
		);
	}

	#sample({ ref, rejection }: Sample<RecordRef>): RejectionPreview['first'][number] {
		const value = this.#values.get(ref);
		return {
			record: ref.number,
			...(rejection.userId !== undefined && { userId: rejection.userId }),
			...(value !== undefined && { value }),
		};
	}
}

/** The field at fault for each code of a single value. */
const FIELDS: Readonly<Partial<Record<RejectionCode, ColumnUse['becomes']>>> = {
	invalid_user_id: 'user_id',
	user_id_too_long: 'user_id',
	invalid_email: 'email',
	email_too_long: 'email',
	phone_too_long: 'phone',
};

const nameOf = (path: readonly string[]): string => path.join('.');

const own = ({ becomes, isPart, leftOut, trait }: ColumnUse): Omit<ColumnUse, 'path'> => ({
	becomes,
	...(trait !== undefined && { trait }),
	...(isPart && { isPart }),
	...(leftOut !== undefined && { leftOut }),
});

/** What a column becomes if the members of objects become traits of their own. */
function flattened(use: ColumnUse, { objects }: Seen) {
	const { becomes, isPart, path, trait = '' } = use;
	if (becomes !== 'trait') return own(use);
	if (isPart) return { becomes, trait: [trait, ...path.slice(1)].join('.') };
	return { becomes, trait, ...(objects.has(nameOf(path)) && { isFlattened: true as const }) };
}

const hasText = (value: unknown): boolean =>
	!isBlank(value) && (typeof value !== 'string' || value.trim() !== '');

/** A doubt about a stream whose columns are known only from its records; a declared one would stop the run. */
function doubtText(stream: Stream): string[] {
	const isJudged = !stream.isDeclared && stream.isDescribed;
	const doubt = isJudged ? doubtPeople(stream) : undefined;
	return doubt === undefined ? [] : [paragraph(describe(doubt, vocabulary(true)))];
}
