import type { Rejection } from '../errors';
import { ENVELOPE_BYTES, LIMITS } from '../limits';
import type { Mapping, Settings } from '../settings/settings';
import { Columns, type StreamShape, type Understanding } from './columns';
import {
	asJson,
	asNumber,
	isBlank,
	isEmpty,
	isObject,
	type SourceRecord,
	scalarText,
	toJson,
} from './jsonValues';
import type { Listing } from './listings';
import { EMAIL_PATTERN, type Person } from './person';
import { type Parts, Traits } from './traits';
import { readUserId } from './userId';
import { fitsIn } from './utf8';

/** A person, and the same as the JSON that is sent. */
export interface Mapped {
	readonly person: Person;
	readonly json: string;
	/** The record's email address was invalid, and the person goes without it. */
	readonly emailLeftOut?: true;
}

/** What a mapper has to know of its stream and of the settings. */
export interface MapperOptions extends StreamShape {
	readonly settings: Pick<Settings, 'workspace_id' | 'batches' | 'rejected_records'>;
	readonly mapping: Mapping;
	/** Text in front of each user ID. */
	readonly userIdPrefix?: string;
}

/** Turns the records of one stream into people. */
export class Mapper {
	readonly #options: MapperOptions;
	readonly #columns: Columns;
	readonly #traits: Traits;
	/** In a workspace the documented form has the phone number among the traits, else beside the email address. */
	readonly #phoneIsTrait: boolean;
	readonly #maxBytes: number;

	/** Throws FlameupError (columns_clash) for settings that clash with the declared columns. */
	constructor(options: MapperOptions) {
		const { mapping, settings } = options;
		this.#options = options;
		this.#phoneIsTrait = settings.workspace_id !== '';
		this.#maxBytes = settings.batches.bytes_per_request - ENVELOPE_BYTES;
		this.#columns = new Columns(mapping, options, this.#phoneIsTrait);
		this.#traits = new Traits(mapping, (trait) => this.#columns.clashed(trait));
	}

	/**
	 * A person, or why the record cannot become one. Numbers with more digits than a double holds are
	 * kept when they come as JSON.rawJSON.
	 */
	toPerson(record: unknown): Mapped | Rejection {
		if (!isObject(record)) return { code: 'invalid_record', why: 'no object' };
		if (this.#columns.isEmpty) this.#columns.learn(Object.keys(record));
		const parts = this.#takeApart(record);
		const userId = readUserId(record, this.#columns, this.#options.userIdPrefix ?? '');
		if (typeof userId !== 'string') return userId;

		const person: Person = { userId };
		const email = this.#readEmail(parts.email);
		const leavesOut =
			this.#options.settings.rejected_records.invalid_email === 'send_without_email';
		if (typeof email === 'string') person.email = email;
		else if (email !== undefined && !leavesOut) return { ...email, userId };

		const phone = readPhone(this.#phoneIsTrait ? parts.traits.phone : parts.phone);
		if (typeof phone !== 'string') return { ...phone, userId };
		if (phone !== '' && !this.#phoneIsTrait) person.phone = phone;
		if (!isEmpty(parts.traits)) person.traits = parts.traits;

		const json = toJson(person);
		if (json === undefined) return { code: 'invalid_record', why: 'no JSON', userId };
		if (!fitsIn(json, this.#maxBytes)) {
			return { code: 'person_too_large', maxBytes: this.#maxBytes, userId };
		}
		return typeof email === 'object' ? { person, json, emailLeftOut: true } : { person, json };
	}

	/** How the columns were understood so far. */
	understanding(): Understanding {
		return this.#columns.understanding();
	}

	/** Names in the settings that no known column matches, before any record has come. */
	unknownColumns(): readonly Listing[] {
		return this.#columns.unknown();
	}

	/** Names in the settings that no record had. */
	unseenColumns(): readonly Listing[] {
		return this.#columns.unseen();
	}

	/** The columns that are known so far. */
	get columns(): readonly string[] {
		return this.#columns.known;
	}

	/** Traits that more than one value wanted, where nothing was declared: the first or the nearest got it. */
	get clashes(): ReadonlySet<string> {
		return this.#columns.clashes;
	}

	/** A new column can change what the ones before it mean; then the record is taken apart again. */
	#takeApart(record: SourceRecord): Parts {
		for (;;) {
			const { revision } = this.#columns;
			const parts = this.#place(record);
			if (this.#columns.revision !== revision) continue;
			if (parts.nested !== undefined) this.#traits.finish(parts);
			return parts;
		}
	}

	#place(record: SourceRecord): Parts {
		const parts: Parts = { traits: {}, email: undefined, phone: undefined, nested: undefined };
		for (const column in record) {
			const given = record[column];
			const target = this.#columns.target(column, record);
			const value = target.numeric ? asNumber(given) : given;
			if (target.exclusions !== undefined || target.rules !== undefined) {
				this.#traits.placeRest(parts, target, value);
			} else {
				this.#traits.place(parts, target, value);
			}
		}
		return parts;
	}

	/** The address; undefined when there is none. */
	#readEmail(value: unknown): string | Rejection | undefined {
		if (isBlank(value)) return undefined;
		const text = typeof value === 'string' ? value.trim() : undefined;
		if (text === '') return undefined;
		if (text !== undefined && text.length > LIMITS.email) {
			return { code: 'email_too_long', length: text.length };
		}
		return text !== undefined && EMAIL_PATTERN.test(text) ? text : { code: 'invalid_email' };
	}
}

function readPhone(given: unknown): string | Rejection {
	const value = asJson(given);
	const text = isBlank(value) ? '' : (scalarText(value) ?? toJson(value));
	if (text === undefined) return { code: 'invalid_record', why: 'no JSON' };
	return text.length > LIMITS.phone ? { code: 'phone_too_long', length: text.length } : text;
}
