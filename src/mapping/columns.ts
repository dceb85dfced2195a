import { FlameupError } from '../errors';
import { looseName } from '../settings/names';
import type { Mapping } from '../settings/settings';
import type { Exclusions } from './exclusions';
import type { SourceRecord } from './jsonValues';
import { KnownColumns } from './knownColumns';
import { type ColumnSetting, type Listing, listingsOf, type Place } from './listings';
import { isBookkeeping, isRole, ROLES, type Role, rankByName, USER_ID_NAMES } from './roles';
import { EMAIL, insideOf, NOTHING, type Target, traitTarget } from './targets';
import { findUserId, type UserIdSource } from './userIdSource';

/** What is known of a stream before its first record. */
export interface StreamShape {
	/** The columns that the source declares; may be empty. */
	readonly columns: readonly string[];
	/** The paths of the primary key; the values of several are joined by a colon. */
	readonly primaryKey: readonly (readonly string[])[];
	/** Columns declared to hold only numbers. */
	readonly numericColumns?: ReadonlySet<string>;
}

/** How the columns seen so far are mapped. */
export interface Understanding {
	readonly userId: UserIdSource;
	readonly roles: readonly { readonly role: Role; readonly column: string }[];
	readonly leftOut: readonly string[];
	/** Columns that become custom traits. */
	readonly traits: readonly string[];
}

/** Why a column is not sent. */
export type LeftOut = 'bookkeeping' | 'excluded' | 'unlisted' | 'clash';

/** What one column becomes; `leftOut` if it is not sent as a whole. */
export interface Resolved {
	readonly column: string;
	readonly target: Target;
	readonly leftOut?: LeftOut;
}

/** Limits the memory for names if every record has other columns. */
const MOST_COLUMNS = 10_000;

/** Added to the rank of undeclared columns, so that they do not take a standard field from a declared one. */
const UNDECLARED = 100;

/** A setting's listing, and the place in one column that it names. */
interface Named {
	readonly listing: Listing;
	readonly place: Place;
}

/** Maps the columns of one stream to parts of a person; each name is resolved once. */
export class Columns {
	readonly #mapping: Mapping;
	readonly #shape: StreamShape;
	readonly #phoneIsTrait: boolean;
	readonly #listings: readonly Listing[];
	readonly #declared: ReadonlySet<string>;
	readonly #known = new KnownColumns();
	/** The known column of each other spelling that records use. */
	readonly #aliases = new Map<string, string>();
	/** The other spellings of each known column. */
	readonly #spellings = new Map<string, string[]>();
	readonly #targets = new Map<string, Target>();
	/** The listings that concern each column. */
	readonly #named = new Map<string, Named[]>();
	/** The column of each trait, to detect clashes. */
	readonly #traitColumns = new Map<string, string>();
	#holders = new Map<Role, string>();
	#userId: UserIdSource = { paths: [], joined: false, from: 'nowhere' };
	#revision = 0;
	readonly #clashes = new Set<string>();

	/** Throws FlameupError (columns_clash) when two declared columns would become one trait. */
	constructor(mapping: Mapping, shape: StreamShape, phoneIsTrait: boolean) {
		this.#mapping = mapping;
		this.#shape = shape;
		this.#phoneIsTrait = phoneIsTrait;
		this.#listings = listingsOf(mapping);
		this.#declared = new Set(shape.columns);
		this.learn(shape.columns);
	}

