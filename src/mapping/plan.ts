import type { Mapping } from '../settings/settings';
import type { Exclusions } from './exclusions';
import { KnownColumns } from './knownColumns';
import { type ColumnSetting, type Listing, type Place, placesOf } from './listings';
import { aliasesOf, isBookkeeping, isRole, ROLES, type Role, rankByName } from './roles';
import { EMAIL, insideOf, NOTHING, type Target, traitTarget } from './targets';
import { findUserId, type UserIdSource } from './userIdSource';

/** What is known of a stream before its first record. */
export interface StreamShape {
	/** The columns that the source declares; may be empty. */
	readonly columns: readonly string[];
	/** Columns that records will have although the source declares none; others never win over them. */
	readonly expected?: readonly string[];
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

/** What the plans of a stream have in common. */
export interface PlanOptions {
	readonly mapping: Mapping;
	readonly shape: StreamShape;
	readonly phoneIsTrait: boolean;
	readonly listings: readonly Listing[];
	readonly declared: KnownColumns;
	readonly expected: KnownColumns;
	/** The usual name by which a record had its user ID, once one had it. */
	usualName: string | undefined;
}

/** A column of a record. */
export interface PlannedColumn {
	/** Its name in the record. */
	readonly name: string;
	/** The declared column that it is, else the same name. */
	readonly column: string;
	/** The trait that it becomes if no setting says otherwise. */
	readonly trait: string;
}

/** Called with a trait that several values map to, and the columns of two of them if they are whole columns. */
type OnClash = (trait: string, columns?: readonly [string, string]) => void;

/** Added to the rank of other columns, so that they do not take a standard field from a declared or expected one. */
const UNEXPECTED = 100;

/** A setting's listing, and the place in one column that it names. */
interface Named {
	readonly listing: Listing;
	readonly place: Place;
}

/** What becomes of the columns of records that all have the same ones. */
export class Plan {
	/** One for each name of the record, in its order. */
	readonly targets: readonly Target[];
	readonly userId: UserIdSource;
	readonly #options: PlanOptions;
	/** The declared columns and those of the record. */
	readonly #known: KnownColumns;
	/** The listings that concern each column. */
	readonly #named = new Map<string, Named[]>();
	readonly #holders: ReadonlyMap<Role, string>;
	readonly #targets = new Map<string, Target>();
	/** The column or path of each trait, to detect clashes. */
	readonly #claims = new Map<string, string>();
	/** The names of columns that have another one in the record. */
	readonly #names = new Map<string, string>();
	readonly #onClash: OnClash;

