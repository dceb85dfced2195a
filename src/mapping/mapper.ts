import type { Rejection } from '../errors';
import { ENVELOPE_BYTES, LIMITS } from '../limits';
import type { Mapping, Settings } from '../settings/settings';
import { Columns } from './columns';
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
import type { Plan, StreamShape, Understanding } from './plan';
import { NOTHING } from './targets';
import { type Parts, Traits } from './traits';
import { readUserId, valueAt } from './userId';
import { type ColumnUse, usesOf } from './uses';
import { fitsIn } from './utf8';

/** A person, and their JSON as it is sent. */
export interface Mapped {
	readonly person: Person;
	readonly json: string;
	/** The record's email address was invalid and has been left out. */
	readonly emailLeftOut?: true;
}

/** The stream and the settings of a mapper. */
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
	/** Flameup documents the phone number as a trait for workspaces, and beside the email address without one. */
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

	/** The person, or why the record cannot become one. Numbers kept as JSON.rawJSON keep all their digits. */
	toPerson(record: unknown): Mapped | Rejection {
		if (!isObject(record)) return { code: 'invalid_record', why: 'no object' };
		const plan = this.#columns.plan(record);
		const parts = this.#takeApart(record, plan);
		const userId = readUserId(record, plan, this.#options.userIdPrefix ?? '');
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

	/** How the columns seen so far are mapped. */
	understanding(): Understanding {
		return this.#columns.overview.understanding();
	}

	/** How the columns of all records so far were mapped, each record by its own. */
	understood(): Understanding {
		return this.#columns.understood;
	}

	/** What each column seen so far becomes: the user ID first, then standard fields, traits, and the rest. */
	uses(): ColumnUse[] {
		const { overview } = this.#columns;
		return usesOf(overview.userId, overview.resolved());
	}

	/** A record's value at a path, under whatever spelling of the column it uses. */
	valueAt(record: SourceRecord, path: readonly string[]): unknown {
		return valueAt(record, path, this.#columns.plan(record));
	}

	/** Names in the settings that match no known column; for use before the first record. */
	unknownColumns(): readonly Listing[] {
		return this.#columns.unknown();
	}

	/** Names in the settings that no record had. */
	unseenColumns(): readonly Listing[] {
		return this.#columns.unseen();
	}

	/** All known columns. */
	get columns(): readonly string[] {
		return this.#columns.known;
	}

	/** Traits that several undeclared values map to; only one of them is sent. */
	get clashes(): ReadonlySet<string> {
		return this.#columns.clashes;
	}

	#takeApart(record: SourceRecord, { targets }: Plan): Parts {
		const parts: Parts = { traits: {}, email: undefined, phone: undefined, nested: undefined };
		let i = 0;
		for (const column in record) {
			const given = record[column];
			const target = targets[i++] ?? NOTHING;
			const value = target.numeric ? asNumber(given) : given;
			if (target.exclusions !== undefined || target.rules !== undefined) {
				this.#traits.placeRest(parts, target, value);
			} else {
				this.#traits.place(parts, target, value);
			}
		}
		if (parts.nested !== undefined) this.#traits.finish(parts);
		return parts;
	}

	/** The email address, or why it is invalid; undefined if there is none. */
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