	/** Adds columns, and resolves all of them anew. */
	learn(columns: readonly string[]): void {
		for (const column of columns) this.#known.add(column);
		this.#revision++;
		this.#targets.clear();
		this.#traitColumns.clear();
		this.#named.clear();
		for (const listing of this.#listings) this.#findPlaces(listing);
		this.#holders = this.#findHolders();
		this.#userId = this.#findUserId();
		for (const column of this.#known) this.#targets.set(column, this.#resolve(column));
	}

	/** Adds the columns of a record; of two spellings of one name, not the one that is null. */
	learnFrom(record: SourceRecord): void {
		const names = Object.keys(record);
		const filled = new Set(names.filter((name) => hasValue(record, name)).map(looseName));
		this.learn(names.filter((name) => hasValue(record, name) || !filled.has(looseName(name))));
	}

	get isEmpty(): boolean {
		return this.#known.size === 0;
	}

	/** Changes when known columns may have been resolved differently. */
	get revision(): number {
		return this.#revision;
	}

	get userId(): UserIdSource {
		return this.#userId;
	}

	/** Traits that several columns map to, of which the source declares at most one. */
	get clashes(): ReadonlySet<string> {
		return this.#clashes;
	}

	/** Records that several values map to a trait. */
	clashed(trait: string): void {
		if (this.#clashes.size < MOST_COLUMNS) this.#clashes.add(trait);
	}

	/** The target of a column of this record. */
	target(column: string, record: SourceRecord): Target {
		return this.#targets.get(column) ?? this.#resolveNew(column, record);
	}

	/** The spelling of a known column that this record uses. */
	spelling(column: string, record: SourceRecord): string {
		if (this.#aliases.size === 0 || hasValue(record, column)) return column;
		return this.#spellings.get(column)?.find((one) => hasValue(record, one)) ?? column;
	}

	isNumeric(column: string): boolean {
		return this.#shape.numericColumns?.has(column) === true;
	}

	/** The parts of a known column that are never sent. */
	exclusions(column: string): Exclusions | undefined {
		return this.#targets.get(column)?.exclusions;
	}

	/** Listings that match no known column. */
	unknown(): Listing[] {
		return this.#listings.filter(({ places }) => places.length === 0);
	}

	/** Listings of columns, or of paths inside them, that no record had. */
	unseen(): Listing[] {
		return this.#listings.filter(
			({ places, setting, wasSeen }) =>
				places.length === 0 ||
				(setting !== 'user_id_columns' && !wasSeen && places.every(({ rest }) => rest.length > 0)),
		);
	}

	get known(): string[] {
		return [...this.#known];
	}

	understanding(): Understanding {
		const targets = [...this.#targets];
		const idColumn = this.#onlyIdColumn();
		return {
			userId: this.#userId,
			roles: [...this.#holders].map(([role, column]) => ({ role, column })),
			leftOut: targets
				.filter(([column, { to }]) => to === 'nothing' && column !== idColumn)
				.map(([column]) => column),
			traits: targets
				.filter(([, { asText, to }]) => to === 'trait' && !asText)
				.map(([name]) => name),
		};
	}

	/** Every known column, without one that is only the user ID. */
	resolved(): Resolved[] {
		const idColumn = this.#onlyIdColumn();
		return [...this.#targets]
			.filter(([column, { to }]) => to !== 'nothing' || column !== idColumn)
			.map(([column, target]) => ({
				column,
				target,
				...(target.to === 'nothing' && { leftOut: this.#whyLeftOut(column) }),
			}));
	}

	#whyLeftOut(column: string): LeftOut {
		if (isBookkeeping(column)) return 'bookkeeping';
		if (this.#isExcluded(column)) return 'excluded';
		return this.#isSent(column) ? 'clash' : 'unlisted';
	}

	/** Resolves an unknown column: another spelling of a known one, or a new one. */
	#resolveNew(column: string, record: SourceRecord): Target {
		const known = this.#aliases.get(column) ?? this.#findSimilar(column);
		const isOneColumn = known !== undefined && !this.#holdsAnother(known, column, record);
		if (isOneColumn) {
			this.#noteSpelling(column, known);
			return this.#targets.get(known) ?? NOTHING;
		}
		if (this.#known.size >= MOST_COLUMNS && !this.#changesOthers(column)) {
			return this.#resolve(column);
		}
		this.#add(column);
		return this.#targets.get(column) ?? NOTHING;
	}

	#findSimilar(column: string): string | undefined {
		const isOurs = isBookkeeping(column);
		return this.#known.similar(column).find((other) => isBookkeeping(other) === isOurs);
	}

	/** Whether the record also has the known column under another spelling. */
	#holdsAnother(known: string, column: string, record: SourceRecord): boolean {
		const spelling = this.spelling(known, record);
		return spelling !== column && hasValue(record, spelling) && hasValue(record, column);
	}

	#noteSpelling(column: string, known: string): void {
		if (this.#aliases.has(column) || this.#aliases.size >= MOST_COLUMNS) return;
		this.#aliases.set(column, known);
		this.#spellings.set(known, [...(this.#spellings.get(known) ?? []), column]);
	}

	/** Adds one column; resolves the others again only if it may change them. */
	#add(column: string): void {
		const known = this.#aliases.get(column);
		if (known !== undefined) {
			this.#aliases.delete(column);
			const others = this.#spellings.get(known) ?? [];
			this.#spellings.set(
				known,
				others.filter((other) => other !== column),
			);
		}
		if (this.#changesOthers(column)) {
			this.learn([column]);
		} else {
			this.#known.add(column);
			this.#targets.set(column, this.#resolve(column));
		}
	}

	/** Whether a new column may change the others, or is itself named by a setting or the primary key. */
	#changesOthers(column: string): boolean {
		const loose = looseName(column);
		const means = (name: string): boolean => looseName(name) === loose;
		const isUserId = this.#userId.from === 'nowhere' && USER_ID_NAMES.some(means);
		return (
			isUserId ||
			this.#shape.primaryKey.some(([head = '']) => means(head)) ||
			this.#listings.some(
				({ listed }) => means(listed) || looseName(listed).startsWith(`${loose}.`),
			) ||
			ROLES.some((role) => this.#rank(column, role) < this.#heldRank(role))
		);
	}

	/** A column with exactly this name wins over a path; exclusions apply to both. */
	#findPlaces(listing: Listing): void {
		const all = this.#known.places(listing.listed);
		listing.places = listing.setting === 'exclude_columns' ? all.flat() : (all[0] ?? []);
		for (const place of listing.places) {
			const named = this.#named.get(place.column);
			if (named === undefined) this.#named.set(place.column, [{ listing, place }]);
			else named.push({ listing, place });
			if (listing.trait !== undefined && place.rest.length > 0)
				this.#reserve(listing.trait, listing.listed);
		}
	}

	/** Reserves a trait for a renamed path inside a column. */
	#reserve(trait: string, path: string): void {
		const other = this.#traitColumns.get(trait);
		if (other !== undefined && other !== path) this.clashed(trait);
		this.#traitColumns.set(trait, path);
	}

	#namedIn(column: string): readonly Named[] {
		return this.#named.get(column) ?? [];
	}

