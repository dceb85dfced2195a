import { FlameupError } from '../errors';
import { looseName } from '../settings/names';
import type { Mapping } from '../settings/settings';
import { isBlank, type SourceRecord } from './jsonValues';
import { KnownColumns } from './knownColumns';
import { type Listing, listingsOf, placesOf } from './listings';
import {
	Plan,
	type PlannedColumn,
	type PlanOptions,
	type StreamShape,
	type Understanding,
} from './plan';
import { isBookkeeping } from './roles';

/** Limits the memory for names if every record has other columns. */
const MOST_COLUMNS = 10_000;

/** Limits the memory for plans if every record has other columns: names in all of them. */
const MOST_PLANNED = 100_000;

/** The first names of a record, and the plans for records that have no others. */
interface Names {
	/** All of them, once a record had no others. */
	all?: readonly string[];
	readonly next: Map<string, Names>;
	/** Names that are equal when compared loosely to others of them. */
	lookAlikes?: readonly string[];
	/** By the look-alikes that are absent. */
	readonly plans: Map<string, Plan>;
}

const noNames = (): Names => ({ next: new Map(), plans: new Map() });

/**
 * Maps the columns of one stream to parts of a person. The columns of a record decide, together with the
 * declared ones; earlier records only decide which spelling names a trait, and which column with a usual name
 * is the user ID.
 */
export class Columns {
	readonly #options: PlanOptions;
	readonly #listings: readonly Listing[];
	/** Traits that the settings give to columns. */
	readonly #given: ReadonlySet<string>;
	readonly #declared: KnownColumns;
	/** Declared columns, then others in the order in which they appeared. */
	readonly #known: KnownColumns;
	readonly #clashes = new Set<string>();
	#names = noNames();
	/** Those of the latest record; most records have the same ones as the one before. */
	#latest = this.#names;
	#planned = 0;
	/** Those in use. */
	#plans: Plan[] = [];
	#overview: Plan | undefined;