	/** `columns` lacks the names that count as absent. */
	constructor(
		options: PlanOptions,
		names: readonly string[],
		columns: readonly PlannedColumn[],
		onClash: OnClash,
	) {
		this.#options = options;
		this.#onClash = onClash;
		this.#known = new KnownColumns(
			columns.map(({ column }) => column),
			options.declared,
		);
		for (const listing of options.listings) this.#findPlaces(listing);
		this.#holders = this.#findHolders();
		this.userId = this.#findUserId();
		const own = new Set(columns.map(({ column }) => column));
		for (const { listing, place } of [...this.#named.values()].flat()) {
			const isInside = place.rest.length > 0 && own.has(place.column);
			if (isInside && listing.trait !== undefined) this.#reserve(listing.trait, listing.listed);
		}
		for (const { column, name, trait } of columns) {
			this.#targets.set(column, this.#resolve(column, trait));
			if (name !== column) this.#names.set(column, name);
		}
		const byName = new Map(columns.map(({ column, name }) => [name, this.#targets.get(column)]));
		this.targets = names.map((name) => byName.get(name) ?? NOTHING);
	}

	/** The name of a column in the record. */
	nameOf(column: string): string {
		return this.#names.get(column) ?? column;
	}

	/** Whether it is declared or in the record. */
	knows(column: string): boolean {
		return this.#known.has(column);
	}

	isNumeric(column: string): boolean {
		return this.#options.shape.numericColumns?.has(column) === true;
	}

	/** The parts of a column that are never sent. */
	exclusions(column: string): Exclusions | undefined {
		return this.#targets.get(column)?.exclusions;
	}

	understanding(): Understanding {
		const targets = [...this.#targets];
		const idColumn = this.#onlyIdColumn();
		return {
			userId: this.userId,
			roles: [...this.#holders].map(([role, column]) => ({ role, column })),
			leftOut: targets
				.filter(([column, { to }]) => to === 'nothing' && column !== idColumn)
				.map(([column]) => column),
			traits: targets
				.filter(([, { asText, to }]) => to === 'trait' && !asText)
				.map(([name]) => name),
		};
	}

	/** Every column of the plan, without one that is only the user ID. */
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

	#findPlaces(listing: Listing): void {
		for (const place of placesOf(listing, this.#known, this.#options.declared)) {
			const named = this.#named.get(place.column);
			if (named === undefined) this.#named.set(place.column, [{ listing, place }]);
			else named.push({ listing, place });
		}
	}

	/** Reserves a trait for a renamed path inside a column. */
	#reserve(trait: string, path: string): void {
		const other = this.#claims.get(trait);
		if (other !== undefined && other !== path) this.#onClash(trait);
		this.#claims.set(trait, path);
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
		const { only_columns } = this.#options.mapping;
		return only_columns.length === 0 || this.#isNamedBy('only_columns', column);
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
		if (role === 'email' && this.#options.mapping.email_column !== '') {
			return this.#isNamedBy('email_column', column) ? 0 : Number.POSITIVE_INFINITY;
		}
		return rankByName(column, role) + (this.#isExpected(column) ? 0 : UNEXPECTED);
	}

	#isExpected(column: string): boolean {
		return this.#options.declared.has(column) || this.#options.expected.has(column);
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
		const all = [...this.#named.values()].flat();
		return all.find(
			({ listing: { setting, trait }, place }) =>
				place.rest.length > 0 &&
				(trait === role || (role === 'email' && setting === 'email_column')),
		)?.listing.listed;
	}

	/** The column that fits a standard field best, of those with a usual name and those that a setting names. */
	#findBest(role: Role): string | undefined {
		const usual = aliasesOf(role).flatMap((alias) => this.#known.similar(alias));
		let best: string | undefined;
		let least = Number.POSITIVE_INFINITY;
		for (const column of [...this.#named.keys(), ...usual]) {
			const rank = this.#rank(column, role);
			if (rank >= least) continue;
			least = rank;
			best = column;
		}
		return best;
	}

	#findUserId(): UserIdSource {
		const { declared, listings, shape, usualName } = this.#options;
		return findUserId({
			listings,
			primaryKey: shape.primaryKey,
			known: this.#known,
			declared,
			isExpected: (column) => this.#isExpected(column),
			isExcluded: (column) => this.#isExcluded(column),
			usualName,
		});
	}

	/** The column that is the whole user ID, and therefore not a trait. */
	#onlyIdColumn(): string | undefined {
		const [path, ...others] = this.userId.paths.filter(([head = '']) => this.#known.has(head));
		return others.length === 0 && path?.length === 1 ? path[0] : undefined;
	}

	#resolve(column: string, name: string): Target {
		if (this.#isExcluded(column)) return NOTHING;
		const role = ROLES.find((one) => this.#holders.get(one) === column);
		return {
			...this.#ownTarget(column, name, role),
			...insideOf(this.#namedIn(column), this.#options.phoneIsTrait, this.#isListed(column)),
			numeric: this.isNumeric(column),
		};
	}

	/** The target of the column itself, without paths inside it. */
	#ownTarget(column: string, name: string, role: Role | undefined): Target {
		if (role === 'email') return EMAIL;
		const trait = this.#renamed(column);
		const isOnlyId = column === this.#onlyIdColumn() && role === undefined && trait === undefined;
		if (isOnlyId || !this.#isSent(column)) return NOTHING;
		const { phoneIsTrait } = this.#options;
		const target = traitTarget(role ?? trait ?? name, phoneIsTrait, role !== undefined);
		if (target.to !== 'trait') return target;
		return this.#claim(target.name, column, trait !== undefined, role) ? target : NOTHING;
	}

	/** Whether a column gets its trait; a renamed column wins over others. */
	#claim(name: string, column: string, isRenamed: boolean, role: Role | undefined): boolean {
		const isField = isRenamed && role === undefined && isRole(name);
		const other = this.#claims.get(name) ?? (isField ? this.#holders.get(name) : undefined);
		if (other === undefined || other === column) {
			this.#claims.set(name, column);
			return true;
		}
		this.#onClash(name, this.#known.has(other) ? [other, column] : undefined);
		const takesOver = isRenamed && this.#known.has(other) && this.#renamed(other) === undefined;
		if (takesOver) {
			this.#targets.set(other, NOTHING);
			this.#claims.set(name, column);
		}
		return takesOver;
	}
}