	/** Whether a setting names the whole column. */
	#isNamedBy(setting: ColumnSetting, column: string): boolean {
		return this.#namedIn(column).some(
			({ place, listing }) => listing.setting === setting && place.rest.length === 0,
		);
	}

	#isExcluded(column: string): boolean {
		return isBookkeeping(column) || this.#isNamedBy('exclude_columns', column);
	}

	/** Whether the whole column may be sent. */
	#isListed(column: string): boolean {
		return this.#mapping.only_columns.length === 0 || this.#isNamedBy('only_columns', column);
	}

	/** Whether at least a part of the column is sent; the email address always is. */
	#isSent(column: string, role?: Role): boolean {
		if (this.#isExcluded(column)) return false;
		if (role === 'email' || this.#isListed(column)) return true;
		return this.#namedIn(column).some(({ listing }) => listing.setting === 'only_columns');
	}

	#renamed(column: string): string | undefined {
		const renames = this.#namedIn(column).filter(
			({ place, listing }) => listing.setting === 'rename' && place.rest.length === 0,
		);
		return (renames.find(({ listing }) => listing.listed === column) ?? renames[0])?.listing.trait;
	}

	/**
	 * How well a column fits a standard field, lowest first: -1 renamed and 0 named by the user, Infinity not
	 * at all.
	 */
	#rank(column: string, role: Role): number {
		if (!this.#isSent(column, role)) return Number.POSITIVE_INFINITY;
		const trait = this.#renamed(column);
		if (trait !== undefined) return trait === role ? -1 : Number.POSITIVE_INFINITY;
		if (role === 'email' && this.#mapping.email_column !== '') {
			return this.#isNamedBy('email_column', column) ? 0 : Number.POSITIVE_INFINITY;
		}
		return rankByName(column, role) + (this.#declared.has(column) ? 0 : UNDECLARED);
	}

	#heldRank(role: Role): number {
		const holder = this.#holders.get(role);
		if (holder === undefined) return Number.POSITIVE_INFINITY;
		return this.#known.has(holder) ? this.#rank(holder, role) : Number.NEGATIVE_INFINITY;
	}

	#findHolders(): Map<Role, string> {
		const holders = new Map<Role, string>();
		for (const role of ROLES) {
			const holder = this.#findPath(role) ?? this.#findBest(role);
			if (holder !== undefined) holders.set(role, holder);
		}
		return holders;
	}

	/** The path inside a column that the user named for a standard field. */
	#findPath(role: Role): string | undefined {
		return this.#listings.find(
			({ places, setting, trait }) =>
				(trait === role || (role === 'email' && setting === 'email_column')) &&
				places.some(({ rest }) => rest.length > 0),
		)?.listed;
	}

	#findBest(role: Role): string | undefined {
		let best: string | undefined;
		let least = Number.POSITIVE_INFINITY;
		for (const column of this.#known) {
			const rank = this.#rank(column, role);
			if (rank >= least) continue;
			least = rank;
			best = column;
		}
		return best;
	}

	#findUserId(): UserIdSource {
		return findUserId({
			listings: this.#listings,
			primaryKey: this.#shape.primaryKey,
			known: this.#known,
			isExcluded: (column) => this.#isExcluded(column),
			before: this.#userId,
		});
	}

	/** The column that is the whole user ID, and therefore not a trait. */
	#onlyIdColumn(): string | undefined {
		const [path, ...others] = this.#userId.paths.filter(([head = '']) => this.#known.has(head));
		return others.length === 0 && path?.length === 1 ? path[0] : undefined;
	}

	#resolve(column: string): Target {
		if (this.#isExcluded(column)) return NOTHING;
		const role = ROLES.find((name) => this.#holders.get(name) === column);
		return {
			...this.#ownTarget(column, role),
			...insideOf(this.#namedIn(column), this.#phoneIsTrait, this.#isListed(column)),
			numeric: this.isNumeric(column),
		};
	}

	/** The target of the column itself, without paths inside it. */
	#ownTarget(column: string, role: Role | undefined): Target {
		if (role === 'email') return EMAIL;
		const trait = this.#renamed(column);
		const isOnlyId = column === this.#onlyIdColumn() && role === undefined && trait === undefined;
		if (isOnlyId || !this.#isSent(column)) return NOTHING;
		const target = traitTarget(role ?? trait ?? column, this.#phoneIsTrait, role !== undefined);
		if (target.to !== 'trait') return target;
		return this.#claim(target.name, column, trait !== undefined, role) ? target : NOTHING;
	}

	/**
	 * Whether a column gets its trait; a renamed column wins over others. Only a clash of two declared columns is
	 * an error: a column that appears later never stops a run.
	 */
	#claim(name: string, column: string, isRenamed: boolean, role: Role | undefined): boolean {
		const isField = isRenamed && role === undefined && isRole(name);
		const other = this.#traitColumns.get(name) ?? (isField ? this.#holders.get(name) : undefined);
		if (other === undefined || other === column) {
			if (this.#targets.size < MOST_COLUMNS) this.#traitColumns.set(name, column);
			return true;
		}
		const isStart = this.#revision === 1;
		if (isStart && this.#declared.has(other) && this.#declared.has(column)) {
			throw new FlameupError({ code: 'columns_clash', columns: [other, column], trait: name });
		}
		this.clashed(name);
		const takesOver = isRenamed && this.#known.has(other) && this.#renamed(other) === undefined;
		if (takesOver) {
			this.#targets.set(other, NOTHING);
			this.#traitColumns.set(name, column);
		}
		return takesOver;
	}
}

/** A column that is null counts as absent: caches and databases fill in those that they know of. */
const hasValue = (record: SourceRecord, column: string): boolean =>
	Object.hasOwn(record, column) && record[column] !== null && record[column] !== undefined;