	/** Throws FlameupError (columns_clash) when two declared columns would become one trait. */
	constructor(mapping: Mapping, shape: StreamShape, phoneIsTrait: boolean) {
		this.#listings = listingsOf(mapping);
		this.#given = new Set(this.#listings.flatMap(({ trait }) => trait ?? []));
		this.#declared = new KnownColumns(shape.columns);
		const expected = new KnownColumns((shape.expected ?? []).slice(0, MOST_COLUMNS));
		this.#known = new KnownColumns([...shape.columns, ...expected]);
		this.#options = {
			mapping,
			shape,
			phoneIsTrait,
			listings: this.#listings,
			declared: this.#declared,
			expected,
			usualName: undefined,
		};
		const columns = asThemselves(shape.columns);
		const plan = new Plan(this.#options, shape.columns, columns, (trait, clashing) => {
			if (clashing === undefined) return this.clashed(trait);
			throw new FlameupError({ code: 'columns_clash', columns: clashing, trait });
		});
		if (shape.expected === undefined) this.#overview = plan;
		this.#options.usualName = this.overview.userId.usualName;
	}

	/** The plan for the columns of a record; it is made once for all records that have the same ones. */
	plan(record: SourceRecord): Plan {
		const names = this.#namesOf(record);
		names.lookAlikes ??= lookAlikesIn(record);
		const absent = names.lookAlikes.length === 0 ? NONE : absentFrom(record, names.lookAlikes);
		const key = absent.length === 0 ? '' : JSON.stringify(absent);
		const known = names.plans.get(key);
		if (known !== undefined) return known;
		const plan = this.#make(record, names.lookAlikes, absent);
		names.plans.set(key, plan);
		return plan;
	}

	#namesOf(record: SourceRecord): Names {
		if (!hasExactly(record, this.#latest.all ?? NONE)) this.#latest = this.#search(record);
		return this.#latest;
	}

	#search(record: SourceRecord): Names {
		let names = this.#names;
		for (const name in record) {
			let next = names.next.get(name);
			if (next === undefined) {
				next = noNames();
				names.next.set(name, next);
			}
			names = next;
		}
		names.all ??= namesOf(record);
		return names;
	}

	/** Traits that several columns map to, of which the source declares at most one. */
	get clashes(): ReadonlySet<string> {
		return this.#clashes;
	}

	/** Records that several values map to a trait. */
	clashed(trait: string): void {
		if (this.#clashes.size < MOST_COLUMNS) this.#clashes.add(trait);
	}

	/** Listings that match no known column. */
	unknown(): Listing[] {
		return this.#listings.filter((listing) => this.#places(listing).length === 0);
	}

	/** Listings of columns, or of paths inside them, that no record had. */
	unseen(): Listing[] {
		return this.#listings.filter((listing) => {
			const places = this.#places(listing);
			if (places.length === 0) return true;
			const isInside = places.every(({ rest }) => rest.length > 0);
			return isInside && !listing.wasSeen && listing.setting !== 'user_id_columns';
		});
	}

	get known(): string[] {
		return [...this.#known];
	}

	/** The plan for a record that has all known columns. */
	get overview(): Plan {
		const { known } = this;
		this.#overview ??= new Plan(this.#options, known, asThemselves(known), () => undefined);
		return this.#overview;
	}

	/** How the columns of all records were mapped; each record only by its own. */
	get understood(): Understanding {
		const { userId } = this.overview;
		const all = this.#plans.map((plan) => plan.understanding());
		const paths = this.#plans.flatMap((plan) =>
			plan.userId.paths.filter(([head = '']) => plan.knows(head)),
		);
		return {
			userId: { ...userId, paths: paths.length > 0 ? distinct(paths) : userId.paths },
			roles: distinct(all.flatMap(({ roles }) => roles)),
			leftOut: distinct(all.flatMap(({ leftOut }) => leftOut)),
			traits: distinct(all.flatMap(({ traits }) => traits)),
		};
	}

	#places(listing: Listing) {
		return placesOf(listing, this.#known, this.#declared);
	}

	#make(record: SourceRecord, lookAlikes: readonly string[], absent: readonly string[]): Plan {
		const names = namesOf(record);
		this.#planned += names.length;
		if (this.#planned > MOST_PLANNED) {
			this.#names = noNames();
			this.#latest = this.#names;
			this.#plans = [];
			this.#planned = names.length;
		}
		const isPresent = (name: string) => !absent.includes(name);
		const columns = this.#columnsOf(names.filter(isPresent), lookAlikes.filter(isPresent));
		for (const { trait } of columns) this.#add(trait);
		const plan = new Plan(this.#options, names, columns, (trait) => this.clashed(trait));
		this.#options.usualName ??= plan.userId.usualName;
		this.#plans.push(plan);
		return plan;
	}

	/** The columns of these names: a declared one, perhaps in another spelling, or one of their own. */
	#columnsOf(names: readonly string[], lookAlikes: readonly string[]): PlannedColumn[] {
		const taken = new Set(names.filter((name) => this.#declared.has(name)));
		const similar = new KnownColumns(lookAlikes);
		return names.map((name) => {
			if (this.#declared.has(name)) return { name, column: name, trait: name };
			const [declared, ...others] = likeIn(this.#declared, name);
			if (declared !== undefined && others.length === 0 && !taken.has(declared)) {
				taken.add(declared);
				return { name, column: declared, trait: declared };
			}
			const isAlone = declared === undefined && likeIn(similar, name).length <= 1;
			return { name, column: name, trait: isAlone ? this.#traitOf(name) : name };
		});
	}

	/**
	 * The first spelling of a column that is not declared; exactly the same name wins over one of the same words.
	 * A trait that the settings give to a column is no spelling, so that another column clashes with it always or
	 * never.
	 */
	#traitOf(name: string): string {
		if (this.#known.has(name) || this.#given.has(name)) return name;
		const words = wordsIn(name);
		const spellings = likeIn(this.#known, name).filter((other) => wordsIn(other) === words);
		return spellings.find((other) => !this.#given.has(other)) ?? name;
	}

	#add(column: string): void {
		if (this.#known.has(column) || this.#known.size >= MOST_COLUMNS) return;
		this.#known.add(column);
		this.#overview = undefined;
	}
}

const NONE: readonly string[] = [];

function hasExactly(record: SourceRecord, names: readonly string[]): boolean {
	let count = 0;
	for (const name in record) {
		if (name !== names[count++]) return false;
	}
	return count === names.length;
}

function namesOf(record: SourceRecord): string[] {
	const names: string[] = [];
	for (const name in record) names.push(name);
	return names;
}

/** Columns with similar names; one that Airbyte adds for its own use is like none of the source. */
const likeIn = (columns: KnownColumns, name: string): string[] =>
	columns.similar(name).filter((other) => isBookkeeping(other) === isBookkeeping(name));

/** Tells q1_11 from q11_1, which are equal when compared loosely. */
const wordsIn = (name: string): string =>
	name
		.toLowerCase()
		.split(/[\s_-]+/)
		.join(' ')
		.trim();

/** Names of a record that are equal to others of it when compared loosely. */
function lookAlikesIn(record: SourceRecord): string[] {
	const names = namesOf(record);
	const all = new KnownColumns(names);
	return names.filter((name) => all.similar(name).length > 1);
}

/**
 * Names whose column is empty while a look-alike has a value: they count as absent, because caches, databases
 * and spreadsheets fill in the columns that they know of.
 */
function absentFrom(record: SourceRecord, lookAlikes: readonly string[]): string[] {
	const filled = lookAlikes.filter((name) => !isBlank(record[name]));
	const loose = new Set(filled.map(looseName));
	return lookAlikes.filter((name) => !filled.includes(name) && loose.has(looseName(name)));
}

const asThemselves = (columns: readonly string[]): PlannedColumn[] =>
	columns.map((name) => ({ name, column: name, trait: name }));

/** Each once, in order of first appearance. */
const distinct = <T>(all: readonly T[]): T[] => [
	...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
];
