import { FlameupError } from '../../src/errors';
import type { ColumnSetting } from '../../src/mapping/listings';
import { nearestName } from '../../src/mapping/nearest';
import { looseName } from '../../src/settings/names';
import type { Settings } from '../../src/settings/settings';
import { quoted } from '../../src/texts';
import type { ConfiguredStream } from './protocol';
import { isFor, isGeneral, type Stream } from './stream';

/** Columns that hold the ID of a person in whatever table they stand. */
const PERSON_ID: ReadonlySet<string> = new Set(['userid', 'externalid']);

/** The same, and addresses, which identify a person too. */
const PERSONAL: ReadonlySet<string> = new Set([...PERSON_ID, 'email', 'emailaddress']);

/**
 * Stops a sync before it sends anything that would overwrite people with each other, or with what is no
 * person. Throws FlameupError.
 */
export function checkStreams(
	streams: readonly Stream[],
	catalog: readonly ConfiguredStream[],
	settings: Settings,
): void {
	for (const own of settings.streams) {
		if (catalog.some(({ stream }) => isFor(own, stream))) continue;
		const stream = own.namespace ? `${own.namespace}.${own.stream}` : own.stream;
		throw new FlameupError({ code: 'unknown_stream', stream });
	}
	const sent = streams.filter(isSent);
	checkColumns(sent, streams);
	checkOverlap(sent, settings);
	for (const stream of sent) if (stream.isDeclared) checkPeople(stream);
}

/** Every column that a setting names exists: in the stream itself, or for a general setting in any, also a skipped one. */
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

/** A stream without declared columns may have any. */
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

/** Equal keys of different tables are different things, unless the user says otherwise. Throws FlameupError. */
export function checkOverlap(streams: readonly Stream[], settings: Settings): void {
	if (settings.streams_share_user_ids) return;
	const keyed = streams.filter((stream) => isSent(stream) && keyOf(stream) !== undefined);
	const overlapping = keyed.filter((stream) =>
		keyed.some((other) => other !== stream && prefixOf(other) === prefixOf(stream)),
	);
	if (overlapping.length === 0) return;
	throw new FlameupError({
		code: 'streams_overlap',
		streams: overlapping.map((stream) => ({ stream: stream.name, key: keyOf(stream) ?? '' })),
	});
}

const prefixOf = ({ settings }: Stream): string => settings?.user_id_prefix ?? '';

/**
 * The key of the table itself that is taken for the user ID. Undefined for a column that means people in
 * any table, and where the user named the column for this stream.
 */
function keyOf({ mapper, primaryKey, settings }: Stream): string | undefined {
	const { from, paths } = mapper.understanding().userId;
	if (from === 'nowhere' || settings?.mapping.user_id_columns !== undefined) return undefined;
	const names = paths.map((path) => path.join('.'));
	if (names.some((name) => PERSONAL.has(looseName(name)))) return undefined;
	const isOwn = (name: string) =>
		looseName(name) === 'id' || primaryKey.some((path) => path.join('.') === name);
	return from === 'setting' && !names.every(isOwn) ? undefined : quoted(names);
}

/** A table without an email address whose user ID is only its own key is hardly one of people. */
function checkPeople(stream: Stream): void {
	const { roles, userId } = stream.mapper.understanding();
	if (userId.from === 'setting') return;
	const hasEmail = roles.some(({ role }) => role === 'email');
	const key = keyOf(stream);
	if (userId.from !== 'nowhere' && (hasEmail || key === undefined)) return;
	const { columns } = stream.mapper;
	const column = columns.find((name) => PERSON_ID.has(looseName(name)));
	throw new FlameupError(
		key === undefined || column === undefined
			? { code: 'not_people', stream: stream.name, columns, hasEmail }
			: { code: 'unclear_user_id', stream: stream.name, key, column },
	);
}
