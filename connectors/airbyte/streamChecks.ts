import { FlameupError, type Problem } from '../../src/errors';
import type { ColumnSetting } from '../../src/mapping/listings';
import { nearestName } from '../../src/mapping/nearest';
import { isBookkeeping, rankByName } from '../../src/mapping/roles';
import { looseName } from '../../src/settings/names';
import { isFor, type Settings } from '../../src/settings/settings';
import { quoted } from '../../src/texts';
import { type StreamDescriptor, streamName } from './protocol';
import { isGeneral, type Stream } from './stream';

/** Columns that identify a person in any table. */
const PERSON_ID: ReadonlySet<string> = new Set(['userid', 'externalid']);

/** Columns that hold an address, which is like no key of another table. */
const ADDRESS: ReadonlySet<string> = new Set(['email', 'emailaddress']);

/**
 * Throws FlameupError if streams, columns and settings do not match, if streams would overwrite each other's
 * people, or if a stream does not look like people.
 */
export function checkStreams(streams: readonly Stream[], settings: Settings): void {
	const sent = streams.filter(isSent);
	checkColumns(sent, streams);
	checkOverlap(sent, settings);
	for (const stream of sent) {
		const doubt = stream.isDeclared ? doubtPeople(stream) : undefined;
		if (doubt !== undefined) throw new FlameupError(doubt);
	}
}

/**
 * The names in the settings of streams that the catalog lacks, as they may be those of another connection.
 * Throws FlameupError (unknown_stream) if one looks like a mistyped name of a stream without settings.
 */
export function absentStreams(
	catalog: readonly StreamDescriptor[],
	{ streams }: Settings,
): readonly string[] {
	const absent = streams.filter((own) => !catalog.some((stream) => isFor(own, stream)));
	const others = catalog.filter((stream) => !streams.some((own) => isFor(own, stream)));
	return absent.map((own) => {
		const stream = streamName({ name: own.stream, namespace: own.namespace });
		const names = others.map(({ name }) => name);
		// Some write the namespace in front of the name.
		const nearest = [own.stream, own.stream.slice(own.stream.lastIndexOf('.') + 1)]
			.map((name) => nearestName(name, names))
			.find((name) => name !== undefined);
		const found = others.find(({ name }) => name === nearest);
		if (found === undefined) return stream;
		throw new FlameupError({ code: 'unknown_stream', stream, nearest: streamName(found) });
	});
}

/**
 * Every column in a stream's settings must exist in the stream; one in the general settings, in any stream,
 * even a skipped one.
 */
function checkColumns(sent: readonly Stream[], streams: readonly Stream[]): void {
	for (const stream of sent.filter(({ isDeclared }) => isDeclared)) {
		for (const listing of stream.mapper.unknownColumns()) {
			const { listed, setting } = listing;
			const others = streams.filter((other) => isGeneral(other, listing));
			const isElsewhere =
				isGeneral(stream, listing) && others.some((other) => hasColumn(other, setting, listed));
			if (isElsewhere && !hasNoUserId(stream, setting)) continue;
			const { columns } = stream.mapper;
			const nearest = nearestName(listed, columns);
			throw new FlameupError({
				code: 'unknown_column',
				setting: isGeneral(stream, listing) ? `mapping.${setting}` : `streams.mapping.${setting}`,
				column: listed,
				columns,
				stream: stream.name,
				...(nearest !== undefined && { nearest }),
			});
		}
	}
}

/** A stream without declared columns may have any column. */
const hasColumn = (
	{ isDeclared, mapper }: Stream,
	setting: ColumnSetting,
	listed: string,
): boolean =>
	!isDeclared ||
	!mapper
		.unknownColumns()
		.some((listing) => listing.setting === setting && listing.listed === listed);

const hasNoUserId = ({ mapper, mapping }: Stream, setting: ColumnSetting): boolean =>
	setting === 'user_id_columns' &&
	mapper.unknownColumns().filter((listing) => listing.setting === setting).length ===
		mapping.user_id_columns.length;

const isSent = ({ settings }: Stream): boolean => settings?.skip_stream !== true;

/**
 * Throws FlameupError if several streams use their own keys as user IDs, unless the user says that they
 * share them.
 */
export function checkOverlap(streams: readonly Stream[], settings: Settings): void {
	if (settings.streams_share_user_ids) return;
	const keyed = streams.filter(isSent).flatMap((stream) => {
		const key = keyOf(stream);
		return key === undefined ? [] : [{ stream, key }];
	});
	const overlapping = keyed.filter(({ key, stream }) =>
		keyed.some(
			(other) =>
				other.stream !== stream &&
				meet(prefixOf(other.stream), prefixOf(stream)) &&
				!(key.isPersonal && looseName(other.key.names) === looseName(key.names)),
		),
	);
	if (overlapping.length === 0) return;
	throw new FlameupError({
		code: 'streams_overlap',
		streams: overlapping.map(({ key, stream }) => ({ stream: stream.name, key: key.names })),
	});
}

/** Whether IDs with these prefixes can be equal: "a" with 12 is "a1" with 2. Without a prefix, any could; one is enough. */
const meet = (one: string, other: string): boolean =>
	one === '' || other === '' ? one === other : one.startsWith(other) || other.startsWith(one);

const prefixOf = ({ settings }: Stream): string => settings?.user_id_prefix ?? '';

/** The columns that a table has as its user ID. */
interface Key {
	readonly names: string;
	/** A column such as user_id, which means the same people in every table that has it. */
	readonly isPersonal: boolean;
}

/** The table's own key, if it is used as the user ID; undefined for an address, or if a setting names another column. */
function keyOf({ mapper, primaryKey }: Stream): Key | undefined {
	const { from, paths } = mapper.understanding().userId;
	if (from === 'nowhere') return undefined;
	const names = paths.map((path) => path.join('.'));
	if (names.some((name) => ADDRESS.has(looseName(name)))) return undefined;
	const isPersonal = names.some((name) => PERSON_ID.has(looseName(name)));
	const isOwn = (name: string) =>
		looseName(name) === 'id' || primaryKey.some((path) => path.join('.') === name);
	if (from === 'setting' && (isPersonal || !names.every(isOwn))) return undefined;
	return { names: quoted(names), isPersonal };
}

/** Why a table is probably not one of people: it has no email column, and no user ID but its own key. */
export function doubtPeople(stream: Stream): Problem | undefined {
	const { roles, userId } = stream.mapper.understanding();
	if (userId.from === 'setting') return undefined;
	const hasEmail = roles.some(({ role }) => role === 'email');
	const key = keyOf(stream);
	const isPeople = hasEmail || key === undefined || key.isPersonal;
	if (userId.from !== 'nowhere' && isPeople) return undefined;
	const { columns } = stream.mapper;
	const column = columns.find((name) => PERSON_ID.has(looseName(name)));
	return key === undefined || column === undefined
		? { code: 'not_people', stream: stream.name, columns, hasEmail, unused: unusedIn(stream) }
		: { code: 'unclear_user_id', stream: stream.name, key: key.names, column };
}

/** Columns that could be the user ID or the email address, but that settings or Airbyte's own use rule out. */
function unusedIn({ mapper, primaryKey }: Stream): string[] {
	const hasEmail = mapper.understanding().roles.some(({ role }) => role === 'email');
	const keys = primaryKey.map(([head = '']) => head).filter(isBookkeeping);
	return mapper.columns.filter(
		(column) =>
			keys.includes(column) ||
			(!hasEmail && rankByName(column, 'email') < Number.POSITIVE_INFINITY),
	);
}
